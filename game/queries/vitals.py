"""How every process of this installation does, as it said itself a few seconds ago, and in each minute before."""

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec
from django.db.models import F
from msgspec import Struct

from game.models import Presence, Vitals
from game.queries.clock import now_ms
from game.queries.schedule import heartbeat_age

MINUTE_MS = 60_000
SHOWN_MS = 5 * MINUTE_MS
"""So long a process that says nothing any more is shown as silent,"""
ENDED_MS = MINUTE_MS
"""and one that has ended in good order."""
SCHEDULED = "settle_xp"


class Link(Struct, frozen=True):
    """Something that a process needs: the last way there and back, and what went wrong last. `ms` null: no answer, or
    not asked."""

    ms: float | None = None
    error: str = ""
    error_at: int | None = None


class Report(Struct, frozen=True):
    """A process about itself. `verdicts`: (bucket, how many) of the last minute, as in consumers/latency.py. `here`:
    (position, players with a socket here). `rss` in bytes. `waiting`: commands, or tasks of a worker. `bus` null: there
    is none. `settled`: seconds since the scheduled work was last done."""

    kind: Literal["web", "worker"]
    host: str
    pid: int
    started: int
    state: Literal["up", "draining", "stopped"] = "up"
    sockets: tuple[int, int, int] = (0, 0, 0)
    here: tuple[tuple[int, int], ...] = ()
    waiting: int = 0
    judging: int = 0
    lanes: int = 0
    door: int = 0
    reading: int = 0
    verdicts: tuple[tuple[int, int], ...] = ()
    lag_ms: float | None = None
    rss: int | None = None
    database: Link = Link()
    bus: Link | None = None
    settled: float | None = None


class Told(Struct, frozen=True):
    """A report, whose it is, and when it was made."""

    process: str
    at: int
    report: Report


def lately() -> tuple[int, tuple[Told, ...]]:
    """The clock, and the last report of each process that is to be shown: web processes first, the oldest first."""
    now = now_ms()
    rows = Vitals.objects.filter(minute__gte=(now - SHOWN_MS) // MINUTE_MS).order_by("minute")
    latest = {told.process: told for told in _read(rows)}
    shown = [
        told
        for told in latest.values()
        if now - told.at <= (ENDED_MS if told.report.state == "stopped" else SHOWN_MS)
    ]
    return now, tuple(sorted(shown, key=lambda told: (told.report.kind, told.report.started, told.process)))


def present(processes: Collection[str]) -> set[int]:
    """The players who are connected to these processes."""
    rows = Presence.objects.filter(process__in=processes).values_list("players", flat=True)
    return {player for players in rows for player in players}


def by_minute(first: int, step: int) -> dict[int, tuple[Told, ...]]:
    """The last report of each process in every `step`th minute since the epoch, from `first` on."""
    found: dict[int, list[Told]] = {}
    rows = Vitals.objects.annotate(rest=F("minute") % step).filter(minute__gte=first, rest=0)
    for told in _read(rows):
        found.setdefault(told.at // MINUTE_MS, []).append(told)
    return {minute: tuple(reports) for minute, reports in found.items()}


def scheduled_age() -> float | None:
    """Seconds since the scheduled work was last done."""
    return heartbeat_age(SCHEDULED)


def tasks_waiting() -> int:
    from django_q.models import OrmQ

    return int(OrmQ.objects.count())


def _read(rows: Iterable[Vitals]) -> Iterable[Told]:
    for row in rows:
        try:
            report = msgspec.convert(row.report, Report)
        except msgspec.ValidationError:
            continue  # of a release that says it otherwise
        yield Told(row.process, row.at, report)
