"""A question mended while it is played: checked as a pack is, written down, and judged by at once."""

from typing import Any

import pytest

from game import errors
from game.models import AuditEntry, Hunt, Question
from game.queries.walls import Group, guesses
from game.rules.matching import normalise
from game.services.questions import Edits, Splice, judge_as, mend, preview, source
from tests.factories import add_image
from tests.services.hunters import Hunter, new_id

pytestmark = pytest.mark.django_db


def token(hunt: Hunt, q: int = 1) -> str:
    return source(hunt.id, q).token


def version(hunt: Hunt) -> int:
    return Hunt.objects.get(id=hunt.id).version


def test_texts_and_numbers_change_for_everybody_at_once(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    before = version(hunt)
    edits = Edits(
        title=Splice(0, 5, "A better title"),
        text=Splice(5, 0, "a *great* "),
        hint=Splice(0, 6, "Left"),
        points=80,
        threshold=90,
    )
    done = mend(organiser, hunt.id, 1, token(hunt), edits)
    assert version(hunt) == before + 1
    row = Question.objects.get(hunt=hunt, position=1)
    assert (row.title, row.text, row.hint, row.points, row.threshold) == (
        "A better title 1",
        "Text a *great* **1**",
        "Left",
        80,
        90,
    )
    assert done["before"] == {
        "title": "Title 1",
        "text": "Text **1**",
        "hint": "Hint 1",
        "points": 100,
        "threshold": 0,
    }
    judged = ada.answers("right 1")
    assert judged.award is not None
    assert judged.award.gross == 80
    assert AuditEntry.objects.get().action == "question.mend"


def test_edits_belong_to_what_they_were_made_from(hunt: Hunt, organiser: int) -> None:
    seen, command = token(hunt), new_id()
    edits = Edits(points=80)
    mend(organiser, hunt.id, 1, seen, edits, command)
    mend(organiser, hunt.id, 1, seen, edits, command)  # sent again: done before
    with pytest.raises(errors.Outdated):
        mend(organiser, hunt.id, 1, seen, Edits(points=70), new_id())
    with pytest.raises(errors.Outdated):
        preview(hunt.id, 1, seen, Edits(points=70))
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    "edits",
    [
        Edits(),
        Edits(text=Splice(0, 100, "")),
        Edits(text=Splice(0, 0, "a\0")),
        Edits(title=Splice(0, 0, "two\nlines")),
        Edits(hint=Splice(0, 0, "x" * 2_001)),
        Edits(image_alt=Splice(0, 0, "of no picture")),
        Edits(points=-1),
        Edits(threshold=101),
    ],
)
def test_what_a_pack_may_not_say_is_refused(hunt: Hunt, organiser: int, edits: Edits) -> None:
    before = version(hunt)
    with pytest.raises(errors.Invalid):
        mend(organiser, hunt.id, 1, token(hunt), edits)
    assert version(hunt) == before
    assert not AuditEntry.objects.exists()


def test_a_preview_shows_and_writes_nothing(hunt: Hunt) -> None:
    before = version(hunt)
    shown = preview(hunt.id, 1, token(hunt), Edits(text=Splice(0, 4, "<b>*New*"), hint=Splice(0, 0, "- ")))
    assert "<em>New</em>" in shown.html
    assert "<b>" not in shown.html
    assert "<li>" in shown.hint_html
    assert (version(hunt), Question.objects.get(hunt=hunt, position=1).text) == (before, "Text **1**")


def test_what_a_picture_shows_is_mended_too(hunt: Hunt, organiser: int) -> None:
    add_image(hunt, 1)
    mend(organiser, hunt.id, 1, token(hunt), Edits(image_alt=Splice(0, 3, "A drawing of")))
    assert Question.objects.get(hunt=hunt, position=1).image_alt == "A drawing of 1"


def test_a_guess_is_accepted_close_or_neither_from_now_on(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("Left 1")
    before = version(hunt)
    judge_as(organiser, hunt.id, 1, " LEFT-1 ", "close")
    assert ada.answers("left 1").verdict == "close"
    shown = guesses(hunt.id, 1, 1, [(normalise("left 1"), Group(1, 2, "Left 1", 0))])
    assert [group.verdict for group in shown.groups] == ["close"]
    judge_as(organiser, hunt.id, 1, "left 1", "correct")
    row = Question.objects.get(hunt=hunt, position=1)
    assert (row.answers, row.close) == (["right 1", "left 1"], ["close 1"])
    assert ada.answers("left 1").verdict == "correct"
    judge_as(organiser, hunt.id, 1, "Left 1", "wrong")
    assert Question.objects.get(hunt=hunt, position=1).answers == ["right 1"]
    assert version(hunt) == before + 3
    assert ada.row.solves == 1  # what was judged stays judged
    (entry,) = AuditEntry.objects.filter(detail__asked__verdict="correct")
    assert entry.detail["done"]["after"] == {"answers": ["right 1", "left 1"], "close": ["close 1"]}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("RIGHT 1", "correct"),
        ("close-1", "close"),
        ("neither", "wrong"),
        ("right 1", "wrong"),
        ("right 1", "close"),
        (" ", "correct"),
        ("a\0", "close"),
        ("x" * 257, "close"),
        ("left", "maybe"),
    ],
)
def test_what_is_so_already_or_makes_no_sense_is_refused(
    hunt: Hunt, organiser: int, text: str, verdict: str
) -> None:
    with pytest.raises(errors.Invalid):
        judge_as(organiser, hunt.id, 1, text, verdict)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("q", [0, 4])
def test_only_questions_that_there_are(hunt: Hunt, organiser: int, q: int) -> None:
    tries: list[Any] = [
        lambda: source(hunt.id, q),
        lambda: judge_as(organiser, hunt.id, q, "left", "close"),
        lambda: mend(organiser, hunt.id, q, "", Edits(points=1)),
    ]
    for attempt in tries:
        with pytest.raises(errors.NotFound):
            attempt()
