"""How this process does: measured all the time in memory, written down every few seconds, and read, with how all the
others do, while an organiser watches.

By way of a row and not of the bus: who comes to the console when a process has fallen silent must see it, too, and a
bus that is away is one of the things to be seen.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from consumers import latency, protocol
from enigma_rt import bus
from game.queries import vitals
from game.queries.clock import now_ms
from game.queries.vitals import MINUTE_MS, Link, Report, Told
from game.services.vitals import tell

if TYPE_CHECKING:
    from consumers.hub import Hub

TICK_S = 1.0
REPORT_S = 5.0
SILENT_MS = 15_000
"""Two reports that did not come, and some patience."""
FAREWELL_S = 1.0
JUDGED = frozenset({"answer", "accept_close"})
VERDICTS = frozenset({"correct", "close", "wrong"})


class Vitals:
    """One per hub."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self.name = secrets.token_hex(8)
        self._started = 0
        self._verdicts = latency.Window()
        self._lag = latency.Window()
        self._due = 0.0
        self._told = False
        self._database_ms: float | None = None
        self._echo_sent = self._echo_heard = 0.0
        self._bus_ms: float | None = None
        self._bus_error: tuple[str, int] | None = None
        # Who was here when it was last written down, and in which minute.
        self._noted: tuple[frozenset[int], int] = (frozenset(), -1)
        # What was last read of everybody, and when by the database's clock.
        self._read: tuple[int, tuple[Told, ...]] = (0, ())

    # --- measured ---------------------------------------------------------------------------------------------------

    def command_done(self, kind: str, result: str, seconds: float) -> None:
        """A command was answered after so long."""
        if kind in JUDGED and result in VERDICTS:
            self._verdicts.note(seconds * 1000, self._hub.clock_ms())

    def late(self, seconds: float) -> None:
        """The event loop came so late to what was due."""
        self._lag.note(seconds * 1000, self._hub.clock_ms())

    def echoed(self, sender: str) -> None:
        """What a process had sent to everybody came over the bus."""
        if sender == self.name:
            self._echo_heard = time.monotonic()
            self._bus_ms = (self._echo_heard - self._echo_sent) * 1000

    # --- told -------------------------------------------------------------------------------------------------------

    def soon(self) -> None:
        """Something has changed that is not to wait."""
        self._due = 0.0

    async def write_vitals(self) -> None:
        """Every now and then, and at once after `soon`."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + REPORT_S
        if (trouble := bus.trouble() or self._hub.deaf()) or self._echo_sent > self._echo_heard:
            self._bus_ms = None
            self._bus_error = (trouble or "no answer", self._hub.now())
        self._echo_sent = now
        bus.echo(self.name)
        try:
            self._database_ms = await self._hub.bridge.read(_way_to_the_database)
        except Exception:
            self._database_ms = None
            raise
        await self._tell(self.report())

    async def farewell(self) -> None:
        """The last word, if there was a first."""
        if self._told:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(FAREWELL_S):
                    await self._tell(msgspec.structs.replace(self.report(), state="stopped"))

    async def _tell(self, report: Report) -> None:
        here, minute = frozenset(self._hub.audience.players()), self._hub.now() // MINUTE_MS
        # What has not changed is written anew each minute: rows of who says nothing more are deleted.
        fresh = (here, minute) != self._noted
        await self._hub.bridge.read(tell, self.name, report, here if fresh else None)
        self._told, self._noted = True, (here, minute)

    async def connected(self) -> set[int]:
        """The players who are connected: here at this moment, to other processes as these said a few seconds ago."""
        hub = self._hub
        if not self._read[0]:
            self._read = await hub.bridge.read(vitals.lately)
        read_at, told = self._read
        others = [
            each.process
            for each in told
            if each.process != self.name and _state(each, read_at) in ("up", "draining")
        ]
        here = set(hub.audience.players())
        return here | await hub.bridge.read(vitals.present, others) if others else here

    def report(self) -> Report:
        hub, now = self._hub, self._hub.clock_ms()
        self._started = self._started or hub.now()
        sockets = hub.audience.counts()
        # Who tests is nobody's player.
        players = [party.sockets[-1] for party in hub.audience.parties.values() if party.sockets]
        here = Counter(player.position for player in players if player.company is None)
        return Report(
            kind="web",
            host=socket.gethostname(),
            pid=os.getpid(),
            started=self._started,
            state="draining" if hub.draining else "up",
            sockets=(sockets.players, sockets.spectators, sockets.organisers),
            here=tuple(sorted(here.items())),
            waiting=len(hub.batcher),
            judging=hub.batcher.unfinished - len(hub.batcher),
            lanes=hub.bridge.lanes,
            door=hub.door.waiting,
            reading=hub.bridge.reading,
            verdicts=tuple(sorted(self._verdicts.counts(now).items())),
            lag_ms=latency.percentile(self._lag.counts(now), 0.99),
            rss=resident(),
            database=Link(self._database_ms, *(hub.bridge.trouble or ())),
            bus=Link(self._bus_ms, *(self._bus_error or ())),
        )

    # --- shown ------------------------------------------------------------------------------------------------------

    async def show(self) -> None:
        """Everybody's health, to the consoles that are here."""
        hub = self._hub
        if not hub.audience.sockets["organiser"]:
            return
        try:
            self._read = await hub.bridge.read(vitals.lately)
        except Exception:
            # What is known is shown all the same, and as of when: this is what one looks at then.
            self._database_ms = None
        await hub.audience.tell(self.health(), "organiser")

    def health(self) -> protocol.Health:
        """Of all processes as they were last heard of, of this one as it is."""
        read_at, told = self._read
        now = self._hub.now()
        mine = Told(self.name, now, self.report())
        told = (*(each for each in told if each.process != self.name), mine)
        alive = [each.report for each in told if _state(each, read_at) in ("up", "draining")]
        counts = [dict(report.verdicts) for report in alive]
        here: Counter[int] = Counter()
        for report in alive:
            here.update(dict(report.here))
        p50, p99 = (latency.percentile(latency.added_up(counts), share) for share in (0.5, 0.99))
        order = sorted(told, key=lambda each: (each.report.kind, each.report.started, each.process))
        return protocol.Health(
            now=now,
            as_of=read_at,
            sockets=_added_sockets(alive),
            verdicts=sum(sum(count.values()) for count in counts),
            p50=_tenth(p50),
            p99=_tenth(p99),
            here=tuple(sorted(here.items())),
            processes=tuple(_process(each, read_at, here=each is mine) for each in order),
        )


def _state(told: Told, read_at: int) -> str:
    """Silence counts up to when somebody listened."""
    if told.report.state != "stopped" and read_at - told.at > SILENT_MS:
        return "silent"
    return told.report.state


def _process(told: Told, read_at: int, *, here: bool) -> protocol.Process:
    report, counts = told.report, dict(told.report.verdicts)
    return protocol.Process(
        process=told.process,
        kind=report.kind,
        host=report.host,
        pid=report.pid,
        started=report.started,
        at=told.at,
        state=_state(told, read_at),  # type: ignore[arg-type]  # one of them
        here=here,
        sockets=protocol.Sockets(*report.sockets),
        waiting=report.waiting,
        judging=report.judging,
        lanes=report.lanes,
        door=report.door,
        reading=report.reading,
        verdicts=sum(counts.values()),
        p50=_tenth(latency.percentile(counts, 0.5)),
        p99=_tenth(latency.percentile(counts, 0.99)),
        lag_ms=_tenth(report.lag_ms),
        rss=report.rss,
        database=_link(report.database),
        bus=_link(report.bus) if report.bus else None,
        settled=_tenth(report.settled),
    )


def sockets_and_latency(
    minutes: dict[int, tuple[Told, ...]], first: int, step: int, number: int
) -> tuple[tuple[protocol.Sockets | None, float | None, float | None], ...]:
    """For each of so many points, `step` minutes apart: all sockets, and what half and 99 % of the verdicts took."""
    points = []
    for minute in range(first, first + number * step, step):
        said = [told for told in minutes.get(minute, ()) if told.report.kind == "web"]
        counts = latency.added_up(dict(told.report.verdicts) for told in said)
        p50, p99 = (_tenth(latency.percentile(counts, share)) for share in (0.5, 0.99))
        # Who fell silent in this minute has no sockets at its end: others have them.
        last = max((told.at for told in said), default=0)
        alive = [told.report for told in said if _state(told, last) != "silent"]
        points.append((_added_sockets(alive) if said else None, p50, p99))
    return tuple(points)


def _added_sockets(reports: list[Report]) -> protocol.Sockets:
    alive = [report.sockets for report in reports if report.state != "stopped"]
    return protocol.Sockets(*map(sum, zip(*alive, strict=True))) if alive else protocol.Sockets(0, 0, 0)


def _link(link: Link) -> protocol.Link:
    return protocol.Link(_tenth(link.ms), link.error, link.error_at)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _way_to_the_database() -> float:
    began = time.perf_counter()
    now_ms()
    return (time.perf_counter() - began) * 1000


def resident() -> int | None:
    """Bytes of memory that this process has now; None where nobody says so."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
