"""The reveal as an organiser runs it: what is possible when, and that its step is in the row and nowhere else."""

from typing import Any

import pytest
from django.db.models import F

from game import errors
from game.models import AuditEntry, Hunt
from game.queries.clock import now_ms
from game.queries.freeze import standings_at, visible_until
from game.queries.reveal import ceremony
from game.rules.freeze import step_at
from game.services import hunts
from game.services.freeze import freeze, unfreeze
from game.services.moderation import grant
from game.services.questions import judge_as
from game.services.regrade import apply, preview
from game.services.reveal import reveal
from leaderboard.ranking import Board
from tests.factories import HOUR
from tests.services.hunters import MINUTE, Hunter, new_id
from tests.services.test_freeze import facts, frozen

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter) -> Hunt:
    """Ada led at the freeze; Bob has passed her since, and the hunt is over."""
    ada.answers("right 1")
    bob.answers("left 1")
    frozen(hunt)
    bob.solves_until(4)
    hunts.control(organiser, hunt.id, "end")
    return Hunt.objects.get(id=hunt.id)


def now(hunt: Hunt) -> Hunt:
    return Hunt.objects.get(id=hunt.id)


def done(hunt: Hunt) -> int:
    return step_at(now(hunt).curtain, now_ms())


def test_step_by_step_to_the_live_board(night: Hunt, organiser: int, bob: Hunter) -> None:
    reveal(organiser, night.id, "start")
    row = now(night)
    assert row.freeze_at is not None and row.reveal_at is not None
    steps = ceremony(night.id, row.freeze_at, row.reveal_at).steps
    assert [(step.name, step.q, step.gained, step.rank) for step in steps] == [
        ("Bob", 1, 100, 2),
        ("Bob", 2, 100, 1),
        ("Bob", 3, 100, 1),
    ]
    assert (row.reveal_steps, done(night), row.version) == (3, 0, night.version)
    for step in range(3):
        assert visible_until(now(night)) == night.freeze_at
        reveal(organiser, night.id, "next", step=step)
        assert done(night) == step + 1
    assert visible_until(now(night)) is None
    with pytest.raises(errors.Invalid):
        reveal(organiser, night.id, "next")
    actions = AuditEntry.objects.filter(action__startswith="reveal.").order_by("id")
    assert [entry.action for entry in actions] == ["reveal.start"] + ["reveal.next"] * 3


def test_whatever_happened_since_it_ends_at_the_final_board(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    """Grants, a regrade of a guess from before the freeze, a skip into the finish, a newcomer."""
    cleo = Hunter.of(hunt, "Cleo")
    for hunter in (ada, bob, cleo):
        hunter.answers("right 1" if hunter is ada else "left 1")
        hunter.has_xp(100)
    instant = frozen(hunt)
    ada.answers("right 2")
    ada.skips()
    grant(organiser, hunt.id, bob.id, 70, 0, "why")
    grant(organiser, hunt.id, bob.id, -30, 0, "why")
    judge_as(organiser, hunt.id, 1, "left 1", "correct")
    apply(organiser, hunt.id, 1, preview(hunt.id, 1).token, "why")
    cleo.answers("right 2")
    Hunter.of(hunt, "Late").answers("right 1")
    ends = now_ms()
    held = ceremony(hunt.id, instant, ends)
    final = facts(standings_at(hunt.id, ends))
    lines = held.frozen | held.lines(len(held.steps))
    assert facts(lines.values()) == final
    assert [row.name for row in Board(lines.values()).top_rows()] == ["Ada", "Cleo", "Bob", "Late"]
    assert facts((held.frozen | held.lines(0)).values()) == facts(standings_at(hunt.id, instant))


def test_it_goes_back_and_by_the_clock_and_is_held(night: Hunt, organiser: int) -> None:
    reveal(organiser, night.id, "start")
    with pytest.raises(errors.Invalid):
        reveal(organiser, night.id, "back")
    reveal(organiser, night.id, "next")
    reveal(organiser, night.id, "auto", seconds=2)
    Hunt.objects.update(reveal_since=F("reveal_since") - 2_000)
    assert done(night) == 2
    reveal(organiser, night.id, "hold", step=2)
    Hunt.objects.update(reveal_since=F("reveal_since") - HOUR)
    assert done(night) == 2
    reveal(organiser, night.id, "back")
    assert done(night) == 1
    reveal(organiser, night.id, "auto", seconds=2)
    Hunt.objects.update(reveal_since=F("reveal_since") - MINUTE)
    # Its last step is the clock's.
    assert visible_until(now(night)) is None


def test_of_two_who_press_at_once_one_does(night: Hunt, organiser: int) -> None:
    reveal(organiser, night.id, "start")
    command = new_id()
    for _ in range(2):
        reveal(organiser, night.id, "next", step=0, command=command)
    with pytest.raises(errors.Outdated):
        reveal(organiser, night.id, "next", step=0)
    assert done(night) == 1


def test_broken_off_it_is_frozen_as_before_and_can_begin_again(night: Hunt, organiser: int) -> None:
    for _ in range(2):
        reveal(organiser, night.id, "start")
        reveal(organiser, night.id, "next")
        reveal(organiser, night.id, "abort")
        assert (visible_until(now(night)), done(night), now(night).reveal_at) == (night.freeze_at, 0, None)
    unfreeze(organiser, night.id)
    assert visible_until(now(night)) is None


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("next", {}),
    ("abort", {}),
    ("auto", {"seconds": 1}),
    ("auto", {}),
    ("start", {"seconds": 5}),
    ("dance", {}),
]


@pytest.mark.parametrize(("action", "more"), REFUSED)
def test_what_makes_no_sense_is_refused(
    night: Hunt, organiser: int, action: str, more: dict[str, Any]
) -> None:
    with pytest.raises(errors.Invalid):
        reveal(organiser, night.id, action, **more)


def test_not_before_the_end_and_not_without_a_freeze(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    with pytest.raises(errors.Invalid):
        reveal(organiser, hunt.id, "start")
    frozen(hunt)
    ada.answers("right 1")
    with pytest.raises(errors.Invalid):
        reveal(organiser, hunt.id, "start")


def test_nothing_to_reveal(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("right 1")
    frozen(hunt)
    hunts.control(organiser, hunt.id, "end")
    with pytest.raises(errors.Invalid):
        reveal(organiser, hunt.id, "start")


def test_after_the_reveal_a_hunt_that_goes_on_can_freeze_again(night: Hunt, organiser: int) -> None:
    reveal(organiser, night.id, "start")
    for _ in range(3):
        reveal(organiser, night.id, "next")
    hunts.control(organiser, night.id, "extend", 60)
    freeze(organiser, night.id)
    assert visible_until(now(night), now_ms() + MINUTE) is not None
