"""How often everybody is told of the board."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.pace import GATHER_S, PERIOD_S, SHARE, Pace


def test_the_first_change_after_a_quiet_time_goes_out_nearly_at_once() -> None:
    pace = Pace()
    assert pace.wait(1000.0) == GATHER_S
    pace.told(1000.0, 1000.02)
    assert pace.wait(1000.0 + PERIOD_S) == GATHER_S


def test_in_a_busy_time_there_are_so_many_frames_a_second() -> None:
    now, frames, pace = 50.0, 0, Pace()
    while now < 60:
        now += pace.wait(now)
        pace.told(now, now + 0.02)
        now, frames = now + 0.02, frames + 1
    assert 95 <= frames <= 101


@given(st.floats(0.07, 30), st.floats(0, 5))
def test_who_takes_long_to_tell_everybody_does_it_less_often(took: float, later: float) -> None:
    pace = Pace()
    pace.told(10.0, 10.0 + took)
    now = 10.0 + took + later
    assert now + pace.wait(now) >= 10.0 + SHARE * took - 1e-9


def test_a_change_waits_no_longer_than_a_period() -> None:
    pace = Pace()
    pace.told(7.0, 7.001)
    assert pace.wait(7.001) <= PERIOD_S
