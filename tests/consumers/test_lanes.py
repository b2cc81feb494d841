"""Two batches under way at once: they do not wait for each other, and a player's commands keep their order."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from consumers import batcher
from consumers.batcher import Batcher, Bridge
from game.services import answers


class TwoLanes(Bridge):
    def __init__(self) -> None:
        super().__init__()
        self.lanes = 2
        self._writers = [*self._writers[:1], ThreadPoolExecutor(1)]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the commands, in the order in which they were judged. Nothing is: a command's `free` is waited for."""
    numbers: list[int] = []

    def submit(commands: Any) -> Any:
        for command in commands:
            assert command.free.wait(10)
            numbers.append(command.number)
        return [command.number for command in commands]

    monkeypatch.setattr(answers, "submit", submit)
    return numbers


async def test_a_batch_that_is_held_up_holds_up_its_own_lane_only(judged: list[int]) -> None:
    bridge, held, free = TwoLanes(), Event(), Event()
    free.set()
    desk = Batcher(bridge, cap=1)

    def send(player: int, number: int, until: Event = free) -> asyncio.Task[Any]:
        command: Any = SimpleNamespace(player=player, number=number, free=until)
        return asyncio.create_task(desk.submit(command))

    waiting = [send(2, 1, held), send(2, 2), send(4, 3)]
    assert await asyncio.wait_for(send(1, 4), 5) == 4
    assert not any(each.done() for each in waiting)
    assert (len(desk), desk.unfinished) == (2, 3)
    held.set()
    assert await asyncio.wait_for(asyncio.gather(*waiting), 5) == [1, 2, 3]
    assert judged == [4, 1, 2, 3]
    await desk.settled(5)
    assert desk.unfinished == 0
    await bridge.close()


async def test_others_who_want_a_lanes_thread_have_their_turn(judged: list[int]) -> None:
    bridge, free = TwoLanes(), Event()
    desk = Batcher(bridge, cap=1)
    commands: list[Any] = [
        SimpleNamespace(player=2, number=number, free=free) for number in range(3 * batcher.IN_A_ROW)
    ]
    waiting = [asyncio.create_task(desk.submit(command)) for command in commands]
    await asyncio.sleep(0)  # they are sent
    await asyncio.sleep(0)  # and the first are being judged
    turn = asyncio.create_task(bridge.write(0, lambda: len(judged)))
    await asyncio.sleep(0)
    free.set()
    assert await asyncio.wait_for(turn, 5) == batcher.IN_A_ROW
    told: list[Any] = await asyncio.gather(*waiting)
    assert told == judged
    await bridge.close()


async def test_a_defect_is_everybodys_who_was_in_the_batch_and_nobody_elses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def submit(commands: Any) -> Any:
        if commands[0].number:
            raise ZeroDivisionError
        return [commands[0].number]

    monkeypatch.setattr(answers, "submit", submit)
    bridge = TwoLanes()
    desk = Batcher(bridge, cap=1)
    commands: list[Any] = [SimpleNamespace(player=2, number=number) for number in (0, 1, 0)]
    told: list[Any] = await asyncio.gather(
        *(desk.submit(command) for command in commands), return_exceptions=True
    )
    first, second, third = told
    assert (first, type(second), third) == (0, ZeroDivisionError, 0)
    await bridge.close()
