"""A web process is asked to end while PostgreSQL accepts connections and answers nobody."""

import asyncio
import http.client
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from enigma_rt.launcher import OVERTIME_S
from tests.support.backstage import backstage
from tests.support.pack import write_pack
from tests.support.process import wait_for
from tests.support.server import RunningHunt
from tests.support.tabs import Tabs

pytestmark = [pytest.mark.production, pytest.mark.matrix]

DRAIN_S = 2
SLACK_S = 3


async def test_it_ends_by_itself_and_says_what_it_leaves(
    postgres: Any, redis: Any, start_hunt: Callable[..., RunningHunt], tmp_path: Path
) -> None:
    hunt = start_hunt(
        database=postgres.url, redis=redis.url, web=0, env={"ENIGMA_DRAIN_SECONDS": str(DRAIN_S)}
    )
    hunt.manage("import_hunt", write_pack(tmp_path / "hunt", 4), "--starts-in", "0s", "--current")
    web = hunt.start_web()
    with backstage(hunt.env) as behind:
        session = behind.player("Ada")
    unknown = str(uuid4())
    async with Tabs() as tabs:
        ada = await tabs.open(web, session)
        assert (await ada.ask("answer", q=1, text="solve1okapi"))["verdict"] == "correct"
        page = http.client.HTTPConnection(urlsplit(web.url).netloc)
        postgres.freeze()
        try:
            await ada.send({"t": "answer", "id": unknown, "q": 2, "text": "solve2okapi"})
            page.request("GET", "/play", headers={"Cookie": f"sessionid={session}"})
            os.kill(web.pid, signal.SIGTERM)
            await ada.until("restart")
            assert await ada.closed(within=DRAIN_S + OVERTIME_S) == 1012
            await asyncio.to_thread(wait_for, lambda: not web.is_running, DRAIN_S + OVERTIME_S + SLACK_S)
        finally:
            postgres.thaw()
            page.close()
        assert web.returncode == 1
        assert "something unfinished: 1 commands" in web.log_text()
        # Nothing that has to be true: no verdict.
        assert all(frame["code"] == "retry_later" for frame in ada.frames if frame.get("id") == unknown)
        # So the browser asks again: once and for all, whether PostgreSQL had got it or not.
        again = await tabs.open(hunt.start_web(), session)
        reply = await again.ask("answer", id=unknown, q=2, text="solve2okapi")
        assert reply["verdict"] == "correct"
        assert (await again.ask("answer", id=unknown, q=2, text="solve2okapi"))["award"] == reply["award"]
        assert (await tabs.open(hunt.web[-1], session)).snapshot["me"]["position"] == 3
    assert "0 problems" in await asyncio.to_thread(hunt.manage, "check_ledger")
