"""Lets sockets in a few at a time, in the order of their arrival.

Everybody comes at once when a hunt starts or a server was lost. A snapshot for each at the same time is a snapshot for
nobody: all wait for all, clients give up, come again, and what was done for them was in vain. Here the first to come is
served first, who leaves while waiting costs nothing, and who would have to wait for longer than clients are patient is
told so at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from consumers.together import CAP

AT_ONCE = 2 * CAP
"""Those whose sessions are being read, and those whose snapshots are."""
PATIENCE_S = 18.0
"""A client gives up on a socket that says nothing for 25 s; the expected wait is only an estimate."""
FIRST_GUESS_S = 0.02
SMOOTH = 0.05
EARLY = 20
"""Frames that may come before the snapshot."""

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Full(Exception):
    """Too many wait already."""


class Left(Exception):
    """The client has left while it waited."""


class Door:
    """One per process. `async with door.turn(inbox):` makes a snapshot within."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = self._at_once = at_once
        self._queue: deque[asyncio.Future[None]] = deque()
        self._took = FIRST_GUESS_S
        self.waiting = 0

    @property
    def expected_wait_s(self) -> float:
        """Of who has come last."""
        return self._wait_s(self.waiting)

    def turn(self, inbox: "Inbox") -> "Turn":
        """Entering it raises Full at once, or Left when `inbox` tells of the client's end before it is its turn."""
        return Turn(self, inbox)

    async def enter(self, inbox: "Inbox") -> None:
        if self._free:
            self._free -= 1
            return
        if self._wait_s(self.waiting + 1) > PATIENCE_S:
            raise Full
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        self.waiting += 1
        try:
            await inbox.wait_for(place)
        except BaseException:
            if not place.cancel() and not place.cancelled():
                self._pass_on()
            raise
        finally:
            self.waiting -= 1

    def leave(self, took: float) -> None:
        self._took += SMOOTH * (took - self._took)
        self._pass_on()

    def _wait_s(self, place: int) -> float:
        return place * self._took / self._at_once

    def _pass_on(self) -> None:
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1


class Turn:
    def __init__(self, door: Door, inbox: "Inbox") -> None:
        self._door, self._inbox = door, inbox
        self._began = 0.0

    async def __aenter__(self) -> None:
        await self._door.enter(self._inbox)
        self._began = time.monotonic()

    async def __aexit__(self, *_: object) -> None:
        self._door.leave(time.monotonic() - self._began)


class Inbox:
    """What a socket's client sends, in its order; while something else is waited for, its leaving is noticed."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._early: list[dict[str, Any]] = []
        self._listening: asyncio.Future[dict[str, Any]] | None = None

    async def get(self) -> dict[str, Any]:
        if self._early:
            return self._early.pop(0)
        if self._listening is None:
            return await self._receive()
        message = await self._listening
        self._listening = None
        return message

    async def wait_for(self, future: asyncio.Future[Any]) -> None:
        """Until `future` is done. Raises Left when the client leaves before that."""
        while not future.done() and len(self._early) < EARLY:
            if self._listening is None:
                self._listening = asyncio.ensure_future(self._receive())
            await asyncio.wait({future, self._listening}, return_when=asyncio.FIRST_COMPLETED)
            if self._listening.done():
                self._early.append(self._listening.result())
                self._listening = None
                if self._early[-1]["type"] == "websocket.disconnect" and not future.done():
                    raise Left
        await future

    def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None
