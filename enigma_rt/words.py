"""What the interface says, and its translations as the browser is given them: to each page its own words.

A page in English is given none: what stands in the code is what it says. The catalogue of all would weigh more for the
player's page than its modules do.
"""

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation.trans_real import DjangoTranslation
from django.views.decorators.http import require_safe

MODULES = Path(__file__).parent / "static" / "enigma" / "js"
PAGES = {
    "site": ("*.js",),
    "play": ("*.js", "play/*.js"),
    "board": ("*.js", "board/*.js"),
    "console": ("*.js", "console/*.js"),
    "replay": ("*.js", "replay/*.js", "board/standings.js"),
    # Its preview is the player's view, its questions before something grave are the console's.
    "author": ("*.js", "author/*.js", "play/view_stage.js", "play/words.js", "console/confirm.js"),
}
"""Which modules a page may be made of."""
YEAR_S = 365 * 24 * 3600

_STRING = r'"((?:[^"\\]|\\.)*)"'
_CALL = re.compile(rf"\b(n?)gettext\(\s*{_STRING}(?:,\s*{_STRING})?")


def spoken(source: str) -> list[tuple[str, str]]:
    """(message, its plural or "") of each `gettext` and `ngettext` in a module. They are called with literals."""
    return [
        (json.loads(f'"{one}"'), json.loads(f'"{many}"') if plural else "")
        for plural, one, many in _CALL.findall(source)
    ]


@cache
def words(language: str, page: str) -> str:
    """The script that tells a page its words; "" where there is nothing to tell."""
    translation: Any = DjangoTranslation(
        language, domain="djangojs", localedirs=[str(path) for path in settings.LOCALE_PATHS]
    )
    catalog = translation._catalog or {}
    plural = re.search(r"plural\s*=\s*([^;\n]+)", catalog.get("", ""))
    said: dict[str, str | list[str]] = {}
    for pattern in PAGES[page]:
        for path in sorted(MODULES.glob(pattern)):
            for one, many in spoken(path.read_text()):
                if not many and one in catalog:
                    said[one] = catalog[one]
                elif (one, 0) in catalog:
                    said[one] = [catalog[one, form] for form in range(6) if (one, form) in catalog]
    if not said:
        return ""
    text = json.dumps(dict(sorted(said.items())), ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.words={text};globalThis.plural=n=>+({plural[1] if plural else 'n!=1'});\n"


def address(language: str, page: str) -> str:
    """Where a page's words are, for ever: another version has another address. "" where there are none."""
    script = words(language, page) if page in PAGES else ""
    version = sha256(script.encode()).hexdigest()[:12]
    return reverse("words", args=[language, page, version]) if script else ""


@require_safe
def script(request: HttpRequest, language: str, page: str, version: str) -> HttpResponse:
    if language not in dict(settings.LANGUAGES) or page not in PAGES:
        raise Http404
    response = HttpResponse(words(language, page), content_type="text/javascript; charset=utf-8")
    # While an update is rolling, the server of the other version may be asked: what it says must not be kept.
    fits = address(language, page).endswith(f"/{version}.js")
    response["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if fits else "no-store"
    return response
