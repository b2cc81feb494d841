"""Times in buckets: percentiles near enough, added up over processes, a minute's memory."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.latency import LAST, WINDOW_MS, Window, added_up, bucket_of, ends_of, percentile

TIMES = st.lists(st.floats(0, 60_000), min_size=1, max_size=200)


@given(st.floats(0, 1_000_000))
def test_each_time_lies_in_its_bucket(ms: float) -> None:
    begins, ends = ends_of(bucket_of(ms))
    assert begins <= ms * 1.000001
    assert ms < ends * 1.000001 or bucket_of(ms) == LAST


def counted(times: list[float]) -> dict[int, int]:
    window = Window()
    for ms in times:
        window.note(ms, 0)
    return window.counts(0)


@given(TIMES, TIMES)
def test_what_several_processes_counted_is_what_one_would_have(
    some: list[float], others: list[float]
) -> None:
    assert added_up([counted(some), counted(others)]) == counted(some + others)


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_percentile_is_right_to_a_fifth(share: float) -> None:
    dice = random.Random(4)
    times = sorted(dice.lognormvariate(3, 1) for _ in range(5_000))
    found = percentile(counted(times), share)
    assert found == pytest.approx(times[int(share * len(times))], rel=0.2)


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert Window().counts(0) == {}


def test_only_the_last_minute_counts_and_memory_is_bounded() -> None:
    window = Window()
    for second in range(600):
        window.note(10, second * 1000)
    (count,) = window.counts(599_000).values()
    assert WINDOW_MS / 1000 - 5 <= count <= WINDOW_MS / 1000
    assert window.counts(600_000 + WINDOW_MS) == {}
    assert len(window._slots) == 12
