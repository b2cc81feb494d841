"""What organisers are told: each rule on its own, and that none says more than was measured."""

import pytest
from msgspec.structs import replace

from enigma_rt.rehearsal.verdict import FURTHEST, SERVER_CPU, VERDICT_MS, Measured, judge

GOOD = Measured(
    players=1000,
    here=True,
    kept=True,
    seconds=120,
    verdicts=5000,
    verdict_p99_ms=80,
    missing=0,
    arrival_p99_s=2.0,
    refused=0,
    sockets=1400,
    client_cpu=0.4,
    client_lag_ms=12,
    solves_per_s=10,
    wanted_solves=10,
    server_cpu=0.5,
    machine_cpu=0.8,
    processors=2,
    socket_bytes=30_000,
    free_bytes=4e9,
    batch_ms=20,
)


def test_what_went_well_is_ready_and_names_what_comes_first() -> None:
    verdict = judge(GOOD)
    assert (verdict.ready, verdict.players, verdict.lower_bound) == (True, 1000, False)
    assert (
        verdict.headline
        == "Ready for 1,000 players on this machine; the first limit is the server's processor."
    )
    assert all(mark.met for mark in verdict.marks)


def test_processor_time_is_extrapolated_in_proportion_with_a_reserve() -> None:
    assert judge(GOOD).up_to == 1000 * SERVER_CPU / 0.5


def test_nothing_is_said_beyond_twice_those_who_played() -> None:
    verdict = judge(replace(GOOD, server_cpu=0.05, machine_cpu=0.1))
    assert verdict.up_to == 1000 * FURTHEST
    assert "cannot say" in verdict.reasons[-1]


@pytest.mark.parametrize(
    ("changes", "limit", "up_to"),
    [
        ({"machine_cpu": 1.5}, "this machine's processors", 1100),
        ({"socket_bytes": 2e6, "free_bytes": 1e9}, "this machine's memory", 1200),
        ({"here": False, "machine_cpu": 2.0}, "the server's processor", 1400),
    ],
)
def test_the_first_limit_is_the_one_that_is_reached_first(
    changes: dict[str, float], limit: str, up_to: int
) -> None:
    verdict = judge(replace(GOOD, **changes))
    assert limit in verdict.limit
    assert verdict.up_to == up_to


def test_beyond_the_mark_already_it_is_ready_with_nothing_in_hand() -> None:
    verdict = judge(replace(GOOD, server_cpu=0.9))
    assert (verdict.ready, verdict.up_to) == (True, 1000)
    assert "nothing is in hand" in verdict.headline


def test_a_busy_client_makes_a_lower_bound() -> None:
    verdict = judge(replace(GOOD, client_cpu=0.95))
    assert (verdict.ready, verdict.lower_bound) == (True, True)
    assert "the bots were the limit" in verdict.headline
    assert any("lower bound" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("changes", [{"client_cpu": 0.95}, {"client_lag_ms": 300}])
@pytest.mark.parametrize("bad", [{"verdict_p99_ms": 900}, {"arrival_p99_s": 30}])
def test_what_a_busy_client_measured_says_nothing_against_the_server(
    changes: dict[str, float], bad: dict[str, float]
) -> None:
    verdict = judge(replace(GOOD, **changes, **bad))
    assert (verdict.ready, verdict.up_to) == (None, None)
    assert verdict.headline.startswith("Nothing can be said of 1,000 players")


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"server_cpu": 0.97}, "the server's processor"),
        ({"machine_cpu": 1.95}, "this machine's processors"),
        ({"batch_ms": 200}, "the database"),
        ({"server_cpu": None, "machine_cpu": None, "batch_ms": None}, "was not measured"),
    ],
)
def test_late_verdicts_are_not_ready_and_the_cause_is_named_if_known(
    changes: dict[str, float], limit: str
) -> None:
    verdict = judge(replace(GOOD, verdict_p99_ms=VERDICT_MS + 1, **changes))
    assert (verdict.ready, verdict.up_to) == (False, None)
    assert limit in verdict.limit


def test_a_slow_storm_is_not_ready() -> None:
    verdict = judge(replace(GOOD, arrival_p99_s=14, refused=300))
    assert verdict.ready is False
    assert "waited longer than 14 s" in " ".join(verdict.reasons)
    assert "ENIGMA_SOCKET_LIMITS" in " ".join(verdict.reasons)


def test_who_was_not_let_in_decides_and_the_setting_is_named_with_enough_room() -> None:
    verdict = judge(replace(GOOD, missing=900, sockets=500, refused=4000))
    assert (verdict.ready, verdict.limit) == (False, "not everybody got in")
    assert '\'{"sockets": 10000, "handshakes": 10000}\'' in " ".join(verdict.reasons)


def test_a_broken_promise_decides_whatever_else_was_well() -> None:
    assert judge(replace(GOOD, kept=False)).headline.startswith("Not ready for 1,000 players")


def test_without_a_verdict_nothing_is_said() -> None:
    assert judge(replace(GOOD, verdicts=0, verdict_p99_ms=None)).ready is None


@pytest.mark.parametrize("changes", [{"seconds": 10}, {"verdicts": 60}])
def test_too_little_is_not_extrapolated(changes: dict[str, float]) -> None:
    verdict = judge(replace(GOOD, **changes))
    assert (verdict.ready, verdict.up_to) == (True, None)


def test_a_server_that_could_not_be_watched_is_not_extrapolated() -> None:
    verdict = judge(replace(GOOD, server_cpu=None, machine_cpu=None, free_bytes=None))
    assert (verdict.ready, verdict.up_to) == (True, None)
    assert "not measured" in verdict.limit
    assert {mark.met for mark in verdict.marks} == {True, None}


def test_fewer_right_answers_than_wanted_are_said() -> None:
    assert "Only 4.0 of 10 right answers" in judge(replace(GOOD, solves_per_s=4)).reasons[0]
