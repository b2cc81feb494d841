"""`manage.py rehearse` as people run it, against servers that really run."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.support.process import ROOT, manage
from tests.support.server import CommandError as ManageError
from tests.support.server import RunningHunt

PLAYERS = 12
MINUTES = 0.25
SAMPLE = ROOT / "game" / "sample_hunt"
# In a quarter of a minute nobody earns the XP that a power-up costs: here everybody begins with enough of it.
RICH = "[settings]\nxp_start = 1000\nxp_cap = 1000\n\n[[question]]"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The sample hunt, for the rich."""
    folder = tmp_path / "pack"
    shutil.copytree(SAMPLE, folder)
    text = (folder / "hunt.toml").read_text(encoding="utf-8")
    (folder / "hunt.toml").write_text(text.replace("[[question]]", RICH, 1), encoding="utf-8")
    return folder


@pytest.fixture
def live_hunt(start_hunt: Callable[..., RunningHunt], pack: Path) -> Callable[..., RunningHunt]:
    """`live_hunt(web=2)`: servers on which the pack is being played from the beginning."""

    def start(web: int = 1) -> RunningHunt:
        hunt = start_hunt(web=0)
        hunt.manage("import_hunt", pack, "--starts-in", "0s", "--current")
        for _ in range(web):
            hunt.start_web()
        return hunt

    return start


def rehearse(hunt: RunningHunt, pack: Path, *options: str | Path) -> dict[str, Any]:
    """The figures of a short rehearsal that uses every server of this hunt."""
    urls = [part for server in hunt.web for part in ("--url", server.url)]
    file = hunt.folder / "figures.json"
    size = ("--players", str(PLAYERS), "--minutes", str(MINUTES), "--seed", "7")
    hunt.manage("rehearse", *urls, *size, "--pack", pack, "--json", file, *options)
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return figures


def assert_every_promise_was_kept(figures: dict[str, Any]) -> None:
    assert figures["ok"]
    assert (figures["lost"], figures["doubled"], figures["unanswered"]) == (0, 0, 0)
    assert figures["ledger_ok"] is True
    assert (figures["board_mismatches"], figures["tabs_behind"], figures["unexpected_verdicts"]) == (0, 0, 0)


def assert_people_really_played(figures: dict[str, Any]) -> None:
    assert figures["players"] == PLAYERS
    assert figures["solves"] > PLAYERS
    assert figures["reconnects"] > 0
    assert figures["rechecked"] > figures["solves"] / 2
    assert figures["board_checks"] >= PLAYERS
    assert figures["board_deltas"] > figures["solves"]
    assert 0 < figures["p50_ms"] <= figures["p99_ms"] <= figures["max_ms"]
    assert {"answer", "hint"} <= set(figures["commands_by_kind"])
    assert {"correct", "close", "wrong"} <= set(figures["verdicts"])
    assert not {"server_error", "id_conflict", "bad_frame", "bad_json"} & set(figures["errors"])


@pytest.mark.slow
def test_a_rehearsal_through_the_front_door(live_hunt: Callable[..., RunningHunt], pack: Path) -> None:
    hunt = live_hunt()
    figures = rehearse(hunt, pack)
    assert_every_promise_was_kept(figures)
    assert_people_really_played(figures)
    assert f"{PLAYERS} players" in hunt.manage("check_ledger")

    assert f"{PLAYERS} bots are gone" in hunt.manage("rehearse", "--remove")
    assert ": 0 players, 0 ledger entries" in hunt.manage("check_ledger")


@pytest.mark.slow
@pytest.mark.production
def test_a_rehearsal_over_two_servers(live_hunt: Callable[..., RunningHunt], pack: Path) -> None:
    """Every reconnection goes to the other server, and players with several tabs are on both."""
    hunt = live_hunt(web=2)
    figures = rehearse(hunt, pack, "--direct")
    assert_every_promise_was_kept(figures)
    assert_people_really_played(figures)


@pytest.mark.slow
def test_ctrl_c_ends_it_early_with_the_report(live_hunt: Callable[..., RunningHunt], pack: Path) -> None:
    hunt = live_hunt()
    file = hunt.folder / "figures.json"
    command = manage("rehearse", "--url", hunt.url, "--direct", "--players", "4", "--minutes", "60")
    running = subprocess.Popen(
        [*command, "--pack", str(pack), "--json", str(file)],
        env=hunt.env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    while "online" not in (line := running.stdout.readline()):
        assert line, "it ended by itself"
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 0, output
    assert "The server kept every promise." in output
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert figures["seconds"] < 60
    assert_every_promise_was_kept(figures)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--url", "http://127.0.0.1:1"), "no server at http://127.0.0.1:1: "),
        (("--pack", str(ROOT / "docs")), "is no hunt pack that can be played: "),
        (("--players", "0"), "must be at least 1"),
        (("--minutes", "nan"), "must be at least 1 and --minutes more than 0"),
    ],
)
def test_what_cannot_be_rehearsed_is_one_line(options: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint) as error:
        call_command("rehearse", *options)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_hunt_that_cannot_be_played_is_one_line(start_hunt: Callable[..., RunningHunt], pack: Path) -> None:
    hunt = start_hunt(web=0)

    def complaint(*options: str | Path) -> str:
        with pytest.raises(ManageError) as error:
            hunt.manage("rehearse", "--url", url, "--players", "2", "--direct", *options)
        assert "Traceback" not in str(error.value)
        return str(error.value).rstrip().rpartition("\n")[2]

    hunt.manage("import_hunt", pack, "--starts-in", "1h", "--current")
    url = hunt.start_web().url
    assert "has not started" in complaint()

    other = hunt.folder / "other"
    other.mkdir()
    (other / "hunt.toml").write_text(
        'format = 1\ntitle = "Other"\n[[question]]\ntext = "?"\nanswers = ["x"]\n'
    )
    hunt.manage("import_hunt", other, "--starts-in", "0s", "--current")
    assert "has 1 questions, the pack" in complaint("--pack", pack)
