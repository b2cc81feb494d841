"""From the command line to a plan, and the complaints that help."""

import os
import resource
from argparse import ArgumentTypeError

import pytest

from enigma_rt.rehearsal import RehearsalError, habits, planning


@pytest.mark.parametrize(("text", "rate"), [("20/s", 20), ("90/m", 1.5), ("3", 3), ("0.5/s", 0.5)])
def test_a_rate(text: str, rate: float) -> None:
    assert planning.rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "-1/s", "20/h", "x", "nan", "1/s/s"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a rate"):
        planning.rate(text)


def test_an_address() -> None:
    assert planning.address("127.0.0.1:8000") == "http://127.0.0.1:8000"
    assert planning.address("https://hunt.example.org/") == "https://hunt.example.org"
    with pytest.raises(ArgumentTypeError, match="is not a server's address"):
        planning.address("ftp://hunt.example.org")


def test_bots_think_as_slowly_as_the_wanted_right_answers_need() -> None:
    pace = planning.pace(600, 14, None, 20, 2000)
    assert habits.solves_per_s(2000, pace) == pytest.approx(20)
    assert planning.pace(600, 14, 10, 20, 2000) == habits.pace_of_people(10)


def test_an_arrival_longer_than_the_evening_is_refused() -> None:
    assert planning.arrival(600, None) == planning.ARRIVAL_MOST_S
    assert planning.arrival(60, 0) == 0
    with pytest.raises(RehearsalError, match="--start-storm takes longer"):
        planning.arrival(60, 60)


def test_processes_are_those_that_can_be_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert planning.processes(5000, None, beside_server=True) == 7
    assert planning.processes(5000, None, beside_server=False) == 8
    assert planning.processes(50, None, beside_server=False) == 1
    assert planning.processes(50, 3, beside_server=True) == 3
    with pytest.raises(RehearsalError, match="--processes"):
        planning.processes(2, 3, beside_server=True)


def test_limits_per_address_are_named_with_the_setting_that_helps() -> None:
    assert planning.limits_needed(300, 1) is None
    assert '{"sockets": 10000, "handshakes": 10000}' in (planning.limits_needed(2000, 1) or "")
    assert planning.limits_needed(2000, 6) is None


def test_too_few_open_files_are_named_with_the_command_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (1024, 1024))
    planning.check_files(500, 1)
    with pytest.raises(RehearsalError, match=r"1024 are allowed: first `ulimit -n 2898`"):
        planning.check_files(2000, 1)
    planning.check_files(2000, 4)
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY, 0))
    planning.check_files(100_000, 1)
