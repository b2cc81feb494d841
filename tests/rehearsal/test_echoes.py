"""How long everybody waits to see a solve: told by several processes, in any order."""

import pytest

from consumers.protocol import BoardDelta, BoardMove
from enigma_rt.rehearsal.board import step
from enigma_rt.rehearsal.echoes import KEPT, SETTLED_S, SHOWN, Ear, Echo, settled
from enigma_rt.rehearsal.journal import Solve

SOLVE = Solve(player=7, points=90, sent_at=10.0)


def test_a_delta_is_told_once_nobody_should_hear_of_it_any_more() -> None:
    delta = step(BoardDelta("b", 1, 2, 3, (BoardMove(7, None, (90, 5), 1),), ()))
    heard = {delta: [10.3, 10.1, 10.2]}
    assert settled(heard, 10.3 + SETTLED_S / 2) == []
    assert settled(heard, 10.4 + SETTLED_S) == [Echo(((7, 90),), 3, (10.1, 10.2, 10.3))]
    assert heard == {}


def test_of_many_instants_a_few_stand_for_all_and_the_last_is_among_them() -> None:
    delta = step(BoardDelta("b", 1, 2, 3, (BoardMove(7, None, (90, 5), 1),), ()))
    (echo,) = settled({delta: [float(number) for number in range(1000)]}, 5000)
    assert (echo.tabs, len(echo.heard), echo.heard[-1]) == (1000, SHOWN, 999.0)


@pytest.mark.parametrize("solve_first", [True, False])
def test_solve_and_echoes_meet_whoever_is_told_first(solve_first: bool) -> None:
    ear, echo = Ear(), Echo(((7, 90), (8, 40)), 4, (10.2, 10.4))
    told = [ear.hear([SOLVE], []), ear.hear([], [echo])]
    if not solve_first:
        ear = Ear()
        told = [ear.hear([], [echo]), ear.hear([SOLVE], [])]
    lags = [lag for part in told for lag in part]
    assert [(round(lag.seconds, 3), lag.tabs) for lag in lags] == [(0.2, 2.0), (0.4, 2.0)]


def test_every_process_s_echo_counts_and_another_place_does_not() -> None:
    ear = Ear()
    ear.hear([SOLVE], [Echo(((7, 80),), 1, (10.1,))])
    lags = ear.hear([], [Echo(((7, 90),), 1, (10.2,)), Echo(((7, 90),), 1, (10.3,))])
    assert [round(lag.seconds, 3) for lag in lags] == [0.2, 0.3]


def test_what_never_meets_is_forgotten() -> None:
    ear = Ear()
    for number in range(KEPT + 10):
        ear.hear([Solve(number, 10, 1.0)], [])
    assert ear.hear([], [Echo(((0, 10),), 1, (2.0,))]) == []
    assert len(ear.hear([], [Echo(((KEPT, 10),), 1, (2.0,))])) == 1
