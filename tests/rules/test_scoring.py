"""What a right answer is worth: both curves, and what is taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules.scoring import Award, award, base_award
from game.rules.settings import HuntSettings

ELAPSED = HuntSettings()
BY_ORDER = HuntSettings(curve="solve_order")

points = st.integers(0, 10_000)
seconds = st.floats(-1e6, 1e12)
solves = st.integers(0, 100_000)
curves = st.builds(
    HuntSettings,
    curve=st.sampled_from(["elapsed", "solve_order"]),
    floor_percent=st.integers(0, 100),
    half_life_minutes=st.integers(1, 10_080),
    hint_points=st.integers(0, 1_000),
    accept_close_points=st.integers(0, 1_000),
)


@pytest.mark.parametrize(
    ("elapsed_s", "expected"),
    [
        (0, 100),
        (-5, 100),
        (1, 100),
        (35, 100),  # 99.66
        (60, 99),  # 99.43
        (1800, 85),  # 50 + 50 / sqrt(2) = 85.36
        (3600, 75),
        (7200, 63),  # 62.5: halves go up
        (10_800, 56),  # 56.25
        (48 * 3600, 50),
        (1e15, 50),
        (float("inf"), 50),
    ],
)
def test_the_elapsed_curve_halves_what_lies_above_the_floor_every_hour(
    elapsed_s: float, expected: int
) -> None:
    assert base_award(ELAPSED, 100, elapsed_s, prior_solves=0) == expected


@pytest.mark.parametrize(
    ("prior_solves", "expected"),
    [(0, 100), (9, 100), (10, 90), (19, 90), (20, 85), (29, 85), (30, 75), (100_000, 75)],
)
def test_the_solve_order_curve_steps_down_after_10_20_and_30_solves(prior_solves: int, expected: int) -> None:
    assert base_award(BY_ORDER, 100, elapsed_s=1e6, prior_solves=prior_solves) == expected


def test_without_steps_everybody_gets_the_rest() -> None:
    assert base_award(HuntSettings(curve="solve_order", solve_order_steps=()), 100, 0, 0) == 75


@pytest.mark.parametrize(("worth", "expected"), [(45, 23), (43, 22), (1, 1), (0, 0), (44, 22)])
def test_halves_are_rounded_up(worth: int, expected: int) -> None:
    half = HuntSettings(curve="solve_order", solve_order_steps=(), solve_order_rest=50)
    assert base_award(half, worth, 0, 0) == expected


@given(curves, points, seconds, solves)
def test_a_base_award_lies_between_nothing_and_the_questions_points(
    settings: HuntSettings, worth: int, elapsed_s: float, prior: int
) -> None:
    assert 0 <= base_award(settings, worth, elapsed_s, prior) <= worth


@given(curves, points, seconds, seconds, solves)
def test_the_elapsed_curve_never_rises_and_never_falls_below_its_floor(
    settings: HuntSettings, worth: int, one: float, other: float, prior: int
) -> None:
    settings = HuntSettings(
        floor_percent=settings.floor_percent, half_life_minutes=settings.half_life_minutes
    )
    early, late = sorted((one, other))
    floor = (worth * settings.floor_percent + 50) // 100
    assert base_award(settings, worth, early, prior) >= base_award(settings, worth, late, prior) >= floor


@given(points, seconds, solves, solves)
def test_the_curve_that_is_not_active_plays_no_part(
    worth: int, elapsed_s: float, one: int, other: int
) -> None:
    assert base_award(ELAPSED, worth, elapsed_s, one) == base_award(ELAPSED, worth, elapsed_s, other)
    assert base_award(BY_ORDER, worth, elapsed_s, one) == base_award(BY_ORDER, worth, 0, one)


@pytest.mark.parametrize(
    ("hint", "close", "worth", "expected"),
    [
        (False, False, 100, Award(gross=100, hint=0, accept_close=0)),
        (True, False, 100, Award(gross=100, hint=10, accept_close=0)),
        (False, True, 100, Award(gross=100, hint=0, accept_close=10)),
        (True, True, 100, Award(gross=100, hint=10, accept_close=10)),
        (True, True, 15, Award(gross=15, hint=10, accept_close=5)),
        (True, True, 7, Award(gross=7, hint=7, accept_close=0)),
        (True, True, 0, Award(gross=0, hint=0, accept_close=0)),
    ],
)
def test_deductions_stop_at_nothing(hint: bool, close: bool, worth: int, expected: Award) -> None:
    assert award(ELAPSED, worth, 0, 0, hint_for_points=hint, accepted_close=close) == expected


@given(curves, points, seconds, solves, st.booleans(), st.booleans())
def test_an_award_adds_up_and_is_never_negative(
    settings: HuntSettings, worth: int, elapsed_s: float, prior: int, hint: bool, close: bool
) -> None:
    given_award = award(settings, worth, elapsed_s, prior, hint_for_points=hint, accepted_close=close)
    assert given_award.gross == base_award(settings, worth, elapsed_s, prior)
    assert 0 <= given_award.hint <= (settings.hint_points if hint else 0)
    assert 0 <= given_award.accept_close <= (settings.accept_close_points if close else 0)
    asked = (settings.hint_points if hint else 0) + (settings.accept_close_points if close else 0)
    assert given_award.total == max(0, given_award.gross - asked)
