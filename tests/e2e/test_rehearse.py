"""`manage.py rehearse` as people run it, against servers that really run."""

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.support.process import ROOT, manage
from tests.support.server import CommandError as ManageError
from tests.support.server import RunningHunt

PLAYERS = 12
MINUTES = 0.25
ONLINE = re.compile(r"online (\d+) of (\d+) ")
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


def rehearse(
    hunt: RunningHunt, pack: Path, *options: str | Path, once_most_are_in: Callable[[], object] = lambda: None
) -> dict[str, Any]:
    """The figures of a short rehearsal that uses every server of this hunt."""
    urls = [part for server in hunt.web for part in ("--url", server.url)]
    file = hunt.folder / "figures.json"
    size = ("--players", str(PLAYERS), "--minutes", str(MINUTES), "--seed", "7")
    command = manage("rehearse", *urls, *size, "--pack", pack, "--json", file, *options)
    with running(hunt, command) as rehearsal:
        assert rehearsal.stdout is not None
        said = []
        for line in rehearsal.stdout:
            said.append(line)
            if (online := ONLINE.search(line)) and 2 * int(online[1]) > int(online[2]):
                once_most_are_in()
                once_most_are_in = lambda: None  # noqa: E731  # once
        assert rehearsal.wait() == 0, "".join(said)
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return figures


@contextmanager
def running(hunt: RunningHunt, command: list[str | Path]) -> Iterator["subprocess.Popen[str]"]:
    """A rehearsal in a session of its own: what is signalled is it, and not its client processes."""
    rehearsal = subprocess.Popen(
        command,
        env=hunt.env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield rehearsal
    finally:
        rehearsal.kill()
        rehearsal.wait()


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
def test_a_rehearsal_through_the_front_door(
    live_hunt: Callable[..., RunningHunt], pack: Path, tmp_path: Path
) -> None:
    """From two processes; everybody comes at once, and is cut off at once."""
    hunt, report = live_hunt(), tmp_path / "report.html"
    figures = rehearse(
        hunt, pack, "--processes", "2", "--start-storm", "0s", "--herd", "7s", "--html", report
    )
    assert_every_promise_was_kept(figures)
    assert_people_really_played(figures)
    assert (figures["processes"], figures["checked"]) == (2, True)
    assert (figures["storm"]["sockets"], figures["storm"]["missing"]) == (figures["sockets"], 0)
    (herd,) = (wave for wave in figures["waves"] if wave["cause"] == "herd")
    assert herd["began_s"] == pytest.approx(7, abs=0.5)
    assert herd["sockets"] > figures["sockets"] * 0.8
    assert figures["board_told"] > figures["solves"]
    assert figures["board_p50_ms"] > 0
    (server,) = figures["servers"]
    assert server["cpu"] > 0
    assert server["memory"] > 10_000_000
    assert sum(point["online"] > 0 for point in figures["series"]["points"]) > 5
    page = report.read_text(encoding="utf-8")
    assert escape(figures["verdict"]["headline"]) in page
    assert "herd, 0:07" in page
    assert f"{PLAYERS} players" in hunt.manage("check_ledger")

    assert f"{PLAYERS} bots are gone" in hunt.manage("rehearse", "--remove")
    assert ": 0 players, 0 ledger entries" in hunt.manage("check_ledger")


@pytest.mark.slow
@pytest.mark.production
def test_a_rehearsal_over_two_servers(live_hunt: Callable[..., RunningHunt], pack: Path) -> None:
    """Every reconnection goes to the other server, and players with several tabs are on both. One restarts."""
    hunt = live_hunt(web=2)
    figures = rehearse(hunt, pack, "--direct", "--solves", "3/s", once_most_are_in=hunt.web[1].restart)
    assert_every_promise_was_kept(figures)
    assert_people_really_played(figures)
    assert 0 < figures["solves_per_s"] < 5  # unsteered they would find six and more
    assert any("restart" in wave["causes"] for wave in figures["waves"])
    assert [server["sockets"] > 0 for server in figures["servers"]] == [True, True]


@pytest.mark.slow
def test_ctrl_c_ends_it_early_with_the_report(live_hunt: Callable[..., RunningHunt], pack: Path) -> None:
    hunt = live_hunt()
    file = hunt.folder / "figures.json"
    command = manage("rehearse", "--url", hunt.url, "--direct", "--players", "4", "--minutes", "60")
    with running(hunt, [*command, "--pack", pack, "--json", file]) as rehearsal:
        assert rehearsal.stdout is not None
        while "online" not in (line := rehearsal.stdout.readline()):
            assert line, "it ended by itself"
        time.sleep(1)
        rehearsal.send_signal(signal.SIGINT)
        output, _ = rehearsal.communicate(timeout=60)
    assert rehearsal.returncode == 0, output
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
        (("--speed", "0"), "--speed must be more than 0"),
        (("--herd", "2m"), "--herd is after the end"),
        (("--start-storm", "1m"), "--start-storm takes longer than --minutes"),
        (("--processes", "51"), "--processes must be at least 1 and at most"),
        (("--html", "/nowhere/report.html"), "there is no folder /nowhere"),
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
