"""The replay's page and its data: the same bytes for everybody, made anew when the board has changed, but not often."""

import gzip
import threading
import time
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe
from msgspec import Struct

from game import errors
from game.models import Hunt
from game.queries import play as queries
from game.queries import replay, roles
from game.queries.clock import now_ms

OLDEST_S = 15.0
"""While a hunt is live a replay may be that old …"""
SHARE = 20
"""… or this many times as long as it took to make it: it must not take this process's time."""
PATIENCE_S = 3
KEPT = 4


class Made(Struct, frozen=True):
    """`tag` names the contents, not how often they were made: nobody reads from it that somebody scores in a freeze."""

    state: replay.State
    body: bytes
    tag: str
    at: float
    took: float


class Replays:
    """Those that this process has made, in gzip. One is made at a time."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, bool], Made] = {}
        self._making = threading.Lock()

    def get(self, hunt: Hunt, *, full: bool) -> Made | None:
        """None: it is being made for somebody else; ask again in a moment. Raises Hunt.DoesNotExist."""
        held, good = self._held(hunt, full)
        if good:
            return held
        if not self._making.acquire(blocking=False):
            return held
        try:
            held, good = self._held(hunt, full)
            return held if good else self._make(hunt, full)
        finally:
            self._making.release()

    def _held(self, hunt: Hunt, full: bool) -> tuple[Made | None, bool]:
        """(what may be served if need be, whether it need not be made anew)."""
        held = self._made.get((hunt.id, full))
        wanted = replay.state(hunt, full=full)
        if held is None or held.state == wanted:
            return held, held is not None
        # A freeze hides what an older one still tells, and a reveal or an end is what everybody waits for.
        if (held.state.until, held.state.version, held.state.phase) != (
            wanted.until,
            wanted.version,
            wanted.phase,
        ):
            return None, False
        return held, time.monotonic() - held.at < max(OLDEST_S, SHARE * held.took)

    def _make(self, hunt: Hunt, full: bool) -> Made:
        began = time.monotonic()
        state, body = replay.encoded(hunt.id, full=full)
        now = time.monotonic()
        held = self._made[hunt.id, full] = Made(state, body, sha256(body).hexdigest()[:32], now, now - began)
        while len(self._made) > KEPT:
            self._made.pop(next(iter(self._made)))
        return held


replays = Replays()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`?full=1`: all of it during a freeze, for organisers."""
    full = _full(request)
    row = queries.current_hunt()
    hunt = queries.hunt_view(row, now_ms()) if row else None
    if row is None or hunt is None or hunt.phase == "scheduled":
        response = render(request, "replay_nothing.html", {"hunt": hunt})
    else:
        player = replay.player_of(request.user.pk, row.id) if request.user.is_authenticated else None
        source = reverse("replay-data") + ("?full=1" if full else "")
        response = render(request, "replay.html", {"hunt": hunt, "player": player, "source": source})
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """game.queries.replay.Replay as JSON; nothing before the start."""
    full = _full(request)
    row = queries.current_hunt()
    if row is None or queries.hunt_view(row, now_ms()).phase == "scheduled":
        raise Http404
    held = replays.get(row, full=full)
    if held is None:
        busy = HttpResponse(status=503)
        busy["Retry-After"] = str(PATIENCE_S)
        patch_cache_control(busy, no_store=True)
        return busy
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = quote_etag(f"{held.tag}{'' if packed else '-plain'}")
    response = HttpResponse(
        held.body if packed else gzip.decompress(held.body), content_type="application/json"
    )
    if packed:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept-Encoding"])
    patch_cache_control(response, no_cache=True, **({"private": True} if full else {"public": True}))
    answer = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(answer, HttpResponse)
    return answer


def _full(request: HttpRequest) -> bool:
    """Whether all of it was asked for. Raises PermissionDenied for whom that is not."""
    if request.GET.get("full") != "1":
        return False
    try:
        roles.require(request.user.pk or 0, "/replay?full")
    except errors.Forbidden as refusal:
        raise PermissionDenied(str(refusal.text)) from None
    return True
