"""An organiser's hand on the hunt: what is possible when, what it changes, and that it is written down."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db.models import F

from game import errors
from game.models import AuditEntry, Hunt, Player
from game.queries import play
from game.queries.clock import now_ms
from game.rules.phases import Phase, phase, play_clock
from game.services import hunts
from tests.factories import HOUR, enter, make_hunt, make_user
from tests.services.hunters import MINUTE, Hunter, code, new_id

pytestmark = pytest.mark.django_db

SOON_MS = 5_000
FIELDS = ("starts_at", "ends_at", "paused_at", "paused_ms", "ended_at", "freeze_at")


def scheduled() -> Hunt:
    return make_hunt(started_h=-2)


def live() -> Hunt:
    return make_hunt(started_h=3)


def paused() -> Hunt:
    return make_hunt(started_h=3, paused_at=now_ms() - HOUR)


def over() -> Hunt:
    return make_hunt(started_h=3, lasts_h=1)


def ended_by_hand() -> Hunt:
    return make_hunt(started_h=3, ended_at=now_ms() - HOUR)


def ended_in_a_pause() -> Hunt:
    return make_hunt(started_h=3, paused_at=now_ms() - 2 * HOUR, ended_at=now_ms() - HOUR)


NOTHING: dict[str, Phase | None] = dict.fromkeys(
    ("start", "pause", "resume", "end", "extend", "reschedule", "reopen")
)
# Phase after the action, or None where it makes no sense.
TABLE: list[tuple[Callable[[], Hunt], dict[str, Phase | None]]] = [
    (
        scheduled,
        {
            **NOTHING,
            "start": Phase.LIVE,
            "extend": Phase.SCHEDULED,
            "reschedule": Phase.SCHEDULED,
        },
    ),
    (live, {**NOTHING, "pause": Phase.PAUSED, "end": Phase.ENDED, "extend": Phase.LIVE}),
    (paused, {**NOTHING, "resume": Phase.LIVE, "end": Phase.ENDED, "extend": Phase.PAUSED}),
    (over, {**NOTHING, "extend": Phase.LIVE}),
    (ended_by_hand, {**NOTHING, "extend": Phase.LIVE, "reopen": Phase.LIVE}),
    (ended_in_a_pause, {**NOTHING, "extend": Phase.PAUSED, "reopen": Phase.PAUSED}),
]
CASES = [
    pytest.param(make, action, after, id=f"{make.__name__}-{action}")
    for make, row in TABLE
    for action, after in row.items()
]


def control(hunt: Hunt, organiser: int, action: str, minutes: int | None = None, command: Any = None) -> Hunt:
    hunts.control(organiser, hunt.id, action, minutes, command)
    return Hunt.objects.get(id=hunt.id)


def instants(hunt: Hunt) -> dict[str, int | None]:
    return {name: getattr(hunt, name) for name in FIELDS}


def clock(hunt: Hunt) -> int:
    return play_clock(hunt.times, now_ms())


def near(value: int | None, expected: int) -> bool:
    return value is not None and abs(value - expected) < SOON_MS


@pytest.mark.parametrize(("make", "action", "after"), CASES)
def test_every_action_in_every_phase(
    organiser: int, make: Callable[[], Hunt], action: str, after: Phase | None
) -> None:
    hunt = make()
    before = instants(hunt)
    minutes = 30 if action == "extend" else None
    at = now_ms() + 5 * HOUR if action == "reschedule" else None
    if after is None:
        for work in (hunts.preview, partial(hunts.control, organiser)):
            with pytest.raises(errors.Invalid):
                work(hunt.id, action, minutes, at=at)
        hunt.refresh_from_db()
        assert (instants(hunt), hunt.version, AuditEntry.objects.count()) == (before, 1, 0)
        return
    seen = hunts.preview(hunt.id, action, minutes, at)
    hunt.refresh_from_db()
    assert (instants(hunt), hunt.version) == (before, 1), "nothing is written by looking"
    hunts.control(organiser, hunt.id, action, minutes, at=at, token=seen.token)
    hunt.refresh_from_db()
    assert phase(hunt.times, now_ms()) is after
    assert seen.phase[1] == after.value
    shown = play.hunt_view(hunt, now_ms())
    assert near(shown.starts_at, seen.starts_at[1]) and near(shown.ends_at, seen.ends_at[1])
    assert play.hunt_view(hunt, now_ms()).phase == after.value
    assert hunt.version == 2
    entry = AuditEntry.objects.get()
    assert (entry.user_id, entry.hunt_id, entry.action) == (organiser, hunt.id, f"hunt.{action}")
    assert entry.detail["done"] == {"before": before, "after": instants(hunt)}
    assert entry.detail["asked"] == {"minutes": minutes} | ({"at": at} if at else {})
    assert near(entry.at, now_ms())


def test_start_begins_now_and_leaves_the_end(organiser: int) -> None:
    before = scheduled()
    hunt = control(before, organiser, "start")
    assert near(hunt.starts_at, now_ms())
    assert hunt.ends_at == before.ends_at


def test_the_play_clock_stands_still_while_paused_and_goes_on_afterwards(organiser: int) -> None:
    hunt = control(live(), organiser, "pause")
    assert hunt.paused_at is not None
    stood = clock(hunt)
    assert near(stood, 3 * HOUR)
    Hunt.objects.update(paused_at=F("paused_at") - HOUR, starts_at=F("starts_at") - HOUR)
    hunt.refresh_from_db()
    assert clock(hunt) == stood
    hunt = control(hunt, organiser, "resume")
    assert near(hunt.paused_ms, HOUR)
    assert hunt.paused_at is None
    assert near(clock(hunt), stood)


def test_pauses_add_up_to_the_millisecond(organiser: int) -> None:
    hunt, expected = live(), 0
    for minutes in (10, 25, 1):
        hunt = control(hunt, organiser, "pause")
        Hunt.objects.update(paused_at=F("paused_at") - minutes * MINUTE)
        hunt.refresh_from_db()
        since = hunt.paused_at
        assert since is not None
        before = now_ms()
        hunt = control(hunt, organiser, "resume")
        low, high = expected + before - since, expected + now_ms() - since
        assert low <= hunt.paused_ms <= high
        expected = hunt.paused_ms
    assert near(expected, 36 * MINUTE)


def test_extend_moves_the_end_of_a_hunt_that_is_not_over(organiser: int) -> None:
    for make in (scheduled, live, paused):
        Hunt.objects.update(current=False)
        before = make()
        after = control(before, organiser, "extend", 90)
        assert instants(after) == instants(before) | {"ends_at": before.ends_at + 90 * MINUTE}


@pytest.mark.parametrize("make", [over, ended_by_hand])
def test_extend_reopens_a_hunt_and_the_time_between_costs_nobody(
    organiser: int, make: Callable[[], Hunt]
) -> None:
    hunt = make()
    stood = clock(hunt)
    hunt = control(hunt, organiser, "extend", 30)
    assert hunt.ended_at is None
    assert near(hunt.ends_at, now_ms() + 30 * MINUTE)
    assert near(clock(hunt), stood)


def test_a_hunt_that_ended_in_a_pause_is_paused_again_when_reopened(organiser: int) -> None:
    hunt = ended_in_a_pause()
    stood = clock(hunt)
    assert near(stood, HOUR)
    hunt = control(hunt, organiser, "extend", 30)
    assert clock(hunt) == stood
    hunt = control(hunt, organiser, "resume")
    assert near(clock(hunt), stood)
    assert near(hunt.paused_ms, 2 * HOUR)


def test_a_reopened_hunt_judges_again_and_pays_as_if_it_had_not_closed(organiser: int) -> None:
    hunt = live()
    ada = Hunter.of(hunt, "Ada")
    ada.waits(60)
    hunt = control(hunt, organiser, "end")
    assert code(ada.does("answer", "right 1")) == "hunt_ended"
    # As if the end, and all before it, had been five hours ago.
    Hunt.objects.update(ended_at=F("ended_at") - 5 * HOUR, starts_at=F("starts_at") - 5 * HOUR)
    control(hunt, organiser, "extend", 30)
    award = ada.answers("right 1").award
    assert award is not None
    assert award.total == 75, "an hour with the question, and none of the five"


@pytest.mark.parametrize(
    ("action", "minutes"),
    [
        ("dance", None),
        ("", None),
        ("_pause", None),
        ("extend", None),
        ("extend", 0),
        ("extend", -10),
        ("pause", 5),
        ("start", 0),
    ],
)
def test_what_is_no_action_is_invalid_and_changes_nothing(
    hunt: Hunt, organiser: int, action: str, minutes: int | None
) -> None:
    with pytest.raises(errors.Invalid):
        hunts.control(organiser, hunt.id, action, minutes)
    hunt.refresh_from_db()
    assert (hunt.version, AuditEntry.objects.count()) == (1, 0)


def test_a_hunt_that_is_not_there_is_not_found(organiser: int) -> None:
    with pytest.raises(errors.NotFound):
        hunts.control(organiser, 10**9, "pause")


# --- what was shown is what is done ------------------------------------------------------------------------------


def test_who_is_touched_is_counted(hunt: Hunt) -> None:
    ada, bob, eve = (Hunter.of(hunt, name) for name in ("Ada", "Bob", "Eve"))
    Hunter.of(hunt, "Idle")
    for hunter in (ada, bob):
        enter(hunt.id, hunter.id)
        hunter.answers("wrong")
    for n in (1, 2, 3):
        bob.answers(f"right {n}")
    Player.objects.filter(id=eve.id).update(banned=True)
    seen = hunts.preview(hunt.id, "pause")
    assert (seen.players, seen.started, seen.answering, seen.clocks, seen.finished) == (3, 2, 2, 1, 1)
    assert seen.phase == ("live", "paused")
    assert seen.ends_at == (hunt.ends_at, hunt.ends_at)


@pytest.mark.parametrize("meanwhile", [("pause", None), ("extend", 10)])
def test_what_has_changed_since_it_was_shown_is_refused_and_shown_afresh(
    hunt: Hunt, organiser: int, meanwhile: tuple[str, int | None]
) -> None:
    seen = hunts.preview(hunt.id, "end")
    control(hunt, organiser, *meanwhile)
    command = new_id()
    with pytest.raises(errors.Outdated):
        hunts.control(organiser, hunt.id, "end", None, command, token=seen.token)
    hunt.refresh_from_db()
    assert hunt.ended_at is None
    seen = hunts.preview(hunt.id, "end")
    # Repeated when it is done: that the token is old by then is no refusal.
    for _ in range(2):
        hunts.control(organiser, hunt.id, "end", None, command, token=seen.token)
    assert AuditEntry.objects.filter(action="hunt.end").count() == 1


def test_a_phase_that_changes_by_the_clock_makes_what_was_shown_old(organiser: int) -> None:
    hunt = scheduled()
    seen = hunts.preview(hunt.id, "extend", 30)
    # As if the start had been long ago, and what was shown longer.
    assert seen.token == hunts._token(hunt, hunt.starts_at - 1)
    assert seen.token != hunts._token(hunt, hunt.starts_at)


def test_the_start_moves_and_the_hunt_keeps_its_length(organiser: int) -> None:
    before = scheduled()
    at = now_ms() + 7 * HOUR
    hunts.control(organiser, before.id, "reschedule", at=at)
    hunt = Hunt.objects.get(id=before.id)
    assert (hunt.starts_at, hunt.ends_at - hunt.starts_at) == (at, before.ends_at - before.starts_at)
    with pytest.raises(errors.Invalid):
        hunts.control(organiser, hunt.id, "reschedule", at=now_ms() - 1)
    for minutes, when in ((5, at), (None, None)):
        with pytest.raises(errors.Invalid):
            hunts.control(organiser, hunt.id, "reschedule", minutes, at=when)


@pytest.mark.parametrize("make", [live, paused])
def test_an_end_taken_back_costs_nobody_anything(organiser: int, make: Callable[[], Hunt]) -> None:
    before = make()
    hunt = control(before, organiser, "end")
    stood, left = clock(hunt), before.ends_at - now_ms()
    # Five hours later.
    moved = {name: F(name) - 5 * HOUR for name in ("starts_at", "ends_at", "paused_at", "ended_at")}
    Hunt.objects.update(**moved)
    hunt = control(hunt, organiser, "reopen")
    assert near(clock(hunt), stood)
    assert near(hunt.ends_at - now_ms(), left)
    assert phase(hunt.times, now_ms()) is (Phase.PAUSED if make is paused else Phase.LIVE)


# --- ids --------------------------------------------------------------------------------------------------------


def test_the_same_id_again_does_nothing_and_says_what_was_done(hunt: Hunt, organiser: int) -> None:
    command = new_id()
    done = hunts.control(organiser, hunt.id, "extend", 30, command)
    after = Hunt.objects.get(id=hunt.id)
    assert hunts.control(organiser, hunt.id, "extend", 30, command) == done
    assert Hunt.objects.get(id=hunt.id).ends_at == after.ends_at == hunt.ends_at + 30 * MINUTE
    assert (Hunt.objects.get(id=hunt.id).version, AuditEntry.objects.count()) == (2, 1)


def test_a_pause_repeated_after_the_resumption_does_not_pause_again(hunt: Hunt, organiser: int) -> None:
    command = new_id()
    control(hunt, organiser, "pause", command=command)
    control(hunt, organiser, "resume")
    after = control(hunt, organiser, "pause", command=command)
    assert after.paused_at is None


def test_an_id_for_something_else_is_a_conflict(hunt: Hunt, organiser: int) -> None:
    command = new_id()
    hunts.control(organiser, hunt.id, "extend", 30, command)
    other = make_hunt(current=False)
    for target, action, minutes in (
        (hunt.id, "extend", 31),
        (hunt.id, "pause", None),
        (other.id, "extend", 30),
    ):
        with pytest.raises(errors.IdConflict):
            hunts.control(organiser, target, action, minutes, command)
    assert AuditEntry.objects.count() == 1
    assert Hunt.objects.get(id=other.id).ends_at == other.ends_at


def test_an_id_that_was_refused_may_be_used_again(hunt: Hunt, organiser: int) -> None:
    command = new_id()
    with pytest.raises(errors.Invalid):
        hunts.control(organiser, hunt.id, "resume", None, command)
    control(hunt, organiser, "pause")
    assert control(hunt, organiser, "resume", command=command).paused_at is None


def test_two_organisers_may_use_the_same_id(hunt: Hunt, organiser: int) -> None:
    command, other = new_id(), make_user("other", staff=True).pk
    hunts.control(organiser, hunt.id, "extend", 30, command)
    hunts.control(other, hunt.id, "extend", 30, command)
    assert Hunt.objects.get(id=hunt.id).ends_at == hunt.ends_at + 60 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_everybody_is_told_once_it_is_durable(
    hunt: Hunt, organiser: int, events: list[dict[str, Any]]
) -> None:
    hunts.control(organiser, hunt.id, "pause")
    assert [(event["kind"], event["hunt"], event["version"]) for event in events] == [("hunt", hunt.id, 2)]
    with pytest.raises(errors.Invalid):
        hunts.control(organiser, hunt.id, "pause")
    assert len(events) == 1
