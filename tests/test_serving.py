"""What every connection passes before it is a page or a socket, in this process; tests/e2e has real servers."""

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.routing import get_default_application
from channels.testing import WebsocketCommunicator
from django.db import connection as database
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.test import Client

from enigma_rt import health, http, launcher
from enigma_rt.http import Pages
from game.models import Hunt

pytestmark = pytest.mark.django_db(transaction=True)


async def get(
    application: Any, path: str, method: str = "GET", **scope: Any
) -> tuple[int, dict[str, str], str]:
    """(status, headers, body)"""
    full = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    connection: Any = ApplicationCommunicator(application, full | scope)  # type: ignore[no-untyped-call]
    await connection.send_input({"type": "http.request", "body": b""})
    start = await connection.receive_output(10)
    body, more = b"", True
    while more:
        part = await connection.receive_output(10)
        body, more = body + part.get("body", b""), part.get("more_body", False)
    await connection.wait()
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body.decode()


# --- health ---------------------------------------------------------------------------------------------------------


async def test_a_process_lives_and_is_ready() -> None:
    application = get_default_application()
    for path in ("/healthz", "/readyz"):
        status, headers, body = await get(application, path, headers=[(b"host", b"10.0.0.7")])
        assert (status, body, headers["cache-control"]) == (200, "ok\n", "no-store")
        assert (await get(application, path, method="HEAD"))[2] == ""


async def test_a_draining_process_lives_but_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.health, "draining", True)
    application = get_default_application()
    assert (await get(application, "/readyz"))[0] == 503
    assert (await get(application, "/healthz"))[0] == 200


async def test_readiness_waits_for_migrations_and_then_asks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [False, True]
    monkeypatch.setattr(health, "_is_migrated", lambda: answers.pop(0))
    monkeypatch.setattr(health, "ASK_AGAIN_S", 0)
    state = health.Health()
    assert [await state.is_ready() for _ in range(4)] == [False, True, True, True]


async def test_readiness_does_not_hammer_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [False]
    monkeypatch.setattr(health, "_is_migrated", answers.pop)
    state = health.Health()
    assert [await state.is_ready() for _ in range(10)] == [False] * 10


async def test_a_database_that_hangs_holds_one_thread_and_no_check(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = [], threading.Event()

    def hang() -> bool:
        asked.append(1)
        return answers.wait(10)

    monkeypatch.setattr(health, "_is_migrated", hang)
    monkeypatch.setattr(health, "ASK_AGAIN_S", 0)
    monkeypatch.setattr(health, "ANSWER_S", 0.01)
    state = health.Health()
    assert await asyncio.gather(*(state.is_ready() for _ in range(20))) == [False] * 20
    assert len(asked) == 1
    answers.set()
    while not await state.is_ready():
        pass
    assert len(asked) == 1


def test_a_missing_migration_is_seen() -> None:
    assert health.pending_migrations() == []
    recorder = MigrationRecorder(database)
    latest = max(name for app, name in recorder.applied_migrations() if app == "game")
    recorder.record_unapplied("game", latest)
    try:
        assert health.pending_migrations() == [f"game.{latest}"]
    finally:
        recorder.record_applied("game", latest)


# --- pages on threads -----------------------------------------------------------------------------------------------


class Recorder(Pages):
    """Answers slowly with the thread that it runs in, and counts who is inside."""

    def __init__(self, pause_s: float) -> None:
        super().__init__()
        self.pause_s = pause_s
        self.inside = self.most = 0
        self.threads: set[int] = set()

    def get_response(self, request: HttpRequest) -> HttpResponse:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.threads.add(threading.get_ident())
        time.sleep(self.pause_s)
        self.inside -= 1
        return HttpResponse("done")


async def test_a_crowd_waits_for_a_few_threads(settings: Any) -> None:
    settings.HTTP_THREADS = 3
    application = Recorder(0.01)
    answers = await asyncio.gather(*(get(application, "/") for _ in range(30)))
    assert {status for status, _, _ in answers} == {200}
    assert application.most <= 3
    assert len(application.threads) == 3


async def test_a_quiet_server_keeps_to_one_thread(settings: Any) -> None:
    settings.HTTP_THREADS = 3
    application = Recorder(0)
    for _ in range(5):
        await get(application, "/")
    assert len(application.threads) == 1


async def test_who_would_wait_too_long_is_told_so(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HTTP_THREADS = 1
    monkeypatch.setattr(http, "WAIT_S", 0.05)
    application = Recorder(0.5)
    first = asyncio.ensure_future(get(application, "/"))
    await asyncio.sleep(0.01)
    status, headers, _ = await get(application, "/")
    assert (status, headers["retry-after"]) == (503, "5")
    assert (await first)[0] == 200
    assert (await get(application, "/"))[0] == 200


async def test_pages_and_files_come_through(settings: Any) -> None:
    application = Pages()
    status, headers, body = await get(application, "/rules")
    assert status == 200
    assert "content-security-policy" in headers
    assert body.startswith("<!doctype html>")
    status, headers, body = await get(application, "/static/enigma/css/base.css")
    assert (status, headers["content-type"]) == (200, 'text/css; charset="utf-8"')
    assert len(body) == int(headers["content-length"])


async def test_a_client_cannot_move_the_site() -> None:
    """Daphne makes `root_path` of a header that anybody can send."""
    status, headers, _ = await get(Pages(), "/play", root_path="/evil")
    assert (status, headers["location"]) == (302, "/accounts/login/?next=/play")


# --- sockets --------------------------------------------------------------------------------------------------------


async def test_a_socket_that_is_none_of_ours_is_told_a_code() -> None:
    socket: Any = WebsocketCommunicator(get_default_application(), "/ws/nothing")
    connected, _ = await socket.connect()
    assert connected
    assert await socket.receive_output() == {"type": "websocket.close", "code": 4404}
    await socket.disconnect()


# --- listening ------------------------------------------------------------------------------------------------------


def test_a_free_port_is_found_and_said() -> None:
    listening = launcher.open_port("127.0.0.1", 0)
    with listening:
        assert launcher.url_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", -1, "cannot listen on 127.0.0.1:-1"),
        ("127.0.0.1", 70_000, "cannot listen on 127.0.0.1:70000"),
        ("203.0.113.9", 0, "cannot listen on 203.0.113.9:0"),
        ("no such host", 80, "cannot listen on no such host:80"),
    ],
)
def test_an_address_that_cannot_be_had_is_one_line(host: str, port: int, reason: str) -> None:
    with pytest.raises(launcher.CannotListen, match=reason) as caught:
        launcher.open_port(host, port)
    assert "\n" not in str(caught.value)


def test_a_descriptor_that_is_no_socket_is_one_line() -> None:
    with pytest.raises(launcher.CannotListen, match="file descriptor 987"):
        launcher.adopt_port(987)


def test_the_test_client_needs_none_of_this() -> None:
    assert Client().get("/").status_code == 200
    assert not Hunt.objects.exists()
