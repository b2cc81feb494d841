"""A hunt written at the author's desk. Whatever is saved here has been checked as a pack is, belongs to what its author
saw (`token`), is done once per command, is written down, and makes a version of the content.

Before the start everything may change. From then on the chain stands still, because players stand on it: a question is
changed where it is, as the console's mending does, and what was judged stays judged.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from msgspec import Struct

from game import errors
from game.models import Hunt, Image, Question
from game.packs import Fault, Pack, PackQuestion, checks
from game.packs.pictures import PictureError, picture
from game.packs.reading import IMAGES_BYTES, QUESTIONS
from game.packs.records import PackImage
from game.queries.clock import now_ms
from game.rules.phases import Phase, phase
from game.rules.settings import load
from game.services import audit, packs, versions
from game.services.audit import Detail
from game.services.questions import question_token

ASIDE = 1_000_000
"""Positions that nobody has, while the others change places."""
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}


class Picture(Struct, frozen=True, forbid_unknown_fields=True):
    """A new picture for a question: what its file was called, and its bytes (Base64 in JSON)."""

    name: str
    data: bytes


class HuntDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of the hunt itself. Instants in ms since the epoch; `settings`: those that differ, or all."""

    title: str
    tagline: str
    starts_at: int
    ends_at: int
    settings: dict[str, Any]


def fixed(hunt: Hunt) -> bool:
    """Whether the order of the questions stands: the hunt has begun, or somebody has seen a question.

    A hunt that is not the current one begins for nobody, whatever its start says: who writes for weeks is not locked
    out.
    """
    begun = hunt.current and phase(hunt.times, now_ms()) is not Phase.SCHEDULED
    return begun or packs.has_been_played(hunt)


def order_token(ids: Sequence[int]) -> str:
    """Stands for which questions there are and in which order."""
    return hashlib.sha256(msgspec.json.encode(ids)).hexdigest()[:16]


def hunt_token(hunt: Hunt) -> str:
    """Stands for what is said of the hunt itself."""
    said = [hunt.title, hunt.tagline, hunt.starts_at, hunt.ends_at, checks.differing(load(hunt.settings))]
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:16]


def save(
    user_id: int,
    hunt_id: int,
    question_id: int,
    token: str,
    draft: PackQuestion,
    new_picture: Picture | None = None,
    command: UUID | None = None,
) -> Detail:
    """Write question `question_id` as `draft` says; its picture is the one it has, none, or `new_picture`.

    Raises Outdated when it is not the one of `token` any more, Invalid with all that is wrong (or when nothing
    changes), NotFound, IdConflict.
    """
    row = _row(hunt_id, question_id)

    def act(hunt: Hunt) -> Detail:
        row = _row(hunt.id, question_id)
        old = packs.exported(row)
        if question_token(old) != token:
            raise errors.Outdated
        new, image = _with_picture(hunt, row, draft, new_picture)
        _refuse_faults(new)
        changed = [
            name for name in PackQuestion.__struct_fields__ if getattr(old, name) != getattr(new, name)
        ]
        if not changed:
            raise errors.Invalid(_("That would change nothing."))
        _write(row, new, image)
        _drop_unused(hunt)
        before, after = _plain(old), _plain(new)
        return {
            "q": row.position,
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }

    asked = {"q": row.position, "question": question_id, "token": token, **_asked(draft, new_picture)}
    return _once(user_id, hunt_id, command, "question.mend", asked, act)


def add(
    user_id: int,
    hunt_id: int,
    seen_order: str,
    at: int,
    draft: PackQuestion,
    new_picture: Picture | None = None,
    command: UUID | None = None,
) -> Detail:
    """A new question at position `at`; those from there on move back. Only before the start.

    Raises Outdated when the order is not the one of `seen_order`, Invalid, NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        ids = _ids(hunt, seen_order)
        if not 1 <= at <= len(ids) + 1:
            raise errors.Invalid
        if len(ids) >= QUESTIONS:
            raise errors.Invalid(_("%(n)d questions are the most.") % {"n": QUESTIONS})
        row = Question(hunt=hunt, position=ASIDE)
        new, image = _with_picture(hunt, row, draft, new_picture)
        _refuse_faults(new)
        _write(row, new, image)
        _place(hunt, [*ids[: at - 1], row.id, *ids[at - 1 :]])
        return {"question": row.id, "after": {"title": new.title}}

    asked = {"q": at, "order": seen_order, **_asked(draft, new_picture)}
    return _once(user_id, hunt_id, command, "question.add", asked, act)


def remove(user_id: int, hunt_id: int, question_id: int, token: str, command: UUID | None = None) -> Detail:
    """Delete a question; those behind it move up. Only before the start, and never the last one.

    Raises Outdated, Invalid, NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        row = _row(hunt.id, question_id)
        if question_token(packs.exported(row)) != token:
            raise errors.Outdated
        ids = _ids(hunt, None)
        if len(ids) == 1:
            raise errors.Invalid(_("A hunt has at least one question."))
        position, title = row.position, row.title
        row.delete()
        _place(hunt, [each for each in ids if each != question_id])
        _drop_unused(hunt)
        return {"q": position, "before": {"title": title}}

    asked: Detail = {"question": question_id, "token": token}
    return _once(user_id, hunt_id, command, "question.delete", asked, act)


def reorder(
    user_id: int, hunt_id: int, seen_order: str, ids: Sequence[int], command: UUID | None = None
) -> Detail:
    """Put the questions into the order of `ids`. Only before the start.

    Raises Outdated when the order is not the one of `seen_order`, Invalid when `ids` are not the hunt's, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        before = _ids(hunt, seen_order)
        if sorted(ids) != sorted(before):
            raise errors.Invalid
        if list(ids) == before:
            raise errors.Invalid(_("That would change nothing."))
        titles = dict(hunt.questions.values_list("id", "title"))
        _place(hunt, ids)
        return {
            "before": {"order": [titles[each] for each in before]},
            "after": {"order": [titles[each] for each in ids]},
        }

    return _once(user_id, hunt_id, command, "question.order", {"order": seen_order, "ids": list(ids)}, act)


def write_hunt(
    user_id: int, hunt_id: int, token: str, draft: HuntDraft, command: UUID | None = None
) -> Detail:
    """Title, tagline, start, end and settings. Once somebody has seen a question the console moves the end alone.

    Raises Outdated when they are not those of `token` any more, Invalid with all that is wrong, NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        if hunt_token(hunt) != token:
            raise errors.Outdated
        if faults := list(hunt_faults(draft)):
            raise errors.Invalid(sentences(faults))
        if (draft.starts_at, draft.ends_at) != (hunt.starts_at, hunt.ends_at) and fixed(hunt):
            raise errors.Invalid(_("The hunt has begun: the console moves its end."))
        settings = checks.differing(load(draft.settings))
        new = {
            "title": draft.title,
            "tagline": draft.tagline,
            "starts_at": draft.starts_at,
            "ends_at": draft.ends_at,
            **{f"settings.{name}": settings.get(name) for name in {**hunt.settings, **settings}},
        }
        old = {name: getattr(hunt, name) for name in ("title", "tagline", "starts_at", "ends_at")}
        old |= {f"settings.{name}": hunt.settings.get(name) for name in {**hunt.settings, **settings}}
        changed = [name for name in new if old[name] != new[name]]
        if not changed:
            raise errors.Invalid(_("That would change nothing."))
        if draft.starts_at != hunt.starts_at:
            # Nobody has played: what was paused or ended was a rehearsal of the console.
            hunt.paused_at, hunt.paused_ms, hunt.ended_at = None, 0, None
        hunt.title, hunt.tagline, hunt.settings = draft.title, draft.tagline, settings
        hunt.starts_at, hunt.ends_at = draft.starts_at, draft.ends_at
        if {"starts_at", "ends_at", "settings.freeze_minutes"} & set(changed) and not packs.has_been_played(
            hunt
        ):
            packs.plan_freeze(hunt)
        hunt.save()
        return {
            "before": {name: old[name] for name in changed},
            "after": {name: new[name] for name in changed},
        }

    asked: Detail = {"token": token, **_asked(draft, None)}
    return _once(user_id, hunt_id, command, "hunt.write", asked, act)


def hunt_faults(draft: HuntDraft) -> "list[Fault]":
    """What a pack with these values would be refused for."""
    faults = list(checks.text_faults("title", draft.title, checks.TITLE, one_line=True))
    if not draft.title.strip():
        faults.append(Fault("title", "is blank", "Give the hunt a name"))
    faults += checks.text_faults("tagline", draft.tagline, checks.TAGLINE, one_line=True)
    if draft.ends_at <= draft.starts_at:
        faults.append(Fault("ends_at", "is not after the start", "Let the hunt end after it has started"))
    if not 0 < draft.starts_at < FOREVER or not 0 < draft.ends_at < FOREVER:
        faults.append(Fault("starts_at", "or the end is in no year of ours", "Look at the date"))
    return faults + [
        Fault(f"settings.{fault.place}", fault.text, fault.cure)
        for fault in checks.settings_faults(draft.settings)
    ]


FOREVER = 221_845_392_000_000
"""The year 9000, as for packs."""


def replace_by(
    user_id: int,
    hunt_id: int,
    seen_version: int,
    pack: Pack,
    action: str,
    asked: Detail,
    note: str,
    command: UUID | None = None,
) -> Detail:
    """Let the hunt say what `pack` says: a pack that was sent (`content.pack`) or an earlier version
    (`content.restore`). Slug, start and end stay.

    The rules are those of an import over a hunt that exists: what players have reached keeps its place. Raises Outdated
    when the hunt is not at `seen_version` any more, Invalid (with every reason, or when nothing changes), IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        if hunt.version != seen_version:
            raise errors.Outdated
        if not pack.questions:
            raise errors.Invalid(_("A hunt has at least one question."))
        before = versions.snapshot(hunt)
        packs.import_pack(pack, slug=hunt.slug, starts_at=hunt.starts_at, ends_at=hunt.ends_at, replace=True)
        hunt.refresh_from_db()
        if versions.snapshot(hunt) == before:
            raise errors.Invalid(_("That would change nothing."))
        return {
            "before": {"questions": len(before.questions)},
            "after": {"questions": len(pack.questions)},
        }

    return _once(user_id, hunt_id, command, action, {"version": seen_version, **asked}, act, note=note)


def checked_picture(data: bytes) -> PackImage:
    """Raises Invalid with what is wrong with it."""
    try:
        return picture(data)
    except PictureError as reason:
        where = f" ({_('line %(n)d') % {'n': reason.line}})" if reason.line else ""
        raise errors.Invalid(f"{_('The picture')} {reason.text}{where}. {reason.cure}.") from None


def sentences(faults: Sequence[Fault]) -> str:
    return "\n".join(f"{fault.place} {fault.text}. {fault.cure}." for fault in faults)


def _once(
    user_id: int,
    hunt_id: int,
    command: UUID | None,
    action: str,
    asked: Detail,
    act: Callable[[Hunt], Detail],
    note: str = "",
) -> Detail:
    def kept(hunt: Hunt) -> Detail:
        with versions.of_change(hunt, user_id, note):
            version = hunt.version
            done = act(hunt)
            hunt.refresh_from_db()
            if hunt.version == version:
                packs.touch_hunt(hunt.id)
        return done

    return audit.once(user_id, hunt_id, command, action, asked, kept)


def _row(hunt_id: int, question_id: int) -> Question:
    row = (
        Question.objects.filter(hunt_id=hunt_id, id=question_id)
        .select_related("image")
        .defer("image__data")
        .prefetch_related("story")
        .first()
    )
    if row is None:
        raise errors.NotFound
    return row


def _ids(hunt: Hunt, seen_order: str | None) -> list[int]:
    """Of the questions in their order, which may still change."""
    if fixed(hunt):
        raise errors.Invalid(_("The hunt has begun: which questions there are, and their order, stays."))
    ids = list(hunt.questions.order_by("position").values_list("id", flat=True))
    if seen_order is not None and order_token(ids) != seen_order:
        raise errors.Outdated
    return ids


def _place(hunt: Hunt, ids: Sequence[int]) -> None:
    """Position 1 to the first of `ids`, and so on. Aside first: no two have one position at any moment."""
    hunt.questions.update(position=F("position") + ASIDE)
    rows = {row.id: row for row in hunt.questions.only("id", "position")}
    for position, each in enumerate(ids, start=1):
        rows[each].position = position
    Question.objects.bulk_update(rows.values(), ["position"])


def _with_picture(
    hunt: Hunt, row: Question, draft: PackQuestion, fresh: Picture | None
) -> tuple[PackQuestion, Image | None]:
    """The draft with its picture's path, and the picture's row."""
    present = row.image if row.image_id else None
    if fresh is None:
        if draft.image is None:
            return draft, None
        if present is None or present.path != draft.image:
            raise errors.Outdated
        return draft, present
    image = checked_picture(fresh.data)
    others = hunt.images.exclude(id=present.id) if present else hunt.images.all()
    held = others.aggregate(size=Sum(Length("data")))["size"] or 0
    if held + len(image.data) > IMAGES_BYTES:
        raise errors.Invalid(_("All pictures together may have %(n)d MiB.") % {"n": IMAGES_BYTES >> 20})
    path = _free_path(hunt, fresh.name, image)
    found = hunt.images.filter(path=path).first() or Image.objects.create(
        hunt=hunt,
        path=path,
        media_type=image.media_type,
        data=image.data,
        token=secrets.token_urlsafe(packs.TOKEN_BYTES),
    )
    return msgspec.structs.replace(draft, image=path), found


def _free_path(hunt: Hunt, name: str, image: PackImage) -> str:
    """images/NAME.KIND, told apart by a number from another picture of that name."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.rpartition(".")[0].lower() or name.lower()).strip("-")[:60]
    extension, number = EXTENSIONS[image.media_type], 1
    while True:
        path = f"images/{stem or 'picture'}{f'-{number}' if number > 1 else ''}.{extension}"
        there = hunt.images.filter(path__iexact=path).first()
        if there is None or (there.path == path and bytes(there.data) == image.data):
            return path
        number += 1


def _drop_unused(hunt: Hunt) -> None:
    """Pictures that no question shows any more. Versions keep them."""
    hunt.images.filter(question=None).delete()


def _write(row: Question, new: PackQuestion, image: Image | None) -> None:
    for name in packs.CONTENT:
        value = getattr(new, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.image = image
    row.save()
    packs.write_story(row, new)


def _refuse_faults(each: PackQuestion) -> None:
    if faults := list(checks.question_faults(each)):
        raise errors.Invalid(sentences(faults))


def _asked(draft: Struct, fresh: Picture | None) -> Detail:
    """What makes two commands the same one, without keeping all of a question a second time."""
    said = hashlib.sha256(msgspec.json.encode([draft, fresh])).hexdigest()
    return {"draft": said}


def _plain(each: PackQuestion) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(each))
    return plain
