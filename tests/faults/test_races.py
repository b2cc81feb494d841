"""Many at once, at one instant: one effect, and the database's clock decides."""

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
from tests.support.pack import word
from tests.support.tabs import Tabs

pytestmark = pytest.mark.production

SOCKETS = 20
KEPT = 9
"""Three of a player's sockets stay on each process; older ones must go, their command sent already or not."""
ROUNDS = 8
REPLACED = 4009


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


@pytest.mark.matrix
async def test_answers_at_the_ending_instant(arena: Arena, note: Note) -> None:
    """Answers at the ending instant"""
    players, each, spread_s = 12, 18, 2.4
    run = uuid4().hex[:6]
    sessions = [await asyncio.to_thread(arena.session, f"End {run} {n}") for n in range(players)]
    stored: set[str] = set()
    refused: set[str] = set()
    try:
        async with Tabs() as tabs:
            opened = [await tabs.open(arena.front, session) for session in sessions]
            ends_at, in_s = await asyncio.to_thread(set_end, arena, 3_000)
            instant = time.monotonic() + in_s

            async def fire(number: int) -> None:
                over = False
                for shot in range(each):
                    when = instant + spread_s * (shot + number / players - each / 2) / each
                    await asyncio.sleep(max(0, when - time.monotonic()))
                    command = str(uuid4())
                    reply = await opened[number].ask("answer", id=command, q=1, text=f"guess {shot}")
                    if reply["t"] == "verdict":
                        assert not over, "nobody is judged after having been told that it is over"
                        stored.add(command)
                    else:
                        assert reply["code"] == "hunt_ended", reply
                        over = True
                        refused.add(command)

            await asyncio.gather(*(fire(number) for number in range(players)))
        rows: dict[str, int] = await asyncio.to_thread(
            arena.ask,
            f"""
            from game.models import Attempt
            rows = Attempt.objects.filter(player__name__startswith="End {run} ").values_list("command", "at")
            result = {{str(command): at for command, at in rows}}
            """,
        )
    finally:
        await asyncio.to_thread(reopen, arena)
    assert set(rows) == stored, "told and stored are the same; what was refused is not there"
    assert len(stored) > 50
    assert len(refused) > 50
    assert max(rows.values()) < ends_at
    note(f"{len(stored)} judged, the last {ends_at - max(rows.values())} ms before the end")
    note(f"{len(refused)} refused, none of them stored")


def set_end(arena: Arena, in_ms: int) -> tuple[int, float]:
    """Let the hunt end so soon by the database's clock; returns the instant, and the seconds until then."""
    ends_at, left = arena.ask(f"""
        from enigma_rt.bus import publish_on_commit
        from game.models import Hunt
        from game.queries.clock import now_ms
        hunt = Hunt.objects.get(current=True)
        hunt.ends_at, hunt.version = now_ms() + {in_ms}, hunt.version + 1
        hunt.save()
        publish_on_commit("hunt", dict(hunt=hunt.id, version=hunt.version))
        result = hunt.ends_at, (hunt.ends_at - now_ms()) / 1000
    """)
    return ends_at, left


def reopen(arena: Arena) -> None:
    arena.ask("""
        from game.models import Hunt
        from game.services.hunts import control
        from tests.factories import make_user
        from uuid import uuid4
        organiser = make_user(f"organiser-{uuid4().hex[:6]}", staff=True)
        control(organiser.pk, Hunt.objects.get(current=True).id, "extend", 2880)
        result = None
    """)
