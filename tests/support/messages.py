"""The interface's messages and their translations: what the code says, what the catalogues know, what is missing.

    make messages            brings the catalogues up to date with the code, compiles them, and lists what is missing
    python -m tests.support.messages --check      only says it

English is the source. `django` holds what pages, forms and refusals say, `djangojs` what the modules in the browser do.
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.support.process import ROOT

LOCALE = ROOT / "enigma_rt" / "locale"
PACKAGES = ("enigma_rt", "game", "consumers", "leaderboard")
DOMAINS = ("django", "djangojs")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
}
BACKSTAGE = (
    *(
        "enigma_rt/static/enigma/js/console/",
        "enigma_rt/static/enigma/js/author/",
        "enigma_rt/templates/console",
    ),
    *(
        "enigma_rt/templates/author",
        "enigma_rt/author",
        "enigma_rt/organisers",
        "game/services/",
        "game/queries/archive",
        "game/queries/roles",
    ),
    *("game/admin", "game/models", "game/forms", "game/packs", "leaderboard/admin", "leaderboard/models"),
)
"""What organisers alone are told: in English so far (enigma_rt/language.py)."""
Message = str | tuple[str, str]
"""One, or one with its plural."""

_STRING = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TEMPLATE = re.compile(rf"\b(?:(ngettext)\(\s*{_STRING},\s*{_STRING}|(?:gettext|_)\(\s*{_STRING})")


def languages() -> list[str]:
    return sorted(path.name for path in LOCALE.iterdir() if (path / "LC_MESSAGES").is_dir())


def messages(domain: str) -> dict[Message, list[str]]:
    """Every message that the code says, with the files that do."""
    found: dict[Message, list[str]] = {}
    for message, path in _spoken() if domain == "djangojs" else _written():
        places = found.setdefault(message, [])
        place = path.relative_to(ROOT).as_posix()
        if place not in places:
            places.append(place)
    return found


def _spoken() -> Iterator[tuple[Message, Path]]:
    from enigma_rt.words import MODULES, spoken

    for path in sorted(MODULES.rglob("*.js")):
        for one, many in spoken(path.read_text()):
            yield ((one, many) if many else one), path


def _written() -> Iterator[tuple[Message, Path]]:
    from django.utils.translation.template import templatize

    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            with path.open("rb") as source:
                for _line, _call, said, _comments in extract_python(source, KEYWORDS, (), {}):
                    found: Any = said  # one message, or all the arguments of a call
                    yield (found if isinstance(found, str) else (found[0], found[1])), path
    for path in sorted((ROOT / "enigma_rt" / "templates").rglob("*.*")):
        for plural, one, many, single in _TEMPLATE.findall(templatize(path.read_text(), origin=str(path))):
            if plural:
                yield (ast.literal_eval(one), ast.literal_eval(many)), path
            else:
                yield ast.literal_eval(single), path


def po(language: str, domain: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    path = po(language, domain)
    if not path.is_file():
        return Catalog(locale=language, domain=domain, fuzzy=False)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, domain=domain)
    catalog.creation_date = catalog.revision_date = datetime(
        2000, 1, 1, tzinfo=UTC
    )  # whenever it is compiled
    return catalog


def missing(language: str, domain: str, *, backstage: bool = False) -> list[str]:
    """What is said and not translated, is only guessed, or does not fill in what its message does."""
    catalog = read(language, domain)
    wrong = []
    for said, places in messages(domain).items():
        if not backstage and all(place.startswith(BACKSTAGE) for place in places):
            continue
        key = said if isinstance(said, str) else said[0]
        message = catalog.get(key)
        if message is None:
            wrong.append(f"not there: {key!r}")
            continue
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if isinstance(said, tuple) != isinstance(message.id, (tuple, list)):
            wrong.append(f"plural or not: {key!r}")
        elif not forms or not all(forms) or message.fuzzy:
            wrong.append(f"{'fuzzy' if message.fuzzy else 'empty'}: {key!r}")
        elif any(_filled(form) != _filled(said if isinstance(said, str) else said[1]) for form in forms[-1:]):
            wrong.append(f"fills in something else: {key!r}")
    return wrong


def _filled(text: str) -> set[str]:
    return set(re.findall(r"%(?:\(\w+\))?[sd]", text))


def compiled(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update(language: str, domain: str) -> None:
    """Adds what is new, drops what nothing says any more, keeps the translations; then compiles."""
    held = read(language, domain)
    fresh = Catalog(locale=language, domain=domain, project="Enigma RT", fuzzy=False)
    for said, places in sorted(messages(domain).items(), key=lambda one: (one[1], str(one[0]))):
        key = said if isinstance(said, str) else said[0]
        known = held.get(key)
        same = known and isinstance(known.id, (tuple, list)) == isinstance(said, tuple)
        string = known.string if known and same else None
        lines: Any = [(place, None) for place in places]  # files alone: lines change with every edit
        fresh.add(
            said, string or (("",) * fresh.num_plurals if isinstance(said, tuple) else ""), locations=lines
        )
    path = po(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, fresh, width=120)
    # No dates and no names: the file changes when what it says does.
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid|Generated-By).*\n',
        "",
        buffer.getvalue().decode(),
        flags=re.M,
    )
    text = re.sub(r"\A(#.*\n)+", f"# Enigma RT, {language}: see ../../README.md\n", text).replace(
        "Enigma RT VERSION", "Enigma RT"
    )
    path.write_text(text)
    path.with_suffix(".mo").write_bytes(compiled(read(language, domain)))


def main() -> int:
    import django

    django.setup()
    count = 0
    for language in languages():
        for domain in DOMAINS:
            if "--check" not in sys.argv:
                update(language, domain)
            for line in missing(language, domain):
                print(f"{language}/{domain}: {line}")
                count += 1
            waiting = len(missing(language, domain, backstage=True))
            print(f"{language}/{domain}: {waiting} with the organisers' pages")
    print(f"{count} missing")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
