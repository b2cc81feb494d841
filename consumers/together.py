"""Reads of many sockets, made as one.

As with the commands there is no timer: who asks while one batch is being read is in the next. A quiet server reads for
one at once; when everybody comes, a hundred share what one would cost.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from consumers.batcher import Bridge
from game import errors

Key = TypeVar("Key")
Found = TypeVar("Found")

CAP = 100


class Together(Generic[Key, Found]):
    """`read` is given keys, as often as they were asked for, and returns what it found in the same places.

    Those of one `lane` read in turn: one takes the longer, the larger the other's next batch."""

    def __init__(
        self,
        bridge: Bridge,
        read: Callable[[Sequence[Key]], Sequence[Found]],
        cap: int = CAP,
        lane: asyncio.Lock | None = None,
    ) -> None:
        self._bridge, self._read, self._cap = bridge, read, cap
        self._lane = lane or asyncio.Lock()
        self._waiting: deque[tuple[Key, asyncio.Future[Found]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def ask(self, key: Key) -> Found:
        """What was found for `key` after this was called. Raises RetryLater when the database is away or hangs."""
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer))
        if self._running is None:
            # In a context of its own: it works for everybody, not for who happens to be the first.
            self._running = asyncio.create_task(self._run(), name="together", context=Context())
        return await answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                async with self._lane:
                    batch = [self._waiting.popleft() for _ in range(min(self._cap, len(self._waiting)))]
                    # Who has left meanwhile costs nothing.
                    if here := [(key, answer) for key, answer in batch if not answer.done()]:
                        await self._answer(here)
        finally:
            self._running = None

    async def _answer(self, batch: Sequence[tuple[Key, asyncio.Future[Found]]]) -> None:
        try:
            found = await self._bridge.read(self._read, [key for key, _ in batch])
        except Exception as error:
            refused = list(batch)
            if isinstance(error, errors.RetryLater):
                # Those behind would only find out the same, one batch after another.
                refused += self._waiting
                self._waiting.clear()
            elif len(batch) > 1:
                # Something about one of them: it is to be refused alone.
                for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                    await self._answer(half)
                return
            for _, answer in refused:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), value in zip(batch, found, strict=True):
            if not answer.done():
                answer.set_result(value)
