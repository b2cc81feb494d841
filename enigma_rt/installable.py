"""What makes an app of the pages: the manifest, the service worker, and the page for when there is no server."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from game.queries.play import current_hunt

GROUND = "#0a0c11"
SHELL = (
    *("css/fonts.css", "css/tokens.css", "css/base.css", "css/machine.css", "css/site.css"),
    *("fonts/sans.woff2", "fonts/sans-bold.woff2", "fonts/mono.woff2", "fonts/serif.woff2"),
    *("img/icon.svg", "js/offline.js"),
)
"""What the page without a server is made of."""

# Switched off by its operator: whoever has one loses it and what it kept with the next page.
GONE = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));
async function leave() {
  for (const name of await caches.keys()) await caches.delete(name);
  await registration.unregister();
}
"""


@require_safe
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> HttpResponse:
    hunt = current_hunt()
    icons = [
        {"src": static("enigma/img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("enigma/img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("enigma/img/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png"}
        | {"purpose": "maskable"},
        {"src": static("enigma/img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]
    name = hunt.title if hunt else "Enigma RT"
    described: dict[str, Any] = {
        "id": "/",
        "name": name,
        "short_name": name if len(name) <= len("Enigma Hunt") else "Enigma",  # what fits under an icon
        "description": hunt.tagline if hunt and hunt.tagline else _("A live cryptic hunt"),
        "lang": get_language(),
        "start_url": reverse("play"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "categories": ["games"],
        "icons": icons,
        "shortcuts": [
            {"name": _("Board"), "url": reverse("board")},
            {"name": _("My hunt"), "url": reverse("me")},
        ],
    }
    return HttpResponse(
        json.dumps(described, ensure_ascii=False), content_type="application/manifest+json; charset=utf-8"
    )


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def apple_icon(request: HttpRequest) -> HttpResponse:
    """Where Apple's devices look for it, which do not read manifests."""
    return redirect(static("enigma/img/icon-apple-180.png"))


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, since a worker serves what lies beside and below it."""
    script = GONE if settings.SERVICE_WORKER_OFF else _worker(get_language() or settings.LANGUAGE_CODE)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Kept by the worker, so nothing of anybody's is in it: `?in=` is its language."""
    asked = request.GET.get("in", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return render(request, "offline.html")


@cache
def _worker(language: str) -> str:
    shell = [static(f"enigma/{name}") for name in SHELL]
    contents = "" if settings.HASHED_STATIC else "".join(map(_digest, SHELL))
    release = [*shell, contents, _release(), language]
    version = f"enigma-{sha256(json.dumps(release).encode()).hexdigest()[:16]}"
    parts = {"version": version, "offline": f"{reverse('offline')}?in={language}", "shell": shell}
    script: str = render_to_string("sw.js", {name: json.dumps(value) for name, value in parts.items()})
    return script


def _digest(name: str) -> str:
    found = finders.find(f"enigma/{name}")
    return sha256(Path(str(found)).read_bytes()).hexdigest()


def _release() -> str:
    """Of all files, not only of the shell: what is kept of the others goes with them."""
    listed = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return sha256(listed.read_bytes()).hexdigest() if settings.HASHED_STATIC and listed.is_file() else ""
