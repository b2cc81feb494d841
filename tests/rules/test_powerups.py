"""What XP buys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules.powerups import PowerUp, affordable, price
from game.rules.settings import HuntSettings

DEFAULTS = HuntSettings()

price_lists = st.builds(
    HuntSettings,
    hint_xp=st.integers(0, 200),
    skip_xp=st.integers(0, 200),
    accept_close_xp=st.integers(0, 200),
)


def test_the_prices_as_announced() -> None:
    assert {power_up.value: price(DEFAULTS, power_up) for power_up in PowerUp} == {
        "hint": 50,
        "skip": 75,
        "accept_close": 100,
    }


@pytest.mark.parametrize(
    ("xp", "expected"),
    [
        (0, set()),
        (49, set()),
        (50, {PowerUp.HINT}),
        (75, {PowerUp.HINT, PowerUp.SKIP}),
        (99, {PowerUp.HINT, PowerUp.SKIP}),
        (100, set(PowerUp)),
    ],
)
def test_a_balance_buys_what_it_covers_to_the_last_xp(xp: int, expected: set[PowerUp]) -> None:
    assert affordable(DEFAULTS, xp) == expected


@given(price_lists, st.integers(0, 300))
def test_affordable_is_exactly_what_does_not_cost_more(settings: HuntSettings, xp: int) -> None:
    assert affordable(settings, xp) == {power_up for power_up in PowerUp if price(settings, power_up) <= xp}
