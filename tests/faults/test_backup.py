"""A hunt that is being played is backed up and restored, with the very options that docs/operations.md names."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support import tools
from tests.support.backstage import backstage
from tests.support.pack import write_pack
from tests.support.process import ROOT
from tests.support.server import RunningHunt
from tests.support.services import Postgres, Redis, fresh_database

pytestmark = [pytest.mark.production, pytest.mark.matrix]

GUIDE = ROOT / "docs" / "operations.md"
SCRIPT = ROOT / "haproxy" / "backup.sh"
PLACE = {"--username", "--dbname"}
"""Options that say where; the test has its own."""
ROWS = """
from django.apps import apps
result = {
    model._meta.label: model.objects.count()
    for model in apps.get_models()
    if model._meta.app_label in ("game", "leaderboard", "auth")
}
"""
BOARD = """
from game.models import Hunt
from leaderboard import queries
from leaderboard.ranking import Board
board = Board(queries.standings(Hunt.objects.get(current=True).id), top=100)
result = [[rank, *row] for rank, row in enumerate(
    [(row.player, row.name, row.points, row.last, row.finished) for row in board.top_rows()], start=1)]
"""


def options(program: str) -> list[str]:
    """Those of the program in the guide or its script, but for where it works."""
    text = GUIDE.read_text() + SCRIPT.read_text()
    (line,) = re.findall(rf"^    {program} (.*?)(?: \\)?$", text, re.MULTILINE)
    return [option for option in line.split() if option.partition("=")[0] not in PLACE]


def run(program: str, url: str, *arguments: str | Path) -> None:
    address = urlsplit(url)
    where = (f"--host={address.hostname}", f"--port={address.port}", f"--username={address.username}")
    name = f"--dbname={address.path[1:]}"
    command = [tools.need("postgres") / program, *options(program), *where, name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr


def snapshot_board(hunt: RunningHunt) -> Any:
    """What a projector is told, but for what is the process's own."""
    with connect(f"{hunt.ws_url}/ws/board", origin=Origin(hunt.url), compression=None) as client:
        board = json.loads(client.recv(10))["board"]
    return {name: board[name] for name in ("total", "top")}


def test_a_played_hunt_is_restored_and_goes_on(
    postgres: Postgres, redis: Redis, start_hunt: Callable[..., RunningHunt], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path / "hunt", 4)
    file = tmp_path / "enigma.dump"
    hunt = start_hunt(database=postgres.url, redis=redis.url, web=0)
    hunt.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    hunt.start_web()
    with backstage(hunt.env) as behind:
        for name, solved in (("Ada", 3), ("Grace", 2), ("Alan", 1), ("Joan", 0)):
            behind.player(name, xp=50)
            behind.answers(
                name, "a wrong guess", "near1okapi", *[f"solve{n}okapi" for n in range(1, solved + 1)]
            )
        behind.announce("important", "A **backup** is taken.")
        run("pg_dump", hunt.env["DATABASE_URL"], f"--file={file}")
        rows, board, shown = behind.run(ROWS), behind.run(BOARD), snapshot_board(hunt)
        # What comes after the backup is not in it, and keeps nobody from restoring beside it.
        behind.answers("Joan", "solve1okapi")
    assert len(board) == 4
    assert board[0][2] == "Ada"

    with fresh_database(postgres.url) as url:
        run("pg_restore", url, file)
        restored = RunningHunt(hunt.folder, hunt.env | {"DATABASE_URL": url})
        assert "4 players" in (report := restored.manage("check_ledger"))
        assert "0 problems" in report
        assert "No migrations to apply" in restored.manage("migrate")
        with backstage(restored.env) as behind:
            assert behind.run(ROWS) == rows
            assert behind.run(BOARD) == board
            try:
                server = restored.start_web()
                assert server.url
                assert snapshot_board(restored) == shown
                # The counters of the rows came along: new ones find their numbers free.
                behind.answers("Joan", "solve1okapi", "solve2okapi")
                behind.player("Margaret")
                assert behind.balances("Joan")["position"] == 3
                assert behind.ledger_problems() == []
            finally:
                restored.stop()
