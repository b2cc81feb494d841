"""PostgreSQL goes away while people play: nothing is half-written, nobody is thrown out, and it goes on by itself."""

import asyncio
import threading
import time
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.faults.crowd import playing
from tests.services.cuttable import Moment, Proxy
from tests.support.tabs import Tabs

pytestmark = [pytest.mark.production, pytest.mark.matrix]

AWAY_S = 20
TOLD_S = 10
"""A command is answered within this, and be it with `retry_later`, whatever the database does."""


async def test_backends_terminated(arena: Arena, note: Note) -> None:
    """PostgreSQL's backends terminated in a loop"""
    killed = 0
    ended = threading.Event()

    def terminate() -> None:
        nonlocal killed
        url = arena.hunt.env["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as operator:
            while not ended.wait(0.25):
                row = operator.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone()
                killed += row[0] if row else 0

    async with playing(arena) as crowd:
        await asyncio.sleep(1)
        operator = asyncio.create_task(asyncio.to_thread(terminate))
        try:
            at = crowd.mark()
            await asyncio.sleep(10)
            p50, p99 = crowd.latency(at)
            judged = crowd.mark() - at
        finally:
            ended.set()
            await operator
        note(f"{killed} terminated, {judged} answers meanwhile, p50 {p50:.0f} ms, p99 {p99:.0f} ms")
        note(await crowd.recovered())
    assert killed > 50
    assert judged > 20
    note(crowd.figures())


@pytest.mark.parametrize("how", ["stopped", "hung"])
async def test_away_for_long(arena: Arena, note: Note, how: str) -> None:
    """PostgreSQL away for 20 s"""
    note(how)
    session = await asyncio.to_thread(arena.session, f"Probe {how}")
    async with playing(arena) as crowd, Tabs() as tabs:
        probe = await tabs.open(arena.web[0], session)
        await asyncio.sleep(1)
        began = time.monotonic()
        if how == "hung":
            arena.postgres.freeze()
        else:
            await asyncio.to_thread(arena.postgres.terminate)
        try:
            at, command, slowest, asked = crowd.mark(), str(uuid4()), 0.0, 0
            while time.monotonic() - began < AWAY_S:
                asked_at = time.monotonic()
                reply = await probe.ask("answer", id=command, q=1, text="no idea", within=2 * TOLD_S)
                assert reply.get("code") == "retry_later"
                slowest = max(slowest, time.monotonic() - asked_at)
                asked += 1
                await asyncio.sleep(1)
            assert slowest < TOLD_S
            assert all(tab.welcome.is_set() for tab in crowd.tabs), "sockets stay"
            told = crowd.mark() - at
        finally:
            if how == "hung":
                arena.postgres.thaw()
            else:
                await asyncio.to_thread(arena.postgres.start)
        note(f"{asked} times retry_later to one command, within {slowest:.1f} s each")
        note(await crowd.recovered())
        # What was under way when it hung may have been done; nothing else was acknowledged.
        assert told <= (len(crowd.tabs) if how == "hung" else 5)
        reply = await probe.ask("answer", id=command, q=1, text="no idea")
        assert (reply["verdict"], reply["repeat"]) == ("wrong", False)
        assert len(await asyncio.to_thread(arena.attempts, f"Probe {how}")) == 1
    note(crowd.figures())


@pytest.mark.parametrize("moment", ["after", "before"])
async def test_commit_cut(arena: Arena, note: Note, moment: Moment) -> None:
    """The connection cut between COMMIT and its answer"""
    proxy = Proxy(arena.postgres.port)
    through = urlsplit(arena.hunt.env["DATABASE_URL"])._replace(netloc=f"enigma@127.0.0.1:{proxy.port}")
    cut = 0
    note(f"cut {moment} the COMMIT")
    try:
        await asyncio.to_thread(arena.restart_web, DATABASE_URL=through.geturl())
        async with playing(arena) as crowd:
            ended = time.monotonic() + 10
            while time.monotonic() < ended:
                # Two in a row are a command and its second try: only then the player's client has to ask again.
                many = 2 if cut % 3 == 0 else 1
                proxy.lose(moment, many)
                await asyncio.sleep(0.15)
                cut += many - proxy.left
            proxy.lose(moment, 0)
            note(f"{cut} COMMITs")
            note(await crowd.recovered())
        assert cut > 30
        note(crowd.figures())
    finally:
        proxy.close()
