"""A hunt's content at one moment, and what lies between two of them, in words."""

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from game.packs.records import PackQuestion

LONGEST = 300
FIELDS = PackQuestion.__struct_fields__


class KeptPicture(Struct, frozen=True):
    """A picture's bytes by their SHA-256: versions share them."""

    media_type: str
    digest: str


class Snapshot(Struct, frozen=True):
    """What a pack says, without instants and slug: `settings` are those that differ from the defaults."""

    title: str
    tagline: str
    settings: dict[str, Any]
    questions: tuple[PackQuestion, ...]
    images: dict[str, KeptPicture]


class Change(Struct, frozen=True):
    """One difference. `q` is the question's place in the later content (in the earlier one if it was removed), null for
    the hunt's own. `kind`: changed, added, removed, moved. `before` and `after` are for people, shortened."""

    q: int | None
    title: str
    kind: str
    field: str = ""
    before: str = ""
    after: str = ""


def encode(snapshot: Snapshot) -> bytes:
    return zlib.compress(_plain(snapshot))


def decode(data: bytes) -> Snapshot:
    return msgspec.json.decode(zlib.decompress(data), type=Snapshot)


def digest(snapshot: Snapshot) -> str:
    """The same for the same content."""
    return hashlib.sha256(_plain(snapshot)).hexdigest()


def _plain(snapshot: Snapshot) -> bytes:
    return msgspec.json.encode(snapshot, order="sorted")


def changes(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """What has to be said to get from `old` to `new`; nothing when they are the same."""
    for name in ("title", "tagline"):
        if getattr(old, name) != getattr(new, name):
            yield Change(None, "", "changed", name, shown(getattr(old, name)), shown(getattr(new, name)))
    for name in sorted(old.settings.keys() | new.settings.keys()):
        before, after = old.settings.get(name), new.settings.get(name)
        if before != after:
            yield Change(None, "", "changed", f"settings.{name}", shown(before), shown(after))
    pairs = matched(old.questions, new.questions)
    stays = _in_order([pairs[at] for at in sorted(pairs)])
    for at, each in enumerate(new.questions):
        if at not in pairs:
            yield Change(at + 1, each.title, "added")
            continue
        was = pairs[at]
        if was not in stays:
            yield Change(at + 1, each.title, "moved", "", str(was + 1), str(at + 1))
        yield from _between(at + 1, old, new, old.questions[was], each)
    for was, each in enumerate(old.questions):
        if was not in pairs.values():
            yield Change(was + 1, each.title, "removed")


def matched(old: Sequence[PackQuestion], new: Sequence[PackQuestion]) -> dict[int, int]:
    """Which question (by place from 0) was which: first what is equal, then what kept title or text, then the place."""
    pairs: dict[int, int] = {}
    free = dict(enumerate(old))

    def take(alike: Any) -> None:
        for at, each in enumerate(new):
            if at in pairs:
                continue
            # Of several the nearest: a copied question is not the one that moved.
            if near := [was for was, other in free.items() if alike(was, other, at, each)]:
                pairs[at] = min(near, key=lambda was: abs(was - at))
                del free[pairs[at]]

    take(lambda was, other, at, each: other == each)
    take(
        lambda was, other, at, each: other.text == each.text or bool(each.title and other.title == each.title)
    )
    take(lambda was, other, at, each: was == at)
    return pairs


def shown(value: object) -> str:
    """A value for people, shortened; nothing for none."""
    if value is None or value in ("", (), []):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _between(q: int, old: Snapshot, new: Snapshot, was: PackQuestion, each: PackQuestion) -> Iterator[Change]:
    for name in FIELDS:
        before, after = getattr(was, name), getattr(each, name)
        if name == "image":
            pictures = [
                content.images.get(path) if path else None for content, path in ((old, before), (new, after))
            ]
            if before == after and pictures[0] != pictures[1]:
                yield Change(q, each.title, "changed", name, shown(before), shown(after))
                continue
        if before != after:
            yield Change(q, each.title, "changed", name, shown(before), shown(after))


def _in_order(places: Sequence[int]) -> set[int]:
    """As many of these places as stand in ascending order: those that did not move when others did."""
    best: list[list[int]] = []
    for at, place in enumerate(places):
        before: list[int] = []
        for earlier in best[:at]:
            if earlier[-1] < place and len(earlier) > len(before):
                before = earlier
        best.append([*before, place])
    longest: list[int] = []
    for each in best:
        longest = each if len(each) > len(longest) else longest
    return set(longest)
