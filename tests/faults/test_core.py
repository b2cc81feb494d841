"""The faults that `make test` tries each time: a process killed, the database restarted, one command from everywhere.

In one file, so that they share one arena however the run is spread.
"""

import asyncio
import json
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.faults.crowd import playing, until
from tests.support.pack import word

pytestmark = pytest.mark.production

SOCKETS = 20
KEPT = 9
"""Three of a player's sockets stay on each process; older ones must go, their command sent already or not."""
ROUNDS = 8
REPLACED = 4009


async def test_killed(arena: Arena, note: Note) -> None:
    """kill -9 a web process mid-load"""
    async with playing(arena) as crowd:
        await asyncio.sleep(3)
        victim, held = arena.busiest()
        assert held > 0
        await asyncio.to_thread(arena.web[victim].kill)
        await until(lambda: not all(tab.welcome.is_set() for tab in crowd.tabs), 2)
        away, seconds = await crowd.back(5)
        waiting, answered = await crowd.caught_up(5)
        await asyncio.sleep(2)
    note(f"{away} of {len(crowd.tabs)} sockets back on the others in {seconds:.1f} s")
    note(f"{waiting} commands on their way answered in {answered:.1f} s")
    note(crowd.figures())


async def test_restarted(arena: Arena, note: Note) -> None:
    """PostgreSQL restarted"""
    async with playing(arena) as crowd:
        await asyncio.sleep(2)
        began = time.monotonic()
        await asyncio.to_thread(arena.postgres.restart)
        away = time.monotonic() - began
        note(f"away for {away:.1f} s")
        note(await crowd.recovered())
        await asyncio.sleep(1)
    note(crowd.figures())


async def test_one_command_from_twenty_sockets(arena: Arena, note: Note) -> None:
    """One command from 20 sockets on 3 processes at once"""
    session = await asyncio.to_thread(arena.session, name := f"Twenty {uuid4().hex[:6]}")
    outcomes: Counter[str] = Counter()
    points = 0
    for q in range(1, ROUNDS + 1):
        command = {"t": "answer", "id": str(uuid4()), "q": q, "text": word("solve", q)}
        start = asyncio.Barrier(SOCKETS)
        ends = await asyncio.gather(*(send_once(arena, session, command, start) for _ in range(SOCKETS)))
        replies = [end for end in ends if isinstance(end, dict)]
        assert {end for end in ends if not isinstance(end, dict)} <= {REPLACED}
        assert len(replies) >= KEPT
        told = {json.dumps([r["verdict"], r["award"], r["xp"], r["me"]["points"]]) for r in replies}
        assert len(told) == 1, "one true result"
        assert replies[0]["verdict"] == "correct"
        points += replies[0]["award"]["total"]
        outcomes["replies"] += len(replies)
        outcomes["replaced"] += SOCKETS - len(replies)
    held = await asyncio.to_thread(standing, arena, name)
    assert held == {"points": points, "position": ROUNDS + 1, "attempts": ROUNDS, "awards": ROUNDS}
    note(f"{ROUNDS} commands, {ROUNDS * SOCKETS} sendings: {outcomes['replies']} equal replies")
    note(f"{outcomes['replaced']} sockets closed for newer ones; {held['awards']} awards")


async def send_once(
    arena: Arena, session: str, command: dict[str, Any], start: asyncio.Barrier
) -> dict[str, Any] | int:
    """Connect, wait for the others, send, and read until the reply; returns it, or the close code that came instead."""
    async with connect(
        arena.front.ws_url + "/ws/play",
        origin=Origin(arena.front.url),
        additional_headers={"Cookie": f"sessionid={session}"},
        compression=None,
        proxy=None,
    ) as socket:
        await start.wait()
        try:
            await socket.send(json.dumps(command))
            async with asyncio.timeout(20):
                while True:
                    frame: dict[str, Any] = json.loads(await socket.recv())
                    if frame.get("id") == command["id"]:
                        return frame
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def standing(arena: Arena, name: str) -> dict[str, int]:
    held: dict[str, int] = arena.ask(f"""
        from game.models import Player
        player = Player.objects.get(name={name!r})
        awards = player.ledger.filter(cause="solve").count()
        result = dict(
            points=player.points, position=player.position, attempts=player.attempts.count(), awards=awards
        )
    """)
    return held
