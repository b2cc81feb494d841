"""The scene that all projectors are held on, and what they show beside the board."""

import pytest

from game import errors
from game.models import AuditEntry, Hunt, LedgerEntry, StoryBlock
from game.queries import screens
from game.queries.clock import now_ms
from game.rules.phases import play_clock
from game.services import scenes
from game.services.moderation import moderate
from tests.factories import HOUR, leave_behind, make_hunt
from tests.services.hunters import Hunter, new_id

pytestmark = pytest.mark.django_db


def test_a_scene_is_pinned_by_somebody_once_and_let_go(hunt: Hunt, organiser: int) -> None:
    before, command = now_ms(), new_id()
    for _ in range(2):
        scenes.pin(organiser, hunt.id, "race", command)
    row = Hunt.objects.get(id=hunt.id)
    assert row.pin is not None
    assert (row.pin.scene, before <= row.pin.at <= now_ms()) == ("race", True)
    assert [row.pin.by] == list(AuditEntry.objects.values_list("user__username", flat=True))
    assert row.version == hunt.version  # nobody's page is to ask for anything
    assert AuditEntry.objects.get().detail["done"] == {"before": {"scene": ""}, "after": {"scene": "race"}}
    scenes.pin(organiser, hunt.id, None)
    assert Hunt.objects.get(id=hunt.id).pin is None
    with pytest.raises(errors.Invalid):
        scenes.pin(organiser, hunt.id, "curtain")


def test_the_field_counts_who_stands_where_and_since_when_nobody_got_past(hunt: Hunt, organiser: int) -> None:
    ada, bob, cleo, dora = (Hunter.of(hunt, name) for name in ("Ada", "Bob", "Cleo", "Dora"))
    for hunter in (ada, bob, cleo, dora):
        hunter.answers("wrong")
    assert screens.field(hunt.id) == (screens.Post(1, 4, None),)
    began = play_clock(hunt.times, now_ms())
    for hunter in (ada, bob):
        hunter.answers("right 1")
    first, second = screens.field(hunt.id)
    assert (first.q, first.here) == (1, 2) and first.since is not None and first.since >= began
    assert second == screens.Post(2, 2, None)
    moderate(organiser, hunt.id, cleo.id, "hide", "a test")
    assert [post.here for post in screens.field(hunt.id)] == [1, 2]


def test_a_course_is_what_the_ledger_says_and_ends_where_the_board_froze(hunt: Hunt) -> None:
    ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
    ada.answers("right 1"), ada.answers("right 2"), bob.answers("right 1")
    players = [ada.id, bob.id]
    course = screens.course(hunt.id, players)
    for line in course.lines:
        entries = LedgerEntry.objects.filter(player=line.player).exclude(points=0)
        assert line.points[-1] == sum(entries.values_list("points", flat=True))
        assert [course.start + after for after in line.after] == sorted(
            {*entries.values_list("at", flat=True)}
        )
    instant = leave_behind(course.start + course.lines[0].after[-1])
    Hunt.objects.filter(id=hunt.id).update(freeze_at=instant)
    ada.answers("right 3")
    later = screens.course(hunt.id, players)
    assert later.until == instant
    assert all(after <= instant - later.start for line in later.lines for after in line.after)


def test_the_opening_is_the_first_block_and_no_other(hunt: Hunt) -> None:
    assert screens.opening(hunt.id) == "<p>Before 1</p>\n"
    StoryBlock.objects.filter(question__position=1, when="before").delete()
    hunt.version += 1
    hunt.save()
    assert screens.opening(hunt.id) == ""


def test_before_the_start_nobody_is_told_how_it_begins() -> None:
    assert screens.opening(make_hunt(starts_at=now_ms() + HOUR).id) == ""
