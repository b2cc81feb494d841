"""Redis carries news and decides nothing: without it verdicts come as ever, and with it back boards are right again."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.faults.crowd import playing
from tests.faults.saboteur import Saboteur
from tests.support.tabs import Tabs

pytestmark = [pytest.mark.production, pytest.mark.matrix]

AWAY_S = 18
"""Longer than the 15 s after which a silent subscription is asked whether it lives."""
CONVERGED_S = 5
NOISE_MS = 250
"""What a busy machine may add to a verdict; who waits for Redis waits for two seconds."""


@pytest.mark.parametrize("how", ["killed", "hung", "hung and killed"])
async def test_redis_away(arena: Arena, note: Note, how: str) -> None:
    """Redis away"""
    ways: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "killed": (arena.redis.kill, arena.redis.start),
        "hung": (arena.redis.freeze, arena.redis.thaw),
        "hung and killed": (arena.redis.freeze, lambda: (arena.redis.kill(), arena.redis.start())),
    }
    leave, come_back = ways[how]
    async with playing(arena) as crowd:
        await asyncio.sleep(4)
        usual = crowd.latency()
        at = crowd.mark()
        await asyncio.to_thread(leave)
        await asyncio.sleep(AWAY_S)
        without = crowd.latency(at)
        judged = crowd.mark() - at
        slowest = max(crowd.journal.latencies[at:])
        # Somebody is still playing when it returns, and for a moment afterwards.
        await asyncio.to_thread(come_back)
        await asyncio.sleep(0.5)
        await crowd.rest()
        converged = await crowd.agree(CONVERGED_S)
    note(f"{how} for {AWAY_S} s, {judged} answers meanwhile")
    note(f"p50 {without[0]:.0f} ms (before {usual[0]:.0f}), p99 {without[1]:.0f} ms (before {usual[1]:.0f})")
    note(f"boards equal to the rows {converged:.1f} s after its return")
    note(crowd.figures())
    assert judged > 50
    assert without[0] < usual[0] + NOISE_MS
    assert slowest < 2, "nobody waits for the bus"
    assert not crowd.journal.errors["retry_later"]


async def test_live_again(arena: Arena, note: Note) -> None:
    """Redis killed and restarted, how soon events flow"""
    async with playing(arena, 12) as crowd, Tabs() as tabs:
        projectors = [await tabs.open(web, role="spectator") for web in arena.web]
        await asyncio.to_thread(arena.redis.kill)
        await asyncio.sleep(3)
        await asyncio.to_thread(arena.redis.start)
        began = time.monotonic()
        seen = [sum(frame["t"] == "ticker" for frame in tab.frames) for tab in projectors]
        # The tape is written by events alone: each process hears of what the others do again.
        for tab, before in zip(projectors, seen, strict=True):
            while sum(frame["t"] == "ticker" for frame in tab.frames) == before:
                assert time.monotonic() - began < CONVERGED_S
                await asyncio.sleep(0.05)
        flowing = time.monotonic() - began
        await crowd.rest()
        await crowd.agree(CONVERGED_S)
    note(f"on every process within {flowing:.1f} s")
    note(crowd.figures())


async def test_starting_and_ending_while_redis_hangs(arena: Arena, note: Note) -> None:
    """A web process started, and one ended, while Redis hangs"""
    async with playing(arena) as crowd:
        await asyncio.sleep(1)
        arena.redis.freeze()
        try:
            began = time.monotonic()
            assert await asyncio.to_thread(arena.web[0].terminate) == 0
            ended = time.monotonic() - began
            began = time.monotonic()
            await asyncio.to_thread(arena.web[0].start)
            await asyncio.to_thread(arena.front.until_all_are_up)
            started = time.monotonic() - began
            await crowd.back(5)
            async with Tabs() as tabs:
                probe = await tabs.open(arena.web[0], role="spectator")
                assert probe.snapshot["t"] == "board_snapshot"
            await asyncio.sleep(3)
        finally:
            arena.redis.thaw()
        await asyncio.sleep(2)
        await crowd.rest()
        converged = await crowd.agree(CONVERGED_S)
    note(f"ended within {ended:.1f} s, ready again within {started:.1f} s")
    note(f"boards equal to the rows {converged:.1f} s after its return")
    note(crowd.figures())


async def test_sabotaged(arena: Arena, note: Note) -> None:
    """Bus events lost, doubled and reordered"""
    async with playing(arena) as crowd, Tabs() as tabs:
        projectors = [await tabs.open(web, role="spectator") for web in arena.web]
        async with Saboteur(arena.redis.url) as saboteur:
            await asyncio.sleep(15)
            await crowd.rest()
            # While old news still arrives.
            converged = await crowd.agree(CONVERGED_S)
            await asyncio.sleep(CONVERGED_S)
            await crowd.agree(1)
        for tab in projectors:
            await tab.fresh_board()
            assert twice_on_tape(tab.frames) == {}
        # Who comes now is shown the same tape everywhere, lost events or not.
        tapes = [(await tabs.open(web, role="spectator")).snapshot["ticker"] for web in arena.web]
        cut = max(tape[-1]["at"] for tape in tapes)
        shown = [{(item["player"], item["q"]) for item in tape if item["at"] > cut} for tape in tapes]
        assert shown == [shown[0]] * len(tapes)
    note(f"{saboteur.doubled} doubled and late, {saboteur.cut} subscriptions cut")
    note(f"boards equal to the rows {converged:.1f} s after the last answer")
    note(crowd.figures())
    assert saboteur.doubled > 50
    assert saboteur.cut >= 5


def twice_on_tape(frames: list[dict[str, object]]) -> dict[object, int]:
    """Solves that a projector was told of more than once."""
    told: Counter[object] = Counter()
    for frame in frames:
        if frame["t"] == "ticker":
            items = frame["items"]
            assert isinstance(items, list)
            told.update((item["player"], item["q"]) for item in items)
    return {solve: count for solve, count in told.items() if count > 1}
