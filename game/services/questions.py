"""A question mended while it is played: its texts, its worth, and what is judged right or close from now on.

What has been judged stays judged. The hunt is held alone, so that no answer is judged by half of a change; its version
rises, and every process and page takes the new content.
"""

import hashlib
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from game import errors
from game.models import Hunt, Question
from game.packs import PackQuestion
from game.packs.checks import question_faults
from game.rendering import render
from game.rules.matching import Verdict, normalise
from game.services import audit, packs, versions
from game.services.audit import Detail

TEXTS = ("title", "text", "hint", "image_alt")
NUMBERS = ("points", "threshold")


class Splice(Struct, frozen=True):
    """In a text: from code point `at` on, `cut` of them give way to `put`. Small, however long the text."""

    at: int
    cut: int
    put: str


class Edits(Struct, frozen=True):
    """What is to change; null stays as it is."""

    title: Splice | None = None
    text: Splice | None = None
    hint: Splice | None = None
    image_alt: Splice | None = None
    points: int | None = None
    threshold: int | None = None


class QuestionSource(Struct, frozen=True):
    """A question as its author wrote it. `token` stands for all of it: edits name the one that they were made from.
    `image` is the address of its picture."""

    q: int
    token: str
    title: str
    text: str
    hint: str
    image: str | None
    image_alt: str
    answers: tuple[str, ...]
    close: tuple[str, ...]
    threshold: int
    points: int


class MendPreview(Struct, frozen=True):
    """Text and hint as players would see them."""

    html: str
    hint_html: str


def source(hunt_id: int, q: int) -> QuestionSource:
    """Raises NotFound."""
    row = _question(hunt_id, q)
    each = packs.exported(row)
    return QuestionSource(
        q=q,
        token=question_token(each),
        title=each.title,
        text=each.text,
        hint=each.hint,
        image=reverse("image", args=[row.image.token]) if row.image else None,
        image_alt=each.image_alt,
        answers=each.answers,
        close=each.close,
        threshold=each.threshold,
        points=each.points,
    )


def preview(hunt_id: int, q: int, token: str, edits: Edits) -> MendPreview:
    """What `mend` would show. Raises what it would raise."""
    each = _edited(packs.exported(_question(hunt_id, q)), token, edits)
    return MendPreview(render(each.text), render(each.hint))


def mend(user_id: int, hunt_id: int, q: int, token: str, edits: Edits, command: UUID | None = None) -> Detail:
    """Change texts and numbers of question `q`. Idempotent per command.

    Raises Outdated when the question is not the one of `token` any more, Invalid (with what is wrong) when a pack
    with it would be refused or nothing changes; NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        row = _question(hunt.id, q)
        old = packs.exported(row)
        new = _edited(old, token, edits)
        changed = [name for name in (*TEXTS, *NUMBERS) if getattr(old, name) != getattr(new, name)]
        if not changed:
            raise errors.Invalid(_("That would change nothing."))
        return _write(hunt, user_id, row, old, new, changed)

    asked: Detail = {"q": q, "token": token, "edits": msgspec.to_builtins(edits)}
    return audit.once(user_id, hunt_id, command, "question.mend", asked, act)


def judge_as(
    user_id: int, hunt_id: int, q: int, text: str, verdict: str, command: UUID | None = None
) -> Detail:
    """From now on `text` is accepted (`correct`), close, or neither (`wrong`). Idempotent per command.

    Raises Invalid when it is so already, and when no accepted answer would be left; NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        row = _question(hunt.id, q)
        old, folded = packs.exported(row), normalise(text)
        lists = {
            name: tuple(other for other in getattr(old, name) if normalise(other) != folded)
            for name in ("answers", "close")
        }
        if verdict != Verdict.WRONG:
            lists["answers" if verdict == Verdict.CORRECT else "close"] += (text.strip(),)
        new = msgspec.structs.replace(old, **lists)
        changed = [name for name in lists if _folded(getattr(old, name)) != _folded(getattr(new, name))]
        if not changed:
            raise errors.Invalid(_("It is so already."))
        return _write(hunt, user_id, row, old, new, changed)

    if verdict not in set(Verdict):
        raise errors.Invalid
    return audit.once(
        user_id, hunt_id, command, "question.key", {"q": q, "text": text, "verdict": verdict}, act
    )


def _question(hunt_id: int, q: int) -> Question:
    row = (
        Question.objects.filter(hunt_id=hunt_id, position=q)
        .select_related("image")
        .defer("image__data")
        .prefetch_related("story")
        .first()
    )
    if row is None:
        raise errors.NotFound
    return row


def question_token(each: PackQuestion) -> str:
    """Stands for all of a question: edits name the one that they were made from."""
    return hashlib.sha256(msgspec.json.encode(each)).hexdigest()[:16]


def _edited(old: PackQuestion, token: str, edits: Edits) -> PackQuestion:
    if question_token(old) != token:
        raise errors.Outdated
    values: dict[str, object] = {
        name: _spliced(getattr(old, name), splice)
        for name in TEXTS
        if (splice := getattr(edits, name)) is not None
    }
    values |= {name: value for name in NUMBERS if (value := getattr(edits, name)) is not None}
    new = msgspec.structs.replace(old, **values)
    _refuse_faults(new)
    return new


def _spliced(text: str, splice: Splice) -> str:
    return text[: splice.at] + splice.put + text[splice.at + splice.cut :]


def _refuse_faults(each: PackQuestion) -> None:
    if fault := next(question_faults(each), None):
        raise errors.Invalid(f"{fault.place} {fault.text}. {fault.cure}.")


def _folded(texts: tuple[str, ...]) -> set[str]:
    return {normalise(text) for text in texts}


def _write(
    hunt: Hunt, user_id: int, row: Question, old: PackQuestion, new: PackQuestion, changed: list[str]
) -> Detail:
    _refuse_faults(new)
    before, after = (msgspec.to_builtins(each) for each in (old, new))
    for name in changed:
        setattr(row, name, after[name])
    with versions.of_change(hunt, user_id):
        row.save(update_fields=changed)
        packs.touch_hunt(hunt.id)
    return {
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }
