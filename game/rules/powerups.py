"""What XP can buy, and for how much."""

import enum

from game.rules.settings import HuntSettings


class PowerUp(enum.StrEnum):
    HINT = "hint"
    SKIP = "skip"
    ACCEPT_CLOSE = "accept_close"


def price(settings: HuntSettings, power_up: PowerUp) -> int:
    """XP."""
    return _prices(settings)[power_up]


def affordable(settings: HuntSettings, xp: int) -> frozenset[PowerUp]:
    """The power-ups that a balance of `xp` pays for, each by itself."""
    return frozenset(power_up for power_up, cost in _prices(settings).items() if cost <= xp)


def _prices(settings: HuntSettings) -> dict[PowerUp, int]:
    return {
        PowerUp.HINT: settings.hint_xp,
        PowerUp.SKIP: settings.skip_xp,
        PowerUp.ACCEPT_CLOSE: settings.accept_close_xp,
    }
