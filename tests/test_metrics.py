"""What Prometheus is told by a process that is really running, and who is told it. Dashboard and alarms draw on
nothing else."""

import http.client
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from enigma_rt import metrics
from enigma_rt.metrics import may_ask
from tests.support.backstage import Stage, backstage
from tests.support.pack import write_pack
from tests.support.process import ROOT, wait_for
from tests.support.server import RunningHunt

DASHBOARD = ROOT / "docs" / "grafana.json"
ALERTS = ROOT / "docs" / "alerts.yml"
GUIDE = ROOT / "docs" / "operations.md"
NAME = re.compile(r"\b(?:enigma|process|python)_[a-z0-9_]+")
FORMATS = re.compile(r"\{\{\s*\$labels\.(\w+)\s*\}\}")


class Figures:
    """One answer of /metrics: `figures("enigma_sockets", kind="player")`."""

    def __init__(self, text: str) -> None:
        self.samples = [s for family in text_string_to_metric_families(text) for s in family.samples]

    def __call__(self, name: str, **labels: str) -> float:
        found = [s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items()]
        return sum(found)

    @property
    def names(self) -> set[str]:
        return {sample.name for sample in self.samples}


def ask(url: str, method: str = "GET", path: str = "/metrics", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def figures(url: str) -> Figures:
    status, text = ask(url)
    assert status == 200
    return Figures(text)


@pytest.fixture(scope="module")
def hunt(
    start_shared_hunt: Callable[..., RunningHunt], tmp_path_factory: pytest.TempPathFactory
) -> RunningHunt:
    pack = write_pack(tmp_path_factory.mktemp("pack") / "hunt", 4)
    running = start_shared_hunt(web=0, env={"ENIGMA_METRICS_TOKEN": "a token for tests"})
    running.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    running.start_web()
    return running


@pytest.fixture(scope="module")
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    with backstage(hunt.env) as stage:
        yield stage


def open_socket(hunt: RunningHunt, path: str, session: str = "") -> ClientConnection:
    return connect(
        f"{hunt.ws_url}/ws/{path}",
        origin=Origin(hunt.url),
        additional_headers={"Cookie": f"sessionid={session}"},
        compression=None,
        close_timeout=2,
    )


def tell(client: ClientConnection, t: str, **members: Any) -> dict[str, Any]:
    """Sends a command and returns its reply."""
    command = str(uuid4())
    client.send(json.dumps({"t": t, "id": command, **members}))
    while True:
        frame: dict[str, Any] = json.loads(client.recv(10))
        if frame.get("id") == command:
            return frame


# --- a running process ----------------------------------------------------------------------------------------------


def test_commands_are_counted_by_what_they_were_answered(hunt: RunningHunt, behind: Stage) -> None:
    before = figures(hunt.url)
    session = behind.player("Ada")
    with open_socket(hunt, "play", session) as ada:
        assert json.loads(ada.recv(10))["t"] == "snapshot"
        assert tell(ada, "answer", q=1, text="nothing of the kind")["verdict"] == "wrong"
        assert tell(ada, "answer", q=1, text="solve1okapi")["verdict"] == "correct"
        assert tell(ada, "skip", q=2)["code"] == "insufficient_xp"
        assert tell(ada, "answer", q=1, text="solve1okapi")["code"] == "stale_question"
        ada.send("no JSON")
        while json.loads(ada.recv(10))["t"] != "error":
            pass
        told = before("enigma_fanout_frames_total", kind="board")
        wait_for(lambda: figures(hunt.url)("enigma_fanout_frames_total", kind="board") > told, 5)
        now = figures(hunt.url)
        assert now("enigma_sockets", kind="player") == 1
        assert now("enigma_players_online") == 1

    def more(name: str, **labels: str) -> float:
        return now(name, **labels) - before(name, **labels)

    assert more("enigma_commands_total", kind="answer", result="wrong") == 1
    assert more("enigma_commands_total", kind="answer", result="correct") == 1
    assert more("enigma_commands_total", kind="answer", result="stale_question") == 1
    assert more("enigma_commands_total", kind="skip", result="insufficient_xp") == 1
    assert more("enigma_commands_total", kind="unread", result="bad_json") == 1
    assert more("enigma_command_seconds_count", kind="answer") == 3
    assert more("enigma_batch_commands_sum") == 4
    assert more("enigma_batch_seconds_count") == 4
    assert more("enigma_handshakes_total", kind="player", result="admitted") == 1
    assert more("enigma_fanout_frames_total", kind="board") >= 1
    assert now("enigma_board_standings") == 1
    assert now("enigma_board_version") >= 1
    assert now("enigma_hunt_loaded") == 1
    assert now("enigma_draining") == 0
    assert now("enigma_batcher_waiting") == 0
    assert now("enigma_loop_lag_seconds_count") > 0
    assert now("process_resident_memory_bytes") > 10e6
    assert now("process_cpu_seconds_total") > 0
    wait_for(lambda: figures(hunt.url)("enigma_sockets", kind="player") == 0, 5)
    after = figures(hunt.url)
    assert after("enigma_sockets_closed_total", kind="player", code="1000") == 1 + before(
        "enigma_sockets_closed_total", kind="player", code="1000"
    )


def test_refused_handshakes_and_dropped_sockets_have_a_code(hunt: RunningHunt) -> None:
    def closed(path: str, *frames: str) -> int | None:
        with open_socket(hunt, path) as client, pytest.raises(ConnectionClosed) as end:
            for frame in frames:
                client.send(frame)
            while True:
                client.recv(10)
        return end.value.rcvd.code if end.value.rcvd else None

    before = figures(hunt.url)
    assert closed("play") == 4401
    assert closed("board", *["nonsense"] * 15) == 4400
    wait_for(lambda: figures(hunt.url)("enigma_sockets", kind="spectator") == 0, 5)
    now = figures(hunt.url)
    assert now("enigma_handshakes_total", kind="player", result="signed_out") == 1 + before(
        "enigma_handshakes_total", kind="player", result="signed_out"
    )
    for kind, code in (("player", "4401"), ("spectator", "4400")):
        assert (
            now("enigma_sockets_closed_total", kind=kind, code=code)
            - before("enigma_sockets_closed_total", kind=kind, code=code)
            == 1
        )


def test_pages_are_counted_by_their_status(hunt: RunningHunt) -> None:
    before = figures(hunt.url)
    connection = http.client.HTTPConnection(urlsplit(hunt.url).netloc, timeout=10)
    for path in ("/rules", "/no-such-page"):
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()
    now = figures(hunt.url)
    for status in ("2xx", "4xx"):
        assert (
            now("enigma_http_requests_total", status=status)
            == before("enigma_http_requests_total", status=status) + 1
        )
    wait_for(lambda: figures(hunt.url)("enigma_http_requests_in_progress") == 0, 5)


def test_the_scheduler_is_seen_to_live(hunt: RunningHunt, behind: Stage) -> None:
    name = "enigma_scheduler_heartbeat_age_seconds"
    assert figures(hunt.url)(name) == math.inf
    behind.run("from game.tasks import settle_xp; result = settle_xp()")
    assert 0 <= figures(hunt.url)(name, task="settle_xp") < 20


@pytest.mark.production
def test_it_is_answered_without_a_database(
    postgres: Any, redis: Any, start_hunt: Callable[..., RunningHunt]
) -> None:
    """Also when the database hangs, and what it had said is not forgotten."""
    running = start_hunt(database=postgres.url, redis=redis.url)
    running.manage("shell", "-c", "from game.tasks import settle_xp; settle_xp()")
    assert figures(running.url)("enigma_scheduler_heartbeat_age_seconds") < 60
    assert ask(running.url, path="/readyz")[0] == 200
    postgres.freeze()
    try:
        for _ in range(3):
            # A blip would take every process out at once.
            assert ask(running.url, path="/readyz") == (200, "ok\n")
            assert 0 < figures(running.url)("enigma_scheduler_heartbeat_age_seconds") < 60
    finally:
        postgres.thaw()


def test_who_may_ask_a_running_process(hunt: RunningHunt) -> None:
    assert ask(hunt.url)[0] == 200
    assert ask(hunt.url, X_Forwarded_For="203.0.113.7") == (403, "not for you\n")
    assert ask(hunt.url, X_Forwarded_For="10.0.0.7")[0] == 403
    assert ask(hunt.url, X_Forwarded_For="203.0.113.7", Authorization="Bearer a token for tests")[0] == 200
    assert ask(hunt.url, X_Forwarded_For="203.0.113.7", Authorization="Bearer another")[0] == 403
    assert ask(hunt.url, "HEAD") == (200, "")
    assert ask(hunt.url, "POST")[0] == 405


# --- who may ask ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("172.16.0.9", True),
        ("172.32.0.9", False),
        ("192.168.1.1", True),
        ("::1", True),
        ("fd00::7", True),
        ("::ffff:10.0.0.1", True),
        ("203.0.113.9", False),
        ("::ffff:8.8.8.8", False),
        ("2001:db8::1", False),
        ("", False),
        ("unix", False),
    ],
)
def test_an_address_is_private_or_not(settings: Any, address: str, may: bool) -> None:
    settings.BEHIND_PROXY = True
    assert may_ask({"headers": [], "client": (address, 1)}) is may
    # Without a proxy whoever is near may be a player, who would count right answers while the board is frozen.
    settings.BEHIND_PROXY = False
    here = address.startswith(("127.", "::1"))
    assert may_ask({"headers": [], "client": (address, 1)}) is here


@pytest.mark.parametrize("header", sorted(metrics.FORWARDED))
def test_what_came_over_a_proxy_is_not_private(header: bytes) -> None:
    assert not may_ask({"headers": [(header, b"127.0.0.1")], "client": ("127.0.0.1", 1)})


def test_without_a_token_none_is_right(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    scope = {"headers": [(b"authorization", b"Bearer ")], "client": None}
    assert not may_ask(scope)


# --- the dashboard and the alarms -----------------------------------------------------------------------------------


def expressions(path: Path) -> list[str]:
    if path == ALERTS:
        return [rule["expr"] for rule in rules()]
    panels = json.loads(path.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("path", [DASHBOARD, ALERTS], ids=lambda path: path.name)
def test_what_is_drawn_is_exported(path: Path, hunt: RunningHunt) -> None:
    exported = figures(hunt.url)
    asked = {name for expression in expressions(path) for name in NAME.findall(expression)}
    assert len(asked) > 10
    assert asked - exported.names == set()


@pytest.mark.parametrize("path", [DASHBOARD, ALERTS], ids=lambda path: path.name)
def test_a_label_that_is_asked_for_is_one_of_the_metric(path: Path, hunt: RunningHunt) -> None:
    samples = figures(hunt.url).samples
    labels = {
        name: {label for s in samples if s.name == name for label in s.labels}
        for name in {s.name for s in samples}
    }
    for expression in expressions(path):
        for name, chosen in re.findall(r"\b((?:enigma|process)_[a-z0-9_]+)\{([^}]*)\}", expression):
            asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen)) - {"job", "instance"}
            assert asked <= labels[name], expression


def test_every_figure_of_ours_is_drawn_or_watched(hunt: RunningHunt) -> None:
    """What nobody looks at need not be counted."""
    ours = {
        re.sub(r"_(total|sum|count|bucket)$", "", name)
        for name in figures(hunt.url).names
        if name.startswith("enigma_")
    }
    text = DASHBOARD.read_text() + ALERTS.read_text()
    assert {name for name in ours if name not in text} == set()


def test_the_dashboard_can_be_loaded() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    assert dashboard["title"]
    assert dashboard["schemaVersion"] >= 36
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    for panel in panels:
        assert panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["description"]
            assert panel["datasource"]["uid"] == "${source}"
    assert set(re.findall(r"\$\{?(\w+)", " ".join(expressions(DASHBOARD)))) <= variables | {"__rate_interval"}


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alarm_says_what_it_means_and_the_guide_what_to_do() -> None:
    guide = GUIDE.read_text()
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "look")
        assert rule["annotations"]["summary"]
        assert f"### {rule['alert']}\n" in guide
        anchor = rule["annotations"]["runbook"].partition("#")[2]
        assert anchor == rule["alert"].lower()
    assert set(re.findall(r"^### (Enigma\w+)$", guide, re.MULTILINE)) == set(names)
