"""A hunt's phase, and how much play there has been: both follow from its instants alone."""

import enum
from collections.abc import Iterable

from msgspec import Struct


class Phase(enum.StrEnum):
    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class Times(Struct, frozen=True):
    """A hunt's instants. To resume: add the pause's play time to `paused_ms`, set `paused_at` to None."""

    starts_at: int
    ends_at: int
    paused_at: int | None = None  # since when the pause that is on lasts
    paused_ms: int = 0  # sum of the pauses that are over
    ended_at: int | None = None  # ended by hand


def phase(times: Times, now: int) -> Phase:
    if now >= _end(times):
        return Phase.ENDED
    if now < times.starts_at:
        return Phase.SCHEDULED
    if times.paused_at is not None and times.paused_at <= now:
        return Phase.PAUSED
    return Phase.LIVE


def play_clock(times: Times, now: int) -> int:
    """Milliseconds of play since the start: stands still before it, during pauses and after the end."""
    return max(0, _played_until(times, now) - times.starts_at - times.paused_ms)


def clock_at(times: Times, stretches: Iterable[tuple[int, int]], at: int, now: int) -> int:
    """What the play clock was at an instant before `now`. `stretches` without play: (from, until)."""
    until = _played_until(times, now)
    still = sum(max(0, min(end, until) - max(start, at)) for start, end in stretches)
    return max(0, play_clock(times, now) - max(0, until - at - still))


def next_change(times: Times, now: int) -> int | None:
    """The next instant at which the phase changes if nobody intervenes; None once it has ended."""
    current = phase(times, now)
    instants = {times.starts_at, _end(times)} | ({times.paused_at} if times.paused_at is not None else set())
    for instant in sorted(instants):
        if instant > now and phase(times, instant) is not current:
            return instant
    return None


def _played_until(times: Times, now: int) -> int:
    """The last instant of play up to now."""
    until = min(now, _end(times))
    return until if times.paused_at is None else min(until, times.paused_at)


def _end(times: Times) -> int:
    return times.ends_at if times.ended_at is None else min(times.ends_at, times.ended_at)
