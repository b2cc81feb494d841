"""Sockets as clients hold them, against the ASGI application itself."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from consumers import hub as hubs
from consumers.routing import websocket_urlpatterns
from game.queries import content
from tests.factories import command_id, session_of, user_of

ORIGIN = (b"origin", b"http://localhost")
HOST = (b"host", b"localhost")


class Client:
    """One socket. `snapshot` is its first frame; `ask` sends a command and returns its reply."""

    def __init__(
        self,
        path: str,
        session: str = "",
        *,
        origin: bytes | None = b"http://localhost",
        address: str = "10.0.0.1",
    ) -> None:
        headers = [HOST, (b"cookie", f"theme=dark; sessionid={session}".encode())]
        if origin is not None:
            headers.append((b"origin", origin))
        self.socket = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path, headers=headers)
        self.socket.scope["client"] = (address, 1234)
        self.snapshot: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        # Read while waiting for something else.
        self.passed: list[dict[str, Any]] = []

    async def open(self) -> "Client":
        connected, _ = await self.socket.connect(timeout=10)
        assert connected
        return self

    async def next(self, within: float = 5) -> dict[str, Any]:
        """The next frame, or {"close": code}."""
        message = await self.socket.receive_output(within)
        if message["type"] == "websocket.close":
            return {"close": message["code"]}
        frame: dict[str, Any] = json.loads(message["text"])
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, within: float = 5) -> dict[str, Any]:
        """The next frame of this kind (or {"close": …} for "close") that no call has returned yet."""
        for frame in self.passed:
            if frame.get("t") == kind:
                self.passed.remove(frame)
                return frame
        async with asyncio.timeout(within):
            while True:
                frame = await self.next(within)
                if frame.get("t") == kind or kind in frame:
                    return frame
                self.passed.append(frame)

    async def send(self, frame: dict[str, Any]) -> None:
        await self.socket.send_to(text_data=json.dumps(frame))

    async def send_text(self, text: str) -> None:
        await self.socket.send_to(text_data=text)

    async def ask(self, t: str, **members: Any) -> dict[str, Any]:
        """Send a command with a fresh id (unless given) and return its reply."""
        command = members.pop("id", None) or command_id()
        await self.send({"t": t, "id": command, **members})
        while True:
            frame = await self.next()
            if frame.get("id") == command or "close" in frame:
                return frame
            self.passed.append(frame)

    async def quiet(self, seconds: float = 0.3) -> bool:
        return bool(await self.socket.receive_nothing(seconds))

    async def close(self) -> None:
        await self.socket.disconnect()


Connect = Callable[..., Awaitable[Client]]
Database = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture
async def connect(transactional_db: None) -> AsyncIterator[Connect]:
    """`await connect(player)` -> a Client with its snapshot read; `await connect(role="spectator")` likewise."""
    clients: list[Client] = []
    # SQLite may give the ids of an earlier test's hunt to this one's, which no running process ever sees.
    content._cache.clear()

    async def make(who: Any = None, role: str = "player", *, raw: bool = False, **options: Any) -> Client:
        path = {"player": "ws/play", "spectator": "ws/board", "organiser": "ws/console"}.get(role, role)
        session = options.pop("session", "")
        if who is not None:
            session = await sync_to_async(
                lambda: session_of(user_of(who) if hasattr(who, "position") else who)
            )()
        client = await Client("/" + path, session, **options).open()
        clients.append(client)
        if not raw:
            client.snapshot = await client.next()
        return client

    yield make
    for client in clients:
        # A socket that the server has closed has ended already, by being cancelled.
        with contextlib.suppress(asyncio.CancelledError, asyncio.TimeoutError):
            await client.close()
    await hubs.current().stop()


@pytest.fixture
def database(transactional_db: None) -> Database:
    """`await database(function, …)`: run database code beside the event loop."""

    async def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await sync_to_async(function)(*args, **kwargs)

    return run
