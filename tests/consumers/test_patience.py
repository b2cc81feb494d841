"""Who waits for the database is patient with what is slow, and not with what stands still."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from consumers.batcher import Bridge, Patience
from consumers.hub import TICKER, TOLD, Hub
from game.errors import RetryLater
from game.queries.play import SolveView

PATIENCE_S = 0.2


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.batcher.PATIENCE_S", PATIENCE_S)


@contextmanager
def hanging() -> Iterator[threading.Event]:
    """What it yields is waited for by a reading thread, and set in the end."""
    event = threading.Event()
    try:
        yield event
    finally:
        event.set()


async def test_nothing_moves_and_everybody_is_told() -> None:
    bridge = Bridge(readers=1)
    ran: list[int] = []
    with hanging() as event:
        reads = [bridge.read(event.wait), bridge.read(ran.append, 1), bridge.read(ran.append, 2)]
        outcomes = await asyncio.wait_for(asyncio.gather(*reads, return_exceptions=True), 10 * PATIENCE_S)
        assert {type(outcome) for outcome in outcomes} == {RetryLater}
        assert bridge.reading == 0
    assert await bridge.read(lambda: 3) == 3
    assert ran == [], "nobody waited for these any more"
    await bridge.close()


async def test_a_long_queue_that_moves_is_waited_in() -> None:
    patience = Patience()
    loop = asyncio.get_running_loop()
    futures: list[asyncio.Future[int]] = [loop.create_future() for _ in range(6)]
    waiting = [asyncio.create_task(patience.wait(future)) for future in futures]
    for number, future in enumerate(futures):
        await asyncio.sleep(PATIENCE_S * 0.6)
        future.set_result(number)
    assert await asyncio.gather(*waiting) == [0, 1, 2, 3, 4, 5]


async def test_a_caller_who_goes_away_is_not_told_to_come_again() -> None:
    patience = Patience()
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(patience.wait(future))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert future.cancelled()


async def test_a_solve_is_told_once_however_often_and_late_it_comes() -> None:
    hub = Hub()
    solves = [SolveView(at=n, player=n, name="Ada", q=1, first=False, finished=False) for n in range(1, 31)]
    early, late = solves[5], [*solves[:5], *solves[6:]]
    hub._tell_solves([*late, *late])
    hub._tell_solves([early, late[-1]])
    assert [item.player for item in hub._tape].count(early.player) == 1
    assert len(hub._tape) == len(solves)
    # Newest first, the latest of them, whatever their order was.
    assert [item.at for item in hub.ticker] == list(range(30, 30 - TICKER, -1))
    many = [SolveView(at=n, player=n, name="", q=2, first=False, finished=False) for n in range(2 * TOLD)]
    hub._tell_solves(many)
    assert len(hub._told) == TOLD
    await hub.bridge.close()
