"""The hunts of this server: one is begun, one comes as a pack, one of them becomes the current one."""

from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from game import errors
from game.models import AuditEntry, Hunt
from game.packs import Fault, Pack, checks
from game.queries.clock import now_ms
from game.services import audit, packs, versions
from game.services.audit import Detail
from game.services.authoring import sentences
from game.services.packs import DEFAULT_LENGTH, HOUR_MS

AHEAD_MS = 7 * 24 * HOUR_MS
"""A hunt that is begun starts at a full hour in a week, until somebody says when."""


def begin(user_id: int, title: str, command: UUID) -> Hunt:
    """A new hunt of this title without a question, which nobody is shown. Once per command.

    Raises Invalid with all that is wrong with the title, IdConflict, RetryLater when two take one name at once.
    """
    faults = list(checks.text_faults("title", title, checks.TITLE, one_line=True))
    if not title.strip():
        faults.append(Fault("title", "is blank", "Give the hunt a name"))
    if faults:
        raise errors.Invalid(sentences(faults))
    start = -(-(now_ms() + AHEAD_MS) // HOUR_MS) * HOUR_MS

    def make(slug: str) -> Hunt:
        return Hunt.objects.create(
            slug=slug, title=title.strip(), starts_at=start, ends_at=start + DEFAULT_LENGTH
        )

    return _once(user_id, command, "hunt.begin", title, title, _("begun"), make)


def bring(user_id: int, pack: Pack, file: str, command: UUID) -> Hunt:
    """A new hunt as `pack` has it, which nobody is shown; its name differs from that of every other. Once per command.

    Raises Invalid, IdConflict, RetryLater.
    """
    return _once(
        user_id,
        command,
        "hunt.bring",
        file,
        pack.slug or pack.title,
        _("imported %(file)s") % {"file": file},
        lambda slug: packs.import_pack(pack, slug=slug),
    )


def show(user_id: int, hunt_id: int, instead: int | None, command: UUID) -> Detail:
    """Let the pages and sockets be about this hunt, and not about hunt `instead` any more.

    Raises Outdated when another one than `instead` is current, Invalid for a hunt without questions, NotFound,
    IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        if hasattr(hunt, "test_play"):
            raise errors.NotFound
        present = Hunt.objects.filter(current=True).values_list("id", "title").first()
        if (present and present[0]) != instead:
            raise errors.Outdated
        if hunt.current:
            raise errors.Invalid(_("That would change nothing."))
        packs.make_current(hunt.id)
        return {
            "before": {"current": present[1] if present else None},
            "after": {"current": hunt.title},
        }

    return audit.once(user_id, hunt_id, command, "hunt.current", {"instead": instead}, act)


def _once(
    user_id: int, command: UUID, action: str, asked: str, name: str, note: str, make: Callable[[str], Hunt]
) -> Hunt:
    """As `audit.once`, for what is not there yet: the hunt that `make` makes under a free name."""
    try:
        with transaction.atomic():
            return _made(user_id, command, action, asked, name, note, make)
    except IntegrityError:
        raise errors.RetryLater from None


def _made(
    user_id: int, command: UUID, action: str, asked: str, name: str, note: str, make: Callable[[str], Hunt]
) -> Hunt:
    earlier = AuditEntry.objects.filter(user_id=user_id, command=command).select_related("hunt").first()
    if earlier is not None:
        if (earlier.action, earlier.detail.get("asked")) != (action, {"text": asked}):
            raise errors.IdConflict
        if earlier.hunt is None:
            raise errors.NotFound
        return earlier.hunt
    hunt = make(_free_slug(name))
    versions.keep(hunt, user_id, note)
    done: Detail = {"after": {"title": hunt.title}}
    audit.write_down(user_id, hunt.id, action, {"text": asked}, done, command=command)
    return hunt


def _free_slug(name: str) -> str:
    """NAME, or NAME-2 and so on. A title in another script is a hunt all the same."""
    stem = slugify(name)[:50].strip("-") or "hunt"
    taken = set(Hunt.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return slug
