"""PURE. Who was without a connection, together: the storm at the start, a herd, a deploy, a server that was lost."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from enigma_rt.rehearsal.journal import ARRIVAL, DROP, Absence
from enigma_rt.rehearsal.percentiles import percentile

GAP_S = 5.0
"""Losses that are no further apart are one event: a server that drains sends its sockets away one after the other."""
SHARE = 0.02
FEWEST = 3
"""Fewer lost tabs than both are the network's everyday life."""


class Wave(Struct, frozen=True):
    """So many tabs were away at about the same time, by `causes` (how many each).

    `began` is when the first was lost (or wanted to come), `lasted` how long it took until all were back, in seconds;
    None if `missing` were not by the end. `p50`, `p99` and `longest` are seconds that one was away, of those who came
    back. `tries` are connections per tab that it took.
    """

    causes: dict[str, int]
    began: float
    lasted: float | None
    tabs: int
    missing: int
    p50: float | None
    p99: float | None
    longest: float | None
    tries: float

    @property
    def cause(self) -> str:
        """The most frequent one."""
        return max(self.causes, key=lambda cause: self.causes[cause])


def storm(absences: Iterable[Absence]) -> Wave | None:
    """Everybody's arrival; None if nobody came."""
    arrivals = [absence for absence in absences if absence.cause == ARRIVAL]
    return _wave(arrivals) if arrivals else None


def waves(absences: Iterable[Absence], tabs: int) -> list[Wave]:
    """What took many connections at once, in order. A bot's own bad network is not one of them."""
    found: list[list[Absence]] = []
    for absence in sorted(absences, key=lambda absence: absence.since):
        if absence.cause in (ARRIVAL, DROP):
            continue
        if found and absence.since - found[-1][-1].since <= GAP_S:
            found[-1].append(absence)
        else:
            found.append([absence])
    return [_wave(group) for group in found if len(group) >= max(FEWEST, SHARE * tabs)]


def _wave(absences: list[Absence]) -> Wave:
    away = sorted(absence.until - absence.since for absence in absences if absence.until is not None)
    began = min(absence.since for absence in absences)
    missing = len(absences) - len(away)
    until = max((absence.until for absence in absences if absence.until is not None), default=began)
    return Wave(
        causes=dict(Counter(absence.cause for absence in absences).most_common()),
        began=began,
        lasted=None if missing else until - began,
        tabs=len(absences),
        missing=missing,
        p50=percentile(away, 50),
        p99=percentile(away, 99),
        longest=percentile(away, 100),
        tries=sum(absence.tries for absence in absences) / len(absences),
    )
