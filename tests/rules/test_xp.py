"""XP for hours and solves: every hour counts once, and nothing goes past the cap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules.settings import HuntSettings
from game.rules.xp import HOUR_MS, grants, next_tick, solve_grant, ticks_due

FIRST = 1_772_820_000_000
DEFAULTS = HuntSettings()

instants = st.integers(0, 2**45)
settings_of_xp = st.builds(
    HuntSettings,
    xp_cap=st.integers(0, 500),
    xp_per_hour=st.integers(0, 200),
    xp_per_solve=st.integers(0, 200),
)
balances = st.integers(0, 800)


@pytest.mark.parametrize(
    ("after_ms", "expected"),
    [(-HOUR_MS, 0), (0, 0), (HOUR_MS - 1, 0), (HOUR_MS, 1), (2 * HOUR_MS - 1, 1), (48 * HOUR_MS, 48)],
)
def test_only_full_hours_are_due(after_ms: int, expected: int) -> None:
    assert ticks_due(FIRST, FIRST + after_ms) == expected


@given(instants, st.integers(0, 10_000))
def test_the_next_tick_is_the_first_instant_at_which_one_more_is_due(first: int, settled: int) -> None:
    instant = next_tick(first, settled)
    assert ticks_due(first, instant) == settled + 1
    assert ticks_due(first, instant - 1) == settled


@given(instants, instants, instants)
def test_settling_in_two_steps_owes_what_settling_once_owes(first: int, one: int, other: int) -> None:
    early, late = sorted((one, other))
    settled = ticks_due(first, early)
    assert 0 <= settled <= ticks_due(first, late)


@pytest.mark.parametrize(
    ("xp", "ticks", "expected"),
    [
        (0, 0, ()),
        (0, 3, (10, 10, 10)),
        (75, 4, (10, 10, 5, 0)),
        (100, 2, (0, 0)),
        (130, 2, (0, 0)),  # the cap was lowered after the player had more
    ],
)
def test_a_grant_that_would_pass_the_cap_is_cut_to_it(xp: int, ticks: int, expected: tuple[int, ...]) -> None:
    assert grants(DEFAULTS, xp, ticks) == expected


@given(settings_of_xp, balances, st.integers(0, 60))
def test_grants_never_pass_the_cap_and_never_take_away(settings: HuntSettings, xp: int, ticks: int) -> None:
    amounts = grants(settings, xp, ticks)
    assert len(amounts) == ticks
    assert all(0 <= amount <= settings.xp_per_hour for amount in amounts)
    assert xp + sum(amounts) == max(xp, min(settings.xp_cap, xp + ticks * settings.xp_per_hour))


@given(settings_of_xp, balances, st.integers(0, 30), st.integers(0, 30))
def test_a_scheduler_that_was_down_changes_nothing(
    settings: HuntSettings, xp: int, one: int, more: int
) -> None:
    first = grants(settings, xp, one)
    assert grants(settings, xp, one + more) == first + grants(settings, xp + sum(first), more)


@pytest.mark.parametrize(("xp", "expected"), [(0, 5), (94, 5), (95, 5), (97, 3), (100, 0), (120, 0)])
def test_a_solve_grants_up_to_the_cap(xp: int, expected: int) -> None:
    assert solve_grant(DEFAULTS, xp) == expected


@given(settings_of_xp, balances)
def test_a_solve_never_passes_the_cap(settings: HuntSettings, xp: int) -> None:
    amount = solve_grant(settings, xp)
    assert 0 <= amount <= settings.xp_per_solve
    assert xp + amount <= max(xp, settings.xp_cap)
