"""Many sockets ask at once and are answered by few reads; nobody waits for who has left, nobody falls with another."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import pytest_asyncio

from consumers.batcher import Bridge
from consumers.together import Together
from game.errors import RetryLater


class Source:
    """Answers a key with its square; notes what it was asked for; waits for `go`."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.began, self.go = threading.Event(), threading.Event()

    def read(self, keys: Sequence[int]) -> list[int]:
        self.batches.append(list(keys))
        self.began.set()
        assert self.go.wait(10)
        if 0 in keys:
            raise ZeroDivisionError
        if -1 in keys:
            raise RetryLater
        return [key * key for key in keys]


@pytest_asyncio.fixture
async def bridge() -> AsyncIterator[Bridge]:
    bridge = Bridge()
    yield bridge
    await bridge.close()


async def ask(together: Together[int, int], source: Source, keys: list[int]) -> list["asyncio.Task[int]"]:
    """The first of them is being read, the others wait."""
    asked = [asyncio.create_task(together.ask(key)) for key in keys[:1]]
    assert await asyncio.to_thread(source.began.wait, 10)
    asked += [asyncio.create_task(together.ask(key)) for key in keys[1:]]
    await asyncio.sleep(0)
    return asked


async def test_who_asks_while_one_is_read_is_in_the_next_in_order(bridge: Bridge) -> None:
    source = Source()
    together = Together(bridge, source.read, cap=3)
    asked = await ask(together, source, [1, 2, 3, 2, 4])
    source.go.set()
    assert await asyncio.gather(*asked) == [1, 4, 9, 4, 16]
    assert source.batches == [[1], [2, 3, 2], [4]]
    assert await together.ask(5) == 25, "and the next one finds it at rest"


async def test_who_leaves_while_waiting_is_not_read_for(bridge: Bridge) -> None:
    source = Source()
    together = Together(bridge, source.read)
    asked = await ask(together, source, [1, 2, 3])
    asked[0].cancel()
    asked[1].cancel()
    await asyncio.sleep(0)
    source.go.set()
    assert await asked[2] == 9
    assert source.batches == [[1], [3]]


async def test_when_all_have_left_nothing_is_read(bridge: Bridge) -> None:
    source = Source()
    together = Together(bridge, source.read)
    asked = await ask(together, source, [1, 2])
    asked[1].cancel()
    await asyncio.sleep(0)
    source.go.set()
    assert await asked[0] == 1
    assert await together.ask(3) == 9
    assert source.batches == [[1], [3]]


async def test_what_one_of_them_breaks_is_theirs_alone(bridge: Bridge) -> None:
    source = Source()
    together = Together(bridge, source.read)
    asked = await ask(together, source, [1, 2, 3, 0, 4])
    source.go.set()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [*outcomes[:3], outcomes[4]] == [1, 4, 9, 16]
    assert isinstance(outcomes[3], ZeroDivisionError)


async def test_when_the_database_is_away_all_who_wait_are_told_and_it_is_not_asked_for_each(
    bridge: Bridge,
) -> None:
    source = Source()
    together = Together(bridge, source.read, cap=2)
    asked = await ask(together, source, [1, -1, 2, 3, 4, 5])
    source.go.set()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, *[RetryLater] * 5]
    assert source.batches == [[1], [-1, 2]]
    assert await together.ask(6) == 36


async def test_those_of_one_lane_take_turns(bridge: Bridge) -> None:
    source, lane = Source(), asyncio.Lock()
    first, second = (Together(bridge, source.read, lane=lane) for _ in range(2))
    asked = await ask(first, source, [1, 2, 3])
    other = asyncio.create_task(second.ask(4))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.go.set()
    assert await asyncio.gather(*asked, other) == [1, 4, 9, 16]
    assert source.batches == [[1], [4], [2, 3]]
