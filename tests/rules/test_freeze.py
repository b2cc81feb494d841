"""What the public may see: nothing of the row or the clock decides it but the instants."""

from hypothesis import given
from hypothesis import strategies as st

from game.rules.freeze import OPEN, Curtain, is_revealed, public_until, step_at

T = 1_772_820_000_000
instants = st.integers(T - 5_000, T + 50_000)
curtains = st.builds(
    Curtain,
    freeze_at=st.none() | st.integers(T - 1_000, T + 1_000),
    reveal_at=st.none() | st.integers(T + 1_000, T + 2_000),
    step=st.integers(0, 8),
    steps=st.integers(0, 8),
    since=st.integers(T + 1_000, T + 3_000),
    every_ms=st.none() | st.integers(1, 3_000),
)


def test_without_a_freeze_everything_is_public() -> None:
    assert public_until(OPEN, T) is None


def test_a_scheduled_freeze_begins_at_its_instant() -> None:
    curtain = Curtain(freeze_at=T)
    assert [public_until(curtain, now) for now in (T - 1, T, T + 1)] == [None, T, T]


def test_a_reveal_by_hand_waits_and_its_last_step_ends_the_freeze() -> None:
    curtain = Curtain(freeze_at=T, reveal_at=T + 1, step=2, steps=3, since=T + 2)
    assert step_at(curtain, T + 10**9) == 2
    assert public_until(curtain, T + 10**9) == T
    done = Curtain(freeze_at=T, reveal_at=T + 1, step=3, steps=3, since=T + 2)
    assert public_until(done, T + 2) is None


def test_a_timed_reveal_goes_on_by_the_clock_alone() -> None:
    curtain = Curtain(freeze_at=T, reveal_at=T, step=1, steps=4, since=T, every_ms=1_000)
    assert [step_at(curtain, T + ms) for ms in (-5, 0, 999, 1_000, 2_999, 3_000, 10**9)] == [
        1,
        1,
        1,
        2,
        3,
        4,
        4,
    ]
    assert [is_revealed(curtain, T + ms) for ms in (2_999, 3_000)] == [False, True]


@given(curtains, instants, instants)
def test_steps_never_go_back_by_themselves_and_stay_in_their_bounds(
    curtain: Curtain, one: int, other: int
) -> None:
    before, after = step_at(curtain, min(one, other)), step_at(curtain, max(one, other))
    assert 0 <= before <= after <= curtain.steps
    if curtain.freeze_at is not None and public_until(curtain, max(one, other)) is not None:
        assert not is_revealed(curtain, max(one, other))
