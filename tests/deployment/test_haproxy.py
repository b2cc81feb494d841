"""haproxy/haproxy.cfg in a real HAProxy, before servers that say what they were asked."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import pytest

from tests.support import tools
from tests.support.haproxy import ADDRESS, CONFIG, Front, make_certificate

pytestmark = pytest.mark.production

KERNEL_BUFFER = 65_536  # enigma_rt/server.py
ON_THE_WAY = 512 * 1024
"""Bytes between a web process and a client that does not read: the kernel's for four ends, and HAProxy's own."""

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
DROP = -1
"""The connection is closed without an answer."""
POUR = 101
"""Agrees to the upgrade, then writes until nobody takes anything any more."""


class Echo(ThreadingHTTPServer):
    """Answers with what it was asked; `status` decides by path how. Keeps every request's headers."""

    daemon_threads = True

    def __init__(self, status: Callable[[str], int] = lambda path: 200) -> None:
        super().__init__((ADDRESS, 0), Handler)
        self.status = status
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.poured: Queue[int] = Queue()

    def handle_error(self, *_: object) -> None:
        """Checks of health are cut off when they know enough."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    server: Echo
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = 200 if self.path == "/readyz" else self.server.status(self.path)
        if self.path != "/readyz":
            self.server.asked.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()})
            )
        if status == DROP:
            self.close_connection = True
            return
        if status == POUR:
            self.send_response(status)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "websocket")
            self.send_header("Sec-WebSocket-Accept", ACCEPT)
            self.end_headers()
            self.server.poured.put(pour(self.connection))
            return
        body = json.dumps({"port": self.server.port}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815  # the library's names

    def log_message(self, *_: object) -> None:
        pass


def pour(connection: socket.socket) -> int:
    """Bytes that were taken before nothing was taken for a second; the kernel keeps as few as for a web process."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
    connection.settimeout(1)
    taken = 0
    with suppress(TimeoutError):
        while True:
            taken += connection.send(bytes(4096))
    return taken


@contextmanager
def proxied(folder: Path, *servers: Echo) -> Iterator[Front]:
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield stack.enter_context(Front(folder, [server.port for server in servers])).until_all_are_up()


def ask(
    port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=10)
    try:
        connection.request(method, path, body=b"x" if method == "POST" else None, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_the_file_is_valid_as_it_is(tmp_path: Path) -> None:
    """For the version of this machine. `make test-compose` runs it in a newer one."""
    env = os.environ | {"ENIGMA_CERTS": str(make_certificate(tmp_path)), "ENIGMA_COOKIE_KEY": "key"}
    command: list[str | Path] = [tools.need("haproxy"), "-c", "-f", CONFIG]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Host": "evil.example",
    "X_Forwarded_For": "203.0.113.9",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "Daphne-Root-Path": "/evil",
    "Daphne_Root_Path": "/evil",
    "X-Request-ID": "forged",
    "Proxy": "http://evil.example",
    "X-Enigma-Server": "web2",
}


@pytest.mark.parametrize("path", ["/", "/static/x.js", "/ws/play"])
def test_forged_headers_do_not_get_through(tmp_path: Path, path: str) -> None:
    upgrade = UPGRADE if path.startswith("/ws/") else {}
    server = Echo()
    with proxied(tmp_path, server) as front:
        status, answered, _ = ask(front.plain, path, headers=FORGED | upgrade)
    assert status == 200
    [(asked, told)] = server.asked
    assert asked == path
    assert told["x-forwarded-for"] == ADDRESS
    assert told["x-forwarded-proto"] == "https"
    assert told["x-forwarded-port"] == str(front.secure)
    assert len(told["x-request-id"]) == 36
    assert not told.keys() & {
        "x-real-ip",
        "forwarded",
        "daphne-root-path",
        "proxy",
        "x-forwarded-host",
        "x-enigma-server",
    }
    assert not [name for name in told if "_" in name]
    assert "max-age=31536000" in answered["Strict-Transport-Security"]
    assert answered["X-Enigma-Server"] is None


def test_from_inside_one_may_say_which_server_is_wanted(tmp_path: Path) -> None:
    servers = [Echo() for _ in range(3)]
    with proxied(tmp_path, *servers) as front:
        tls = ssl.create_default_context(cafile=str(front.certificate))
        for _ in range(2):
            for number, server in enumerate(servers, start=1):
                connection = http.client.HTTPSConnection(ADDRESS, front.inside, timeout=10, context=tls)
                connection.request("GET", "/ws/board", headers=UPGRADE | {"X-Enigma-Server": f"web{number}"})
                answer = connection.getresponse()
                assert json.loads(answer.read()) == {"port": server.port}
                assert answer.headers["X-Enigma-Server"] == f"web{number}"
                connection.close()


def test_figures_are_hidden_and_plain_http_is_sent_to_tls(tmp_path: Path) -> None:
    server = Echo()
    with proxied(tmp_path, server) as front:
        assert ask(front.plain, "/metrics")[0] == 404
        assert ask(front.statistics, "/up")[0] == 200
        assert b"haproxy_" in ask(front.statistics, "/metrics")[2]
        status, headers, _ = ask(front.redirect, "/play?x=1", headers={"Host": "hunt.example.org:80"})
    assert (status, headers["Location"]) == (301, f"https://hunt.example.org:{front.secure}/play?x=1")
    assert server.asked == []


def test_a_visitor_stays_with_one_server_and_sockets_are_spread(tmp_path: Path) -> None:
    servers = [Echo() for _ in range(3)]
    with proxied(tmp_path, *servers) as front:
        _, headers, body = ask(front.plain, "/")
        cookie = headers["Set-Cookie"].partition(";")[0]
        for path in ("/", "/static/x.js", "/join"):
            status, again, where = ask(front.plain, path, headers={"Cookie": cookie})
            assert (status, where) == (200, body)
            assert again["Set-Cookie"] is None
        upgrade = UPGRADE | {"Cookie": cookie}
        assert len({ask(front.plain, "/ws/play", headers=upgrade)[2] for _ in range(9)}) == 3
    # The proxy's business, not the pages'.
    pages = [told for server in servers for path, told in server.asked if not path.startswith("/ws/")]
    assert len(pages) == 4
    assert not any("cookie" in told for told in pages)


def test_a_file_of_the_other_version_is_found(tmp_path: Path) -> None:
    """While two versions run a page and its files may meet different servers."""
    old = Echo(lambda path: 404 if "new" in path else 200)
    new = Echo(lambda path: 404 if "old" in path else 200)
    with proxied(tmp_path, old, new) as front:
        for name in ("old", "new"):
            for _ in range(4):
                assert ask(front.plain, f"/static/{name}.js")[0] == 200
        assert ask(front.plain, "/old")[0] in (200, 404)
        assert ask(front.plain, "/static/old-new.js")[0] == 404


def test_a_server_that_dies_under_a_request_is_made_good_only_where_nothing_can_be_doubled(
    tmp_path: Path,
) -> None:
    dying, living = Echo(lambda path: DROP), Echo()
    with proxied(tmp_path, dying, living) as front:
        assert {ask(front.plain, "/")[0] for _ in range(6)} == {200}
        assert {ask(front.plain, "/ws/play", headers=UPGRADE)[0] for _ in range(6)} == {200}
        before = len(dying.asked) + len(living.asked)
        answers = [ask(front.plain, "/join", "POST")[0] for _ in range(6)]
        assert len(dying.asked) + len(living.asked) == before + 6, "a form was sent twice"
    assert set(answers) == {200, 502}


@pytest.mark.parametrize("way", ["plain", "secure"])
def test_what_a_client_does_not_read_is_soon_the_web_processs_concern(tmp_path: Path, way: str) -> None:
    """It drops who does not read; what lies on the way it cannot see."""
    server = Echo(lambda path: POUR)
    with proxied(tmp_path, server) as front, ExitStack() as stack:
        client: socket.socket = stack.enter_context(socket.socket())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((ADDRESS, getattr(front, way)))
        if way == "secure":
            tls = ssl.create_default_context(cafile=str(front.certificate))
            client = stack.enter_context(tls.wrap_socket(client, server_hostname=ADDRESS))
        headers = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
        client.sendall(f"GET /ws/board HTTP/1.1\r\nHost: {ADDRESS}\r\n{headers}\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 101"
        assert server.poured.get(timeout=20) < ON_THE_WAY


def test_one_address_has_a_ceiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENIGMA_ADDRESS_REQUEST_RATE", "20")
    server = Echo()
    with proxied(tmp_path, server) as front:
        answers = [ask(front.plain, "/")[:2] for _ in range(25)]
    assert [status for status, _ in answers] == [200] * 20 + [429] * 5
    assert answers[-1][1]["Retry-After"] == "5"
