"""What a process remembers for the view of pairs, and of who came from where. One of each per hub.

Both keep work off the ways that players take: pairs are weighed at most every so often, however many consoles ask, and
addresses are written by the hundred, each once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, Generic, TypeVar

from consumers.batcher import Bridge
from consumers.limits import network
from game.queries import integrity
from game.services.integrity import came_from

EVERYBODY_S = 120.0
PAIRS_S = 20.0
REMEMBERED = 50_000
AT_ONCE = 500

Found = TypeVar("Found")


class Held(Generic[Found]):
    """Something that is looked up again when it is asked for and too old; by one, and all others wait for that."""

    def __init__(self, seconds: float, look: Callable[[int], Awaitable[Found]]) -> None:
        self._seconds, self._look = seconds, look
        self._hunt: int | None = None
        self._task: asyncio.Task[Found] | None = None
        self._since = 0.0

    async def of(self, hunt_id: int) -> Found:
        task, now = self._task, time.monotonic()
        failed = task is not None and task.done() and (task.cancelled() or task.exception() is not None)
        old = task is not None and task.done() and now - self._since > self._seconds
        if task is None or failed or old or self._hunt != hunt_id:
            # In a context of its own: it works for everybody, not for who happens to be the first.
            task = self._task = asyncio.create_task(self._asked(hunt_id), name="integrity", context=Context())
            self._hunt = hunt_id
        return await asyncio.shield(task)

    def forget(self) -> None:
        """It is known to have changed: whoever asks from now on gets a new look."""
        self._task = None

    async def _asked(self, hunt_id: int) -> Found:
        found = await self._look(hunt_id)
        self._since = time.monotonic()
        return found


class Integrity:
    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self.everybody = Held(EVERYBODY_S, self._everybody)
        self.pairs = Held(PAIRS_S, self._pairs)

    async def _everybody(self, hunt_id: int) -> integrity.Everybody:
        return await self._bridge.read(integrity.everybody, hunt_id)

    async def _pairs(self, hunt_id: int) -> tuple[Any, ...]:
        return await self._bridge.read(integrity.pairs, hunt_id, await self.everybody.of(hunt_id))


class Footprints:
    """Which player came from which address: told at every connect, written once."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        # In the order in which they came, so that the oldest are forgotten; then they are written again, in vain.
        self._known: dict[tuple[int, str], None] = {}
        self._new: list[tuple[int, str]] = []

    def note(self, player: int, address: str) -> None:
        seen = (player, network(address))
        if seen in self._known or not address:
            return
        self._known[seen] = None
        self._new.append(seen)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    async def write(self, hunt_id: int | None) -> None:
        """Write some of what is new; the rest the next time, and what the database did not take again."""
        part, self._new = self._new[:AT_ONCE], self._new[AT_ONCE:]
        if part and hunt_id is not None:
            try:
                await self._bridge.read(came_from, hunt_id, part)
            except Exception:
                self._new += part
                raise
