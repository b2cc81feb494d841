"""`manage.py play`: from nothing to a hunt that can be played, on SQLite, and nothing left behind."""

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support.process import ROOT, Child, manage, temporary_folder, wait_for
from tests.support.server import LISTENING, clean_environment

HOUR_MS = 3_600_000
STATIC = re.compile(r'(?:src|href)="(/static/[^"]+)"')
PASSWORD = re.compile(r"password\s+(\S+)")


class Playing(Child):
    """`manage.py play` on data in `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "data"
        self.settings = clean_environment() | {"ENIGMA_DATA_DIR": str(self.data)}
        command = manage("play", "--port", "0", *options)
        super().__init__("play", command, env=self.settings, log=folder / "play.log")

    def ready(self) -> bool:
        return bool(LISTENING.search(self.new_log_text()))

    @property
    def url(self) -> str:
        found = LISTENING.search(self.new_log_text())
        assert found is not None
        return found[1]

    def rows(self, query: str, *values: object) -> list[Any]:
        with sqlite3.connect(self.data / "enigma.sqlite3", timeout=10) as database:
            return database.execute(query, values).fetchall()

    def processes(self) -> set[int]:
        """It and all it has started, however deep."""
        parents: dict[int, int] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
        found = {self.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def worker(self) -> int:
        """The process that leads the scheduled work."""
        for pid in self.processes() - {self.pid}:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if b"enigma_rt.worker" in words and os.getpgid(pid) == pid:
                return pid
        raise LookupError

    def works(self) -> bool:
        """The cluster is complete: leader, sentinel, worker, monitor, pusher, beside the server."""
        return len(self.processes()) == 6


class Browser:
    """Keeps cookies and sends forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> tuple[int, dict[str, str], str]:
        _, _, page = self.get(path)
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}))

    def _ask(self, method: str, path: str, form: str | None = None) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        headers = {"Cookie": self.cookie, "Origin": self.url}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, form, headers)
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return response.status, dict(response.headers), body

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


@pytest.fixture(scope="module")
def playing() -> Iterator[Playing]:
    """One for all who leave it running. Started twice: the second time finds everything there."""
    with temporary_folder("play") as folder, Playing(folder) as play:
        yield play


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder("play") as folder:
        yield folder


@pytest.fixture
def made(playing: Playing, folder: Path) -> Path:
    """A folder in which a hunt has been made already: starting on it takes a second instead of five."""
    (folder / "data").mkdir()
    with sqlite3.connect(playing.data / "enigma.sqlite3") as source:
        with sqlite3.connect(folder / "data" / "enigma.sqlite3") as copy:
            source.backup(copy)
    return folder


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)}


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_it_makes_a_hunt_that_can_be_played(playing: Playing) -> None:
    text = playing.log_text()
    for page in ("/", "/board", "/console"):
        assert f" {playing.url}{page}\n" in text
    assert "live, 48 h left" in text
    assert len(text.splitlines()) < 15

    player = Browser(playing.url)
    status, headers, _ = player.post(
        "/accounts/signup/", email="ada@example.org", password1="a long password", name="Ada"
    )
    assert (status, headers["Location"]) == (302, "/play")
    status, _, page = player.get("/play")
    assert status == 200
    for asset in STATIC.findall(page):
        assert player.get(asset)[0] == 200
    address = f"ws{playing.url.removeprefix('http')}/ws/play"
    with connect(address, origin=Origin(playing.url), additional_headers={"Cookie": player.cookie}) as client:
        snapshot = json.loads(client.recv(10))
    assert (snapshot["t"], snapshot["question"]["q"], snapshot["me"]["name"]) == ("snapshot", 1, "Ada")


def test_the_organiser_can_sign_in_and_the_password_is_nowhere_else(playing: Playing) -> None:
    (password,) = PASSWORD.findall(playing.log_text())
    organiser = Browser(playing.url)
    status, _, _ = organiser.post("/accounts/login/", login="organiser@localhost", password=password)
    assert status == 302
    assert organiser.get("/console")[0] == 200
    assert organiser.get("/admin/")[0] == 200
    for path in playing.data.rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes()


def test_pages_leave_no_trace_on_the_terminal(playing: Playing) -> None:
    before = playing.log_text()
    visitor = Browser(playing.url)
    for path in ("/", "/nothing", "/rules", "/static/enigma/css/base.css", "/static/nothing.js", "/play"):
        visitor.get(path)
    assert playing.log_text() == before


def test_an_hourly_grant_of_the_worker_reaches_an_open_page(playing: Playing) -> None:
    """The worker looks about twice a minute; what it writes reaches the socket without a reload."""
    player = Browser(playing.url)
    player.post("/accounts/signup/", email="grace@example.org", password1="a long password", name="Grace")
    address = f"ws{playing.url.removeprefix('http')}/ws/play"
    with connect(address, origin=Origin(playing.url), additional_headers={"Cookie": player.cookie}) as client:
        snapshot = json.loads(client.recv(10))
        assert snapshot["me"]["xp"] == 0
        # As if the first answer had been given an hour ago, and the schedule's minute were over.
        hour_ago = snapshot["now"] - HOUR_MS - 1_000
        with sqlite3.connect(playing.data / "enigma.sqlite3", timeout=10) as database:
            database.execute(
                "UPDATE game_player SET first_attempt = ?, next_tick = ? WHERE name = 'Grace'",
                (hour_ago, hour_ago + HOUR_MS),
            )
            database.execute("UPDATE django_q_schedule SET next_run = datetime('now', '-1 minute')")
        deadline = time.monotonic() + 75
        while time.monotonic() < deadline:
            frame = json.loads(client.recv(75))
            if frame["t"] == "progress" and frame["me"]["xp"]:
                break
    assert frame["me"]["xp"] == 10
    grants = (
        "SELECT entry.xp, cause FROM game_ledgerentry entry JOIN game_player player ON player.id = player_id"
    )
    assert playing.rows(f"{grants} WHERE name = 'Grace'") == [(10, "tick")]


def test_a_worker_that_dies_is_started_again_and_said(playing: Playing) -> None:
    wait_for(playing.works, 20)
    first = playing.worker()
    group = playing.processes() - {playing.pid}
    # Its sentinel: the one whose death it does not tell anybody by itself.
    sentinel = next(pid for pid in group if Path(f"/proc/{pid}/stat").read_text().split()[3] == str(first))
    os.kill(sentinel, signal.SIGKILL)
    wait_for(lambda: not alive(group), 10)
    wait_for(playing.works, 20)
    assert playing.worker() != first
    assert re.search(
        r"^scheduled work stopped \(status -9\); starting it again in \d+ s$", playing.log_text(), re.M
    )


def test_one_hunt_is_not_served_twice(playing: Playing) -> None:
    done = subprocess.run(
        manage("play", "--port", "0"),
        env=playing.settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"CommandError: a hunt is being played on {playing.data} already\n"


def test_a_port_in_use_is_one_line_and_touches_nothing(playing: Playing, folder: Path) -> None:
    other = Playing(folder)
    other.command[other.command.index("0")] = str(urlsplit(playing.url).port)
    done = subprocess.run(
        other.command, env=other.env, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"CommandError: cannot listen on .*: Address already in use .*\n", done.stderr)
    assert not (other.data / "enigma.sqlite3").exists()


def test_started_again_it_keeps_everything_and_is_quick(playing: Playing) -> None:
    hunts = playing.rows("SELECT * FROM game_hunt")
    users = playing.rows("SELECT id, email, password FROM auth_user")
    wait_for(playing.works, 20)
    before = playing.processes()
    playing.terminate()
    assert playing.returncode == 0
    assert alive(before) == set()
    began = time.monotonic()
    playing.start()
    assert time.monotonic() - began < 5
    assert playing.rows("SELECT * FROM game_hunt") == hunts
    assert playing.rows("SELECT id, email, password FROM auth_user") == users
    assert "password" not in playing.new_log_text()
    assert Browser(playing.url).get("/readyz")[0] == 200


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_behind(made: Path, how: signal.Signals) -> None:
    play = Playing(made).start()
    try:
        wait_for(play.works, 20)
        everything = play.processes()
        os.kill(play.pid, how)
        wait_for(lambda: not alive(everything), 10)
        wait_for(lambda: not play.is_running, 5)
        assert play.returncode == (-9 if how is signal.SIGKILL else 0)
        assert "Traceback" not in play.log_text()
    finally:
        play.kill()


def test_a_hunt_that_is_over_is_said_and_can_be_started_over(made: Path) -> None:
    play = Playing(made)
    with sqlite3.connect(play.data / "enigma.sqlite3") as database:
        database.execute(
            "UPDATE game_hunt SET starts_at = starts_at - 50 * 3600000, ends_at = ends_at - 50 * 3600000"
        )
    play.start()
    assert "it is over" in play.new_log_text()
    assert "manage.py play --reset" in play.new_log_text()
    play.terminate()
    play.command.append("--reset")
    with play:
        assert "live, 48 h left" in play.new_log_text()
        assert PASSWORD.search(play.new_log_text())
        (kept,) = re.findall(r"kept in (\S+)", play.new_log_text())
        with sqlite3.connect(kept) as old:
            assert old.execute("SELECT count(*) FROM game_hunt").fetchone() == (1,)
        assert len(play.rows("SELECT id FROM game_hunt")) == 1


def test_a_hunt_of_ones_own_is_left_alone(folder: Path) -> None:
    play = Playing(folder)
    play.data.mkdir()
    for arguments in (("migrate", "-v0"), ("import_hunt", "game/sample_hunt", "--slug", "mine", "--current")):
        subprocess.run(manage(*arguments), env=play.env, cwd=ROOT, check=True, capture_output=True)
    with play:
        assert play.rows("SELECT slug FROM game_hunt") == [("mine",)]
        assert "starts in 24 h" in play.log_text()


def test_everybody_in_the_network_may_come(made: Path) -> None:
    """--host 0.0.0.0: the address that is said is allowed, and the projector sends people there."""
    with Playing(made, "--host", "0.0.0.0") as play:
        (address,) = re.findall(r"player +(\S+)/\n", play.log_text())
        assert Browser(address).get("/")[0] == 200
        assert f">{address}/<" in Browser(f"http://127.0.0.1:{urlsplit(address).port}").get("/board")[2]
