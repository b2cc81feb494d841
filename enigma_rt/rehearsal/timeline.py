"""PURE. What the client processes tell each second, put together along one axis of time."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct, field

from enigma_rt.rehearsal.echoes import Ear, Lag
from enigma_rt.rehearsal.journal import Absence, Solve
from enigma_rt.rehearsal.messages import Tick
from enigma_rt.rehearsal.percentiles import percentile, weighted


class Slot(Struct):
    """A stretch of time, all processes together. Latencies in seconds, unsorted; `lags` of the board with their weight.

    `cpu` is the processor time that each process used in it, `loop_lag` how late the latest of them was.
    """

    seconds: float = 0.0
    online: int = 0
    commands: int = 0
    solves: int = 0
    reconnects: int = 0
    verdicts: list[float] = []
    connects: list[float] = []
    lags: list[Lag] = []
    errors: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    cpu: dict[int, float] = {}
    loop_lag: float = 0.0


class Point(Struct, frozen=True):
    """A slot as it is drawn and written: `at` seconds from the beginning, rates per second, latencies in ms."""

    at: float
    online: int
    commands_per_s: float
    solves_per_s: float
    reconnects: int
    connects: int
    verdict_p50_ms: float | None
    verdict_p99_ms: float | None
    connect_p50_ms: float | None
    connect_p99_ms: float | None
    board_p50_ms: float | None
    board_p99_ms: float | None
    errors: dict[str, int]
    closes: dict[str, int]
    client_cpu: float
    client_lag_ms: float


class Timeline:
    """`slots` by their second. `lags`, `absences` and `online` of all processes; `peak` the most tabs at once."""

    def __init__(self) -> None:
        self.slots: dict[int, Slot] = {}
        self.absences: list[Absence] = []
        self.lags: list[Lag] = []
        self.peak = 0
        self._ear = Ear()
        self._last: dict[int, Tick] = {}
        self._solves: list[Solve] = []

    @property
    def ticks(self) -> list[Tick]:
        """The latest of each process."""
        return list(self._last.values())

    def total(self, name: str) -> int:
        """A count of the latest ticks, added up."""
        return sum(getattr(tick, name) for tick in self._last.values())

    def counts(self, name: str) -> Counter[str]:
        """`errors` or `closes` of the latest ticks, added up."""
        return sum((Counter(getattr(tick, name)) for tick in self._last.values()), Counter())

    def add(self, process: int, tick: Tick) -> None:
        before = self._last.get(process)
        self._last[process] = tick
        # They tell at every full second of what was before it.
        slot = self.slots.setdefault(max(0, round(tick.at) - 1), Slot())
        slot.online = self.total("online")
        self.peak = max(self.peak, slot.online)
        slot.seconds = 1.0
        for name in ("commands", "solves", "reconnects"):
            change = getattr(tick, name) - (getattr(before, name) if before else 0)
            setattr(slot, name, getattr(slot, name) + change)
        slot.errors += Counter(tick.errors) - Counter(before.errors if before else {})
        slot.closes += Counter(tick.closes) - Counter(before.closes if before else {})
        slot.verdicts += tick.fresh.verdicts
        slot.connects += tick.fresh.connects
        slot.loop_lag = max(slot.loop_lag, tick.lag)
        if before is not None and tick.at > before.at:
            # As if this second had been as long as any other.
            slot.cpu[process] = (tick.cpu - before.cpu) / (tick.at - before.at)
        self.absences += tick.fresh.absences
        for lag in self._ear.hear(tick.fresh.solves, tick.echoes):
            self.lags.append(lag)
            self.slots.setdefault(int(lag.at), Slot()).lags.append(lag)

    def until(self, second: float) -> None:
        """Leave out what was after the play."""
        self.slots = {at: slot for at, slot in self.slots.items() if at < second}

    def points(self, width: int) -> Iterator[Point]:
        """Slots of `width` seconds, in order."""
        for begin in range(0, max(self.slots, default=-1) + 1, width):
            slots = [self.slots[at] for at in range(begin, begin + width) if at in self.slots]
            if slots:
                yield _point(float(begin), slots)


def recent(timeline: Timeline, now: float, seconds: int) -> list[float]:
    """The verdict latencies of the last seconds, sorted."""
    latest = [slot for at, slot in timeline.slots.items() if at >= now - seconds]
    return sorted(latency for slot in latest for latency in slot.verdicts)


def _point(at: float, slots: list[Slot]) -> Point:
    count = len(slots)
    verdicts = sorted(latency for slot in slots for latency in slot.verdicts)
    connects = sorted(latency for slot in slots for latency in slot.connects)
    p50, p99 = weighted([(lag.seconds, lag.tabs) for slot in slots for lag in slot.lags], 50, 99)
    return Point(
        at=at,
        online=slots[-1].online,
        commands_per_s=round(sum(slot.commands for slot in slots) / count, 1),
        solves_per_s=round(sum(slot.solves for slot in slots) / count, 2),
        reconnects=sum(slot.reconnects for slot in slots),
        connects=len(connects),
        verdict_p50_ms=ms(percentile(verdicts, 50)),
        verdict_p99_ms=ms(percentile(verdicts, 99)),
        connect_p50_ms=ms(percentile(connects, 50)),
        connect_p99_ms=ms(percentile(connects, 99)),
        board_p50_ms=ms(p50),
        board_p99_ms=ms(p99),
        errors=dict(sum((slot.errors for slot in slots), Counter())),
        closes={
            str(code): number for code, number in sum((slot.closes for slot in slots), Counter[int]()).items()
        },
        client_cpu=round(max((max(slot.cpu.values(), default=0.0) for slot in slots), default=0.0), 3),
        client_lag_ms=ms(max(slot.loop_lag for slot in slots)) or 0.0,
    )


def ms(seconds: float | None) -> float | None:
    """Rounded to what can be told apart."""
    return None if seconds is None else round(seconds * 1000, 1)
