"""PURE. What a server's /metrics says, read: a text in, a few figures out; two of them make rates."""

import math
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from enigma_rt.rehearsal.percentiles import quantile_of_buckets
from enigma_rt.rehearsal.timeline import ms

LINE = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)", re.MULTILINE)
BOUND = re.compile(r'le="([^"]+)"')

HISTOGRAMS = {
    "batch": "enigma_batch_seconds",
    "fanout": "enigma_fanout_seconds",
    "loop": "enigma_loop_lag_seconds",
}
WAITING = {
    "door": "enigma_door_waiting",
    "batcher": "enigma_batcher_waiting",
    "reads": "enigma_database_reads_pending",
    "bus": "enigma_bus_waiting",
}


class Reading(Struct, frozen=True):
    """One look at one process: `at` seconds from the beginning, `started` tells it from its successor.

    `cpu` is processor time in seconds, `memory` resident bytes. None: it does not say.
    """

    at: float
    started: float
    cpu: float | None
    memory: float | None
    sockets: float
    waiting: dict[str, float]
    buckets: dict[str, list[tuple[float, float]]]


class Load(Struct, frozen=True):
    """What a server did between two looks: `cpu` in processors, memory in bytes, latencies (p99) in ms."""

    server: str
    at: float
    cpu: float | None
    memory: float | None
    sockets: float
    waiting: dict[str, float]
    batch_ms: float | None
    fanout_ms: float | None
    loop_ms: float | None


def read(text: str, at: float) -> Reading:
    """Names that are not there are left out: another version may have others."""
    values: dict[str, float] = {}
    buckets: dict[str, dict[float, float]] = {name: {} for name in HISTOGRAMS}
    by_series = {f"{series}_bucket": name for name, series in HISTOGRAMS.items()}
    for series, labels, value in LINE.findall(text):
        if (name := by_series.get(series)) and (bound := BOUND.search(labels)):
            known, upto = buckets[name], float(bound[1])
            known[upto] = known.get(upto, 0.0) + float(value)
        elif not series.endswith("_bucket"):
            values[series] = values.get(series, 0.0) + float(value)
    return Reading(
        at=at,
        started=values.get("process_start_time_seconds", 0.0),
        cpu=values.get("process_cpu_seconds_total"),
        memory=values.get("process_resident_memory_bytes"),
        sockets=values.get("enigma_sockets", 0.0),
        waiting={name: values[series] for name, series in WAITING.items() if series in values},
        buckets={name: sorted(known.items()) for name, known in buckets.items() if known},
    )


def between(server: str, before: Reading, after: Reading) -> Load | None:
    """None if nothing can be said: another process has taken its place, or no time has passed."""
    seconds = after.at - before.at
    if before.started != after.started or seconds <= 0:
        return None
    cpu = None if before.cpu is None or after.cpu is None else (after.cpu - before.cpu) / seconds
    return Load(
        server=server,
        at=after.at,
        cpu=None if cpu is None else round(cpu, 3),
        memory=after.memory,
        sockets=after.sockets,
        waiting=after.waiting,
        batch_ms=_p99(before, after, "batch"),
        fanout_ms=_p99(before, after, "fanout"),
        loop_ms=_p99(before, after, "loop"),
    )


def _p99(before: Reading, after: Reading, name: str) -> float | None:
    old: Mapping[float, float] = dict(before.buckets.get(name, ()))
    new: Sequence[tuple[float, float]] = after.buckets.get(name, ())
    return ms(quantile_of_buckets([(bound, count - old.get(bound, 0.0)) for bound, count in new], 0.99))


def sustained(values: Sequence[float]) -> float | None:
    """What was reached for a tenth of the time: a single peak is no load, a mean hides it."""
    ordered = sorted(value for value in values if not math.isnan(value))
    return ordered[max(0, math.ceil(len(ordered) * 0.9) - 1)] if ordered else None
