"""Wrong answers: a burst, then a steady rate, and a wait that is told exactly."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules.throttle import Rate, check, spend

NOW = 1_772_820_000_000
DEFAULT = Rate(burst=5, per_minute=10)

rates = st.builds(Rate, burst=st.integers(1, 20), per_minute=st.integers(1, 600))
gaps = st.lists(st.one_of(st.just(0), st.integers(0, 50), st.integers(0, 20_000)), max_size=80)


def spent_by(rate: Rate, attempts: list[int]) -> list[int]:
    """The instants at which somebody who tries at each of `attempts` is let through."""
    tat: int | None = None
    spent = []
    for now in attempts:
        if check(rate, tat, now) == 0:
            tat = spend(rate, tat, now)
            spent.append(now)
    return spent


def test_five_at_once_then_one_every_six_seconds() -> None:
    tat: int | None = None
    for _ in range(5):
        assert check(DEFAULT, tat, NOW) == 0
        tat = spend(DEFAULT, tat, NOW)
    assert check(DEFAULT, tat, NOW) == 6_000
    assert check(DEFAULT, tat, NOW + 5_999) == 1
    assert check(DEFAULT, tat, NOW + 6_000) == 0
    tat = spend(DEFAULT, tat, NOW + 6_000)
    assert check(DEFAULT, tat, NOW + 6_000) == 6_000


def test_who_rests_has_the_burst_again() -> None:
    tat: int | None = None
    for _ in range(5):
        tat = spend(DEFAULT, tat, NOW)
    rested = NOW + 30_000
    for _ in range(5):
        assert check(DEFAULT, tat, rested) == 0
        tat = spend(DEFAULT, tat, rested)
    assert check(DEFAULT, tat, rested) == 6_000


@pytest.mark.parametrize(("per_minute", "interval_ms"), [(10, 6_000), (7, 8_572), (600, 100), (1, 60_000)])
def test_a_rate_that_does_not_divide_the_minute_errs_towards_slower(
    per_minute: int, interval_ms: int
) -> None:
    assert Rate(burst=1, per_minute=per_minute).interval_ms == interval_ms


@given(rates, gaps)
def test_no_window_holds_more_than_the_burst_and_the_rate(rate: Rate, gaps: list[int]) -> None:
    spent = spent_by(rate, list(accumulate(gaps, initial=NOW)))
    for first, opens in enumerate(spent):
        for last in range(first, len(spent)):
            window_ms = spent[last] - opens
            inside = last - first + 1
            assert inside <= rate.burst + window_ms // rate.interval_ms
            assert inside <= rate.burst + rate.per_minute * window_ms / 60_000


@given(rates, gaps)
def test_the_wait_is_exact(rate: Rate, gaps: list[int]) -> None:
    tat: int | None = None
    for now in accumulate(gaps, initial=NOW):
        wait = check(rate, tat, now)
        assert 0 <= wait <= rate.interval_ms
        assert check(rate, tat, now + wait) == 0
        if wait:
            assert check(rate, tat, now + wait - 1) == 1
        else:
            tat = spend(rate, tat, now)


@given(rates, st.integers(1, 50))
def test_a_steady_pace_is_never_refused(rate: Rate, times: int) -> None:
    attempts = [NOW + n * rate.interval_ms for n in range(times)]
    assert spent_by(rate, attempts) == attempts


@given(rates)
def test_a_rested_player_has_exactly_the_burst(rate: Rate) -> None:
    assert len(spent_by(rate, [NOW] * (rate.burst + 3))) == rate.burst
