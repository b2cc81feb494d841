"""XP: what is owed for hours and solves, never past the cap."""

from game.rules.settings import HuntSettings

HOUR_MS = 3_600_000


def ticks_due(first_attempt: int, until: int) -> int:
    """Full hours between two instants; ticks are numbered from 1, so this is also the last one due."""
    return max(0, until - first_attempt) // HOUR_MS


def next_tick(first_attempt: int, settled: int) -> int:
    """The instant at which the tick after `settled` ones falls due."""
    return first_attempt + (settled + 1) * HOUR_MS


def grants(settings: HuntSettings, xp: int, ticks: int) -> tuple[int, ...]:
    """What each of `ticks` successive ticks adds to a balance of `xp`; at the cap a tick adds 0."""
    amounts = []
    for _ in range(ticks):
        amount = _up_to_cap(settings, xp, settings.xp_per_hour)
        amounts.append(amount)
        xp += amount
    return tuple(amounts)


def solve_grant(settings: HuntSettings, xp: int) -> int:
    """What a solve adds to a balance of `xp`."""
    return _up_to_cap(settings, xp, settings.xp_per_solve)


def _up_to_cap(settings: HuntSettings, xp: int, amount: int) -> int:
    # A cap lowered in mid-hunt leaves balances above it; they keep what they have.
    return min(amount, max(0, settings.xp_cap - xp))
