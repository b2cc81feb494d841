"""The hourly XP while its scheduler is killed, doubled and away for hours: exactly the ticks owed, to everybody."""

import asyncio
import time

import pytest

from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.faults.crowd import playing

pytestmark = [pytest.mark.production, pytest.mark.matrix]

SLEEPERS = 2_000
"""Four transactions' worth of people who played once and sleep now: work that can be met in the middle."""
HOURS = 5
SETTLED_S = 60


async def test_killed_doubled_and_away(arena: Arena, note: Note) -> None:
    """django-q killed at work, two clusters at once, after five hours of outage"""
    await asyncio.to_thread(gather_sleepers, arena)
    async with playing(arena, 18) as crowd:
        await asyncio.sleep(3)
        # Five hours pass while people play and nobody settles.
        await asyncio.to_thread(pass_hours, arena, HOURS)
        worker = await asyncio.to_thread(arena.hunt.start_worker)
        began = time.monotonic()
        owing = SLEEPERS
        while owing == SLEEPERS:
            assert time.monotonic() - began < SETTLED_S
            owing = await asyncio.to_thread(sleepers_owed, arena)
        worker.kill()
        left = await asyncio.to_thread(sleepers_owed, arena)
        # Nobody but their players' own commands settles them now.
        await asyncio.sleep(2)
        assert await asyncio.to_thread(sleepers_owed, arena) == left
        await asyncio.to_thread(queue, arena, 6)
        await asyncio.gather(*(asyncio.to_thread(arena.hunt.start_worker) for _ in range(2)))
        began = time.monotonic()
        while await asyncio.to_thread(sleepers_owed, arena) or await asyncio.to_thread(waiting, arena):
            assert time.monotonic() - began < SETTLED_S
            await asyncio.sleep(0.5)
        settled = time.monotonic() - began
        await crowd.rest()
        wrong, ticks = await asyncio.to_thread(ticks_beyond_debt, arena)
    assert wrong == []
    note(
        f"{SLEEPERS - left} of {SLEEPERS} settled when it was killed, the rest by two within {settled:.1f} s"
    )
    note(f"{ticks} ticks, each once, none missing")
    note(crowd.figures())


def gather_sleepers(arena: Arena) -> None:
    arena.ask(f"""
        import secrets
        from game.models import Hunt, Player
        from game.queries.clock import now_ms
        from game.services.answers import standing_of
        from leaderboard import services as leaderboard
        hunt, now, run = Hunt.objects.get(current=True), now_ms(), secrets.token_hex(3)
        players = Player.objects.bulk_create([
            Player(
                hunt=hunt, name=f"Sleeper {{run}} {{n}}", name_key=f"sleeper {{run}} {{n}}", changed_at=now,
                created_at=now, first_attempt=now, next_tick=now + 3_600_000,
            )
            for n in range({SLEEPERS})
        ], batch_size=500)
        leaderboard.record(hunt.id, [standing_of(player) for player in players], now)
        result = None
    """)
    queue(arena, 0)


def pass_hours(arena: Arena, hours: int) -> None:
    """As if everybody's first answer had been that much earlier. The schedule's minute is over too."""
    arena.ask(f"""
        from datetime import timedelta
        from django.db.models import F
        from django.utils import timezone
        from django_q.models import Schedule
        from game.models import Player
        moved = {hours} * 3_600_000
        players = Player.objects.filter(hunt__current=True, first_attempt__isnull=False)
        players.update(first_attempt=F("first_attempt") - moved, next_tick=F("next_tick") - moved)
        Schedule.objects.update(next_run=timezone.now() - timedelta(minutes=1))
        result = None
    """)


def queue(arena: Arena, tasks: int) -> None:
    """So many tasks that settle everybody; what was queued before is forgotten."""
    arena.ask(f"""
        from django_q.models import OrmQ
        from django_q.tasks import async_task
        OrmQ.objects.all().delete()
        result = [async_task("game.tasks.settle_xp") for _ in range({tasks})]
    """)


def sleepers_owed(arena: Arena) -> int:
    return int(
        arena.ask("""
        from game.models import Player
        from game.queries.clock import now_ms
        result = Player.objects.filter(name__startswith="Sleeper ", next_tick__lte=now_ms()).count()
    """)
    )


def waiting(arena: Arena) -> int:
    return int(arena.ask("from django_q.models import OrmQ\nresult = OrmQ.objects.count()"))


def ticks_beyond_debt(arena: Arena) -> tuple[list[str], int]:
    """Players whose ledger has other ticks than those owed since their first answer, and the number of all ticks.

    A player's own next command settles them too: nobody here can be owed more than what a command would bring.
    """
    wrong, ticks = arena.ask("""
        from django.db.models import Prefetch
        from game.models import Hunt, LedgerEntry, Player
        from game.queries.clock import now_ms
        hunt, now, hour = Hunt.objects.get(current=True), now_ms(), 3_600_000
        ticks = LedgerEntry.objects.filter(cause=LedgerEntry.Cause.TICK).order_by("tick")
        wrong, total = [], 0
        players = Player.objects.filter(hunt=hunt, first_attempt__isnull=False)
        for player in players.prefetch_related(Prefetch("ledger", ticks, "granted")):
            owed = (min(now, hunt.ends_at, player.finished_at or now) - player.first_attempt) // hour
            granted = [entry.tick for entry in player.granted]
            total += len(granted)
            if granted != list(range(1, owed + 1)):
                wrong.append(f"{player.name}: {granted}, owed {owed}")
        result = wrong[:10], total
    """)
    return wrong, ticks
