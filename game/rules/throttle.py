"""How fast a player may be wrong: the generic cell rate algorithm (ITU-T I.371), which stores one instant.

That instant, `tat` (theoretical arrival time), is when the player will be fully rested; None: already is.
"""

from msgspec import Struct


class Rate(Struct, frozen=True):
    """`burst` at once, then one each time `interval_ms` passes.

    In any stretch of W ms no more than `burst + W // interval_ms` fit, hence no more than
    `burst + per_minute * W / 60_000`.
    """

    burst: int
    per_minute: int

    @property
    def interval_ms(self) -> int:
        # Rounded up: a rate that does not divide the minute must err towards slower.
        return -(-60_000 // self.per_minute)


def check(rate: Rate, tat: int | None, now: int) -> int:
    """Milliseconds to wait; 0 = allowed now."""
    if tat is None:
        return 0
    return max(0, tat - (rate.burst - 1) * rate.interval_ms - now)


def spend(rate: Rate, tat: int | None, now: int) -> int:
    """The tat after one more, which `check` allowed."""
    return (now if tat is None else max(tat, now)) + rate.interval_ms
