"""`manage.py serve` as an operator runs it: it starts, says where, and ends without anybody losing anything."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.support.process import ROOT, Child, manage, wait_for
from tests.support.server import RunningHunt, WebServer, running_hunt
from tests.support.services import private_redis

SAMPLE = ROOT / "game" / "sample_hunt"


@pytest.fixture(scope="module")
def hunt() -> Iterator[RunningHunt]:
    """One for all: what is tested here writes nothing."""
    with ExitStack() as stack:
        where: dict[str, str] = {}
        if database := os.environ.get("DATABASE_URL"):
            where = {"database": database, "redis": stack.enter_context(private_redis()).url}
        running = stack.enter_context(running_hunt(web=0, **where))  # type: ignore[arg-type]
        running.manage("import_hunt", SAMPLE, "--current", "--starts-in", "0s")
        yield running


@pytest.fixture
def web(hunt: RunningHunt) -> Iterator[WebServer]:
    with hunt.start_web(ENIGMA_DRAIN_SECONDS="1") as server:
        yield server


@contextmanager
def watching(web: WebServer) -> Iterator[ClientConnection]:
    """A projector's socket, with its snapshot read."""
    with connect(
        f"{web.ws_url}/ws/board", origin=Origin(web.url), close_timeout=2, compression=None
    ) as client:
        assert json.loads(client.recv(5))["t"] == "board_snapshot"
        yield client


def get(web: WebServer, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(web.url).netloc, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def close_code(client: ClientConnection, within: float = 10) -> int | None:
    deadline = time.monotonic() + within
    try:
        while time.monotonic() < deadline:
            client.recv(within)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    raise TimeoutError


def ended_within(web: WebServer, seconds: float) -> int | None:
    """Its exit status, without asking it to end."""
    wait_for(lambda: not web.is_running, seconds)
    return web.returncode


def run(hunt: RunningHunt, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        manage("serve", *arguments),
        env=hunt.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


def test_it_says_one_line_and_serves(web: WebServer) -> None:
    assert web.log_text() == f"listening on {web.url}\n"
    assert get(web, "/healthz") == (200, "ok\n")
    assert get(web, "/readyz") == (200, "ok\n")
    assert get(web, "/")[0] == 200
    with watching(web):
        pass


def test_browsers_offer_compression_and_go_without(web: WebServer) -> None:
    with connect(
        f"{web.ws_url}/ws/board", origin=Origin(web.url), close_timeout=2, compression="deflate"
    ) as offering:
        assert json.loads(offering.recv(5))["t"] == "board_snapshot"
        assert offering.protocol.extensions == []


def test_a_port_in_use_is_one_line(hunt: RunningHunt, web: WebServer) -> None:
    port = str(urlsplit(web.url).port)
    done = run(hunt, "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"CommandError: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_it_takes_a_socket_that_is_open_already(hunt: RunningHunt) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        os.set_inheritable(listening.fileno(), True)
        process = subprocess.Popen(
            manage("serve", "--fd", str(listening.fileno())),
            env=hunt.env,
            cwd=ROOT,
            pass_fds=[listening.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"listening on http://127.0.0.1:{port}\n"
        finally:
            process.terminate()
            assert process.wait(15) == 0


def test_its_end_tells_everybody_and_is_in_good_order(web: WebServer) -> None:
    with watching(web) as client:
        os.kill(web.pid, signal.SIGTERM)
        frames = []
        try:
            while True:
                frames.append(json.loads(client.recv(10))["t"])
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            assert closed.rcvd.code == 1012
        assert "restart" in frames
    assert ended_within(web, 10) == 0
    assert "Traceback" not in web.log_text()


def test_it_does_not_wait_for_nobody(web: WebServer) -> None:
    os.kill(web.pid, signal.SIGTERM)
    # Less than the second that it would give them.
    assert ended_within(web, 0.9) == 0


def test_while_it_ends_it_is_not_ready_and_takes_nobody_new(hunt: RunningHunt) -> None:
    web = hunt.start_web(ENIGMA_DRAIN_SECONDS="3")
    kept = http.client.HTTPConnection(urlsplit(web.url).netloc, timeout=10)
    kept.request("GET", "/readyz")
    assert kept.getresponse().read() == b"ok\n"
    with watching(web) as client:
        os.kill(web.pid, signal.SIGTERM)
        assert json.loads(client.recv(5))["t"] == "restart"
        kept.request("GET", "/readyz")
        answer = kept.getresponse()
        assert (answer.status, answer.read()) == (503, b"draining\n")
        kept.request("GET", "/rules")
        assert kept.getresponse().status == 200
        with pytest.raises((OSError, InvalidMessage)), watching(web):
            pass
        client.close()
    # Everybody has moved: what is left of the three seconds is not waited for.
    assert ended_within(web, 2) == 0


def test_asked_twice_it_ends_at_once(hunt: RunningHunt) -> None:
    web = hunt.start_web(ENIGMA_DRAIN_SECONDS="60")
    with watching(web) as client:
        os.kill(web.pid, signal.SIGTERM)
        # The same signal by another way, as from make: one is meant.
        os.kill(web.pid, signal.SIGTERM)
        assert json.loads(client.recv(5))["t"] == "restart"
        time.sleep(0.5)
        assert web.is_running
        os.kill(web.pid, signal.SIGTERM)
        assert ended_within(web, 3) == 128 + signal.SIGTERM


def test_what_is_being_answered_is_answered(hunt: RunningHunt) -> None:
    """A password takes a while to check: long enough to be asked to end meanwhile."""
    web = hunt.start_web(ENIGMA_DRAIN_SECONDS="20")
    connection = http.client.HTTPConnection(urlsplit(web.url).netloc, timeout=20)
    connection.request("GET", "/accounts/login/")
    page = connection.getresponse()
    cookie = page.headers["Set-Cookie"].split(";")[0]
    token = page.read().decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = f"csrfmiddlewaretoken={token}&login=nobody%40example.org&password=wrong"
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    asked = threading.Event()

    def end() -> None:
        asked.wait(10)
        time.sleep(0.03)
        os.kill(web.pid, signal.SIGTERM)

    ending = threading.Thread(target=end)
    ending.start()
    connection.request("POST", "/accounts/login/", form, headers)
    asked.set()
    assert connection.getresponse().status == 200
    ending.join()
    assert ended_within(web, 10) == 0


# --- clients that behave badly --------------------------------------------------------------------------------------


def test_a_frame_that_is_too_big_closes_that_socket_alone(web: WebServer) -> None:
    with watching(web) as good, watching(web) as bad:
        bad.send("x" * 70_000)
        assert close_code(bad) == 1009
        good.send('{"t":"ping","n":1}')
        assert json.loads(good.recv(5))["t"] == "pong"


def test_who_does_not_read_is_dropped(hunt: RunningHunt) -> None:
    """Replies to its own questions pile up until the kernel takes no more; then its time runs."""
    limits = '{"burst": 1000000, "refill_ms": 1, "flood": 1000000}'
    with hunt.start_web(ENIGMA_SOCKET_LIMITS=limits, ENIGMA_DRAIN_SECONDS="0") as web:
        with raw_socket(web) as client:
            client.settimeout(0.5)
            question = masked(b'{"t":"resync"}') * 8
            deadline = time.monotonic() + 60
            with pytest.raises(ConnectionError):
                while time.monotonic() < deadline:
                    with suppress(TimeoutError):
                        client.sendall(question)
                    # Not so fast that it would be a flood.
                    time.sleep(0.03)
        assert "dropped: it does not read" in web.log_text()
        with watching(web):
            pass


def test_a_flood_closes_that_socket_alone(web: WebServer) -> None:
    with watching(web) as good, raw_socket(web) as bad:
        bad.sendall(masked(b'{"t":"ping","n":1}') * 1_000)
        bad.settimeout(5)
        received = b""
        with suppress(ConnectionError):
            while part := bad.recv(65_536):
                received += part
        assert b"\x88\x02" + (4429).to_bytes(2, "big") in received
        good.send('{"t":"ping","n":1}')
        assert json.loads(good.recv(5))["t"] == "pong"


@contextmanager
def raw_socket(web: WebServer) -> Iterator[socket.socket]:
    """A WebSocket by hand, open, with as small a window as there is, that reads nothing by itself."""
    address = urlsplit(web.url)
    headers = {
        "Host": address.netloc,
        "Origin": web.url,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    client.connect((address.hostname, address.port))
    client.sendall(f"GET /ws/board HTTP/1.1\r\n{lines}\r\n".encode())
    # Frames that come before the server has agreed are lost.
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += client.recv(1)
    assert answer.startswith(b"HTTP/1.1 101 ")
    try:
        yield client
    finally:
        client.close()


def masked(payload: bytes) -> bytes:
    """A text frame of up to 125 bytes, masked with zeros."""
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


def test_without_its_database_it_starts_and_says_that_it_is_not_ready(hunt: RunningHunt) -> None:
    env = hunt.env | {"DATABASE_URL": "postgres://u:p@127.0.0.1:1/none"}
    web = WebServer(env, folder=hunt.folder, name="lonely")
    child: Child = web.start()
    try:
        assert get(web, "/healthz")[0] == 200
        assert get(web, "/readyz") == (503, "not migrated\n")
        assert get(web, "/")[0] == 503
    finally:
        assert child.terminate() == 0
