"""The ceremony: from any frozen board to the final one, a row at a time, from below, and always the same."""

import random
from typing import TypeVar

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.ranking import Board, Standing
from leaderboard.reveal import MOST_EACH, Change, Step, after, focus, plan

T = 1_772_820_000_000
Item = TypeVar("Item")


def line(player: int, points: int, last: int | None = None, **more: bool) -> Standing:
    return Standing(player=player, name=f"p{player}", points=points, last=last, version=1, **more)


class Night(msgspec.Struct, frozen=True):
    frozen: tuple[Standing, ...]
    final: tuple[Standing, ...]
    changes: tuple[Change, ...]


@st.composite
def nights(draw: st.DrawFn) -> Night:
    """Solves, and points given or taken; some players are hidden, some have finished, some joined too late."""
    frozen, final, changes = [], [], []
    for player in range(1, draw(st.integers(1, 9)) + 1):
        points = draw(st.sampled_from([0, 50, 100, 200]))
        last = None if not points else T + draw(st.integers(0, 3))
        hidden = draw(st.sampled_from([False, False, False, True]))
        frozen.append(line(player, points, last, hidden=hidden))
        for n in range(draw(st.sampled_from([0, 0, 1, 2, 9]))):
            gain, q = draw(st.sampled_from([(50, 1), (100, 2), (30, None), (-20, None)]))
            at = T + 1_000 + draw(st.integers(0, 50)) + n
            gain = max(gain, -points)
            points += gain
            last = at if q else last
            changes.append(Change(player, at, gain, q, at if q else None))
        final.append(line(player, points, last, hidden=hidden, finished=draw(st.booleans()) and points > 100))
    if draw(st.booleans()):
        final.append(line(99, 500, T + 2_000))
    return Night(tuple(frozen), tuple(final), tuple(changes))


def rows(lines: list[Standing]) -> list[tuple[object, ...]]:
    return [(row.player, row.points, row.last, row.finished) for row in Board(lines, top=50).top_rows()]


def stands(night: Night, steps: tuple[Step, ...], done: int) -> list[Standing]:
    before = {one.player: one for one in night.frozen}
    return list((before | after(before, steps, done)).values())


tops = st.integers(1, 10)


@given(nights(), tops)
def test_it_ends_at_the_final_board(night: Night, top: int) -> None:
    steps = plan(night.frozen, night.final, night.changes, top)
    there = {one.player for one in night.frozen}
    assert rows(stands(night, steps, 0)) == rows(list(night.frozen))
    assert rows(stands(night, steps, len(steps))) == rows([one for one in night.final if one.player in there])


@given(nights(), tops, st.randoms(use_true_random=False))
def test_the_same_boards_in_any_order_give_the_same_ceremony(
    night: Night, top: int, chance: random.Random
) -> None:
    def shuffled(items: tuple[Item, ...]) -> list[Item]:
        return chance.sample(items, len(items))

    steps = plan(night.frozen, night.final, night.changes, top)
    assert plan(shuffled(night.frozen), shuffled(night.final), shuffled(night.changes), top) == steps


@given(nights(), tops)
def test_each_step_moves_one_row_and_says_so(night: Night, top: int) -> None:
    steps = plan(night.frozen, night.final, night.changes, top)
    for done, step in enumerate(steps):
        board, later = Board(stands(night, steps, done)), Board(stands(night, steps, done + 1))
        changed = {
            one.player for one in night.frozen if board.standing(one.player) != later.standing(one.player)
        }
        if step.player is None:
            assert done == 0 and changed == {one.player for one in step.lines}
            continue
        assert changed <= {step.player}
        assert (step.old_rank, step.rank) == (board.rank_of(step.player), later.rank_of(step.player))
        held = later.standing(step.player)
        assert held is not None and held.points == step.points
        looked = focus(board, steps, done)
        assert (looked is None) == (step.old_rank is None)
        assert looked is None or (looked.player, looked.rank) == (step.player, step.old_rank)


@given(nights(), tops)
def test_nobody_below_the_row_in_turn_has_anything_left(night: Night, top: int) -> None:
    steps = plan(night.frozen, night.final, night.changes, top)
    for done, step in enumerate(steps):
        if step.old_rank is None:
            continue
        board = Board(stands(night, steps, done))
        for other in steps[done:]:
            rank = board.rank_of(other.player) if other.player else None
            assert rank is None or rank <= step.old_rank


@given(nights(), tops)
def test_it_lasts_no_longer_than_the_top(night: Night, top: int) -> None:
    steps = plan(night.frozen, night.final, night.changes, top)
    shown = {step.player for step in steps if step.player is not None}
    # Hidden rows have no place: whoever is shown stands in the top before or after.
    assert len(shown) <= 2 * top
    assert len(steps) <= 1 + 2 * top * MOST_EACH
    for board in (Board(night.frozen), Board(night.final)):
        first = {row.player for row in board.top_rows()[:top]}
        changed = {one.player for one in night.changes if one.points or one.q}
        assert {player for player in first & changed if player != 99} <= shown | _unchanged(night)


def _unchanged(night: Night) -> set[int]:
    before = {one.player: (one.points, one.last, one.finished) for one in night.frozen}
    return {
        one.player for one in night.final if before.get(one.player) == (one.points, one.last, one.finished)
    }


def test_suspense_the_leader_is_last() -> None:
    """Bob is below Ada, and passes her before it is known whether she keeps the lead."""
    frozen = [line(1, 300, T), line(2, 200, T), line(3, 100, T), line(4, 0)]
    final = [line(1, 400, T + 5), line(2, 350, T + 3), line(3, 100, T), line(4, 50, T + 9)]
    changes = [
        Change(1, T + 5, 100, 4, T + 5),
        Change(2, T + 2, 100, 3, T + 2),
        Change(2, T + 3, 50, 4, T + 3),
        Change(4, T + 9, 50, 1, T + 9),
    ]
    steps = plan(frozen, final, changes, 10)
    assert [(step.name, step.q, step.gained, step.old_rank, step.rank) for step in steps] == [
        ("p4", 1, 50, 4, 4),
        ("p2", 3, 100, 2, 2),
        ("p2", 4, 50, 2, 1),
        ("p1", 4, 100, 2, 1),
    ]
    # 300 each: Ada solved earlier, and stays above until Bob's next.
    far = plan(frozen, final, changes, 1)
    assert [(step.player, step.count) for step in far] == [(None, 2), (1, 1)]
