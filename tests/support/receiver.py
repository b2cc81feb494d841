"""A receiver of webhooks on this machine, as good and as bad as real ones.

with receiver() as there:
    there.script = ["500", "ok"]     # for the next requests, one after the other; then "ok"
    there.url, there.received
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DRIPS, DRIP_S = 100, 0.05


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    did: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`script` says what to do: "ok", a status, "redirect", "busy" (429 for 30 s), "hang" (until `let_go` is set),
    "drip" (bytes, ever so slowly), "drop" (the connection)."""

    port: int = 0
    script: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=1"

    @property
    def taken(self) -> list[Received]:
        """What was answered by "ok"."""
        return [each for each in self.received if each.did == "ok"]


@contextmanager
def receiver() -> Iterator[Receiver]:
    there = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            did = there.script.pop(0) if there.script else "ok"
            headers = {name.lower(): value for name, value in self.headers.items()}
            there.received.append(Received(self.path, headers, body, did))
            if did == "drop":
                self.close_connection = True
            elif did == "hang":
                there.let_go.wait(30)
            elif did == "drip":
                for _ in range(DRIPS):
                    self.wfile.write(b"H")
                    self.wfile.flush()
                    time.sleep(DRIP_S)
            elif did == "redirect":
                self.send_response(302)
                self.send_header("Location", there.url + "&followed=1")
                self.end_headers()
            else:
                status = {"ok": 204, "busy": 429}.get(did) or int(did)
                self.send_response(status)
                if did == "busy":
                    self.send_header("Retry-After", "30")
                self.end_headers()
                if did != "ok":
                    self.wfile.write(b"it \x07broke\nsecond line " + b"x" * 100_000)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Who posts may leave in the middle."""

    server = Server(("127.0.0.1", 0), Handler)
    there.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield there
    finally:
        there.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
