"""Phase and play clock follow from a hunt's instants alone, whatever is paused, extended or ended."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules.phases import Phase, Times, clock_at, next_change, phase, play_clock

START = 1_772_820_000_000
END = START + 48 * 3_600_000
PLAIN = Times(starts_at=START, ends_at=END)

small = st.integers(0, 60)
any_times = st.builds(
    Times,
    starts_at=small,
    ends_at=small,
    paused_at=st.none() | small,
    paused_ms=small,
    ended_at=st.none() | small,
)


@pytest.mark.parametrize(
    ("times", "now", "expected"),
    [
        (PLAIN, START - 1, Phase.SCHEDULED),
        (PLAIN, START, Phase.LIVE),
        (PLAIN, END - 1, Phase.LIVE),
        (PLAIN, END, Phase.ENDED),
        (msgspec.structs.replace(PLAIN, paused_at=START + 5), START + 4, Phase.LIVE),
        (msgspec.structs.replace(PLAIN, paused_at=START + 5), START + 5, Phase.PAUSED),
        (msgspec.structs.replace(PLAIN, paused_at=START + 5), END, Phase.ENDED),
        (msgspec.structs.replace(PLAIN, paused_at=START - 5), START - 5, Phase.SCHEDULED),
        (msgspec.structs.replace(PLAIN, paused_at=START - 5), START, Phase.PAUSED),
        (msgspec.structs.replace(PLAIN, ended_at=START + 9), START + 8, Phase.LIVE),
        (msgspec.structs.replace(PLAIN, ended_at=START + 9), START + 9, Phase.ENDED),
        (msgspec.structs.replace(PLAIN, ended_at=END + 9), END, Phase.ENDED),
        (msgspec.structs.replace(PLAIN, ended_at=START - 9), START - 9, Phase.ENDED),
    ],
)
def test_the_phase_at_every_edge(times: Times, now: int, expected: Phase) -> None:
    assert phase(times, now) is expected


def test_the_clock_runs_only_while_the_hunt_is_live() -> None:
    assert play_clock(PLAIN, START - 1000) == 0
    assert play_clock(PLAIN, START) == 0
    assert play_clock(PLAIN, START + 1000) == 1000
    paused = msgspec.structs.replace(PLAIN, paused_at=START + 1500)
    assert play_clock(paused, START + 1400) == 1400
    assert play_clock(paused, START + 9000) == 1500
    resumed = msgspec.structs.replace(PLAIN, paused_ms=7500)
    assert play_clock(resumed, START + 9000) == 1500
    assert play_clock(resumed, START + 9100) == 1600
    assert play_clock(PLAIN, END + 1) == play_clock(PLAIN, END) == END - START


@given(any_times, small, small)
def test_the_clock_is_never_negative_and_never_runs_back(times: Times, one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert 0 <= play_clock(times, early) <= play_clock(times, late)
    assert play_clock(times, late) - play_clock(times, early) <= late - early


@given(any_times, small)
def test_the_next_change_is_the_first_instant_of_another_phase(times: Times, now: int) -> None:
    current = phase(times, now)
    change = next_change(times, now)
    horizon = 130 if change is None else change
    assert all(phase(times, instant) is current for instant in range(now, horizon))
    if change is not None:
        assert change > now
        assert phase(times, change) is not current
    assert (change is None) == (current is Phase.ENDED)


@given(
    starts=st.integers(-20, 40),
    lasts=st.integers(1, 200),
    steps=st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["pause", "resume", "extend", "end", "look"]))
    ),
)
def test_the_clock_is_the_sum_of_all_live_milliseconds(
    starts: int, lasts: int, steps: list[tuple[int, str]]
) -> None:
    """Against a reference that walks millisecond by millisecond through what organisers did."""
    times = Times(starts_at=starts, ends_at=starts + lasts)
    now = min(0, starts)
    live_ms = 0
    for gap, action in steps:
        for _ in range(gap):
            live_ms += phase(times, now) is Phase.LIVE
            now += 1
        current = phase(times, now)
        before = play_clock(times, now)
        if action == "pause" and current is Phase.LIVE:
            times = msgspec.structs.replace(times, paused_at=now)
        elif action == "resume" and current is Phase.PAUSED and times.paused_at is not None:
            times = msgspec.structs.replace(
                times, paused_at=None, paused_ms=times.paused_ms + now - times.paused_at
            )
        elif action == "extend" and current is not Phase.ENDED:
            times = msgspec.structs.replace(times, ends_at=times.ends_at + 50)
        elif action == "end":
            times = msgspec.structs.replace(times, ended_at=now if times.ended_at is None else times.ended_at)
        assert play_clock(times, now) == before == live_ms


def test_the_clock_at_an_instant_leaves_out_every_pause_since_then() -> None:
    over = (START + 2000, START + 5000)
    resumed = msgspec.structs.replace(PLAIN, paused_ms=3000)
    assert clock_at(resumed, [over], START + 1500, START + 9000) == 1500
    assert clock_at(resumed, [over], START + 4000, START + 9000) == 2000  # within the pause
    assert clock_at(resumed, [over], START + 6000, START + 9000) == 3000
    on = msgspec.structs.replace(resumed, paused_at=START + 8000)
    assert clock_at(on, [over, (START + 8000, START + 9000)], START + 6000, START + 9000) == 3000
    assert clock_at(on, [over, (START + 8000, START + 9000)], START + 8500, START + 9000) == 5000
    assert clock_at(PLAIN, [], START - 50, START + 10) == 0


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8, unique=True), st.integers(0, 1000))
def test_the_clock_at_an_instant_is_what_it_was(edges: list[int], after: int) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    stretches = [(START + a, START + b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    at, now = START + after, START + 2000

    def times(then: int) -> Times:
        over = [(a, b) for a, b in stretches if b <= then]
        on = [a for a, b in stretches if a <= then < b]
        return msgspec.structs.replace(
            PLAIN,
            ends_at=START + 5000,
            paused_ms=sum(b - a for a, b in over),
            paused_at=on[0] if on else None,
        )

    assert clock_at(times(now), stretches, at, now) == play_clock(times(at), at)
