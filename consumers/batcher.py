"""The one bridge between the event loop and the database, and the batcher that many sockets share.

Services and queries are plain synchronous functions. Reads run in a few threads, commands in one for each lane: while
one batch commits, what arrives is the next batch. There is no timer: a quiet server answers at once, a busy one pays
one commit for many commands.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections

from consumers import meters
from game import errors
from game.services import answers
from game.services.answers import Judged, Submission

P = ParamSpec("P")
R = TypeVar("R")

READERS = 4
LANES = 2
"""Batches under way at once on PostgreSQL: one is judged while the other is on its way to the disk."""
CAP = 200
IN_A_ROW = 4
"""Batches that a lane judges before anybody else who waits for its thread."""
WAITING_AT_MOST = 5_000
PATIENCE_S = 8.0
"""How long anybody waits for a database that neither answers nor refuses anybody: as long as a statement and a new
connection may take together. What was asked may still be done; whoever asks again with the same id is told."""
SLOW_S = 1.0
"""A batch that takes longer is worth a line: so long does everybody wait whose command came meanwhile."""

logger = logging.getLogger(__name__)

Batch = list[tuple[Submission, asyncio.Future[Judged]]]


class Patience:
    """With a queue that moves, however slowly, and not with one that stands still: to turn those away who wait behind
    a busy database would only make them come again."""

    def __init__(self) -> None:
        self._moved_at = float("-inf")
        # Since when each is waited for, oldest first. One timer watches them all: none for each command.
        self._waiting: dict[asyncio.Future[Any], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, future: asyncio.Future[R]) -> R:
        """The future's result. It is cancelled, and RetryLater raised, when nothing has moved for PATIENCE_S."""
        self._waiting[future] = time.monotonic()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._look)
        try:
            return await future
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if future in self._waiting or (task is not None and task.cancelling()):
                raise  # it is the caller who goes away
            raise errors.RetryLater from None
        finally:
            self._waiting.pop(future, None)
            if not future.cancelled():
                self._moved_at = time.monotonic()

    def _look(self) -> None:
        """Give up on those who have been patient for long enough, and look again when the next will have been."""
        self._timer, now = None, time.monotonic()
        for future, since in list(self._waiting.items()):
            left = PATIENCE_S - (now - max(since, self._moved_at))
            if left > 0:
                self._timer = asyncio.get_running_loop().call_later(left, self._look)
                return
            del self._waiting[future]
            future.cancel()


class Bridge:
    """Runs synchronous database work off the loop. Each thread keeps its own connection."""

    def __init__(self, readers: int = READERS) -> None:
        # SQLite has one writer at a time whatever is done here.
        self.lanes = LANES if connection.vendor == "postgresql" else 1
        self._writers = [ThreadPoolExecutor(1, thread_name_prefix="enigma-write") for _ in range(self.lanes)]
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="enigma-read")
        self._reader_count = readers
        self._patience = Patience()
        self.reading = 0
        """Reads that wait for a thread or are being made."""
        self.trouble: tuple[str, int] | None = None
        """What last kept a read from its answer, and when (milliseconds since the epoch, by this machine's clock)."""

    async def read(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query or a small write in a reader thread. Raises RetryLater when the database is away or hangs."""
        context = copy_context()  # so that what is logged there says for whom
        self.reading += 1
        try:
            # What no thread has begun when its patience ends is not begun at all: nobody waits for it.
            return await self._patience.wait(
                asyncio.get_running_loop().run_in_executor(
                    self._readers, context.run, lambda: _patiently(work, *args, **kwargs)
                )
            )
        except errors.RetryLater as error:
            self.trouble = (_named(error.__cause__), int(time.time() * 1000))
            raise
        finally:
            self.reading -= 1

    async def write(self, lane: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run in the one thread that commits this lane's batches; `work` deals with lost connections itself."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writers[lane], lambda: work(*args, **kwargs)
        )

    async def close(self) -> None:
        """Wait for what runs, close every thread's connection, end the threads."""
        loop = asyncio.get_running_loop()
        barrier = _Barrier(self._reader_count)
        jobs = [
            loop.run_in_executor(self._readers, barrier.close_and_wait) for _ in range(self._reader_count)
        ]
        jobs.extend(loop.run_in_executor(writer, connections.close_all) for writer in self._writers)
        await asyncio.gather(*jobs)
        self._readers.shutdown()
        for writer in self._writers:
            writer.shutdown()


class _Barrier:
    """Makes each thread of a pool take one job: none returns before all have come."""

    def __init__(self, parties: int) -> None:
        from threading import Barrier

        self._barrier = Barrier(parties)

    def close_and_wait(self) -> None:
        connections.close_all()
        self._barrier.wait(timeout=10)


def _patiently(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A connection that died since its last use is noticed by its first statement: once more, on a new one."""
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError):
        connections.close_all()
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError) as error:
        connections.close_all()
        raise errors.RetryLater from error


def _named(error: BaseException | None) -> str:
    """The driver's name for it, which says more than Django's; never its text, which can name hosts and accounts."""
    return "no answer" if error is None else type(error.__cause__ or error).__name__


class Batcher:
    """Commands of many sockets -> one transaction at a time in each lane. A player's commands keep to one lane, and so
    their order."""

    def __init__(self, bridge: Bridge, cap: int = CAP, waiting_at_most: int = WAITING_AT_MOST) -> None:
        self._lanes = [_Lane(bridge, number, cap) for number in range(bridge.lanes)]
        self._waiting_at_most = waiting_at_most
        self._patience = Patience()

    def __len__(self) -> int:
        """How many commands wait for a next batch."""
        return sum(len(lane.waiting) for lane in self._lanes)

    @property
    def unfinished(self) -> int:
        """Commands that wait or are being judged, also those that nobody waits for any more."""
        return len(self) + sum(lane.judging for lane in self._lanes)

    async def submit(self, submission: Submission) -> Judged:
        """The durable outcome of a command. Raises GameError when it was refused or its outcome is unknown.

        A caller that goes away does not undo anything: the command is judged all the same. RetryLater when
        no batch has been judged for PATIENCE_S.
        """
        if len(self) >= self._waiting_at_most:
            raise errors.RetryLater
        outcome: asyncio.Future[Judged] = asyncio.get_running_loop().create_future()
        self._lanes[submission.player % len(self._lanes)].put(submission, outcome)
        return await self._patience.wait(outcome)

    async def settled(self, within_s: float | None = None) -> None:
        """Wait until nothing is waiting or being judged, at most `within_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while running := [lane.running for lane in self._lanes if lane.running is not None]:
                    await asyncio.wait(running)


class _Lane:
    """While one batch commits, what arrives is the next one."""

    def __init__(self, bridge: Bridge, number: int, cap: int) -> None:
        self._bridge, self._number, self._cap = bridge, number, cap
        self.waiting: deque[tuple[Submission, asyncio.Future[Judged]]] = deque()
        self.running: asyncio.Task[None] | None = None
        self.judging = 0

    def put(self, submission: Submission, outcome: asyncio.Future[Judged]) -> None:
        self.waiting.append((submission, outcome))
        if self.running is None:
            # In a context of its own: it works for everybody, not for who happens to be the first.
            self.running = asyncio.create_task(self._run(), name="batcher", context=Context())

    async def _run(self) -> None:
        try:
            while self.waiting:
                await self._bridge.write(self._number, self._judge, asyncio.get_running_loop())
        finally:
            self.running = None

    def _judge(self, loop: asyncio.AbstractEventLoop) -> None:
        """Judge batch after batch, in the lane's thread: the next is begun while a busy loop still tells the last one's
        outcomes. Now and then others who want this thread have their turn."""
        for _ in range(IN_A_ROW):
            batch = [self.waiting.popleft() for _ in range(min(self._cap, len(self.waiting)))]
            if not batch:
                return
            self.judging = len(batch)
            began = time.perf_counter()
            results: list[Judged | errors.GameError] | Exception
            try:
                results = answers.submit([submission for submission, _ in batch])
            except Exception as error:
                # A defect must not leave two hundred sockets waiting for ever.
                results = error
            self.judging = 0
            loop.call_soon_threadsafe(self._tell, batch, results, time.perf_counter() - began)

    def _tell(self, batch: Batch, results: list[Judged | errors.GameError] | Exception, took: float) -> None:
        meters.batch_commands.observe(len(batch))
        meters.batch_seconds.observe(took)
        if took > SLOW_S:
            logger.warning(
                "a batch of %d took %.1f s; %d wait for the next", len(batch), took, len(self.waiting)
            )
        told = results if isinstance(results, list) else [results] * len(batch)
        for (_, outcome), result in zip(batch, told, strict=True):
            if outcome.done():
                continue
            if isinstance(result, Exception):
                outcome.set_exception(result)
            else:
                outcome.set_result(result)
