"""A web process dies, ends or hangs while people play on it."""

import asyncio
import time

import pytest

from enigma_rt.rehearsal.bots import Bot
from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.faults.crowd import playing, until
from tests.faults.visitors import Visitors

pytestmark = [pytest.mark.production, pytest.mark.matrix]

RESTART, LOST = 1012, 1006
MOVED_S = 30


async def test_updated(arena: Arena, note: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM to each web process in turn, a new one in its place (over TLS)"""
    monkeypatch.setenv("SSL_CERT_FILE", str(arena.front.certificate))
    longest = 0.0
    moved = 0
    async with playing(arena, 30, url=arena.front.secure_url, kind=Bot) as crowd:
        with Visitors(arena.front.url) as visitors:
            await asyncio.sleep(2)
            for web in arena.web:
                before = crowd.journal.counts.reconnects
                began = time.monotonic()
                assert await asyncio.to_thread(web.terminate) == 0, "it has ended in good order"
                longest = max(longest, time.monotonic() - began)
                moved += crowd.journal.counts.reconnects - before
                await asyncio.to_thread(web.start)
                await asyncio.to_thread(arena.front.until_all_are_up)
                await asyncio.sleep(1)
        assert visitors.failed == {}
        # Everybody was asked to move and did: nobody was thrown out, nobody cut off.
        assert not {RESTART, LOST} & set(crowd.journal.closes), crowd.journal.closes
        await crowd.back(5)
    note(f"each ended within {longest:.1f} s, {moved} moves, none closed by the server")
    note(f"{visitors.answers.total()} HTTP requests, 0 failed, the slowest {visitors.slowest:.1f} s")
    note(crowd.figures())


async def test_hung(arena: Arena, note: Note) -> None:
    """SIGSTOP a web process, SIGCONT once everybody has left"""
    async with playing(arena) as crowd:
        await asyncio.sleep(2)
        victim, held = arena.busiest()
        before = crowd.journal.counts.reconnects
        began = time.monotonic()
        arena.web[victim].freeze()
        # Those on the others notice nothing.
        at = crowd.mark()
        await asyncio.sleep(8)
        p50, p99 = crowd.latency(at)
        assert crowd.mark() - at > 20
        waiting = len(crowd.journal.unanswered())
        await until(
            lambda: crowd.journal.counts.reconnects - before >= held, MOVED_S - (time.monotonic() - began)
        )
        left = time.monotonic() - began
        await crowd.caught_up(5)
        # It wakes with commands in its ears that were answered elsewhere meanwhile.
        arena.web[victim].thaw()
        await asyncio.sleep(3)
    note(f"{held} sockets moved within {left:.1f} s, {waiting} commands were waiting for it")
    note(f"the others meanwhile p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    note(crowd.figures())
