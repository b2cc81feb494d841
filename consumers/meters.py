"""What the edge counts while it works. `enigma_rt/metrics.py` shows it to Prometheus.

One registry a process: each web process is asked for its own figures. A label's value is one of a few that are known
here, never what a client has made up.
"""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from consumers.protocol import Close

# When a series was made: as many lines again, which nobody draws.
disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()

LATENCY_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
FANOUT_S = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10)
"""A tenth of a second and more of it can be waiting for the next frame (`consumers/pace.py`)."""
UNREAD = "unread"
"""The kind of a frame that was refused before anybody knew what it asks for."""

ADMITTED = "admitted"
CODES = {
    str(code): name.lower() for name, code in vars(Close).items() if name.isupper() and isinstance(code, int)
} | {"1001": "going_away", "1002": "not_websocket", "1005": "no_code", "1006": "lost", "1009": "too_big"}
OTHER = "other"
"""A close code that a client chose by itself, an event that nobody here knows."""

commands = Counter(
    "enigma_commands",
    "Commands by kind and by what they were answered: a verdict, ok, or the code of an error.",
    ["kind", "result"],
    registry=registry,
)
command_seconds = Histogram(
    "enigma_command_seconds",
    "From a command's arrival at its socket to its reply, which was handed to the connection.",
    ["kind"],
    buckets=LATENCY_S,
    registry=registry,
)
batch_commands = Histogram(
    "enigma_batch_commands",
    "Commands that were judged in one transaction.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
    registry=registry,
)
batch_seconds = Histogram(
    "enigma_batch_seconds",
    "What judging one batch took, from the hand-over to the writing thread to after COMMIT.",
    buckets=LATENCY_S,
    registry=registry,
)
handshakes = Counter(
    "enigma_handshakes",
    "Sockets that were opened, by kind, and whether they were admitted or by what code they were refused.",
    ["kind", "result"],
    registry=registry,
)
sockets_closed = Counter(
    "enigma_sockets_closed",
    "Sockets that ended, by kind and close code. 1006: the connection was lost without a word.",
    ["kind", "code", "reason"],
    registry=registry,
)
fanout_seconds = Histogram(
    "enigma_fanout_seconds",
    "From when a change of the board was heard of here to when the last of this process's sockets was told.",
    buckets=FANOUT_S,
    registry=registry,
)
frames = Counter(
    "enigma_fanout_frames",
    "Frames for everybody, by kind, once for each socket.",
    ["kind"],
    registry=registry,
)
bus_events = Counter("enigma_bus_events_received", "Events heard, by kind.", ["kind"], registry=registry)
bus_seconds = Histogram(
    "enigma_bus_seconds",
    "How old a solve was by the database's clock when this process heard of it on the bus.",
    buckets=LATENCY_S,
    registry=registry,
)
repairs = Counter(
    "enigma_reconciliation_repairs",
    "Standings that were found in the database before the bus told of them, or that it never told of.",
    registry=registry,
)
reconciled = Gauge(
    "enigma_reconciled_timestamp_seconds",
    "When this process last compared what it knows with the database.",
    registry=registry,
)

for _kind in ("player", "spectator", "organiser"):
    # There from the start: what begins at 1 has no rate.
    handshakes.labels(_kind, ADMITTED)
    for _code, _reason in CODES.items():
        sockets_closed.labels(_kind, _code, _reason)
for _kind in ("answer", "accept_close", "hint", "skip"):
    command_seconds.labels(_kind)
for _result in ("correct", "close", "wrong"):
    commands.labels("answer", _result)


def command_done(kind: str, result: str, seconds: float) -> None:
    """A command was answered. `result` is a verdict, "ok" or an error's code."""
    counted, timed = _command(kind, result)
    counted.inc()
    timed.observe(seconds)


def frame_refused(code: str) -> None:
    """A frame was refused before it was read: too many, or none of the protocol's."""
    commands.labels(UNREAD, code).inc()


def handshake_done(kind: str, admitted: bool, code: int | None) -> None:
    """A socket has its snapshot, or was closed with `code` before it had one; None: its client left."""
    handshakes.labels(kind, ADMITTED if admitted else CODES.get(str(code), OTHER)).inc()


def socket_closed(kind: str, code: int | None) -> None:
    shown = str(code) if str(code) in CODES else OTHER
    sockets_closed.labels(kind, shown, CODES.get(shown, OTHER)).inc()


@cache
def _command(kind: str, result: str) -> tuple[Counter, Histogram]:
    """Looking labels up costs more than counting."""
    return commands.labels(kind, result), command_seconds.labels(kind)
