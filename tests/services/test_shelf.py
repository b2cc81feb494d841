"""The hunts of a server: begun, brought in, and made the current one, each once and never by half."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from game import errors
from game.models import AuditEntry, Hunt
from game.packs import Pack, PackQuestion
from game.services import authoring, desk, packs, shelf, testplay
from game.services.authoring import HuntDraft
from tests.factories import HOUR, make_hunt, now_ms
from tests.services.hunters import Hunter, new_id

pytestmark = pytest.mark.django_db

QUESTION = PackQuestion(title="One", text="x", answers=("y",))


@contextmanager
def refused(words: str) -> Iterator[None]:
    """As Invalid, in a sentence that has these words."""
    with pytest.raises(errors.Invalid) as refusal:
        yield
    assert words in str(refusal.value.text)


def current() -> str | None:
    return Hunt.objects.filter(current=True).values_list("title", flat=True).first()


def test_a_hunt_is_begun_written_and_shown(organiser: int) -> None:
    command = new_id()
    hunt = shelf.begin(organiser, "  Night Shift ", command)
    assert shelf.begin(organiser, "  Night Shift ", command) == hunt
    assert (hunt.title, hunt.slug, hunt.current) == ("Night Shift", "night-shift", False)
    assert hunt.starts_at % HOUR == 0
    assert 6 * 24 * HOUR < hunt.starts_at - now_ms() < 8 * 24 * HOUR
    shown = desk.desk(hunt.id)
    assert [(found.kind, found.place) for found in shown.findings] == [("fault", "questions")]

    with refused("no question"):
        shelf.show(organiser, hunt.id, None, new_id())
    authoring.add(organiser, hunt.id, shown.order, 1, QUESTION)
    command = new_id()
    done = shelf.show(organiser, hunt.id, None, command)
    assert shelf.show(organiser, hunt.id, None, command) == done
    assert current() == "Night Shift"
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "hunt.begin",
        "question.add",
        "hunt.current",
    }
    assert [(version.who, version.note) for version in desk.version_list(hunt.id)] == [
        ("organiser", "1. One: added"),
        ("organiser", "begun"),
    ]


def test_names_are_free_whatever_the_title(organiser: int) -> None:
    titles = ("Night Shift", "Night Shift", "Ночь", "夜", "x" * 120)
    slugs = [shelf.begin(organiser, title, new_id()).slug for title in titles]
    assert slugs == ["night-shift", "night-shift-2", "hunt", "hunt-2", "x" * 50]


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "x" * 121, "\u0000"])
def test_a_hunt_needs_a_name(organiser: int, title: str) -> None:
    with refused("title"):
        shelf.begin(organiser, title, new_id())
    assert not Hunt.objects.exists()


def test_one_command_is_one_hunt(organiser: int) -> None:
    command = new_id()
    shelf.begin(organiser, "One", command)
    with pytest.raises(errors.IdConflict):
        shelf.begin(organiser, "Two", command)
    Hunt.objects.all().delete()
    with pytest.raises(errors.NotFound):
        shelf.begin(organiser, "One", command)


def test_a_pack_is_a_hunt_of_its_own(organiser: int) -> None:
    old = make_hunt(slug="lamp")
    pack = msgspec.structs.replace(packs.export_pack(old), slug="lamp")
    hunt = shelf.bring(organiser, pack, "lamp.zip", new_id())
    assert (hunt.slug, hunt.current, hunt.questions.count()) == ("lamp-2", False, 3)
    assert packs.export_pack(hunt) == packs.export_pack(old)
    assert desk.version_list(hunt.id)[0].note == "imported lamp.zip"
    assert [(line.slug, line.questions) for line in desk.hunts()] == [("lamp", 3), ("lamp-2", 3)]


def test_what_is_shown_is_what_was_seen(organiser: int, hunt: Hunt, ada: Hunter) -> None:
    other = shelf.bring(organiser, Pack(title="Other", questions=(QUESTION,)), "o.zip", new_id())
    with pytest.raises(errors.Outdated):
        shelf.show(organiser, other.id, None, new_id())
    shelf.show(organiser, other.id, hunt.id, new_id())
    with pytest.raises(errors.Invalid):
        shelf.show(organiser, other.id, other.id, new_id())
    shelf.show(organiser, hunt.id, other.id, new_id())
    assert current() == hunt.title
    assert AuditEntry.objects.latest("id").detail["done"]["before"] == {"current": "Other"}
    # A copy that an author plays in is nobody's hunt.
    testplay.begin(organiser, hunt.id, 1)
    copy = Hunt.objects.get(test_play__of=hunt)
    with pytest.raises(errors.NotFound):
        shelf.show(organiser, copy.id, hunt.id, new_id())
    assert copy.id not in [line.id for line in desk.hunts()]


def test_who_writes_for_weeks_is_not_locked_out(organiser: int) -> None:
    """Its start has passed, but nobody was ever shown it."""
    hunt = make_hunt(current=False, started_h=5)
    shown = desk.desk(hunt.id)
    assert not shown.fixed
    ids = [question.id for question in shown.questions]
    authoring.reorder(organiser, hunt.id, shown.order, ids[::-1])
    shelf.show(organiser, hunt.id, None, new_id())
    assert desk.desk(hunt.id).fixed
    with refused("begun"):
        authoring.reorder(organiser, hunt.id, authoring.order_token(ids[::-1]), ids)


def test_an_empty_version_is_not_brought_back(organiser: int) -> None:
    hunt = shelf.begin(organiser, "Night Shift", new_id())
    authoring.add(organiser, hunt.id, desk.desk(hunt.id).order, 1, QUESTION)
    pack, _changes = desk.restored(hunt.id, 1)
    with refused("at least one"):
        authoring.replace_by(
            organiser, hunt.id, desk.desk(hunt.id).version, pack, "content.restore", {}, "back"
        )


def test_the_freeze_follows_what_is_said_of_the_hunt(organiser: int) -> None:
    hunt = make_hunt(started_h=-2)

    def write(**values: object) -> int | None:
        shown = desk.desk(hunt.id)
        said = {name: getattr(shown, name) for name in HuntDraft.__struct_fields__}
        authoring.write_hunt(organiser, hunt.id, shown.token, HuntDraft(**{**said, **values}))
        hunt.refresh_from_db()
        return hunt.freeze_at

    assert write(settings={"freeze_minutes": 60}) == hunt.ends_at - HOUR
    assert write(ends_at=hunt.ends_at + HOUR) == hunt.ends_at - HOUR
    assert write(tagline="New") == hunt.ends_at - HOUR
    assert write(settings={}) is None
