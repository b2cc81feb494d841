"""The django-q cluster as an operator runs it: the hours' XP comes by itself, and exactly what is owed."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.backstage import Stage, backstage
from tests.support.pack import write_pack
from tests.support.process import wait_for
from tests.support.server import RunningHunt
from tests.support.tabs import Tabs

CROWD = 2_000
"""Four transactions' worth: work that can be met in the middle."""
MOST_HOURS = 5
LOOKED_AT_S = 45
"""django-q looks at its schedules every 30 s."""


@pytest.fixture(scope="module")
def hunt(
    start_shared_hunt: Callable[..., RunningHunt], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHunt]:
    """One web process and no cluster."""
    pack: Path = write_pack(tmp_path_factory.mktemp("worked") / "hunt", xp_cap=1_000)
    running = start_shared_hunt(web=0)
    running.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    running.start_web()
    yield running
    assert " 0 problems" in running.manage("check_ledger")


@pytest.fixture(scope="module")
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    with backstage(hunt.env) as stage:
        yield stage


@pytest.fixture(autouse=True)
def no_worker_stays(hunt: RunningHunt) -> Iterator[None]:
    yield
    for worker in hunt.workers:
        worker.terminate()
        assert "Traceback" not in worker.log_text()


def gather_crowd(behind: Stage, name: str) -> None:
    """CROWD players, each owed one to MOST_HOURS hours, and several tasks in the queue that settle everybody."""
    behind.run(f"""
from django_q.tasks import async_task
from game.models import Hunt, Player
from game.queries.clock import now_ms
from game.services.answers import standing_of
from leaderboard import services as leaderboard
hunt, now, hour = Hunt.objects.get(current=True), now_ms(), 3_600_000
players = Player.objects.bulk_create([
    Player(
        hunt=hunt, name=f"{name} {{n}}", name_key=f"{name} {{n}}", changed_at=now, created_at=now,
        first_attempt=now - (1 + n % {MOST_HOURS}) * hour - 60_000, next_tick=now - n % {MOST_HOURS} * hour - 60_000,
    )
    for n in range({CROWD})
], batch_size=500)
leaderboard.record(hunt.id, [standing_of(player) for player in players], now)
result = [async_task("game.tasks.settle_xp") for _ in range(6)]
""")


def settled(behind: Stage, name: str) -> list[int]:
    """How many of the crowd have been granted nothing, one hour, two hours …; each either all that it is owed, or none.

    Raises unless the ledger has every hour once, in ten XP each.
    """
    found: list[int] = behind.run(f"""
from collections import Counter
from game.models import Player
result = Counter()
for player in Player.objects.filter(name__startswith="{name} ").prefetch_related("ledger"):
    owed = 1 + int(player.name.split()[1]) % {MOST_HOURS}
    ticks = sorted(entry.tick for entry in player.ledger.all())
    assert ticks in ([], list(range(1, owed + 1))), (player.name, ticks)
    assert all(entry.xp == 10 for entry in player.ledger.all())
    assert player.xp == 10 * len(ticks) and player.ticks == len(ticks)
    result[len(ticks)] += 1
result = [result[hours] for hours in range({MOST_HOURS} + 1)]
""")
    return found


def waiting(behind: Stage, name: str) -> int:
    """How many of the crowd have been granted nothing yet."""
    return int(
        behind.run(
            f"""
from game.models import Player
result = Player.objects.filter(name__startswith="{name} ", ticks=0).count()
"""
        )
    )


EVERYBODY = [0, *[CROWD // MOST_HOURS] * MOST_HOURS]


def queue_is_empty(behind: Stage) -> bool:
    return bool(behind.run("from django_q.models import OrmQ; result = not OrmQ.objects.exists()"))


async def test_an_hour_s_xp_appears_in_an_open_socket(hunt: RunningHunt, behind: Stage) -> None:
    async with Tabs() as tabs:
        ada = await tabs.open(hunt.web[0], behind.player("Ada"))
        verdict = await ada.ask("answer", q=1, text="no idea")
        assert (verdict["verdict"], verdict["me"]["xp"]) == ("wrong", 0)
        behind.make_xp_due("Ada")
        # Nobody but the cluster gives it.
        with pytest.raises(TimeoutError):
            await ada.until("progress", 2)
        await asyncio.to_thread(hunt.start_worker)
        me = (await ada.until("progress", LOOKED_AT_S))["me"]
        assert (me["xp"], me["position"], me["points"]) == (10, 1, 0)
        # The next is an hour after the one before, not an hour from now.
        assert me["next_tick"] == me["first_attempt"] + 2 * 3_600_000
        with pytest.raises(TimeoutError):
            await ada.until("progress", 3)


def test_two_clusters_at_once_grant_what_is_owed_once(hunt: RunningHunt, behind: Stage) -> None:
    gather_crowd(behind, "Both")
    hunt.start_worker()
    hunt.start_worker()
    wait_for(lambda: queue_is_empty(behind), 60, every=0.5)
    assert settled(behind, "Both") == EVERYBODY


def test_a_cluster_that_is_killed_and_started_again_grants_what_is_owed_once(
    hunt: RunningHunt, behind: Stage
) -> None:
    gather_crowd(behind, "Cut")
    worker = hunt.start_worker()
    wait_for(lambda: waiting(behind, "Cut") < CROWD, 60)
    worker.kill()
    # Whoever has been granted something has all of it.
    assert sum(settled(behind, "Cut")) == CROWD
    behind.run('from django_q.tasks import async_task; result = async_task("game.tasks.settle_xp")')
    worker.start()
    wait_for(lambda: not waiting(behind, "Cut"), 60, every=0.2)
    assert settled(behind, "Cut") == EVERYBODY
