"""Snapshot + deltas = fresh snapshot: for everybody who watches, whatever happens, in whatever order."""

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leaderboard.ranking import NEVER, Board, Delta, Move, Row, Standing, View, follow, key, view
from tests import golden_board

PLAYERS = range(1, 9)
STRANGER = 99

T = 1_772_820_000_000


def standing(
    player: int, points: int = 0, last: int | None = None, version: int = 1, **more: bool
) -> Standing:
    return Standing(player=player, name=f"p{player}", points=points, last=last, version=version, **more)


def row(player: int, points: int, last: int | None = None) -> Row:
    return Row(player, f"p{player}", points, last, False)


# Few values for each member, so that ties, repeats and changes that change nothing are common.
standings = st.builds(
    Standing,
    player=st.sampled_from(PLAYERS),
    name=st.sampled_from(["Ada", "Zoë", "نور"]),
    points=st.sampled_from([0, 50, 100, 150, 200]),
    last=st.sampled_from([None, T, T + 1, T + 2]),
    version=st.integers(1, 15),
    finished=st.booleans(),
    hidden=st.sampled_from([False, False, False, True]),
)
batches = st.lists(st.lists(standings, max_size=5), max_size=12)
tops = st.integers(1, 5)


class Naive:
    """The board as anybody would write it first: keep the newest of each, sort everybody each time."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.newest: dict[int, Standing] = {}

    def apply(self, changes: list[Standing]) -> None:
        for change in changes:
            held = self.newest.get(change.player)
            if held is None or change.version > held.version:
                self.newest[change.player] = change

    def rows(self) -> list[Row]:
        shown = [held for held in self.newest.values() if not held.hidden]
        shown.sort(key=lambda held: (-held.points, held.last is None, held.last or 0, held.player))
        return [Row(held.player, held.name, held.points, held.last, held.finished) for held in shown]

    def view(self, version: int, player: int | None) -> View:
        rows = self.rows()
        own = next(((rank, held) for rank, held in enumerate(rows, start=1) if held.player == player), None)
        return View(
            version=version,
            total=len(rows),
            top=tuple(rows[: self.top]),
            me=None if own is None else (own[1].points, own[1].last),
            player=player,
            rank=None if own is None else own[0],
            size=self.top,
        )


@given(start=st.lists(standings, max_size=12), steps=batches, top=tops)
# Who leads falls out of the top, and somebody who did not move comes in.
@example(
    start=[standing(1, 200, T), standing(2, 150, T), standing(3, 100, T)],
    steps=[[standing(1, 0, None, version=2)]],
    top=2,
)
# The same by being hidden, and back again.
@example(
    start=[standing(1, 200, T), standing(2, 150, T), standing(3, 100, T)],
    steps=[[standing(1, 200, T, version=2, hidden=True)], [standing(1, 200, T, version=3)]],
    top=2,
)
# A top that was everybody becomes too small for them.
@example(
    start=[standing(1, 200, T), standing(2, 150, T)],
    steps=[[standing(3, 300, T), standing(4, 50, T)]],
    top=2,
)
# Two who swap over the edge in one step, while one in the top is renamed.
@example(
    start=[standing(1, 200, T), standing(2, 150, T), standing(3, 100, T)],
    steps=[
        [
            standing(2, 100, T, version=2),
            standing(3, 150, T, version=2),
            Standing(player=1, name="Ada", points=200, last=T, version=2),
        ]
    ],
    top=2,
)
def test_snapshot_and_deltas_are_the_fresh_snapshot(
    start: list[Standing], steps: list[list[Standing]], top: int
) -> None:
    clients = [None, STRANGER, *PLAYERS]
    board, naive = Board(start, top), Naive(top)
    naive.apply(start)
    held = {client: view(board, client) for client in clients}
    for changes in steps:
        delta = board.apply(changes)
        naive.apply(changes)
        if delta is not None:
            held = {client: follow(seen, delta) for client, seen in held.items()}
        for client, seen in held.items():
            assert seen == view(board, client) == naive.view(board.version, client)


@given(start=st.lists(standings, max_size=12), steps=batches, top=tops)
def test_a_step_tells_nothing_that_did_not_change(
    start: list[Standing], steps: list[list[Standing]], top: int
) -> None:
    board = Board(start, top)
    for changes in steps:
        before = [view(board, client) for client in [None, *PLAYERS]]
        old_top = board.top_rows()
        delta = board.apply(changes)
        after = [view(board, client) for client in [None, *PLAYERS]]
        assert (delta is None) == (before == after)
        if delta is None:
            continue
        assert (delta.base, delta.version, delta.total) == (before[0].version, board.version, len(board))
        assert delta.version == delta.base + 1
        assert all(move.old != move.new for move in delta.moves)
        assert len({move.player for move in delta.moves}) == len(delta.moves)
        assert [(move.new, move.rank) for move in delta.moves] == [
            (after[move.player].me, after[move.player].rank) for move in delta.moves
        ]
        assert set(delta.rows) == set(board.top_rows()) - set(old_top)


@given(start=st.lists(standings, max_size=12), steps=batches)
def test_applying_again_or_late_is_harmless(start: list[Standing], steps: list[list[Standing]]) -> None:
    board = Board(start, top=3)
    for changes in steps:
        board.apply(changes)
        assert board.apply(changes) is None
    settled = view(board)
    for changes in reversed(steps):
        assert board.apply(changes) is None
    assert board.apply(start) is None
    assert view(board) == settled


@given(steps=batches, seed=st.randoms(use_true_random=False), top=tops)
def test_the_order_of_arrival_does_not_matter(
    steps: list[list[Standing]], seed: random.Random, top: int
) -> None:
    """Versions decide. (Of one version of one player there is only one standing.)"""
    facts = list(
        {(change.player, change.version): change for changes in steps for change in changes}.values()
    )
    shuffled = list(facts)
    seed.shuffle(shuffled)
    one, other = Board([], top), Board([], top)
    one.apply(facts)
    for change in shuffled:
        other.apply([change])
    everybody = [None, *PLAYERS]
    assert [msgspec.structs.replace(view(one, who), version=0) for who in everybody] == [
        msgspec.structs.replace(view(other, who), version=0) for who in everybody
    ]
    assert one.top_rows() == other.top_rows() == Board(facts, top).top_rows()


@given(start=st.lists(standings, max_size=12), steps=batches, reach=st.integers(0, 4))
def test_ranks_and_neighbours_are_those_of_a_full_sort(
    start: list[Standing], steps: list[list[Standing]], reach: int
) -> None:
    board, naive = Board(start, top=2), Naive(2)
    naive.apply(start)
    for changes in [[], *steps]:
        board.apply(changes)
        naive.apply(changes)
        rows = naive.rows()
        assert len(board) == board.total == len(rows)
        assert board.top_rows() == tuple(rows[:2])
        for player in [*PLAYERS, STRANGER]:
            assert board.standing(player) == naive.newest.get(player)
            rank = next((n for n, held in enumerate(rows, start=1) if held.player == player), None)
            assert board.rank_of(player) == rank
            near = (
                []
                if rank is None
                else list(enumerate(rows, start=1))[max(0, rank - 1 - reach) : rank + reach]
            )
            assert board.around(player, reach) == tuple(near)


# --- what orders the board ----------------------------------------------------------------------------------


def test_more_points_then_the_earlier_last_solve_then_the_older_player() -> None:
    ascending = [
        key(200, T + 9, 7),
        key(100, T, 5),
        key(100, T, 6),
        key(100, T + 1, 1),
        key(100, None, 2),
        key(0, T, 3),
    ]
    assert sorted(ascending) == ascending
    assert key(100, None, 2) == (-100, NEVER, 2)


def test_never_is_exact_in_javascript() -> None:
    assert int(float(NEVER)) == NEVER == 2**53 - 1


# --- single steps -------------------------------------------------------------------------------------------


def test_an_empty_board() -> None:
    board = Board([])
    assert (board.version, board.total, len(board), board.top_rows()) == (0, 0, 0, ())
    assert board.rank_of(1) is None
    assert board.around(1) == ()
    assert board.standing(1) is None
    assert board.apply([]) is None
    assert view(board, 1) == View(version=0, total=0, top=(), me=None, player=1, rank=None, size=25)


def test_of_two_standings_of_one_player_the_newer_counts_from_the_start() -> None:
    board = Board([standing(1, 50, T, version=3), standing(1, 0, version=2)])
    assert board.top_rows() == (row(1, 50, T),)


def test_who_solves_moves_and_is_named_in_the_top() -> None:
    board = Board([standing(1, 100, T), standing(2), standing(3)], top=2)
    delta = board.apply([standing(3, 100, T + 5, version=2)])
    assert delta == Delta(
        base=0,
        version=1,
        moves=(Move(3, (0, None), (100, T + 5), 2),),
        rows=(row(3, 100, T + 5),),
        total=3,
    )


def test_a_move_below_the_top_carries_no_name() -> None:
    board = Board([standing(1, 100, T), standing(2), standing(3)], top=1)
    delta = board.apply([standing(3, 50, T, version=2)])
    assert delta is not None
    assert delta.rows == ()
    assert delta.moves == (Move(3, (0, None), (50, T), 2),)


def test_who_comes_into_the_top_without_moving_is_named() -> None:
    board = Board([standing(1, 100, T), standing(2, 90, T), standing(3, 80, T)], top=2)
    delta = board.apply([standing(1, 100, T, version=2, hidden=True)])
    assert delta == Delta(
        base=0, version=1, moves=(Move(1, (100, T), None, None),), rows=(row(3, 80, T),), total=2
    )


def test_a_new_name_in_the_top_is_told_without_a_move() -> None:
    board = Board([standing(1, 100, T), standing(2, 90, T)], top=1)
    renamed = Standing(player=1, name="Ada", points=100, last=T, version=2)
    delta = board.apply([renamed])
    assert delta is not None
    assert (delta.moves, delta.rows) == ((), (Row(1, "Ada", 100, T, False),))


def test_a_new_name_below_the_top_waits_until_it_is_seen() -> None:
    board = Board([standing(1, 100, T), standing(2, 90, T)], top=1)
    assert board.apply([Standing(player=2, name="Ada", points=90, last=T, version=2)]) is None
    assert board.around(1)[1] == (2, Row(2, "Ada", 90, T, False))
    delta = board.apply([standing(1, 0, version=2)])
    assert delta is not None
    assert delta.rows == (Row(2, "Ada", 90, T, False),)


def test_several_changes_of_one_player_in_a_step_are_one_move() -> None:
    board = Board([standing(1), standing(2, 60, T)])
    delta = board.apply([standing(1, 50, T, version=2), standing(1, 99, T + 1, version=3)])
    assert delta is not None
    assert delta.moves == (Move(1, (0, None), (99, T + 1), 1),)


def test_there_and_back_in_a_step_is_nothing() -> None:
    board = Board([standing(1), standing(2, 60, T)])
    assert board.apply([standing(1, 50, T, version=2), standing(1, version=3)]) is None
    assert board.version == 0
    assert board.standing(1) == standing(1, version=3)


def test_a_hidden_player_is_remembered_but_on_no_board() -> None:
    board = Board([standing(1, 100, T, version=5, hidden=True), standing(2)])
    assert board.apply([standing(1, 100, T, version=4)]) is None
    assert board.rank_of(1) is None
    assert board.standing(1) == standing(1, 100, T, version=5, hidden=True)
    shown = board.apply([standing(1, 100, T, version=6)])
    assert shown is not None
    assert shown.moves == (Move(1, None, (100, T), 1),)


def test_ranks_in_a_step_are_those_after_all_of_it() -> None:
    board = Board([standing(1, 30, T), standing(2, 20, T), standing(3, 10, T)])
    delta = board.apply([standing(3, 40, T, version=2), standing(2, 50, T, version=2)])
    assert delta is not None
    assert [(move.player, move.rank) for move in delta.moves] == [(3, 2), (2, 1)]


def test_a_delta_that_starts_elsewhere_is_refused() -> None:
    board = Board([standing(1)])
    old = view(board)
    assert board.apply([standing(1, 50, T, version=2)])
    second = board.apply([standing(1, 60, T, version=3)])
    assert second is not None
    with pytest.raises(ValueError, match="starts at version 1, the view is at 0"):
        follow(old, second)


def test_a_board_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        Board([], top=0)


# --- the wire -----------------------------------------------------------------------------------------------


def test_what_goes_over_the_wire_comes_back() -> None:
    board = Board([standing(1, 100, T), standing(2)], top=1)
    before = view(board, 2)
    delta = board.apply([standing(2, 150, T + 1, version=2), standing(1, 100, T, version=2, hidden=True)])
    assert msgspec.json.decode(msgspec.json.encode(delta), type=Delta) == delta
    assert msgspec.json.decode(msgspec.json.encode(before), type=View) == before
    assert msgspec.json.encode(delta) == (
        b'{"base":0,"version":1,"moves":[[2,[0,null],[150,1772820000001],1],[1,[100,1772820000000],null,null]],'
        b'"rows":[[2,"p2",150,1772820000001,false]],"total":1}'
    )


def test_the_golden_boards_are_up_to_date() -> None:
    written = {
        path.name: path.read_text(encoding="utf-8") for path in golden_board.FOLDER.glob("board_*.json")
    }
    assert written == {path.name: text for path, text in golden_board.files()}, (
        "run: python -m tests.golden_board"
    )


@pytest.mark.parametrize("path", sorted(path for path, _ in golden_board.files()), ids=lambda path: path.stem)
def test_a_golden_board_is_followed_step_by_step(path: Path) -> None:
    golden = msgspec.json.decode(path.read_bytes())
    held = msgspec.convert(golden["snapshot"], View)
    for step in golden["steps"]:
        held = follow(held, msgspec.convert(step["delta"], Delta))
        assert held == msgspec.convert(step["expect"], View)
    assert len(golden["steps"]) == golden_board.STEPS


def test_the_golden_boards_show_all_that_can_happen() -> None:
    seen: set[str] = set()
    for path in golden_board.FOLDER.glob("board_*.json"):
        golden = msgspec.json.decode(path.read_bytes())
        before = msgspec.convert(golden["snapshot"], View)
        for step in golden["steps"]:
            delta, after = msgspec.convert(step["delta"], Delta), msgspec.convert(step["expect"], View)
            seen |= set(_happenings(before, delta, after))
            before = after
    assert seen == {
        "somebody joins",
        "somebody leaves",
        "somebody falls",
        "a tie on points",
        "an unmoved player enters the top",
        "a row changes without a move",
        "somebody finishes",
        "a step of several moves",
        "I move",
        "I leave",
        "I come back",
        "I am passed",
        "I gain a rank without moving",
        "the top is everybody",
    }


def _happenings(before: View, delta: Delta, after: View) -> Iterator[str]:
    movers = {move.player for move in delta.moves}
    mine = before.player in movers
    ranks = (before.rank, after.rank)
    shown = {held.player for held in before.top}
    checks = {
        "somebody joins": any(move.old is None for move in delta.moves),
        "somebody leaves": any(move.new is None for move in delta.moves),
        "somebody falls": any(move.old and move.new and move.new[0] < move.old[0] for move in delta.moves),
        "a tie on points": len({held.points for held in after.top}) < len(after.top),
        "an unmoved player enters the top": any(r.player not in movers | shown for r in delta.rows),
        "a row changes without a move": any(r.player in shown - movers for r in delta.rows),
        "somebody finishes": any(r.finished for r in delta.rows),
        "a step of several moves": len(delta.moves) > 1,
        "I move": mine and None not in ranks,
        "I leave": before.me is not None and after.me is None,
        "I come back": before.me is None and after.me is not None,
        "I am passed": not mine and before.rank is not None and (after.rank or 0) > before.rank,
        "I gain a rank without moving": not mine
        and after.rank is not None
        and after.rank < (before.rank or 0),
        "the top is everybody": len(after.top) == after.total,
    }
    return (name for name, happened in checks.items() if happened)
