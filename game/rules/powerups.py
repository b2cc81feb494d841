"""What XP can buy, and for how much."""

import enum

from game.rules.settings import HuntSettings


class PowerUp(enum.StrEnum):
    HINT = "hint"
    SKIP = "skip"
    ACCEPT_CLOSE = "accept_close"


def price(settings: HuntSettings, power_up: PowerUp) -> int:
    """XP."""
    return {
        PowerUp.HINT: settings.hint_xp,
        PowerUp.SKIP: settings.skip_xp,
        PowerUp.ACCEPT_CLOSE: settings.accept_close_xp,
    }[power_up]
