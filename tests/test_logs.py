"""What a line of the log holds, what it never holds, and what of it reaches a Sentry."""

import asyncio
import http.client
import importlib
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as RedisError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from consumers import batcher, context
from consumers.batcher import Batcher, Bridge
from enigma_rt import logs
from enigma_rt.logs import JsonFormatter, Traced
from game.services import answers
from tests.support.backstage import backstage
from tests.support.pack import write_pack
from tests.support.process import ROOT, wait_for
from tests.support.server import RunningHunt, clean_environment
from tests.support.tabs import Tabs

ANSWER = "hushhush okapi"


def record(message: str, *args: Any, **options: Any) -> logging.LogRecord:
    return logging.LogRecord(
        "game.services", logging.WARNING, "answers.py", 1, message, args, options.get("exc_info")
    )


def line(logged: logging.LogRecord) -> dict[str, Any]:
    text = JsonFormatter().format(logged)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


# --- Redis is away ----------------------------------------------------------------------------------------------------


def of_the_receiver(error: Exception, at: float) -> logging.LogRecord:
    found = logging.LogRecord(
        "channels_redis.pubsub",
        logging.ERROR,
        "pubsub.py",
        1,
        "Unexpected exception in receive task",
        (),
        None,
    )
    found.exc_info, found.created = (type(error), error, None), at
    return found


def test_a_redis_that_is_away_is_said_once_and_a_defect_each_time() -> None:
    calm = logs.Calm()
    away = [of_the_receiver(RedisError("Connection refused"), second) for second in range(60)]
    assert [calm.filter(each) for each in away] == [True] + [False] * 59
    assert line(away[0])["message"].startswith("Redis is away")
    assert "exception" not in line(away[0])
    assert calm.filter(of_the_receiver(RedisError("Connection refused"), 70))
    for second in range(70, 75):
        defect = of_the_receiver(ValueError("unpack(b) received extra data."), second)
        assert calm.filter(defect)
        assert "extra data" in line(defect)["exception"]


@pytest.mark.production
async def test_an_outage_of_redis_is_three_lines(
    redis: Any, start_hunt: Callable[..., RunningHunt], tmp_path: Path
) -> None:
    hunt = start_hunt(redis=redis.url, web=0)
    hunt.manage("import_hunt", write_pack(tmp_path / "hunt", 8), "--current", "--starts-in", "0s")
    web = hunt.start_web()
    with backstage(hunt.env) as behind:
        session = behind.player("Ada")

    async def said(text: str) -> None:
        await asyncio.to_thread(wait_for, lambda: text in web.log_text(), 20)

    async with Tabs() as tabs:
        ada = await tabs.open(web, session)
        redis.terminate()
        for n in range(1, 6):
            assert (await ada.ask("answer", q=n, text=f"solve{n}okapi"))["verdict"] == "correct"
            await asyncio.sleep(0.5)
        await said("nothing is heard")
        await said("not sent until further notice")
        redis.start()
        await ada.ask("answer", q=6, text="solve6okapi")
        await said("sent again")
    told = [line for line in web.log_text().splitlines() if re.search("bus:|[Rr]edis", line)]
    assert len(told) == 3, told
    assert "Traceback" not in web.log_text()


# --- a line ---------------------------------------------------------------------------------------------------------


def test_a_line_says_when_who_and_what() -> None:
    logged = record("batch of %d not judged: %s", 7, "away")
    logged.created = 1_800_000_000.25
    assert line(logged) == {
        "time": "2027-01-15T08:00:00.250+00:00",
        "level": "WARNING",
        "logger": "game.services",
        "message": "batch of 7 not judged: away",
    }


def test_a_line_carries_what_the_code_works_for() -> None:
    def inside() -> dict[str, Any]:
        logs.request.set("r-1")
        context.player.set(42)
        context.command.set("c-1")
        return line(record("x"))

    assert (
        Context().run(inside).items() >= {"request_id": "r-1", "player_id": 42, "command_id": "c-1"}.items()
    )
    assert not {"request_id", "player_id", "command_id"} & line(record("x")).keys()


def test_an_exception_is_one_field() -> None:
    try:
        raise ValueError("of all things")
    except ValueError:
        found = line(record("failed", exc_info=sys.exc_info()))
    assert found["message"] == "failed"
    assert found["exception"].startswith("Traceback")
    assert found["exception"].endswith("ValueError: of all things")


@pytest.mark.parametrize("message", ["two\nlines", 'quote " and \\', "\x00 NUL", "\ud800 alone", "żółć 🦌"])
def test_nothing_breaks_a_line(message: str) -> None:
    assert line(record("%s", message))["message"] == message.replace("\ud800", "\\ud800")


# --- ids ------------------------------------------------------------------------------------------------------------


async def answered(believe: bool, *headers: tuple[bytes, bytes]) -> tuple[str, str | None]:
    """(the id that was told back, the id that the application saw)"""
    seen: list[str | None] = []
    told: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(logs.request.get())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        told.append(message)

    await Traced(application, believe=believe)({"type": "http", "headers": headers}, None, send)
    assert "headers" not in told[1]
    return dict(told[0]["headers"])[b"x-request-id"].decode(), seen[0]


async def test_every_request_has_an_id() -> None:
    first, seen = await answered(True)
    second, _ = await answered(True)
    assert first == seen
    assert len(first) == 32
    assert first != second


async def test_the_proxy_is_believed_and_nobody_else() -> None:
    header = (b"x-request-id", b"0b6e3a0c-7d4f-4b0e-9d7e-1f2a3b4c5d6e")
    assert (await answered(True, header))[0] == header[1].decode()
    assert (await answered(False, header))[0] != header[1].decode()


@pytest.mark.parametrize("forged", [b"", b"a b", b'"', b"\n{}", b"x" * 65, "ż".encode()])
async def test_an_id_that_is_none_is_replaced(forged: bytes) -> None:
    assert (await answered(True, (b"x-request-id", forged)))[0] != forged.decode("latin1")


# --- a running process ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hunt(
    start_shared_hunt: Callable[..., RunningHunt], tmp_path_factory: pytest.TempPathFactory
) -> RunningHunt:
    pack = write_pack(tmp_path_factory.mktemp("pack") / "hunt", 2)
    running = start_shared_hunt(web=0, env={"LOG_FORMAT": "json", "ENIGMA_PROXY": "1"})
    running.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    running.start_web()
    return running


def lines(text: str) -> list[dict[str, Any]]:
    """All but the one that says where it listens."""
    return [json.loads(one) for one in text.splitlines() if not one.startswith("listening on ")]


def test_a_socket_s_lines_have_its_ids_and_no_answer(hunt: RunningHunt) -> None:
    handshake = str(uuid4())
    with backstage(hunt.env) as behind:
        session = behind.player("Ada")
    headers = {"Cookie": f"sessionid={session}", "X-Request-ID": handshake, "X-Forwarded-For": "203.0.113.9"}
    with connect(f"{hunt.ws_url}/ws/play", origin=Origin(hunt.url), additional_headers=headers) as client:
        client.recv(10)
        client.send(json.dumps({"t": "answer", "id": str(uuid4()), "q": 1, "text": ANSWER}))
        with pytest.raises(ConnectionClosed):
            while True:
                client.send(f"{ANSWER} is no frame")
                client.recv(10)
    wait_for(lambda: "4400" in hunt.web[0].log_text(), 5)
    (mine,) = [found for found in lines(hunt.web[0].log_text()) if found.get("request_id") == handshake]
    assert mine["player_id"] > 0
    assert mine["level"] == "INFO"
    assert mine["message"] == "player socket of 203.0.113.9 closed: 4400"
    for secret in (ANSWER, session):
        assert secret not in hunt.web[0].log_text()


def test_a_page_tells_its_id(hunt: RunningHunt) -> None:
    connection = http.client.HTTPConnection(urlsplit(hunt.url).netloc, timeout=10)
    for path in ("/", "/no-such-page", "/healthz"):
        connection.request("GET", path, headers={"X-Request-ID": "from-the-proxy"})
        answer = connection.getresponse()
        answer.read()
        assert answer.headers["X-Request-ID"] == "from-the-proxy"
    connection.close()


def test_every_process_writes_json(hunt: RunningHunt) -> None:
    code = "import logging; logging.getLogger('game').error('once'); logging.getLogger('django-q').error('twice')"
    found = lines(hunt.manage("shell", "--verbosity", "0", "-c", code))
    assert [(one["logger"], one["message"]) for one in found] == [("game", "once"), ("django-q", "twice")]


@pytest.mark.parametrize(("environment", "expected"), [("production", "json"), ("development", "text")])
def test_production_writes_json(environment: str, expected: str) -> None:
    code = "from enigma_rt import settings; print(settings.LOGGING['handlers']['console']['formatter'])"
    env = clean_environment() | {"ENIGMA_ENV": environment}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


# --- a slow batch ---------------------------------------------------------------------------------------------------


async def test_a_slow_batch_is_a_line_of_its_own(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batcher, "SLOW_S", -1.0)
    monkeypatch.setattr(answers, "submit", lambda commands: [7 for _ in commands])
    bridge = Bridge()
    desk = Batcher(bridge)
    context.command.set("the first one's")
    caplog.handler.setFormatter(JsonFormatter())
    assert await desk.submit(SimpleNamespace(player=1)) == 7  # type: ignore[arg-type, comparison-overlap]
    found = json.loads(caplog.text)
    assert found["message"].startswith("a batch of 1 took 0.0 s")
    # It is everybody's.
    assert "command_id" not in found
    await bridge.close()


# --- errors to a Sentry ---------------------------------------------------------------------------------------------


@contextmanager
def sentry() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(a DSN on this machine, the events that it has been sent)"""
    events: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # Sentry's client packs with what it finds installed.
            packing = {"gzip": "gzip", "br": "brotli"}.get(self.headers["Content-Encoding"] or "")
            if packing:
                body = importlib.import_module(packing).decompress(body)
            parts = [json.loads(part) for part in body.split(b"\n") if part.startswith(b"{")]
            events.extend(part for part in parts if "level" in part)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://key@127.0.0.1:{server.server_port}/1", events
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


DEFECT = """
import logging, django
django.setup()
from consumers import context
from enigma_rt import logs
import sentry_sdk

logs.request.set("r-1"); context.command.set("c-1"); context.player.set(42)

def judge(text, session_key):
    raise RuntimeError("a defect")

logging.getLogger("game").info("just before")
sentry_sdk.add_breadcrumb(message="page", data={"cookie": "hushhush", "text": "hushhush okapi"})
try:
    judge("hushhush okapi", "hushhush-session")
except RuntimeError:
    logging.getLogger("consumers.base").exception(
        "player socket: command c-1 failed", extra={"text": "hushhush okapi", "request": {"cookies": "hushhush"}}
    )
sentry_sdk.flush(30)
"""


def test_a_defect_is_reported_and_nobody_s_words() -> None:
    with sentry() as (dsn, events):
        run_with(dsn, DEFECT)
    (event,) = events
    assert event["exception"]["values"][0]["value"] == "a defect"
    assert event["logentry"]["message"] == "player socket: command c-1 failed"
    assert event["environment"] == "development"
    assert event["tags"] == {"request_id": "r-1", "command_id": "c-1", "player_id": "42"}
    assert "just before" in json.dumps(event["breadcrumbs"])
    assert not {"user", "extra", "server_name"} & event.keys()
    for frame in (frame for value in event["exception"]["values"] for frame in value["stacktrace"]["frames"]):
        assert "vars" not in frame
    assert "hushhush" not in json.dumps(event)


def test_without_an_address_nothing_is_even_loaded() -> None:
    run_with("", "import sys, django; django.setup(); assert 'sentry_sdk' not in sys.modules")


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run_with(
            "sentry please",
            "import django; django.setup(); from django.core.management import call_command as c; c('check')",
        )
    assert "SENTRY_DSN must be an address like https://" in failed.value.stderr
    assert "sentry please" not in failed.value.stderr


def run_with(dsn: str, code: str) -> None:
    env = clean_environment() | {"SENTRY_DSN": dsn, "DJANGO_SETTINGS_MODULE": "enigma_rt.settings"}
    env |= {name: os.environ[name] for name in ("ENIGMA_DATA_DIR",) if name in os.environ}
    subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
