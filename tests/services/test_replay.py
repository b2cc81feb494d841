"""The replay: the board that it shows at any instant is the board that there was, and it keeps what is not public."""

import gzip
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game.models import Hunt, LedgerEntry, Player
from game.queries import clock, replay
from game.services import hunts, moderation, regrade
from leaderboard import queries as leaderboard
from leaderboard.ranking import Board, key
from tests.factories import make_hunt
from tests.services.hunters import Hunter, assert_proved

pytestmark = pytest.mark.django_db(transaction=True)

Line = tuple[int, int, int | None, bool]
"""Player, points, last solve, finished."""


@pytest.fixture
def hunt(transactional_db: None) -> Hunt:
    return make_hunt(4, settings={"wrong_burst": 100, "wrong_per_minute": 600})


def board_at(told: dict[str, Any], instant: int) -> list[Line]:
    """What a viewer works out of the JSON: whoever has joined by then, in the board's order."""
    players, events, start = told["players"], told["events"], told["start"]
    points = [0] * len(players["id"])
    last: list[int | None] = [None] * len(players["id"])
    late = dict(events["late"])
    at = start
    columns = zip(events["after"], events["player"], events["points"], events["q"], strict=True)
    for place, (after, player, change, q) in enumerate(columns):
        at += after
        if at > instant:
            break
        points[player] += change
        solved = at if q > 0 else late.get(place)
        if solved is not None:
            last[player] = max(last[player] or 0, solved)
    lines = [
        (number, points[place], last[place], finished is not None and start + finished <= instant)
        for place, (number, joined, finished) in enumerate(
            zip(players["id"], players["joined"], players["finished"], strict=True)
        )
        if start + joined <= instant
    ]
    return sorted(lines, key=lambda line: key(line[1], line[2], line[0]))


def board_now(hunt: Hunt) -> list[Line]:
    """What a hub holds."""
    board = Board(leaderboard.standings(hunt.id), top=1000)
    return [(row.player, row.points, row.last, row.finished) for row in board.top_rows()]


def told(hunt: Hunt, *, full: bool = True) -> dict[str, Any]:
    _, body = replay.encoded(hunt.id, full=full)
    return json.loads(gzip.decompress(body))  # type: ignore[no-any-return]


class Watch:
    """A clock that a test turns, and the boards that were seen by it."""

    def __init__(self, hunt: Hunt) -> None:
        self.hunt, self.now = hunt, hunt.starts_at + 1000
        self.seen: list[tuple[int, list[Line]]] = []

    def look(self) -> None:
        self.seen.append((self.now, board_now(self.hunt)))

    def holds(self) -> None:
        replayed = told(self.hunt)
        for instant, board in self.seen:
            assert board_at(replayed, instant) == board
        assert board_at(replayed, replayed["until"]) == board_now(self.hunt)


@pytest.fixture
def watch(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> Callable[[Hunt], Watch]:
    """The database's clock stands where the watch says."""

    def start(hunt: Hunt) -> Watch:
        seen = Watch(hunt)
        monkeypatch.setattr(clock, "statement", lambda: f"SELECT {seen.now}")
        return seen

    return start


ACTS = st.tuples(
    st.sampled_from(["solve", "solve", "solve", "wrong", "hint", "close", "skip", "grant", "take", "late"]),
    st.integers(0, 3),
    st.integers(0, 40_000),
)


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, max_size=16))
def test_the_board_at_any_instant_is_the_board_that_there_was(
    watch: Callable[[Hunt], Watch], organiser: int, acts: list[tuple[str, int, int]]
) -> None:
    Hunt.objects.update(current=False)
    hunt = make_hunt(4, settings={"wrong_burst": 100, "wrong_per_minute": 600})
    clocked = watch(hunt)
    numbers = itertools.count()
    hunters = [Hunter.of(hunt, f"H{next(numbers)} {hunt.id}") for _ in range(2)]
    for what, who, after in acts:
        clocked.now += after
        if who >= len(hunters):  # they come when they come
            hunters.append(Hunter.of(hunt, f"H{next(numbers)} {hunt.id}"))
        act(hunt, organiser, hunters[min(who, len(hunters) - 1)], what)
        if clocked.seen and clocked.seen[-1][0] == clocked.now:
            clocked.seen.pop()  # of one instant the last board counts
        clocked.look()
    clocked.holds()
    assert_proved(hunt)


def act(hunt: Hunt, organiser: int, hunter: Hunter, what: str) -> None:
    q = hunter.row.position
    if what == "grant":
        moderation.grant(organiser, hunt.id, hunter.id, 30, 60, "why not")
    elif what == "take" and hunter.row.points >= 20:
        moderation.grant(organiser, hunt.id, hunter.id, -20, 0, "why not")
    elif q > 4:
        return
    elif what == "solve":
        hunter.does("answer", f"right {q}")
    elif what == "wrong":
        hunter.does("answer", f"also {q}")
    elif what == "hint":
        hunter.does("hint", "points")
    elif what == "close":
        hunter.does("accept_close", f"close {q}")
    elif what == "skip":
        hunter.does("skip")
    elif what == "late":
        # What was wrong is right from now on: for whoever tried it and is still there, and for who has skipped since.
        for position in range(1, 5):
            _accept(hunt, position)
            found = regrade.preview(hunt.id, position)
            if found.players:
                regrade.apply(organiser, hunt.id, position, found.token, "it is right")


def _accept(hunt: Hunt, position: int) -> None:
    hunt.questions.filter(position=position).update(answers=[f"right {position}", f"also {position}"])
    Hunt.objects.filter(id=hunt.id).update(version=F("version") + 1)


def test_a_freeze_ends_what_the_public_is_told_and_not_what_organisers_are(
    hunt: Hunt, watch: Callable[[Hunt], Watch]
) -> None:
    clocked = watch(hunt)
    ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
    for second in range(1, 4):
        clocked.now = hunt.starts_at + second * 1000
        ada.answers(f"right {second}")
        clocked.look()
    open_state, _ = replay.encoded(hunt.id, full=False)
    Hunt.objects.update(freeze_at=hunt.starts_at + 4000)
    clocked.now = hunt.starts_at + 9000
    bob.answers("right 1")
    ada.answers("right 4")
    Hunter.of(hunt, "Late")
    public, everything = told(hunt, full=False), told(hunt, full=True)
    assert public["frozen"] and not everything["frozen"]
    assert public["until"] == hunt.starts_at + 4000
    assert board_at(public, public["until"]) == clocked.seen[-1][1]
    # Neither who came nor who has finished since.
    assert public["players"]["name"] == ["Ada", "Bob"]
    assert public["players"]["finished"] == [None, None]
    assert board_at(everything, everything["until"]) == board_now(hunt)
    # What was made before is not what may be told now.
    hunt.refresh_from_db()
    assert replay.state(hunt, full=False) != open_state
    Hunt.objects.update(freeze_at=None)
    assert board_at(told(hunt, full=False), clocked.now) == board_now(hunt)


def test_who_is_not_on_the_board_is_not_in_the_replay(hunt: Hunt, organiser: int) -> None:
    for name in ("Ada", "Hidden", "Banned"):
        Hunter.of(hunt, name).answers("right 1")
    before = replay.state(hunt, full=True)
    hidden, banned = (Player.objects.get(name=name).id for name in ("Hidden", "Banned"))
    moderation.moderate(organiser, hunt.id, hidden, "hide", "a tester")
    moderation.moderate(organiser, hunt.id, banned, "ban", "shared answers")
    assert replay.state(hunt, full=True) != before
    replayed = told(hunt)
    assert replayed["players"]["name"] == ["Ada"]
    assert replayed["events"]["player"] == [0]
    assert board_at(replayed, replayed["until"]) == board_now(hunt)


def test_pauses_are_told_and_what_a_guess_costs_is_one_event(
    hunt: Hunt, organiser: int, watch: Callable[[Hunt], Watch]
) -> None:
    clocked = watch(hunt)
    ada = Hunter.of(hunt, "Ada")
    for second, action in ((10, "pause"), (70, "resume"), (80, "pause")):
        clocked.now = hunt.starts_at + second * 1000
        hunts.control(organiser, hunt.id, action)
    clocked.now += 5_000
    start = hunt.starts_at
    assert told(hunt)["pauses"] == [[start + 10_000, start + 70_000], [start + 80_000, start + 85_000]]
    hunts.control(organiser, hunt.id, "resume")
    ada.hints("points")
    ada.answers("right 1")
    assert LedgerEntry.objects.filter(player_id=ada.id).exclude(points=0).count() == 2
    assert told(hunt)["events"] | {"points": []} == {
        "after": [85_000],
        "player": [0],
        "points": [],
        "q": [1],
        "late": [],
    }


def test_a_hunt_that_is_over_ends_where_it_ended_unless_something_was_booked_later(
    hunt: Hunt, organiser: int, watch: Callable[[Hunt], Watch]
) -> None:
    clocked = watch(hunt)
    ada = Hunter.of(hunt, "Ada")
    clocked.now = hunt.ends_at + 60_000
    assert told(hunt)["until"] == hunt.ends_at
    moderation.grant(organiser, hunt.id, ada.id, 5, 0, "a mistake of ours")
    assert told(hunt)["until"] == clocked.now
    clocked.look()
    clocked.holds()
