"""Two batches under way at once: they do not wait for each other, and a player's commands keep their order."""

import asyncio
from types import SimpleNamespace
from typing import Any

from consumers.batcher import Batcher, Bridge


class Held(Bridge):
    """Judges nothing; what comes to the first lane is held until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes = 2
        self.free = asyncio.Event()
        self.judged: list[int] = []

    async def write(self, lane: int, work: Any, *args: Any, **kwargs: Any) -> Any:
        if lane == 0:
            await self.free.wait()
        self.judged += [each.number for each in args[0]]
        return [each.number for each in args[0]]


async def test_a_batch_that_is_held_up_holds_up_its_own_lane_only() -> None:
    bridge = Held()
    desk = Batcher(bridge, cap=1)

    def send(player: int, number: int) -> asyncio.Task[Any]:
        command: Any = SimpleNamespace(player=player, number=number)
        return asyncio.create_task(desk.submit(command))

    waiting = [send(2, 1), send(2, 2), send(4, 3)]
    assert await asyncio.wait_for(send(1, 4), 5)
    assert not any(each.done() for each in waiting)
    assert (len(desk), desk.unfinished) == (2, 3)
    bridge.free.set()
    assert await asyncio.wait_for(asyncio.gather(*waiting), 5) == [1, 2, 3]
    assert bridge.judged == [4, 1, 2, 3]
    await desk.settled(5)
    assert desk.unfinished == 0
    await bridge.close()
