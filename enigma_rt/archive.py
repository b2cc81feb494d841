"""A finished hunt as files that any web host serves: pages without a server behind them, in one language or in several.

Every address in them is relative, so they work below any path. What the pages are made of are the site's own style
sheets, fonts and modules, as they are; nothing is fetched from elsewhere.
"""

import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from enigma_rt.words import words
from game.queries.archive import Archive

PAGES = ("index", "chain", "board", "replay")
SOURCE = Path(__file__).parent / "static" / "enigma"
FILES = "files"
STYLES = ("fonts", "tokens", "base", "machine", "site", "archive")
REPLAY_STYLES = ("board", "replay")
OTHERS = (
    "fonts/*",
    "img/icon.svg",
    "js/archive.js",
    "vendor/lit-html/LICENSE",
    "vendor/uplot/LICENSE",
    "vendor/uplot/uPlot.min.css",
)
POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{what}-src 'self'" for what in ("script", "style", "img", "font", "connect")),
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    )
)
PLACES = 250
"""Lines of the board that are laid out together: the others when somebody scrolls there."""
PIECE = 64 * 1024

_IMPORT = re.compile(r'(?:from|import)\s*\(?\s*"(\.{1,2}/[^"\n]+)"')


def languages(wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The languages to make pages in, the first one's under the plain names; all of ours where none is wanted. Raises
    ValueError for one that is none of ours."""
    ours = [code for code, _name in settings.LANGUAGES]
    if unknown := [code for code in wanted if code not in ours]:
        raise ValueError(f"There is no language {unknown[0]!r}: choose of {', '.join(ours)}.")
    return tuple(dict.fromkeys(wanted or ours))


def files(archive: Archive, chosen: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """(path, content) of each file, one after the other."""
    for language in chosen:
        for page in PAGES:
            with translation.override(language):
                content = _page(archive, page, language, chosen)
            yield _name(page, language, chosen), content
        if said := words(language, "replay"):
            yield f"{FILES}/words.{language}.js", said.encode()
    yield "replay.json", archive.replay
    yield from archive.pictures
    for path in sorted(_sources()):
        yield f"{FILES}/{path.relative_to(SOURCE).as_posix()}", path.read_bytes()


def zipped(archive: Archive, chosen: Sequence[str], folder: str) -> Generator[bytes]:
    """The same in one folder as a zip, in pieces, each made when the one before has been taken."""
    made = _Pipe()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:  # type: ignore[call-overload]
        for path, content in files(archive, chosen):
            with pack.open(f"{folder}/{path}", "w") as entry:
                for start in range(0, len(content), PIECE):
                    entry.write(content[start : start + PIECE])
                    yield from made.taken()
            yield from made.taken()
    yield from made.taken()


class _Pipe:
    """What a zip is written to that nobody can seek in."""

    def __init__(self) -> None:
        self._buffer = BytesIO()

    def write(self, data: Any) -> int:
        return self._buffer.write(data)

    def flush(self) -> None:
        pass

    def taken(self) -> Iterator[bytes]:
        """All that has been written since, if it is anything."""
        if written := self._buffer.getvalue():
            self._buffer = BytesIO()
            yield written


def _name(page: str, language: str, chosen: Sequence[str]) -> str:
    return f"{page}.html" if language == chosen[0] else f"{page}.{language}.html"


def _page(archive: Archive, page: str, language: str, chosen: Sequence[str]) -> bytes:
    names = dict(settings.LANGUAGES)
    context = {
        "hunt": archive,
        "page": page,
        "pages": {one: _name(one, language, chosen) for one in PAGES},
        "choices": [(code, names[code], _name(page, code, chosen)) for code in chosen],
        "policy": POLICY,
        "files": FILES,
        "styles": (*STYLES, *(REPLAY_STYLES if page == "replay" else ())),
        "parts": [archive.board[i : i + PLACES] for i in range(0, len(archive.board), PLACES)],
        "winners": archive.board[:3],
        "words": f"{FILES}/words.{language}.js" if words(language, "replay") else "",
    }
    return render_to_string(f"archive/{page}.html", context).encode()


def _sources() -> set[Path]:
    """What the pages load, and the licences of it."""
    found = {path for pattern in OTHERS for path in SOURCE.glob(pattern)}
    found |= {SOURCE / "css" / f"{style}.css" for style in (*STYLES, *REPLAY_STYLES)}
    return found | _imported(SOURCE / "js" / "replay" / "main.js", set())


def _imported(module: Path, seen: set[Path]) -> set[Path]:
    """A module and all that it imports."""
    seen.add(module)
    for address in _IMPORT.findall(module.read_text()):
        other = (module.parent / address).resolve()
        if other not in seen:
            _imported(other, seen)
    return seen
