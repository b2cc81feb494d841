"""A `Pack` -> its folder, in the one canonical form: what people would write, and exact when read back."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from game.packs.checks import differing
from game.packs.reading import is_safe_path
from game.packs.records import EPOCH, FILE, FORMAT, MS, Pack, PackQuestion

WIDTH = 110
INDENT = "    "
NEWLINE = "\n"

# Not what TOML forbids alone: also what would stand in the file unseen, or turn the direction of its lines.
_UNSEEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_SPECIAL = re.compile(f"[{_UNSEEN}]")
_ESCAPED = re.compile(rf'[{_UNSEEN}\t\n"\\]')
_ESCAPED_IN_LINES = re.compile(rf'[{_UNSEEN}\\]|(?<="")"|"(?=\Z)')
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def write_pack(pack: Pack, folder: Path) -> None:
    """Write `hunt.toml` and the pictures into `folder`, which is made when missing. What else is there stays.

    `read_pack` returns an equal pack. Raises ValueError for a picture that is missing or would be written
    elsewhere, OSError when the folder cannot be written.
    """
    missing = {
        question.image for question in pack.questions if question.image is not None
    } - pack.images.keys()
    unsafe = [path for path in pack.images if not is_safe_path(path)]
    if missing or unsafe:
        raise ValueError(f"pictures that cannot be written: {', '.join(sorted(missing) + unsafe)}")
    folder.mkdir(parents=True, exist_ok=True)
    for path, image in pack.images.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(image.data)
    # Last, and as bytes: without it the folder is no pack yet, and no system may translate its line ends.
    (folder / FILE).write_bytes(hunt_toml(pack).encode())


def hunt_toml(pack: Pack) -> str:
    """The pack's `hunt.toml`. What has its default value is left out."""
    parts = [_block("", _top(pack))]
    if settings := differing(pack.settings):
        parts.append(_block("[settings]\n", ((key, _plain(value)) for key, value in settings.items())))
    parts += [_block("[[question]]\n", _question(question)) for question in pack.questions]
    return "\n".join(parts)


def _block(header: str, entries: Iterator[tuple[str, str]]) -> str:
    return header + "".join(f"{key} = {value}\n" for key, value in entries)


def _top(pack: Pack) -> Iterator[tuple[str, str]]:
    yield "format", str(FORMAT)
    yield "title", _string(pack.title)
    if pack.tagline:
        yield "tagline", _string(pack.tagline)
    if pack.slug is not None:
        yield "slug", _string(pack.slug)
    if pack.starts_at is not None:
        yield "starts_at", _instant(pack.starts_at)
    if pack.ends_at is not None:
        yield "ends_at", _instant(pack.ends_at)


def _question(question: PackQuestion) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(PackQuestion):
        value = getattr(question, field.name)
        if value != field.default:
            yield field.name, _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(value)
    assert isinstance(value, list | tuple)
    return _list([_plain(item) for item in value])


def _list(items: Sequence[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    # A text of several lines begins at the left, as its other lines do.
    return "[\n" + "".join(f"{'' if NEWLINE in item else INDENT}{item},\n" for item in items) + "]"


def _instant(instant: int) -> str:
    return (EPOCH + instant * MS).replace(tzinfo=None).isoformat() + "Z"


def _string(value: str) -> str:
    """A TOML string: as it is where TOML has a form for that, else with escapes."""
    if "\n" in value:
        if "'''" not in value and not value.endswith("'") and not _SPECIAL.search(value):
            return f"'''\n{value}'''"
        return '"""\n' + _ESCAPED_IN_LINES.sub(_escape, value) + '"""'
    if not _ESCAPED.search(value):
        return f'"{value}"'
    if "'" not in value and not _SPECIAL.search(value):
        return f"'{value}'"
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _SHORT.get(char) or f"\\u{ord(char):04X}"
