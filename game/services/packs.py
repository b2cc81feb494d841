"""A hunt pack into rows and back. What has been played keeps its place: players and attempts point at it."""

import secrets

from django.db import transaction
from django.db.models import Max, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Attempt, Hunt, Image, LedgerEntry, Question, StoryBlock
from game.packs import Pack, PackImage, PackQuestion
from game.packs.checks import SLUG, differing
from game.queries.clock import now_ms
from game.rules.settings import load
from game.services.locks import own_hunt

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
DEFAULT_LEAD = 24 * HOUR_MS
DEFAULT_LENGTH = 48 * HOUR_MS

TOKEN_BYTES = 24

CONTENT = ("title", "text", "image_alt", "answers", "close", "threshold", "hint", "points")


@transaction.atomic
def import_pack(
    pack: Pack,
    *,
    slug: str | None = None,
    starts_at: int | None = None,
    ends_at: int | None = None,
    length: int | None = None,
    make_current: bool = False,
    replace: bool = False,
) -> Hunt:
    """Make the hunt that `pack` describes, or bring an existing one of the same slug up to it (`replace`).

    The slug is the argument, else the pack's, else made of the title. The instants (or `length`, in ms) are the
    arguments, else the pack's, else what the hunt has; a new hunt starts in a day and lasts 48 hours. Once
    somebody has seen a question the pack's instants no longer count: the console moves them.

    Holds the hunt alone, so that no answer is judged by half of a pack. Questions are updated in place, by
    position. Raises Invalid, and changes nothing, for an existing slug without `replace` (unless nothing
    would change), for contradictory instants, and for what would take a question from under players who have
    reached it.
    """
    slug = slug or pack.slug or slugify(pack.title)[:60].strip("-")
    if not SLUG.fullmatch(slug):
        raise errors.Invalid(
            "No slug can be made of this title: choose one of letters a to z, digits, - and _."
        )
    found = Hunt.objects.filter(slug=slug).first()
    hunt = own_hunt(found.id) if found else Hunt(slug=slug, version=0)
    before = (export_pack(hunt, schedule=True), hunt.current) if found else None
    _set_instants(hunt, pack, starts_at, ends_at, length)
    hunt.title, hunt.tagline, hunt.settings = pack.title, pack.tagline, differing(pack.settings)
    if found is None or not has_been_played(hunt):
        plan_freeze(hunt)
    hunt.save()
    _write_questions(hunt, pack)
    if make_current and not hunt.current:
        _give_way(hunt)
        hunt.current = True
    if before == (export_pack(hunt, schedule=True), hunt.current):
        return hunt
    if before is not None and not replace:
        raise errors.Invalid(
            f"There is a hunt “{slug}” already, and it differs: replace it (--replace), or choose another --slug."
        )
    _raise_version(hunt)
    return hunt


def export_pack(hunt: Hunt, *, schedule: bool = False) -> Pack:
    """The pack that this hunt was made of. With `schedule` it also says slug and instants, whoever said them."""
    questions = hunt.questions.select_related("image").prefetch_related("story").order_by("position")
    shown = hunt.images.filter(id__in=questions.values("image")).order_by("path")
    return Pack(
        title=hunt.title,
        tagline=hunt.tagline,
        slug=hunt.slug if schedule else None,
        starts_at=hunt.starts_at if schedule else None,
        ends_at=hunt.ends_at if schedule else None,
        settings=load(hunt.settings),
        questions=tuple(map(exported, questions)),
        images={row.path: PackImage(row.media_type, bytes(row.data)) for row in shown},
    )


@transaction.atomic
def touch_hunt(hunt_id: int) -> None:
    """Say that rows of this hunt have changed: raise its version and tell every process after the commit."""
    _raise_version(own_hunt(hunt_id))


@transaction.atomic
def make_current(hunt_id: int) -> None:
    """Let the pages and sockets be about this hunt. Raises Invalid while it has no question."""
    hunt = own_hunt(hunt_id)
    if not hunt.questions.exists():
        raise errors.Invalid(_("It has no question yet."))
    if not hunt.current:
        _give_way(hunt)
        hunt.current = True
        _raise_version(hunt)


def plan_freeze(hunt: Hunt) -> None:
    """The board's freeze as the settings and the end have it; the row is the caller's to save."""
    minutes = load(hunt.settings).freeze_minutes
    hunt.freeze_at = max(hunt.starts_at, hunt.ends_at - minutes * MINUTE_MS) if minutes else None


def has_been_played(hunt: Hunt) -> bool:
    """Whether anybody has seen a question: from then on its times count for points."""
    return _reached(hunt) > 0


def _raise_version(hunt: Hunt) -> None:
    hunt.version += 1
    hunt.save(update_fields=["version", "current"])
    publish_on_commit("hunt", {"hunt": hunt.id, "version": hunt.version})


def _give_way(hunt: Hunt) -> None:
    for other in Hunt.objects.select_for_update().filter(current=True).exclude(id=hunt.id):
        other.current = False
        _raise_version(other)


def _reached(hunt: Hunt) -> int:
    """The highest position that anybody has come to; 0 is none."""
    tops = (
        Attempt.objects.filter(hunt=hunt).aggregate(top=Max("question__position")),
        LedgerEntry.objects.filter(hunt=hunt).aggregate(top=Max("question__position")),
        hunt.players.filter(Q(position__gt=1) | Q(shown_clock__isnull=False)).aggregate(top=Max("position")),
    )
    return max(found["top"] or 0 for found in tops)


def _set_instants(
    hunt: Hunt, pack: Pack, starts_at: int | None, ends_at: int | None, length: int | None
) -> None:
    old = (hunt.starts_at, hunt.ends_at) if hunt.id else None
    if old and has_been_played(hunt):
        if (starts_at or old[0], ends_at or (old[0] + length if length else old[1])) != old:
            raise errors.Invalid(
                f"The hunt “{hunt.slug}” has been played: its start stays, and the console moves its end. "
                "Choose another slug to play it again."
            )
        return
    start = starts_at or pack.starts_at or (old[0] if old else now_ms() + DEFAULT_LEAD)
    if ends_at is not None:
        end = ends_at
    elif length is not None:
        end = start + length
    elif pack.ends_at is not None and (starts_at is None or pack.starts_at is None):
        end = pack.ends_at
    elif pack.ends_at is not None and pack.starts_at is not None:
        end = start + pack.ends_at - pack.starts_at
    else:
        end = start + (old[1] - old[0] if old else DEFAULT_LENGTH)
    if end <= start:
        raise errors.Invalid("The hunt would end before it has started.")
    hunt.starts_at, hunt.ends_at = start, end
    if old and start != old[0]:
        # Nobody has played: what was paused or ended was a rehearsal of the console.
        hunt.paused_at, hunt.paused_ms, hunt.ended_at = None, 0, None


def _write_questions(hunt: Hunt, pack: Pack) -> None:
    rows = {row.position: row for row in hunt.questions.all()}
    if reached := _reached(hunt):
        _refuse_displacing(hunt, rows, pack, reached)
    images = _write_images(hunt, pack)
    for position, each in enumerate(pack.questions, start=1):
        row = rows.get(position) or Question(hunt=hunt, position=position)
        for name in CONTENT:
            value = getattr(each, name)
            setattr(row, name, list(value) if isinstance(value, tuple) else value)
        row.image = images[each.image] if each.image is not None else None
        row.save()
        write_story(row, each)
    hunt.questions.filter(position__gt=len(pack.questions)).delete()
    hunt.images.exclude(path__in=list(pack.images)).delete()


def _write_images(hunt: Hunt, pack: Pack) -> dict[str, Image]:
    """The rows by path. The same bytes keep their address; others get a new one, which nobody can guess."""
    rows = {row.path: row for row in hunt.images.all()}
    for path, image in pack.images.items():
        row = rows.setdefault(path, Image(hunt=hunt, path=path))
        if row.id and (row.media_type, bytes(row.data)) == (image.media_type, image.data):
            continue
        row.media_type, row.data, row.token = image.media_type, image.data, secrets.token_urlsafe(TOKEN_BYTES)
        row.save()
    return rows


def write_story(row: Question, each: PackQuestion) -> None:
    """The blocks around this question as `each` has them."""
    wanted = [
        (when, ordinal, text)
        for when, texts in ((StoryBlock.When.BEFORE, each.before), (StoryBlock.When.AFTER, each.after))
        for ordinal, text in enumerate(texts, start=1)
    ]
    if {(block.when, block.ordinal, block.text) for block in row.story.all()} == set(wanted):
        return
    row.story.all().delete()
    StoryBlock.objects.bulk_create(
        StoryBlock(question=row, when=when, ordinal=ordinal, text=text) for when, ordinal, text in wanted
    )


def exported(row: Question) -> PackQuestion:
    """The question as a pack would say it."""
    blocks = sorted(row.story.all(), key=lambda block: block.ordinal)
    return PackQuestion(
        title=row.title,
        text=row.text,
        image=row.image.path if row.image else None,
        image_alt=row.image_alt,
        answers=tuple(row.answers),
        close=tuple(row.close),
        threshold=row.threshold,
        hint=row.hint,
        points=row.points,
        before=tuple(block.text for block in blocks if block.when == StoryBlock.When.BEFORE),
        after=tuple(block.text for block in blocks if block.when == StoryBlock.When.AFTER),
    )


def _refuse_displacing(hunt: Hunt, rows: dict[int, Question], pack: Pack, reached: int) -> None:
    """Raise Invalid, one line each, for what would pull a question from under players."""
    last = len(pack.questions)
    new = dict(enumerate(pack.questions, start=1))
    refusals = []
    for position in range(1, min(reached, len(rows)) + 1):
        old = rows[position]
        if position > last:
            refusals.append(
                f"Question “{old}” has been reached by players and would be removed. Keep it in the pack."
            )
        elif not _is_same(old, new[position]) and (
            place := next(
                (at for at in new if _is_same(old, new[at]) and not _is_same(rows.get(at), new[at])), None
            )
        ):
            refusals.append(
                f"Question “{old}” has been reached by players and would become question {place}. "
                "Keep the order; new questions go to the end."
            )
    if last > len(rows) and hunt.players.filter(finished_at__isnull=False).exists():
        refusals.append("Players have finished the hunt: it cannot become longer.")
    if refusals:
        raise errors.Invalid("\n".join(refusals))


def _is_same(row: Question | None, each: PackQuestion) -> bool:
    """Whether people would call it the same question after an edit: the title or the text has stayed."""
    return row is not None and (row.text == each.text or bool(row.title and row.title == each.title))
