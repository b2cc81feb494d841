"""PURE. What was measured, in few figures: storm, waves, latencies, loads, and what the verdict's rules look at."""

from collections.abc import Sequence

from msgspec import Struct

from enigma_rt.rehearsal.gauges import Load, sustained
from enigma_rt.rehearsal.percentiles import percentile, weighted
from enigma_rt.rehearsal.play import Played
from enigma_rt.rehearsal.timeline import Point, ms
from enigma_rt.rehearsal.verdict import ARRIVAL_S, Measured, Verdict, judge
from enigma_rt.rehearsal.waves import Wave, storm, waves

POINTS = 180
"""A curve has at most about so many points: more than a page is wide says nothing more."""
SOCKETS_TO_TELL = 100
"""With fewer new sockets their memory drowns in that of everything else."""
BUSY = "4503"


class Course(Struct, frozen=True):
    """What a rehearsal was: `accounts` by which way, `here` whether a server is on this machine.

    `ledger` is what the ledger check complained of, "" for nothing, None if the database could not be asked.
    """

    players: int
    processes: int
    seed: int
    accounts: str
    here: bool
    ledger: str | None
    wanted_solves: float | None = None
    speed: float | None = None


class ServerLoad(Struct, frozen=True):
    """One web process over the whole play: processors and ms as sustained (reached for a tenth of the time), the most
    memory in bytes and sockets."""

    server: str
    cpu: float | None
    cpu_most: float | None
    memory: float | None
    sockets: int
    batch_ms: float | None
    fanout_ms: float | None
    loop_ms: float | None
    waiting_most: dict[str, int]


class Summary(Struct, frozen=True):
    """`seconds` of play after the arrival were `steady`; `missing` connections were gone for long in the end. Latencies
    in ms, `board` and `connect` as (p50, p99, max)."""

    storm: Wave | None
    waves: list[Wave]
    missing: int
    tabs: int
    peak: int
    steady: float
    solves: int
    solves_per_s: float
    board: tuple[float | None, float | None, float | None]
    connect: tuple[float | None, float | None, float | None]
    boards_told: int
    client_cpu: float
    client_lag_ms: float
    servers: list[ServerLoad]
    machine_cpu: float | None
    processors: int
    points: list[Point]
    width: int
    verdict: Verdict


def summarise(course: Course, played: Played, kept: bool) -> Summary:
    timeline = played.timeline
    tabs = timeline.total("tabs")
    # Who has just lost a connection is on the way back, as at any time.
    gone = [absence for absence in played.book.away if played.seconds - absence.since > ARRIVAL_S]
    came = [
        absence
        for absence in timeline.absences
        if absence.until is not None and absence.until <= played.seconds
    ]
    absences = [*came, *played.book.away]
    arrivals = storm(absences)
    settled = 0.0 if arrivals is None else arrivals.began + (arrivals.lasted or 0.0)
    steady = max(0.0, played.seconds - settled)
    solves = sum(slot.solves for at, slot in timeline.slots.items() if at >= int(settled))
    lags = weighted([(lag.seconds, lag.tabs) for lag in timeline.lags], 50, 99, 100)
    connects = sorted(latency for slot in timeline.slots.values() for latency in slot.connects)
    client_cpu = sustained([max(slot.cpu.values()) for slot in timeline.slots.values() if slot.cpu]) or 0.0
    client_lag = sustained([slot.loop_lag for slot in timeline.slots.values()]) or 0.0
    servers = [
        _server(server, [load for load in played.loads if load.server == server])
        for server in dict.fromkeys(load.server for load in played.loads)
    ]
    machine_cpu = _machine_without_bots(played)
    width = max(1, -(-int(played.seconds) // POINTS))
    solves_per_s = round(solves / steady, 2) if steady >= 1 else 0.0
    measured = Measured(
        players=course.players,
        here=course.here,
        kept=kept,
        seconds=steady,
        verdicts=len(played.book.latencies),
        verdict_p99_ms=ms(percentile(sorted(played.book.latencies), 99)),
        missing=len(gone),
        arrival_p99_s=arrivals.p99 if arrivals else None,
        refused=played.book.closes.get(int(BUSY), 0),
        sockets=timeline.peak,
        client_cpu=client_cpu,
        client_lag_ms=client_lag * 1000,
        solves_per_s=solves_per_s,
        wanted_solves=course.wanted_solves,
        server_cpu=max((load.cpu for load in servers if load.cpu is not None), default=None),
        machine_cpu=machine_cpu,
        processors=played.machine[0].processors if played.machine else 1,
        socket_bytes=_socket_bytes(played.loads),
        free_bytes=min((look.free for look in played.machine if look.free is not None), default=None),
        batch_ms=max((load.batch_ms for load in servers if load.batch_ms is not None), default=None),
    )
    return Summary(
        storm=arrivals,
        waves=waves(absences, tabs),
        missing=len(gone),
        tabs=tabs,
        peak=timeline.peak,
        steady=round(steady, 1),
        solves=solves,
        solves_per_s=solves_per_s,
        board=(ms(lags[0]), ms(lags[1]), ms(lags[2])),
        connect=(
            ms(percentile(connects, 50)),
            ms(percentile(connects, 99)),
            ms(percentile(connects, 100)),
        ),
        boards_told=round(sum(lag.tabs for lag in timeline.lags)),
        client_cpu=round(client_cpu, 3),
        client_lag_ms=round(client_lag * 1000, 1),
        servers=servers,
        machine_cpu=machine_cpu,
        processors=measured.processors,
        points=list(timeline.points(width)),
        width=width,
        verdict=judge(measured),
    )


def _server(server: str, loads: Sequence[Load]) -> ServerLoad:
    def all_of(name: str) -> list[float]:
        return [value for load in loads if (value := getattr(load, name)) is not None]

    names = dict.fromkeys(name for load in loads for name in load.waiting)
    return ServerLoad(
        server=server,
        cpu=sustained(all_of("cpu")),
        cpu_most=max(all_of("cpu"), default=None),
        memory=max(all_of("memory"), default=None),
        sockets=round(max(load.sockets for load in loads)),
        batch_ms=sustained(all_of("batch_ms")),
        fanout_ms=sustained(all_of("fanout_ms")),
        loop_ms=sustained(all_of("loop_ms")),
        waiting_most={name: round(max(load.waiting.get(name, 0) for load in loads)) for name in names},
    )


def _machine_without_bots(played: Played) -> float | None:
    slots = played.timeline.slots
    busy = [
        max(0.0, look.busy - sum(slots[int(look.at) - 1].cpu.values()))
        for look in played.machine
        if int(look.at) - 1 in slots
    ]
    found = sustained(busy)
    return None if found is None else round(found, 2)


def _socket_bytes(loads: Sequence[Load]) -> float | None:
    """What one more socket cost its server, from the look with the fewest to the one with the most."""
    costs = []
    for server in dict.fromkeys(load.server for load in loads):
        own = sorted(
            (load for load in loads if load.server == server and load.memory is not None),
            key=lambda load: load.sockets,
        )
        if own and (more := own[-1].sockets - own[0].sockets) >= SOCKETS_TO_TELL:
            costs.append(max(0.0, ((own[-1].memory or 0) - (own[0].memory or 0)) / more))
    return max(costs, default=None)
