"""The limits keep the bounds that their docstrings state, whatever the order and the pace of what arrives."""

import sys
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumers.limits import (
    DEFAULTS,
    BadFrames,
    Bucket,
    Flood,
    HandshakeWindow,
    Limits,
    chosen,
    network,
)

# Gaps between arrivals, in ms: mostly bursts, sometimes pauses.
gaps = st.lists(st.integers(0, 40) | st.integers(0, 5000), max_size=120)
starts = st.integers(0, 2**40)


def instants(start: int, between: list[int]) -> list[int]:
    times = [start]
    for gap in between:
        times.append(times[-1] + gap)
    return times


@pytest.mark.parametrize(
    "setting", ['{"burst":0}', '{"handshakes_ms":-1}', '{"burts":20}', '{"burst":"20"}', "[]"]
)
def test_a_wrong_setting_is_refused(setting: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(setting, type=Limits)


# --- Bucket -------------------------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_protocol() -> None:
    documented = Limits(
        burst=20,
        refill_ms=500,
        flood=100,
        bad_frames=10,
        bad_frames_ms=60_000,
        handshakes=600,
        handshakes_ms=10_000,
        sockets=500,
    )
    assert documented == DEFAULTS


def test_what_is_chosen_leaves_the_other_ceilings_as_they_are() -> None:
    assert chosen("{}", behind_proxy=False) == DEFAULTS
    assert chosen('{"sockets": 3}', behind_proxy=False) == Limits(sockets=3)
    assert chosen('{"burst": 50}', behind_proxy=True) == Limits(burst=50, sockets=6_000, handshakes=6_000)


@pytest.mark.parametrize("now", [0, 1, 10**12])
def test_a_burst_then_two_in_a_second(now: int) -> None:
    bucket = Bucket()
    assert [bucket.take(now) for _ in range(20)] == [0] * 20
    assert bucket.take(now) == 500
    assert bucket.take(now + 499) == 1
    assert bucket.take(now + 500) == 0
    assert bucket.take(now + 500) == 500
    assert bucket.take(now + 1000) == 0


def test_a_rest_fills_the_bucket_and_no_more() -> None:
    bucket = Bucket()
    for _ in range(20):
        bucket.take(0)
    assert [bucket.take(3_600_000) for _ in range(21)] == [0] * 20 + [500]


@given(st.integers(1, 25), st.integers(1, 700), starts, gaps)
def test_no_window_holds_more_than_the_bucket_promises(
    burst: int, refill_ms: int, start: int, between: list[int]
) -> None:
    bucket = Bucket(Limits(burst=burst, refill_ms=refill_ms))
    allowed = [now for now in instants(start, between) if bucket.take(now) == 0]
    for first, begin in enumerate(allowed):
        for last, end in enumerate(allowed[first:], first):
            assert last - first + 1 <= burst + (end - begin) // refill_ms


@given(st.integers(1, 25), st.integers(1, 700), starts, gaps)
def test_the_wait_is_exact_and_refusals_cost_nothing(
    burst: int, refill_ms: int, start: int, between: list[int]
) -> None:
    bucket = Bucket(Limits(burst=burst, refill_ms=refill_ms))
    for now in instants(start, between):
        wait = bucket.take(now)
        assert 0 <= wait <= refill_ms
        if wait > 1:
            assert bucket.take(now + wait - 1) == 1


@given(st.integers(1, 25), st.integers(1, 700), starts, gaps)
def test_who_waits_as_told_is_served(burst: int, refill_ms: int, start: int, between: list[int]) -> None:
    bucket = Bucket(Limits(burst=burst, refill_ms=refill_ms))
    now = start
    for gap in between:
        now += gap
        wait = bucket.take(now)
        if wait:
            now += wait
            assert bucket.take(now) == 0


@given(starts, st.integers(1, 100))
def test_who_keeps_the_pace_never_waits(start: int, count: int) -> None:
    bucket = Bucket()
    assert all(bucket.take(start + n * DEFAULTS.refill_ms) == 0 for n in range(count))


# --- Flood --------------------------------------------------------------------------------------------------


def test_a_hundred_refused_in_a_row_are_a_flood() -> None:
    flood = Flood()
    assert not any(flood.count(500) for _ in range(99))
    assert flood.count(500)
    assert flood.count(1)


@given(st.integers(1, 12), st.lists(st.integers(0, 2)))
def test_a_flood_is_refusals_in_a_row(limit: int, waits: list[int]) -> None:
    flood = Flood(Limits(flood=limit))
    for place, wait in enumerate(waits, 1):
        tail = waits[max(0, place - limit) : place]
        assert flood.count(wait) == (len(tail) == limit and all(tail))


# --- BadFrames ----------------------------------------------------------------------------------------------


def test_the_tenth_bad_frame_of_a_minute_is_the_last() -> None:
    bad = BadFrames()
    assert not any(bad.count(n * 6000) for n in range(9))
    assert bad.count(59_999)


def test_ten_bad_frames_in_more_than_a_minute_pass() -> None:
    bad = BadFrames()
    assert not any(bad.count(n * 6667) for n in range(1000))


@given(st.integers(1, 8), st.integers(1, 10_000), starts, gaps)
def test_bad_frames_close_exactly_when_the_window_is_full(
    limit: int, window: int, start: int, between: list[int]
) -> None:
    bad = BadFrames(Limits(bad_frames=limit, bad_frames_ms=window))
    times = instants(start, between)
    for place, now in enumerate(times, 1):
        assert bad.count(now) == (sum(now - time < window for time in times[:place]) >= limit)


# --- HandshakeWindow ----------------------------------------------------------------------------------------


def test_six_hundred_handshakes_in_ten_seconds() -> None:
    window = HandshakeWindow()
    for _ in range(600):
        assert window.admit("192.0.2.1", 0)
        window.closed("192.0.2.1")
    assert not window.admit("192.0.2.1", 9_999)
    assert window.admit("192.0.2.2", 9_999)
    assert window.admit("192.0.2.1", 11_000)


def test_five_hundred_open_sockets() -> None:
    window = HandshakeWindow(Limits(handshakes=10_000))
    assert all(window.admit("192.0.2.1", n) for n in range(500))
    assert not window.admit("192.0.2.1", 3_600_000)
    window.closed("192.0.2.1")
    assert window.admit("192.0.2.1", 3_600_000)
    assert not window.admit("192.0.2.1", 3_600_000)


def test_hammering_does_not_lock_an_address_out() -> None:
    window = HandshakeWindow(Limits(handshakes=5, sockets=10_000))
    admitted = sum(window.admit("192.0.2.1", now) for now in range(0, 110_000, 10))
    assert admitted >= 5 * (110_000 // 11_000)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::6", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_what_an_address_is_counted_as(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


class Handshakes(RuleBasedStateMachine):
    """Against the plainest model: a list of all that was admitted."""

    limits = Limits(handshakes=6, handshakes_ms=1000, sockets=4)
    addresses = ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1")

    def __init__(self) -> None:
        super().__init__()
        self.window = HandshakeWindow(self.limits)
        self.now = 1_000_000
        self.admitted: list[tuple[str, int]] = []
        self.open: Counter[str] = Counter()

    def recent(self, address: str, ms: int) -> int:
        return sum(who == address and self.now - at < ms for who, at in self.admitted)

    @rule(ms=st.integers(0, 150) | st.integers(0, 3000))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(address=st.sampled_from(addresses))
    def handshake(self, address: str) -> None:
        before = self.recent(address, 1000)
        if self.window.admit(address, self.now):
            assert before < self.limits.handshakes
            assert self.open[address] < self.limits.sockets
            self.admitted.append((address, self.now))
            self.open[address] += 1
        else:
            assert self.open[address] == self.limits.sockets or (
                self.recent(address, 1100) >= self.limits.handshakes
            )

    @precondition(lambda self: self.open.total())
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        address = data.draw(st.sampled_from(sorted(+self.open)))
        self.window.closed(address)
        self.open[address] -= 1

    @invariant()
    def addresses_are_not_collected(self) -> None:
        newest = self.admitted[-1][1] if self.admitted else 0
        remembered = {who for who, at in self.admitted if newest - at < 1100} | set(+self.open)
        assert len(self.window) <= len(remembered)


TestHandshakes = Handshakes.TestCase


def test_memory_follows_what_is_open_and_recent() -> None:
    window = HandshakeWindow()
    for n in range(50_000):
        address = f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"
        assert window.admit(address, n * 10)
        window.closed(address)
    assert len(window) <= 1_101


@pytest.mark.parametrize("limiter", [Bucket(), Flood(), BadFrames()])
def test_a_socket_weighs_little(limiter: object) -> None:
    assert not hasattr(limiter, "__dict__")
    assert sys.getsizeof(limiter) <= 64
