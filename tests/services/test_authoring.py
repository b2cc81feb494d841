"""The author's desk: whatever is saved was checked, belongs to what was seen, happens once, and can be brought back."""

import base64
from typing import Any

import msgspec
import pytest

from game import errors
from game.models import AuditEntry, ContentVersion, Hunt, Image, KeptImage, Question
from game.packs import Pack, PackQuestion
from game.packs.reading import QUESTIONS
from game.queries import content
from game.services import authoring, desk, packs, versions
from game.services.authoring import HuntDraft, Picture
from game.services.questions import Edits, mend, source
from tests.factories import HOUR, make_hunt, now_ms
from tests.services.hunters import Hunter, assert_proved, new_id

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def early() -> Hunt:
    """Starts in an hour."""
    return make_hunt(started_h=-1)


def saved(hunt: Hunt, q: int = 1) -> desk.DeskQuestion:
    return desk.desk(hunt.id).questions[q - 1]


def save(
    user: int, hunt: Hunt, q: int = 1, new: Picture | None = None, command: Any = None, **values: Any
) -> Any:
    present = saved(hunt, q)
    draft = msgspec.structs.replace(present.content, **values)
    return authoring.save(user, hunt.id, present.id, present.token, draft, new, command)


def titles(hunt: Hunt) -> list[str]:
    return [question.content.title for question in desk.desk(hunt.id).questions]


def proved_positions(hunt: Hunt) -> None:
    positions = list(hunt.questions.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


def hunt_draft(hunt: Hunt, **values: Any) -> HuntDraft:
    hunt.refresh_from_db()
    said = {name: getattr(hunt, name) for name in HuntDraft.__struct_fields__}
    return HuntDraft(**{**said, **values})


# --- one question ---------------------------------------------------------------------------------------------------


def test_everything_of_a_question_is_written_and_said(early: Hunt, organiser: int) -> None:
    before = saved(early)
    done = save(
        organiser,
        early,
        title="New",
        before=("Once", "upon"),
        text="A *text*",
        answers=("one", "two"),
        close=(),
        threshold=90,
        hint="",
        points=50,
        after=(),
    )
    after = saved(early)
    assert after.content == PackQuestion(
        title="New",
        before=("Once", "upon"),
        text="A *text*",
        answers=("one", "two"),
        threshold=90,
        points=50,
    )
    assert after.token != before.token
    assert done["before"]["title"] == "Title 1"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail["asked"]["q"]) == ("question.mend", 1)
    assert entry.detail["done"]["after"]["before"] == ["Once", "upon"]
    early.refresh_from_db()
    assert content.of(early).question(1).title == "New"  # type: ignore[union-attr]


def test_a_draft_belongs_to_what_it_was_made_from_and_is_saved_once(early: Hunt, organiser: int) -> None:
    present, command = saved(early), new_id()
    draft = msgspec.structs.replace(present.content, points=7)
    first = authoring.save(organiser, early.id, present.id, present.token, draft, None, command)
    version = Hunt.objects.get(id=early.id).version
    assert authoring.save(organiser, early.id, present.id, present.token, draft, None, command) == first
    assert Hunt.objects.get(id=early.id).version == version
    with pytest.raises(errors.Outdated):
        authoring.save(organiser, early.id, present.id, present.token, draft)
    other = msgspec.structs.replace(draft, points=8)
    with pytest.raises(errors.IdConflict):
        authoring.save(organiser, early.id, present.id, present.token, other, None, command)
    with pytest.raises(errors.Invalid):
        save(organiser, early)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"text": " "}, "text"),
        ({"answers": ()}, "answers"),
        ({"close": ("RIGHT-1",)}, r"close\[1\]"),
        ({"before": ("x",) * 21}, "before"),
        ({"points": -1}, "points"),
        ({"image_alt": "of nothing"}, "image_alt"),
    ],
)
def test_what_a_pack_may_not_say_is_refused(
    early: Hunt, organiser: int, values: dict[str, Any], place: str
) -> None:
    with pytest.raises(errors.Invalid) as refused:
        save(organiser, early, **values)
    assert str(refused.value.text).startswith(place.replace("\\", ""))
    assert not ContentVersion.objects.exists()


def test_other_hunts_are_left_alone(early: Hunt, organiser: int) -> None:
    other = make_hunt(current=False)
    strange = saved(other)
    with pytest.raises(errors.NotFound):
        authoring.save(organiser, early.id, strange.id, strange.token, strange.content)
    with pytest.raises(errors.NotFound):
        authoring.remove(organiser, early.id, strange.id, strange.token)
    with pytest.raises(errors.Invalid):
        ids = [saved(early, q).id for q in (1, 2)]
        authoring.reorder(organiser, early.id, desk.desk(early.id).order, [*ids, strange.id])


# --- pictures -------------------------------------------------------------------------------------------------------


def test_a_picture_comes_is_replaced_and_goes(early: Hunt, organiser: int) -> None:
    save(organiser, early, new=Picture("My Map!.PNG", PNG), image_alt="A map")
    assert saved(early).content.image == "images/my-map.png"
    first = Image.objects.get()
    # Another picture of that name has another address, and the same bytes are the same picture.
    save(organiser, early, new=Picture("my map.png", PNG + b"2"), image_alt="A map")
    assert saved(early).content.image == "images/my-map-2.png"
    save(organiser, early, 2, new=Picture("my map.png", PNG), image_alt="The first")
    paths = list(Image.objects.order_by("path").values_list("path", flat=True))
    assert paths == ["images/my-map-2.png", "images/my-map.png"]
    assert not Image.objects.filter(token=first.token).exists()
    save(organiser, early, image=None, image_alt="")
    assert list(Image.objects.values_list("path", flat=True)) == ["images/my-map.png"]
    assert KeptImage.objects.count() == 2
    with pytest.raises(errors.Invalid):
        save(organiser, early, new=Picture("x.svg", b"<svg onload='x'/>"), image_alt="x")
    with pytest.raises(errors.Invalid):
        save(organiser, early, new=Picture("x.png", PNG + b"3"))  # nobody has described it
    assert Image.objects.count() == 1


def test_all_pictures_together_have_a_limit(
    early: Hunt, organiser: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authoring, "IMAGES_BYTES", 2 * len(PNG))
    save(organiser, early, 1, new=Picture("a.png", PNG), image_alt="A")
    save(organiser, early, 2, new=Picture("b.png", PNG[:-1] + b"b"), image_alt="B")
    with pytest.raises(errors.Invalid):
        save(organiser, early, 3, new=Picture("c.png", PNG[:-1] + b"c"), image_alt="C")
    save(organiser, early, 2, new=Picture("c.png", PNG[:-1] + b"c"), image_alt="C")  # in its place


# --- the chain ------------------------------------------------------------------------------------------------------


def test_questions_come_move_and_go_before_the_start(early: Hunt, organiser: int) -> None:
    ada = Hunter.of(early, "Ada")  # who has joined has seen nothing yet
    fresh = PackQuestion(title="Between", text="New", answers=("new",), after=("Well",))
    order, command = desk.desk(early.id).order, new_id()
    done = authoring.add(organiser, early.id, order, 2, fresh, None, command)
    assert authoring.add(organiser, early.id, order, 2, fresh, None, command) == done
    assert titles(early) == ["Title 1", "Between", "Title 2", "Title 3"]
    with pytest.raises(errors.Outdated):
        authoring.add(organiser, early.id, order, 1, fresh)
    ids = [question.id for question in desk.desk(early.id).questions]
    authoring.reorder(organiser, early.id, desk.desk(early.id).order, ids[::-1])
    assert titles(early) == ["Title 3", "Title 2", "Between", "Title 1"]
    with pytest.raises(errors.Outdated):
        authoring.reorder(organiser, early.id, order, ids)
    second = saved(early, 2)
    authoring.remove(organiser, early.id, second.id, second.token)
    assert titles(early) == ["Title 3", "Between", "Title 1"]
    proved_positions(early)
    assert saved(early, 2).content == fresh
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["question.add", "question.order", "question.delete"]
    Hunt.objects.filter(id=early.id).update(starts_at=now_ms() - 1)
    assert ada.answers("right 3").verdict == "correct"


def test_a_hunt_keeps_a_question_and_has_no_more_than_a_pack(
    early: Hunt, organiser: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        first = saved(early)
        authoring.remove(organiser, early.id, first.id, first.token)
    last = saved(early)
    with pytest.raises(errors.Invalid):
        authoring.remove(organiser, early.id, last.id, last.token)
    assert QUESTIONS > 1
    monkeypatch.setattr(authoring, "QUESTIONS", 1)
    with pytest.raises(errors.Invalid):
        authoring.add(organiser, early.id, desk.desk(early.id).order, 1, last.content)


def test_once_it_has_begun_the_chain_stands(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    there = desk.desk(hunt.id)
    assert there.fixed
    first, ids = there.questions[0], [question.id for question in there.questions]
    tries: list[Any] = [
        lambda: authoring.add(organiser, hunt.id, there.order, 4, first.content),
        lambda: authoring.remove(organiser, hunt.id, first.id, first.token),
        lambda: authoring.reorder(organiser, hunt.id, there.order, ids[::-1]),
        lambda: authoring.write_hunt(
            organiser, hunt.id, there.token, hunt_draft(hunt, ends_at=hunt.ends_at + HOUR)
        ),
    ]
    for attempt in tries:
        with pytest.raises(errors.Invalid):
            attempt()
    assert not AuditEntry.objects.exists()
    # Texts and answers are mended where they stand; what was judged stays judged.
    ada.answers("left 1")
    save(organiser, hunt, answers=("right 1", "left 1"), after=("Now it ends",), points=60)
    judged = ada.answers("left 1")
    assert judged.verdict == "correct"
    assert judged.award is not None
    assert judged.award.gross == 60
    assert judged.story[0].html == "<p>Now it ends</p>\n"
    assert_proved(hunt)


# --- the hunt itself ------------------------------------------------------------------------------------------------


def test_name_times_and_rules(early: Hunt, organiser: int) -> None:
    token = desk.desk(early.id).token
    draft = hunt_draft(
        early, title="Better", starts_at=early.starts_at + HOUR, settings={"hint_xp": 30, "xp_cap": 100}
    )
    authoring.write_hunt(organiser, early.id, token, draft)
    early.refresh_from_db()
    assert (early.title, early.settings) == ("Better", {"hint_xp": 30})
    assert early.starts_at == draft.starts_at
    entry = AuditEntry.objects.get()
    assert entry.detail["done"]["after"]["settings.hint_xp"] == 30
    with pytest.raises(errors.Outdated):
        authoring.write_hunt(organiser, early.id, token, draft)


@pytest.mark.parametrize(
    "values",
    [
        {"title": " "},
        {"title": "two\nlines"},
        {"tagline": "x" * 201},
        {"ends_at": 5},
        {"starts_at": 1 << 60, "ends_at": (1 << 60) + 1},
        {"settings": {"nonsense": 1}},
        {"settings": {"hint_xp": -1}},
        {"settings": {"xp_start": 101}},
    ],
)
def test_what_a_hunt_may_not_say_is_refused(early: Hunt, organiser: int, values: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid):
        authoring.write_hunt(organiser, early.id, desk.desk(early.id).token, hunt_draft(early, **values))
    assert not AuditEntry.objects.exists()


# --- versions -------------------------------------------------------------------------------------------------------


def test_each_change_is_a_version_and_each_version_can_be_brought_back(early: Hunt, organiser: int) -> None:
    save(organiser, early, new=Picture("map.png", PNG), image_alt="A map")
    save(organiser, early, 2, title="Second")
    second = saved(early, 2)
    authoring.remove(organiser, early.id, second.id, second.token)
    save(organiser, early, 1, image=None, image_alt="")
    assert [row.number for row in desk.version_list(early.id)] == [5, 4, 3, 2, 1]
    pack, would = desk.restored(early.id, 3)
    assert [(one.kind, one.q, one.field) for one in would] == [
        ("changed", 1, "image"),
        ("changed", 1, "image_alt"),
        ("added", 2, ""),
    ]
    early.refresh_from_db()
    authoring.replace_by(organiser, early.id, early.version, pack, "content.restore", {}, "version 3")
    assert titles(early) == ["Title 1", "Second", "Title 3"]
    assert bytes(Image.objects.get().data) == PNG
    assert [(one.kind, one.q) for one in desk.compared(early.id, 6)][-1] == ("added", 2)
    # The same content as version 3, and said to be.
    rows = {row.number: row for row in ContentVersion.objects.all()}
    assert rows[6].digest == rows[3].digest
    assert rows[6].note == "version 3"
    with pytest.raises(errors.Outdated):
        authoring.replace_by(organiser, early.id, early.version, pack, "content.restore", {}, "")
    early.refresh_from_db()
    with pytest.raises(errors.Invalid):
        authoring.replace_by(organiser, early.id, early.version, pack, "content.restore", {}, "")


def test_what_was_changed_elsewhere_is_a_version_of_its_own(early: Hunt, organiser: int) -> None:
    save(organiser, early, title="Mine")
    Question.objects.filter(hunt=early, position=2).update(title="The admin's")
    mend(organiser, early.id, 3, source(early.id, 3).token, Edits(points=5))
    rows = [(row.by_id, row.number) for row in ContentVersion.objects.order_by("number")]
    assert rows == [(None, 1), (organiser, 2), (None, 3), (organiser, 4)]
    assert [one.after for one in desk.compared(early.id, 3)] == ["The admin's"]
    assert [one.field for one in desk.compared(early.id, 4)] == ["points"]


def test_a_refusal_leaves_no_version(early: Hunt, organiser: int) -> None:
    with pytest.raises(errors.Invalid):
        save(organiser, early, text="")
    assert not ContentVersion.objects.exists()


def test_bringing_back_pulls_no_question_from_under_players(early: Hunt, organiser: int) -> None:
    ids = [question.id for question in desk.desk(early.id).questions]
    authoring.reorder(organiser, early.id, desk.desk(early.id).order, ids[::-1])
    save(organiser, early, 3, hint="Another")
    Hunt.objects.filter(id=early.id).update(starts_at=now_ms() - HOUR)
    ada = Hunter.of(early, "Ada")
    ada.answers("right 3")
    early.refresh_from_db()
    first, second = (desk.restored(early.id, number)[0] for number in (1, 2))
    with pytest.raises(errors.Invalid) as refused:
        authoring.replace_by(organiser, early.id, early.version, first, "content.restore", {}, "")
    assert "has been reached by players" in str(refused.value.text)
    start = early.starts_at
    authoring.replace_by(organiser, early.id, early.version, second, "content.restore", {}, "")
    assert saved(early, 3).content.hint == "Hint 1"
    early.refresh_from_db()
    assert early.starts_at == start
    assert_proved(early)


def test_a_pack_is_brought_in_as_an_import_would(early: Hunt, organiser: int) -> None:
    pack = Pack(title="Other", questions=(PackQuestion(title="Only", text="T", answers=("a",)),))
    told = desk.arriving(early.id, pack)
    assert {one.kind for one in told} == {"changed", "removed"}
    early.refresh_from_db()
    slug, start = early.slug, early.starts_at
    authoring.replace_by(organiser, early.id, early.version, pack, "content.pack", {}, "imported x.zip")
    early.refresh_from_db()
    assert (early.title, early.slug, early.starts_at) == ("Other", slug, start)
    assert packs.export_pack(early) == pack
    assert versions.snapshot(early) == versions.of_pack(pack)


# --- looking --------------------------------------------------------------------------------------------------------


def test_a_draft_is_shown_as_players_would_see_it(early: Hunt) -> None:
    present = saved(early, 2)
    draft = msgspec.structs.replace(
        present.content, text="*New*", hint="**Left**", before=("B",), after=("A",), answers=("right 1",)
    )
    look = desk.look(early.id, present.id, 0, draft, pictured=False)
    early.refresh_from_db()
    assert look.opens.question is not None
    assert (look.opens.question.q, look.opens.question.html) == (2, "<p><em>New</em></p>\n")
    assert [block.html for block in look.opens.story] == ["<p>After 1</p>\n", "<p>B</p>\n"]
    assert look.hint_html == "<p><strong>Left</strong></p>\n"
    assert look.solved.question == content.of(early).question(3)
    assert [block.html for block in look.solved.story] == ["<p>A</p>\n", "<p>Before 3</p>\n"]
    assert [(one.kind, one.place) for one in look.findings] == [("warning", "answers[1]")]
    # As a new one at the end, with a picture that nobody has described yet.
    last = desk.look(early.id, None, 9, draft, pictured=True)
    assert last.opens.question is not None
    assert (last.opens.question.q, last.opens.question.image) == (4, "new")
    assert last.solved.question is None
    assert ("fault", "image_alt") in [(one.kind, one.place) for one in last.findings]
    assert titles(early) == ["Title 1", "Title 2", "Title 3"]


def test_base64_is_what_a_browser_sends() -> None:
    sent = {"name": "a.png", "data": base64.b64encode(PNG).decode()}
    assert msgspec.convert(sent, Picture) == Picture("a.png", PNG)
