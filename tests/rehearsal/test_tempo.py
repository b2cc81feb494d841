"""The bots' clock, and who sets it."""

import asyncio
from random import Random

import pytest

from enigma_rt.rehearsal import habits
from enigma_rt.rehearsal.tempo import FASTEST, Steering, Tempo


async def test_whoever_sleeps_is_woken_in_order_at_the_clock_s_rate() -> None:
    tempo, woken = Tempo(100), list[int]()

    async def sleep(seconds: int) -> None:
        await tempo.sleep(seconds)
        woken.append(seconds)

    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(sleep(seconds) for seconds in (30, 10, 20)))
    assert woken == [10, 20, 30]
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_a_new_rate_holds_for_sleeps_that_have_begun() -> None:
    tempo = Tempo(0.001)
    sleeping = asyncio.create_task(tempo.sleep(60))
    await asyncio.sleep(0)
    tempo.set_rate(10_000)
    await asyncio.wait_for(sleeping, 5)


async def test_who_goes_away_does_not_keep_others_asleep() -> None:
    tempo = Tempo(1000)
    first = asyncio.create_task(tempo.sleep(1))
    second = asyncio.create_task(tempo.sleep(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait_for(second, 5)


@pytest.mark.parametrize("truth", [0.5, 2.0, 8.0])
def test_steering_finds_the_rate_whatever_was_guessed(truth: float) -> None:
    """`truth` right answers come in a second of the clock, and one was guessed."""
    steering, dice, came = Steering(wanted=10, first=1), Random(4), list[int]()
    for _ in range(60):
        solves = sum(dice.random() < 0.01 for _ in range(round(steering.rate * truth * 2 / 0.01)))
        steering.note(2.0, steering.rate, solves)
        came.append(solves)
    assert sum(came[30:]) / 60 == pytest.approx(10, rel=0.15)


def test_steering_has_an_end() -> None:
    steering = Steering(wanted=1000, first=5)
    for _ in range(100):
        steering.note(2.0, steering.rate, 0)
    assert steering.rate == FASTEST


def test_the_pace_of_people_and_of_a_short_evening() -> None:
    assert habits.pace_of_people(10).think == habits.HUMAN_THINK_S / 10
    assert habits.pace_of_people(1000).think == habits.QUICKEST_S
    assert habits.pace_over(60, 14).think < habits.pace_over(600, 14).think
