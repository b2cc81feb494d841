"""Connections that are reset right behind what they sent: the worst a bad network does."""

import os
import socket
import struct
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.support.process import ROOT
from tests.support.server import RunningHunt, WebServer

TIMES = 30
RESET = struct.pack("ii", 1, 0)  # linger for no time at all


def open_sockets(server: WebServer) -> int:
    """As Linux shows them; elsewhere 0, and only the log tells."""
    count = 0
    for entry in Path("/proc").glob(f"{server.pid}/fd/*"):
        with suppress(FileNotFoundError):
            count += str(entry.readlink()).startswith("socket:")
    return count


def ask_and_reset(server: WebServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    key = b64encode(os.urandom(16)).decode()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(
            f"GET /ws/board HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {server.url}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        heard = b""
        while b"board_snapshot" not in heard:
            heard += connection.recv(65_536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        payload = b'{"t":"ping","n":1}'
        connection.sendall(bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload)  # masked with zeros


def test_a_reset_behind_a_command_ends_the_connection(start_hunt: Callable[..., RunningHunt]) -> None:
    hunt = start_hunt(web=0)
    hunt.manage("import_hunt", ROOT / "game" / "sample_hunt", "--starts-in", "0s", "--current")
    server = hunt.start_web()
    before = open_sockets(server)
    for _ in range(TIMES):
        ask_and_reset(server)
    deadline = time.monotonic() + 5
    while open_sockets(server) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_sockets(server) <= before
    assert "Traceback" not in server.log_text()
