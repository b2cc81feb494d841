"""The hunt ends while everybody is answering: the database's clock decides."""

import asyncio
import time
from uuid import uuid4

import pytest

from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.support.tabs import Tabs

pytestmark = [pytest.mark.production, pytest.mark.matrix]


async def test_answers_at_the_ending_instant(arena: Arena, note: Note) -> None:
    """Answers at the ending instant"""
    players, each, spread_s = 12, 18, 3.0
    run = uuid4().hex[:6]
    sessions = [await asyncio.to_thread(arena.session, f"End {run} {n}") for n in range(players)]
    stored: set[str] = set()
    refused: set[str] = set()
    try:
        async with Tabs() as tabs:
            opened = [await tabs.open(arena.front, session) for session in sessions]
            ends_at = await asyncio.to_thread(set_end, arena, 6_000)
            # The database runs on this machine: its clock is ours.
            instant = time.monotonic() + ends_at / 1000 - time.time()

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
    assert min(len(stored), len(refused)) > 3 * players, "the end came in the middle"
    assert max(rows.values()) < ends_at
    note(f"{len(stored)} judged, the last {ends_at - max(rows.values())} ms before the end")
    note(f"{len(refused)} refused, none of them stored")


def set_end(arena: Arena, in_ms: int) -> int:
    """Let the hunt end so soon by the database's clock; returns the instant."""
    ends_at: int = arena.ask(f"""
        from enigma_rt.bus import publish_on_commit
        from game.models import Hunt
        from game.queries.clock import now_ms
        hunt = Hunt.objects.get(current=True)
        hunt.ends_at, hunt.version = now_ms() + {in_ms}, hunt.version + 1
        hunt.save()
        publish_on_commit("hunt", dict(hunt=hunt.id, version=hunt.version))
        result = hunt.ends_at
    """)
    return ends_at


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
