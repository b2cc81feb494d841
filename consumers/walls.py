"""Where players are stuck and what they try there, told to the consoles that look at it: when it has changed, encoded
once for all of them, and read of the database only while somebody looks.

Guesses are counted once, in pieces, up to a *mark* (`consumers/tally.py`); after that a second's news cost a second's
rows, however many were made before.
"""

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec

from consumers import meters, protocol
from game import errors
from game.queries import pulse, walls

if TYPE_CHECKING:
    from consumers.base import BaseConsumer
    from consumers.hub import Hub

ROWS_S, LATELY_S, GUESSES_S = 2.0, 5.0, 1.0
SHARE = 20
"""What took long is read so many times as long later: never more than that part of the time."""
UNCHANGED_S = 10.0
"""So often who looks is told that nothing has changed, and knows that somebody still looks."""
MARK_S = 20.0


class Question:
    """What is tried on one question (its row), and the last frame of it."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.tried = walls.Tried(walls.GROUPS)
        self.packed: bytes | None = None
        self.shown: protocol.Guesses | None = None


class Walls:
    """One per hub."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._watchers: dict[BaseConsumer, int | None] = {}
        # One look at a time: what is below the mark must not be counted twice.
        self._turn = asyncio.Lock()
        self._forget(None)

    def _forget(self, hunt: int | None) -> None:
        self._hunt = hunt
        self._rows: tuple[protocol.Wall, ...] | None = None
        self._packed: bytes | None = None
        self._told = self._rows_due = self._lately_due = self._guesses_due = 0.0
        self._lately: dict[int, tuple[int, int]] = {}
        self._questions: dict[int, Question] = {}
        self._mark: int | None = None
        self._next = (0, 0.0)

    async def watch(self, socket: "BaseConsumer", q: int | None) -> None:
        """From now on `socket` is told, and of the guesses on question `q`. Raises NotFound."""
        hunt = self._hub.hunt
        if hunt is None or (q is not None and not 1 <= q <= hunt.questions):
            raise errors.NotFound
        self._watchers[socket] = q
        if hunt.id == self._hunt:
            if self._packed is not None:
                await socket.broadcast(self._packed)
            if q in self._questions and (packed := self._questions[q].packed) is not None:
                await socket.broadcast(packed)
        async with self._turn:
            if self._rows is None or (q is not None and q not in self._questions):
                await self._look()

    def leave(self, socket: "BaseConsumer") -> None:
        self._watchers.pop(socket, None)

    async def beat(self) -> None:
        """Once a second."""
        async with self._turn:
            await self._look()

    async def _look(self) -> None:
        hunt = self._hub.hunt
        if hunt is None or not self._watchers:
            self._forget(None)
            return
        if hunt.id != self._hunt:
            self._forget(hunt.id)
        wanted = {q for q in self._watchers.values() if q is not None}
        self._questions = {q: held for q, held in self._questions.items() if q in wanted}
        now = time.monotonic()
        if now >= self._rows_due:
            await self._look_at_rows(hunt.id, now)
        now = time.monotonic()
        if now >= self._guesses_due or not wanted <= self._questions.keys():
            await self._look_at_guesses(hunt.id, wanted, now)

    async def _look_at_rows(self, hunt: int, began: float) -> None:
        read = self._hub.bridge.read
        self._rows_due = began + ROWS_S  # also when it fails
        if began >= self._lately_due:
            self._lately_due = began + LATELY_S
            self._lately = await read(walls.lately, hunt)
            now = time.monotonic()
            self._lately_due, began = began + max(LATELY_S, SHARE * (now - began)), now
        past = await self._hub.pulse.past((await read(walls.questions, hunt)).values())
        found = await read(walls.walls, hunt, past, self._lately)
        rows = msgspec.convert(found, tuple[protocol.Wall, ...], from_attributes=True)
        now = time.monotonic()
        self._rows_due = began + max(ROWS_S, SHARE * (now - began))
        if rows != self._rows or now - self._told >= UNCHANGED_S:
            self._rows, self._told = rows, now
            frame = protocol.Walls(self._hub.now(), rows)
            self._packed = protocol.pack(frame)
            await self._tell(frame, self._packed, list(self._watchers))

    async def _look_at_guesses(self, hunt: int, wanted: set[int], began: float) -> None:
        read = self._hub.bridge.read
        self._guesses_due = began + GUESSES_S
        rows = await read(walls.questions, hunt)
        if self._mark is None:
            self._mark = await read(pulse.mark, hunt)
            self._next = (self._mark, began - MARK_S)
        for q in wanted & rows.keys():
            if q not in self._questions or self._questions[q].row != rows[q]:
                self._questions[q] = await self._count(rows[q], self._mark)
        # The mark moves to the highest id of a while ago, when all below it have become visible.
        seen, since = self._next
        ripe = began - since >= MARK_S
        reached = seen if ripe else self._mark
        by_row = {held.row: held for held in self._questions.values()}
        highest = await read(walls.newest, hunt) if ripe else 0
        groups = await read(walls.tried_above, hunt, self._mark, reached, list(by_row))
        self._mark = reached
        if ripe:
            self._next = (max(highest, reached), began)
        for row, held in by_row.items():
            held.tried.take(
                (group.normalised, group.below, group.group) for group in groups if group.question == row
            )
        for q, held in self._questions.items():
            view = await read(walls.guesses, hunt, q, len(held.tried), held.tried.first())
            frame = msgspec.convert(view, protocol.Guesses, from_attributes=True)
            if frame != held.shown:
                held.shown, held.packed = frame, protocol.pack(frame)
                await self._tell(
                    frame, held.packed, [socket for socket, at in self._watchers.items() if at == q]
                )
        self._guesses_due = began + max(GUESSES_S, SHARE * (time.monotonic() - began))

    async def _count(self, row: int, mark: int) -> Question:
        """Piece by piece, so that no statement of it takes long."""
        held = Question(row)

        def add(after: int) -> None:
            held.tried.fill(walls.tried(row, after, min(mark, after + pulse.AT_ONCE)))

        for after in range(0, mark, pulse.AT_ONCE):
            await self._hub.bridge.read(add, after)
        return held

    async def _tell(self, frame: protocol.Outbound, packed: bytes, sockets: "list[BaseConsumer]") -> None:
        for socket in sockets:
            await socket.broadcast(packed)
        meters.frames.labels(frame.__struct_config__.tag).inc(len(sockets))
