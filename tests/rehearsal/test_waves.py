"""Connections that were lost together, and everybody's arrival."""

from enigma_rt.rehearsal.journal import ARRIVAL, DROP, HERD, RESTART, Absence
from enigma_rt.rehearsal.waves import storm, waves


def test_a_storm_is_everybody_s_arrival() -> None:
    found = storm([Absence(0.0, 0.5, 1, ARRIVAL), Absence(1.0, 4.0, 3, ARRIVAL), Absence(2, 9, 1, DROP)])
    assert found is not None
    assert (found.tabs, found.lasted, found.p50, found.longest, found.tries) == (2, 4.0, 0.5, 3.0, 2.0)


def test_who_never_came_leaves_the_storm_without_an_end() -> None:
    found = storm([Absence(0, 0.5, 1, ARRIVAL), Absence(0, None, 7, ARRIVAL)])
    assert found is not None
    assert (found.missing, found.lasted, found.p99) == (1, None, 0.5)


def test_losses_that_follow_each_other_are_one_wave() -> None:
    deploy = [Absence(60.0 + number, 60.4 + number, 1, RESTART) for number in range(20)]
    herd = [Absence(120.0, 121.0 + number, 2, HERD) for number in range(10)]
    found = waves([*herd, *deploy, Absence(90, 91, 1, DROP)], tabs=20)
    assert [(wave.cause, wave.tabs, wave.began, wave.tries) for wave in found] == [
        (RESTART, 20, 60.0, 1.0),
        (HERD, 10, 120.0, 2.0),
    ]
    assert found[1].lasted == 10.0


def test_a_wave_has_the_cause_of_the_most() -> None:
    lost = [Absence(5, 6, 1, "1006"), *(Absence(5, 6, 1, RESTART) for _ in range(4))]
    assert [(wave.cause, wave.causes) for wave in waves(lost, tabs=5)] == [(RESTART, {RESTART: 4, "1006": 1})]


def test_everyday_losses_are_no_wave() -> None:
    assert waves([Absence(50.0 * number, 50.0 * number + 1, 1, "1006") for number in range(9)], 100) == []
