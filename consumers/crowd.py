"""What many ask about each other, counted once for all of them: a figure may be some seconds old."""

import asyncio
import time
from collections.abc import Callable
from contextvars import Context
from typing import Any

from consumers.batcher import Bridge
from game.queries import crowd

KEPT_S = 5.0
SHARE = 20
"""A count that took long is kept for so many times as long: counting never takes more than that part of the time."""


class Crowd:
    """One per process. Who asks while something is being counted waits for the same count."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._counts: dict[tuple[int, int], asyncio.Task[dict[Any, int]]] = {}
        self._good_until: dict[tuple[int, int], float] = {}

    async def here(self, hunt: int, q: int) -> int:
        """How many have question `q` before them."""
        counted: dict[int, int] = await self._count((hunt, 0), crowd.here, hunt)
        return counted.get(q, 0)

    async def tried(self, hunt: int, q: int, text: str) -> int:
        """How many players have tried this on question `q`; who asks has."""
        counted: dict[str, int] = await self._count((hunt, q), crowd.tried, hunt, q)
        return counted.get(crowd.guess(text), 1)

    async def _count(self, key: tuple[int, int], work: Callable[..., dict[Any, int]], *args: int) -> Any:
        task = self._counts.get(key)
        if task is None or (task.done() and time.monotonic() >= self._good_until.get(key, 0.0)):
            # Nobody's in particular: whoever asked first may leave before it is counted.
            task = self._counts[key] = asyncio.create_task(self._read(key, work, *args), context=Context())
        return await asyncio.shield(task)

    async def _read(
        self, key: tuple[int, int], work: Callable[..., dict[Any, int]], *args: int
    ) -> dict[Any, int]:
        began = time.monotonic()
        self._good_until[key] = 0.0  # as long as it has not worked
        counted = await self._bridge.read(work, *args)
        ended = time.monotonic()
        self._good_until[key] = ended + max(KEPT_S, SHARE * (ended - began))
        return counted
