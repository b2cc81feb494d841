"""What a player will want to tell of their hunt. PURE: picks from what happened, in the order of how rare it is."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

FIELD = 5
"""So many must have solved a question before it says anything to have been faster than they were."""
FASTER = 1.5
FIRSTS = 3
STREAK = 3
STUBBORN = 10
CLIMB = 3


class Step(Struct, frozen=True):
    """A question on a player's path. `outcome`: solved, skipped or open.

    `elapsed` is how long they had it, in play (ms), `median` how long those had it who solved it, of whom `faster`
    percent took longer; null where it is not known. `guesses` were not right. `points` are all that it brought.
    """

    q: int
    title: str
    outcome: str
    elapsed: int | None = None
    median: int | None = None
    faster: int | None = None
    solvers: int = 0
    guesses: int = 0
    close: int = 0
    hint: str = ""
    first: bool = False
    points: int = 0
    causes: tuple[tuple[str, int], ...] = ()
    at: int | None = None


class Moment(Struct, frozen=True):
    """`kind` says which of `q` (a question), `a`, `b` and `at` it has: see `moments`."""

    kind: str
    q: int = 0
    a: int = 0
    b: int = 0
    at: int = 0


def against(elapsed: int, times: Sequence[int]) -> tuple[int, int]:
    """(the median of these times, which are in order; how many percent of them were longer)."""
    longer = len(times) - bisect_right(times, elapsed)
    return median(times), 100 * longer // len(times)


def median(times: Sequence[int]) -> int:
    """Of these times, which are in order; of two in the middle the shorter."""
    return times[(len(times) - 1) // 2]


def moments(
    steps: Sequence[Step], ranks: Sequence[int] = (), instants: Sequence[int] = ()
) -> tuple[Moment, ...]:
    """- `first`: the first of all to solve `q`
    - `fastest`: `q` in `a` ms, where the median is `b`
    - `streak`: `a` questions in a row at the first guess, the last of them `q`
    - `climb`: from rank `a` to rank `b` until `at`, within one step of the curve
    - `stubborn`: `q` in spite of `a` guesses that were not it
    """
    solved = [step for step in steps if step.outcome == "solved"]
    found = [Moment("first", q=step.q) for step in solved if step.first][:FIRSTS]
    quick = [
        (step.median / max(1, step.elapsed), step)
        for step in solved
        if step.elapsed is not None and step.median is not None and step.solvers >= FIELD
    ]
    if quick:
        ratio, step = max(quick, key=lambda one: one[0])
        if ratio >= FASTER:
            found.append(Moment("fastest", q=step.q, a=step.elapsed or 0, b=step.median or 0))
    best = run = end = 0
    for step in steps:
        run = run + 1 if step.outcome == "solved" and not step.guesses and not step.hint else 0
        if run > best:
            best, end = run, step.q
    if best >= STREAK:
        found.append(Moment("streak", q=end, a=best))
    climbs = [
        (before - after, Moment("climb", a=before, b=after, at=at))
        for (before, after), at in zip(pairwise(ranks), instants[1:], strict=False)
    ]
    if climbs:
        gained, climb = max(climbs, key=lambda one: one[0])
        if gained >= CLIMB:
            found.append(climb)
    if solved:
        stubborn = max(solved, key=lambda step: step.guesses)
        if stubborn.guesses >= STUBBORN:
            found.append(Moment("stubborn", q=stubborn.q, a=stubborn.guesses))
    return tuple(found)
