"""One hunt on two web processes and a django-q cluster, PostgreSQL and Redis: nobody notices who is where."""

import asyncio
import http.client
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.support.backstage import Stage, backstage
from tests.support.pack import word, write_pack
from tests.support.server import RunningHunt, WebServer
from tests.support.services import Redis, private_redis
from tests.support.tabs import Frame, Tab, Tabs

pytestmark = pytest.mark.production

ROOMY = '{"burst": 100000, "flood": 100000}'
QUESTIONS = 30
AT_ONCE_S = 1.5
"""By the bus it is a fraction of this; the next look at the database may be five seconds away."""
RECONCILED_S = 8.0
SILENCE_S = 8.0
"""Longer than the five seconds after which redis-py, left alone, gives up a silent subscription."""


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with private_redis() as server:
        yield server


@pytest.fixture(scope="module")
def hunt(
    start_shared_hunt: Callable[..., RunningHunt], redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHunt]:
    pack: Path = write_pack(tmp_path_factory.mktemp("two") / "hunt", QUESTIONS)
    running = start_shared_hunt(web=0, redis=redis.url, env={"ENIGMA_SOCKET_LIMITS": ROOMY})
    running.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    running.start_web()
    running.start_web()
    running.start_worker()
    yield running
    assert " 0 problems" in running.manage("check_ledger")
    for server in running.web:
        # That Redis was away has to be said; nothing else went wrong.
        complaints = re.findall(r"^\S+ \S+ (?:ERROR|CRITICAL) (\S+)", server.log_text(), re.MULTILINE)
        assert set(complaints) <= {"channels_redis.pubsub"}


@pytest.fixture(scope="module")
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    with backstage(hunt.env) as stage:
        yield stage


@pytest.fixture
def a(hunt: RunningHunt) -> WebServer:
    return hunt.web[0]


@pytest.fixture
def b(hunt: RunningHunt) -> WebServer:
    return hunt.web[1]


@pytest_asyncio.fixture
async def tabs() -> AsyncIterator[Tabs]:
    async with Tabs() as opened:
        yield opened


async def solve(tab: Tab, q: int, **members: Any) -> Frame:
    return await tab.ask("answer", q=q, text=word("solve", q), **members)


def told_of(projector: Tab) -> set[str]:
    """Whom its tape has named."""
    tapes = [frame["items"] for frame in projector.frames if frame["t"] == "ticker"]
    return {item["name"] for items in tapes for item in items}


async def tells_of(projector: Tab, names: set[str], within: float) -> None:
    """Until its tape has named all of these; a solve's line follows the board that it moved."""
    async with asyncio.timeout(within):
        while told_of(projector) != names:
            await projector.until("ticker", within)


async def test_everybody_sees_one_board(a: WebServer, b: WebServer, behind: Stage, tabs: Tabs) -> None:
    ada = await tabs.open(a, behind.player("Ada"))
    bob = await tabs.open(b, behind.player("Bob"))
    watching = [await tabs.open(a, role="spectator"), await tabs.open(b, role="spectator")]
    points = {"Ada": 0, "Bob": 0}
    for q in range(1, 7):
        verdicts = await asyncio.gather(solve(ada, q), solve(bob, q))
        assert [verdict["verdict"] for verdict in verdicts] == ["correct", "correct"]
        points = {"Ada": verdicts[0]["me"]["points"], "Bob": verdicts[1]["me"]["points"]}
    for tab in (ada, bob, *watching):
        await tab.shows(points, AT_ONCE_S)
    for tab in watching:
        await tells_of(tab, {"Ada", "Bob"}, AT_ONCE_S)

    # What they followed is what the server holds, and what who comes now is given, on either server.
    for tab in (ada, bob, *watching):
        await tab.fresh_board()
        assert (tab.gaps, tab.checks) == (0, 1)
    late = [await tabs.open(server, role="spectator") for server in (a, b)]
    views = [tab.view for tab in (*watching, *late) if tab.view is not None]
    assert len({(view.total, view.top) for view in views}) == 1
    assert ada.view is not None
    assert bob.view is not None
    assert {ada.view.rank, bob.view.rank} == {1, 2}


async def test_the_console_on_one_server_reaches_the_other(
    a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    console = await tabs.open(a, behind.account("Olga", staff=True), "organiser")
    eve = await tabs.open(b, behind.player("Eve"))
    projector = await tabs.open(b, role="spectator")

    assert (await console.ask("announce", level="urgent", text="Look **up**"))["t"] == "ok"
    for tab in (eve, projector):
        notice = (await tab.until("announcement", AT_ONCE_S))["notice"]
        assert (notice["level"], notice["html"]) == ("urgent", "<p>Look <strong>up</strong></p>\n")

    assert (await console.ask("control", action="pause"))["t"] == "ok"
    for tab in (eve, projector):
        assert (await tab.until("hunt", AT_ONCE_S))["hunt"]["phase"] == "paused"
    assert (await solve(eve, 1))["code"] == "hunt_paused"

    assert (await console.ask("control", action="resume"))["t"] == "ok"
    for tab in (eve, projector):
        assert (await tab.until("hunt", AT_ONCE_S))["hunt"]["phase"] == "live"
    assert (await solve(eve, 1))["verdict"] == "correct"
    # Not a second time when the database is looked at.
    await asyncio.sleep(RECONCILED_S - 2)
    assert sum(frame["t"] == "announcement" for frame in projector.frames) == 1
    assert sum(frame["t"] == "hunt" for frame in projector.frames) == 2


async def test_the_console_on_one_server_sees_how_every_process_does(
    hunt: RunningHunt, a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    console = await tabs.open(a, behind.account("Vera", role="viewer"), "organiser")
    bea = await tabs.open(b, behind.player("Bea"))
    assert (await solve(bea, 1))["verdict"] == "correct"
    c = hunt.start_web()

    async def sees(expected: Callable[[Frame, dict[int, Frame]], bool]) -> None:
        async with asyncio.timeout(15):
            while True:
                health = await console.until("health", 15)
                if expected(health, {process["pid"]: process for process in health["processes"]}):
                    return

    await sees(
        lambda _, shown: all(pid in shown and shown[pid]["state"] == "up" for pid in (a.pid, b.pid, c.pid))
    )
    await sees(lambda _, shown: None not in (shown[b.pid]["bus"]["ms"], shown[b.pid]["database"]["ms"]))
    await sees(lambda _, shown: None not in (shown[b.pid]["lag_ms"], shown[b.pid]["rss"]))
    await sees(lambda _, shown: shown[b.pid]["verdicts"] > 0)
    await sees(lambda _, shown: "worker" in {process["kind"] for process in shown.values()})
    await sees(lambda health, _: (health["sockets"]["players"], health["here"]) == (1, [[2, 1]]))
    await asyncio.to_thread(c.terminate)
    hunt.web.remove(c)
    await sees(lambda _, shown: shown[c.pid]["state"] == "stopped")


async def test_an_announcement_to_some_and_one_for_an_instant_on_both_servers(
    a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    console = await tabs.open(a, behind.account("Otto", role="moderator"), "organiser")
    session = behind.player("Nia")
    nia, again = await tabs.open(a, session), await tabs.open(b, session)
    others = [await tabs.open(b, behind.player("Noa")), await tabs.open(b, role="spectator")]
    assert (await solve(nia, 1))["verdict"] == "correct"
    on_two = {"player": None, "q": 2, "minutes": None}
    assert (await console.ask("announce", level="info", text="Look up", to=on_two, hint=True))["t"] == "ok"
    for tab in (nia, again):
        assert (await tab.until("announcement", AT_ONCE_S))["notice"]["hint_for"] == 2

    # Both servers know of it, and at its instant both try.
    soon = console.snapshot["now"] + 3_600_000
    assert (await console.ask("announce", level="info", text="Now", at=soon))["t"] == "ok"
    behind.run(
        "from game.models import PlannedAnnouncement\n"
        "from game.queries.clock import now_ms\n"
        "from enigma_rt.bus import publish_on_commit\n"
        "PlannedAnnouncement.objects.update(at=now_ms() + 1_000)\n"
        "result = [publish_on_commit('announcement', {'hunt': row.hunt_id})"
        " for row in PlannedAnnouncement.objects.all()]"
    )
    for tab in (nia, again, *others):
        assert (await tab.until("announcement", RECONCILED_S))["notice"]["html"] == "<p>Now</p>\n"
    # Not a second time, and not to the others, when the database is looked at.
    await asyncio.sleep(RECONCILED_S - 2)
    for tab in (nia, again, *others):
        told = [frame["notice"]["html"] for frame in tab.frames if frame["t"] == "announcement"]
        assert told == ["<p>Look up</p>\n", "<p>Now</p>\n"][tab in others :]


async def test_one_command_sent_to_both_servers_happens_once(
    a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    session = behind.player("Cleo")
    here, there = await tabs.open(a, session), await tabs.open(b, session)
    points = xp = 0
    for q in range(1, 21):
        command = str(uuid4())
        first, second = await asyncio.gather(solve(here, q, id=command), solve(there, q, id=command))
        assert first["verdict"] == second["verdict"] == "correct"
        assert (first["award"], first["xp"]) == (second["award"], second["xp"])
        assert first["me"] == second["me"]
        points, xp = points + first["award"]["total"], xp + first["xp"]
        assert (first["me"]["points"], first["me"]["position"]) == (points, q + 1)
    assert behind.balances("Cleo") == {"points": points, "xp": xp, "position": 21}
    assert len(behind.attempts("Cleo")) == 20

    # Two commands that mean the same: one of them comes too late.
    outcomes = await asyncio.gather(solve(here, 21), solve(there, 21))
    assert sorted(frame.get("code") or frame["verdict"] for frame in outcomes) == [
        "correct",
        "stale_question",
    ]


async def test_one_players_tabs_are_in_step(a: WebServer, b: WebServer, behind: Stage, tabs: Tabs) -> None:
    session = behind.player("Dora")
    here, there = await tabs.open(a, session), await tabs.open(b, session)
    verdict = await solve(here, 1)
    moved = await there.until("progress", AT_ONCE_S)
    assert (moved["me"], moved["question"]) == (verdict["me"], verdict["question"])


async def test_scheduled_work_reaches_both_servers(
    hunt: RunningHunt, a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    session = behind.player("Fay")
    here, there = await tabs.open(a, session), await tabs.open(b, session)
    assert (await here.ask("answer", q=1, text="no idea"))["verdict"] == "wrong"
    behind.make_xp_due("Fay")
    # As the schedule does, which is looked at only twice a minute.
    behind.run('from django_q.tasks import async_task; result = async_task("game.tasks.settle_xp")')
    for tab in (here, there):
        async with asyncio.timeout(20):
            while (await tab.until("progress", 20))["me"]["xp"] != 10:
                pass  # of the answer


async def test_logging_out_on_one_server_closes_the_sockets_of_that_session_on_the_other(
    a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    leaving, staying = behind.player("Gus"), behind.player("Hal")
    gus, hal = await tabs.open(b, leaving), await tabs.open(b, staying)
    await asyncio.to_thread(log_out, a, leaving)
    assert await gus.closed(AT_ONCE_S) == 4401
    assert (await tabs.open(b, leaving)).code == 4401
    assert (await solve(hal, 1))["verdict"] == "correct"


def log_out(web: WebServer, session: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(web.url).netloc, timeout=10)
    connection.request("GET", "/accounts/logout/", headers={"Cookie": f"sessionid={session}"})
    page = connection.getresponse()
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    token = page.read().decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    headers = {
        "Cookie": f"sessionid={session}; {cookie}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/accounts/logout/", f"csrfmiddlewaretoken={token}", headers)
    assert connection.getresponse().status == 302
    connection.close()


async def test_a_long_silence_is_not_the_end_of_the_bus(
    a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    ivy = await tabs.open(a, behind.player("Ivy"))
    projector = await tabs.open(b, role="spectator")
    await asyncio.sleep(SILENCE_S)
    for q in (1, 2, 3):
        verdict = await solve(ivy, q)
        await projector.shows({"Ivy": verdict["me"]["points"]}, AT_ONCE_S)
    assert projector.code is None


async def test_without_redis_answers_are_answered_and_boards_follow_the_database(
    a: WebServer, b: WebServer, behind: Stage, redis: Redis, tabs: Tabs
) -> None:
    jan, kim = await tabs.open(a, behind.player("Jan")), await tabs.open(b, behind.player("Kim"))
    watching = [await tabs.open(a, role="spectator"), await tabs.open(b, role="spectator")]
    await asyncio.to_thread(redis.terminate)

    points: dict[str, int] = {}
    for q in (1, 2, 3):
        began = time.monotonic()
        verdicts = await asyncio.gather(solve(jan, q), solve(kim, q))
        assert time.monotonic() - began < AT_ONCE_S
        points = {"Jan": verdicts[0]["me"]["points"], "Kim": verdicts[1]["me"]["points"]}
    behind.announce("info", "Without a bus")
    for tab in watching:
        await tab.shows(points, RECONCILED_S)
        await tab.until("announcement", RECONCILED_S)

    await asyncio.to_thread(redis.start)
    await is_live_within(5, kim, range(4, QUESTIONS + 1), "Kim", watching[0])
    await is_live_within(1, jan, range(4, QUESTIONS + 1), "Jan", watching[1])
    for tab in (jan, kim, *watching):
        await tab.fresh_board()


async def test_a_redis_that_hangs_keeps_nobody_waiting(
    a: WebServer, b: WebServer, behind: Stage, redis: Redis, tabs: Tabs
) -> None:
    lea, max_ = await tabs.open(a, behind.player("Lea")), await tabs.open(b, behind.player("Max"))
    projector = await tabs.open(b, role="spectator")
    redis.freeze()
    try:
        for q in (1, 2, 3):
            began = time.monotonic()
            verdict, _ = await asyncio.gather(solve(lea, q), solve(max_, q))
            assert time.monotonic() - began < AT_ONCE_S
        await projector.shows({"Lea": verdict["me"]["points"]}, RECONCILED_S)
        # Who comes now is let in as well.
        assert (await tabs.open(a, role="spectator")).snapshot["t"] == "board_snapshot"
    finally:
        redis.thaw()
    await is_live_within(5, lea, range(4, QUESTIONS + 1), "Lea", projector)
    await projector.fresh_board()


async def is_live_within(seconds: float, tab: Tab, questions: range, name: str, projector: Tab) -> None:
    """Solves are on the other server's board at once, three times in a row: chance cannot do that."""
    deadline = time.monotonic() + seconds
    prompt = 0
    for q in questions:
        began = time.monotonic()
        verdict = await solve(tab, q)
        await projector.shows({name: verdict["me"]["points"]}, RECONCILED_S)
        prompt = prompt + 1 if time.monotonic() - began < 0.8 else 0
        if prompt == 3:
            assert time.monotonic() < deadline + 3 * 0.8
            return
        if not prompt:
            await asyncio.sleep(0.2)
    raise AssertionError("the bus stays silent")


async def test_a_frozen_board_is_the_same_on_every_server_also_on_one_that_starts_meanwhile(
    hunt: RunningHunt, a: WebServer, b: WebServer, behind: Stage, tabs: Tabs
) -> None:
    ida = await tabs.open(a, behind.player("Ida"))
    verdict = await solve(ida, 1)
    points = {"Ida": verdict["me"]["points"]}
    watching = [await tabs.open(a, role="spectator"), await tabs.open(b, role="spectator")]
    for tab in watching:
        await tab.shows(points, AT_ONCE_S)
    behind.freeze()
    for tab in (ida, *watching):
        assert (await tab.until("hunt"))["hunt"]["freeze_at"] is not None
    behind.frozen()
    solved = [await solve(ida, q) for q in (2, 3)]
    own = solved[-1]["me"]["points"]
    assert own > points["Ida"]

    c = hunt.start_web()
    late = [await tabs.open(server, role="spectator") for server in (a, b, c)]
    views = [await tab.fresh_board() for tab in (*watching, *late)]
    assert len({(view.total, view.top) for view in views}) == 1
    assert {row.points for view in views for row in view.top if row.name == "Ida"} == {points["Ida"]}
    tapes = [frame["items"] for frame in watching[1].frames if frame["t"] == "ticker"]
    assert {item["q"] for items in tapes for item in items if item["name"] == "Ida"} <= {1}
    jon = await tabs.open(c, behind.player("Jon"))
    await solve(jon, 1)
    behind.unfreeze()
    for tab in (*watching, *late, ida):
        await tab.shows({"Ida": own, "Jon": 100}, RECONCILED_S)
