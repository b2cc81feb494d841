"""Clients' sockets to really running servers, followed as a client must follow them.

async with Tabs() as tabs:
    ada = await tabs.open(hunt.web[0], session)
    verdict = await ada.ask("answer", q=1, text="right 1")
    await ada.until("hunt")
"""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any, Literal, Protocol, Self
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from leaderboard.ranking import Delta, View, follow

Frame = dict[str, Any]
Kind = Literal["player", "spectator", "organiser"]
PATHS = {"player": "/ws/play", "spectator": "/ws/board", "organiser": "/ws/console"}
LOST = 1006


class Site(Protocol):
    """Where to connect: a web process, or the proxy before several. No slash at the end."""

    @property
    def url(self) -> str: ...

    @property
    def ws_url(self) -> str: ...


class Tab:
    """One socket. `frames` are all that came; `view` is the board as the frames have told it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.frames: list[Frame] = []
        self.view: View | None = None
        self.gaps = self.checks = 0
        self.mismatches: list[tuple[View, View]] = []
        self.code: int | None = None
        self.snapshot: Frame = {}
        self._board = ""
        self._player: int | None = None
        self._connection = connection
        self._unread: list[Frame] = []
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def opened(self, within: float = 15.0) -> None:
        """Until `snapshot` has come, or the code that it is closed with instead."""
        async with asyncio.timeout(within):
            while not self.frames and self.code is None:
                self._news.clear()
                await self._news.wait()
        if self._unread:
            self.snapshot = self._unread.pop(0)

    async def until(self, kind: str, within: float = 10.0, **members: Any) -> Frame:
        """The first frame of this kind, with these members, that no call has returned yet."""
        return await self._until(
            lambda frame: frame["t"] == kind and members.items() <= frame.items(), within
        )

    async def ask(self, t: str, *, within: float = 10.0, **members: Any) -> Frame:
        """Send a command, with a new id unless one is given; returns its reply."""
        command = members.setdefault("id", str(uuid4()))
        await self.send({"t": t, **members})
        return await self._until(lambda frame: frame.get("id") == command, within)

    async def send(self, frame: Frame) -> None:
        await self._connection.send(json.dumps(frame))

    async def shows(self, points: dict[str, int], within: float = 10.0) -> None:
        """Until the board has these points beside these names."""
        async with asyncio.timeout(within):
            while (
                self.view is None or not points.items() <= {r.name: r.points for r in self.view.top}.items()
            ):
                self._news.clear()
                await self._news.wait()

    async def fresh_board(self) -> View:
        """The board as the server holds it now; had it been followed wrongly until here, this would raise."""
        await self.send({"t": "resync", "only": "board"})
        await self.until("board_view")
        assert self.view is not None
        assert not self.mismatches, self.mismatches
        return self.view

    async def closed(self, within: float = 10.0) -> int:
        """The code with which the server closed it, 1006 without one."""
        async with asyncio.timeout(within):
            await asyncio.shield(self._reader)
        assert self.code is not None
        return self.code

    async def close(self) -> None:
        await self._connection.close()
        await self._reader

    async def _until(self, wanted: Any, within: float) -> Frame:
        async with asyncio.timeout(within):
            while True:
                for frame in self._unread:
                    if wanted(frame):
                        self._unread.remove(frame)
                        return frame
                assert self.code is None, f"closed with {self.code}"
                self._news.clear()
                await self._news.wait()

    async def _read(self) -> None:
        try:
            while True:
                frame = json.loads(await self._connection.recv())
                self._follow(frame)
                self.frames.append(frame)
                self._unread.append(frame)
                self._news.set()
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else LOST
            self._news.set()

    def _follow(self, frame: Frame) -> None:
        match frame["t"]:
            case "snapshot" | "board_snapshot" | "console_snapshot" | "board_view":
                self._player = frame["me"]["player"] if "me" in frame else self._player
                fresh = msgspec.convert({**frame["board"], "player": self._player}, View)
                if self.view is not None and (frame["board"]["id"], fresh.version) == (
                    self._board,
                    self.view.version,
                ):
                    self.checks += 1
                    if fresh != self.view:
                        self.mismatches.append((self.view, fresh))
                self._board, self.view = frame["board"]["id"], fresh
            case "board" if self.view is not None and frame["version"] > self.view.version:
                if (frame["board"], frame["base"]) == (self._board, self.view.version):
                    self.view = follow(self.view, msgspec.convert(frame, Delta))
                else:
                    self.gaps += 1


class Tabs(AsyncExitStack):
    """Closes all that it has opened."""

    async def open(self, web: Site, session: str = "", role: Kind = "player") -> Tab:
        """A socket with its snapshot, or its close code, read."""
        connection = await self.enter_async_context(
            connect(
                web.ws_url + PATHS[role],
                origin=Origin(web.url),
                additional_headers={"Cookie": f"sessionid={session}"},
                compression=None,
                ping_interval=None,
                proxy=None,
                close_timeout=2,
            )
        )
        tab = Tab(connection)
        self.push_async_callback(tab.close)
        await tab.opened()
        return tab

    async def __aenter__(self) -> Self:
        return await super().__aenter__()


@contextmanager
def bare_socket(
    web: Site, path: str = "/ws/board", session: str = "", *, small: bool = False
) -> Iterator[socket.socket]:
    """A WebSocket by hand, open: nothing reads, answers or closes by itself. A `small` one has as small a window as
    there is, and is full at once. It must not be written to: once full, Linux from 6.17 on may drop everything that
    comes to it, also what acknowledges its own bytes."""
    address = urlsplit(web.url)
    headers = {
        "Host": address.netloc,
        "Origin": web.url,
        "Cookie": f"sessionid={session}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    client = socket.socket()
    if small:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    client.settimeout(10)
    try:
        client.connect((address.hostname, address.port))
        client.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        # Frames that come before the server has agreed are lost.
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += client.recv(1)
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        yield client
    finally:
        with suppress(OSError):
            client.close()


def masked(payload: bytes, opcode: int = 1) -> bytes:
    """A frame as a client sends it, of up to 65,535 bytes, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + bytes(4) + payload
