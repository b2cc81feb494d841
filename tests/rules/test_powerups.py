"""What XP buys. That a balance pays for a power-up to the last XP is asked of `play.decide`, in test_play.py."""

from game.rules.powerups import PowerUp, price
from game.rules.settings import HuntSettings


def test_the_prices_as_announced() -> None:
    assert {power_up.value: price(HuntSettings(), power_up) for power_up in PowerUp} == {
        "hint": 50,
        "skip": 75,
        "accept_close": 100,
    }
