"""What this process has to say to Prometheus (/metrics), and who may hear it.

Answered before Django, like the checks of health, and never later than `PATIENCE_S` whatever the database does. For the
operator's network alone: a request that came over a proxy, or from a public address, needs ENIGMA_METRICS_TOKEN.
Without a proxy the players' own network may be as private, and right answers are counted here, also while the board is
frozen: then it is for this machine alone.
"""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from consumers import hub as hubs
from consumers.audience import EVERYBODY
from consumers.meters import LATENCY_S, registry
from consumers.protocol import PROTOCOL
from enigma_rt import bus
from enigma_rt.health import health
from game.queries.schedule import heartbeat_age

logger = logging.getLogger(__name__)

PATH = "/metrics"
PATIENCE_S = 1.0
"""How long the database is waited for. What it said the last time is told otherwise."""
TASK = "settle_xp"
TICK_S = 0.25
FORWARDED = frozenset({b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via"})
"""Who sends one of these is a proxy: the address behind it may be anybody's."""
HERE = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
NEAR = (*HERE, *map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))

http_requests = Counter(
    "enigma_http_requests", "Pages and files by the class of their status.", ["status"], registry=registry
)
http_seconds = Histogram(
    "enigma_http_seconds", "What a page or file took.", buckets=LATENCY_S, registry=registry
)
http_running = Gauge(
    "enigma_http_requests_in_progress",
    "Pages that are being made or wait for one of the threads.",
    registry=registry,
)
loop_lag = Histogram(
    "enigma_loop_lag_seconds",
    "How late the event loop comes to what is due: what every socket of this process waits in addition.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=registry,
)
for _status in ("2xx", "3xx", "4xx", "5xx"):
    http_requests.labels(_status)
ProcessCollector(registry=registry)
GCCollector(registry=registry)


class Figures(Collector):
    """What is looked up when somebody asks."""

    def __init__(self) -> None:
        self._asking: asyncio.Future[float | None] | None = None
        # Monotonic: when the last heartbeat was; infinitely long ago if never, unknown before the database has said.
        self._heartbeat = math.nan

    def describe(self) -> Iterable[Metric]:
        """Nothing: being registered must not look anything up."""
        return ()

    async def ask_database(self) -> None:
        """At most one question at a time, whoever asks for the figures and however long an answer takes."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(hubs.current().bridge.read(heartbeat_age, TASK))
            self._asking.add_done_callback(self._answered)
        await asyncio.wait([self._asking], timeout=PATIENCE_S)

    def _answered(self, asked: "asyncio.Future[float | None]") -> None:
        self._asking = None
        if not asked.cancelled() and asked.exception() is None:
            age = asked.result()
            self._heartbeat = -math.inf if age is None else time.monotonic() - age

    def collect(self) -> Iterable[Metric]:
        hub = hubs.current()
        sockets = GaugeMetricFamily(
            "enigma_sockets", "Open sockets that have been admitted.", labels=["kind"]
        )
        for role in EVERYBODY:
            sockets.add_metric([role], len(hub.audience.sockets[role]))
        yield sockets
        yield _gauge("enigma_players_online", "Players with a socket here.", len(hub.audience.parties))
        yield _gauge("enigma_batcher_waiting", "Commands that wait for the next batch.", len(hub.batcher))
        yield _gauge("enigma_door_waiting", "Sockets that wait for their first snapshot.", hub.door.waiting)
        yield _gauge(
            "enigma_database_reads_pending",
            "Reads that wait for one of the reading threads or are being made.",
            hub.bridge.reading,
        )
        yield _gauge(
            "enigma_board_version", "Changes of the board since this process made it.", hub.board.version
        )
        yield _gauge("enigma_board_standings", "Players on the board.", hub.board.total)
        yield _gauge("enigma_bus_waiting", "Events that wait to be sent on the bus.", bus.waiting())
        yield CounterMetricFamily(
            "enigma_bus_events_dropped", "Events that could not be sent on the bus.", value=bus.dropped()
        )
        heartbeat = GaugeMetricFamily(
            "enigma_scheduler_heartbeat_age_seconds",
            "How long ago a scheduled job last ran to its end; +Inf: never, NaN: the database has not said yet.",
            labels=["task"],
        )
        heartbeat.add_metric([TASK], time.monotonic() - self._heartbeat)
        yield heartbeat
        yield _gauge("enigma_http_threads", "Pages that can be made at the same time.", settings.HTTP_THREADS)
        yield _gauge(
            "enigma_hunt_loaded", "1 if this process has a hunt to serve.", int(hub.hunt is not None)
        )
        yield _gauge("enigma_draining", "1 while this process sends its sockets away.", int(health.draining))
        yield _gauge("enigma_protocol_version", "The version of the protocol that is spoken.", PROTOCOL)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


figures = Figures()
registry.register(figures)


async def metrics(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application at PATH."""
    if scope["method"] not in ("GET", "HEAD"):
        status, kind, body = 405, "text/plain", b"only GET\n"
    elif not may_ask(scope):
        status, kind, body = 403, "text/plain", b"not for you\n"
    else:
        await figures.ask_database()
        status, kind, body = 200, CONTENT_TYPE_LATEST, generate_latest(registry)
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def may_ask(scope: Any) -> bool:
    """From a private address (without a proxy: from this machine) and not over a proxy, or with the token."""
    headers = dict(scope["headers"])
    given = headers.get(b"authorization", b"")
    wanted = settings.METRICS_TOKEN
    if wanted and secrets.compare_digest(given, b"Bearer " + wanted.encode()):
        return True
    return not FORWARDED & headers.keys() and _is_near((scope.get("client") or ("",))[0])


def _is_near(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in (NEAR if settings.BEHIND_PROXY else HERE))


def counted(application: Any) -> Any:
    """The same ASGI application, its answers counted."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        began = time.perf_counter()

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                http_requests.labels(f"{message['status'] // 100}xx").inc()
            await send(message)

        with http_running.track_inprogress():
            await application(scope, receive, note)
        http_seconds.observe(time.perf_counter() - began)

    return answer


async def watch_loop() -> None:
    """Measures, until it is cancelled, how late the event loop is."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + TICK_S
        await asyncio.sleep(TICK_S)
        late = max(0.0, loop.time() - due)
        loop_lag.observe(late)
        hubs.current().vitals.late(late)
