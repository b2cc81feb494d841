"""A hunt's content over time: each change makes a version, each version can be read, compared and brought back."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from game import errors
from game.models import ContentVersion, Hunt, Image, KeptImage
from game.packs import Pack, PackImage
from game.packs.checks import differing
from game.packs.snapshots import Change, KeptPicture, Snapshot, changes, decode, digest, encode
from game.queries.clock import now_ms
from game.rules.settings import load
from game.services import packs


def snapshot(hunt: Hunt) -> Snapshot:
    """The content as it is now. Bytes of pictures are read once per process and picture."""
    rows = (
        hunt.questions.select_related("image")
        .defer("image__data")
        .prefetch_related("story")
        .order_by("position")
    )
    questions = list(rows)
    images = {row.image.path: row.image for row in questions if row.image}
    return Snapshot(
        title=hunt.title,
        tagline=hunt.tagline,
        settings=differing(load(hunt.settings)),
        questions=tuple(map(packs.exported, questions)),
        images={
            path: KeptPicture(image.media_type, picture_digest(image.token)) for path, image in images.items()
        },
    )


def keep(hunt: Hunt, user_id: int | None, note: str = "") -> int:
    """Make a version of the content unless the latest is the same; the number of the latest. The hunt is held alone."""
    present = snapshot(hunt)
    latest = hunt.versions.order_by("-number").only("number", "digest").first()
    stands_for = digest(present)
    if latest is not None and latest.digest == stands_for:
        return latest.number
    if latest is not None and not note:
        note = summary(tuple(changes(read(hunt.id, latest.number), present)))
    _keep_pictures(hunt, present)
    number = latest.number + 1 if latest else 1
    ContentVersion.objects.create(
        hunt=hunt,
        number=number,
        by_id=user_id,
        at=now_ms(),
        note=note[:200],
        digest=stands_for,
        data=encode(present),
    )
    return number


def summary(found: Sequence[Change]) -> str:
    """A line that says what these changes are about: the first place with its fields, and how many more there are."""
    if not found:
        return ""
    first = found[0]
    place = f"{first.q}. {first.title}".rstrip() if first.q else _("Hunt")
    what = {"added": _("added"), "removed": _("removed"), "moved": _("moved")}.get(first.kind) or ", ".join(
        each.field for each in found if (each.q, each.kind) == (first.q, first.kind)
    )
    others = len({each.q for each in found} - {first.q})
    more = ngettext("and %(n)d other place", "and %(n)d other places", others) % {"n": others}
    return f"{place}: {what} {more if others else ''}".strip()


@contextmanager
def of_change(hunt: Hunt, user_id: int, note: str = "") -> Iterator[None]:
    """Around a change of the content, with the hunt held alone: the version that it makes, and before it one of its own
    for what the admin or a command has changed since the latest, so that nobody is said to have written that."""
    keep(hunt, None, _("changed outside the author's desk") if hunt.versions.exists() else "")
    yield
    hunt.refresh_from_db()
    keep(hunt, user_id, note)


def read(hunt_id: int, number: int) -> Snapshot:
    """Raises NotFound."""
    row = ContentVersion.objects.filter(hunt_id=hunt_id, number=number).first()
    if row is None:
        raise errors.NotFound
    return decode(bytes(row.data))


def as_pack(hunt_id: int, content: Snapshot) -> Pack:
    """A version as the pack that it was."""
    wanted = {picture.digest for picture in content.images.values()}
    kept = dict(KeptImage.objects.filter(hunt_id=hunt_id, digest__in=wanted).values_list("digest", "data"))
    return Pack(
        title=content.title,
        tagline=content.tagline,
        settings=load(content.settings),
        questions=content.questions,
        images={
            path: PackImage(picture.media_type, bytes(kept[picture.digest]))
            for path, picture in content.images.items()
        },
    )


def of_pack(pack: Pack) -> Snapshot:
    """What a hunt would be after this pack was brought in."""
    shown = {question.image for question in pack.questions}
    return Snapshot(
        title=pack.title,
        tagline=pack.tagline,
        settings=differing(pack.settings),
        questions=pack.questions,
        images={
            path: KeptPicture(image.media_type, hashlib.sha256(image.data).hexdigest())
            for path, image in pack.images.items()
            if path in shown
        },
    )


@lru_cache(maxsize=1024)
def picture_digest(token: str) -> str:
    """Of the picture with this address. Other bytes get another address, so it is true for good."""
    return hashlib.sha256(bytes(Image.objects.values_list("data", flat=True).get(token=token))).hexdigest()


def _keep_pictures(hunt: Hunt, content: Snapshot) -> None:
    wanted = {picture.digest: path for path, picture in content.images.items()}
    known = set(hunt.kept_images.filter(digest__in=wanted).values_list("digest", flat=True))
    for fresh in wanted.keys() - known:
        data = hunt.images.values_list("data", flat=True).get(path=wanted[fresh])
        KeptImage.objects.create(hunt=hunt, digest=fresh, data=bytes(data))
