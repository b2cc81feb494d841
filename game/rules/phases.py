"""A hunt's phase, and how much play there has been: both follow from its instants alone."""

import enum

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
    until = min(now, _end(times))
    if times.paused_at is not None:
        until = min(until, times.paused_at)
    return max(0, until - times.starts_at - times.paused_ms)


def next_change(times: Times, now: int) -> int | None:
    """The next instant at which the phase changes if nobody intervenes; None once it has ended."""
    current = phase(times, now)
    instants = {times.starts_at, _end(times)} | ({times.paused_at} if times.paused_at is not None else set())
    for instant in sorted(instants):
        if instant > now and phase(times, instant) is not current:
            return instant
    return None


def _end(times: Times) -> int:
    return times.ends_at if times.ended_at is None else min(times.ends_at, times.ended_at)
