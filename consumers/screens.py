"""What projectors show beside the board, and which scene all of them are held on.

Read once for all of them, a few seconds apart and only while one is here; encoded once, and kept packed for who comes.
Nothing of it is newer than a freeze: where the field stands is told while the board is live, and the course ends where
the board does (`game.queries.screens`).
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from consumers import protocol
from game.queries import screens
from game.queries.play import HuntView

if TYPE_CHECKING:
    from consumers.base import BaseConsumer
    from consumers.hub import Hub

FIELD_S = 5.0
COURSE_S = 15.0
OPENING_S = 10.0
SHARE = 20
"""What took long is read so many times as long later: never more than that part of the time."""
RACERS = 10
OPENING_CHARACTERS = 10_000


class Kept:
    """Of one kind of frame: the last one as all got it, what it was made of, when it may be made anew."""

    __slots__ = ("due", "made_of", "packed")

    def __init__(self) -> None:
        self.packed: bytes | None = None
        self.made_of: Any = None
        self.due = 0.0


class Screens:
    """Of one hub."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._pin: screens.Pin | None = None
        self._read = 0.0
        self._forget()

    def _forget(self) -> None:
        self._field, self._course, self._opening = Kept(), Kept(), Kept()

    # --- who comes in -----------------------------------------------------------------------------------------------

    async def greet(self, socket: "BaseConsumer") -> None:
        """After the snapshot of a projector or a console."""
        if socket.role == "organiser" or (socket.role == "spectator" and self._pin is not None):
            await socket.reply(self._scene(socket.role == "organiser"))
        if socket.role == "spectator":
            for kept in (self._opening, self._field, self._course):
                if kept.packed is not None:
                    await socket.push(kept.packed)

    # --- the scene that all are held on -----------------------------------------------------------------------------

    def loaded(self, hunt: HuntView | None, began: float) -> None:
        """The hub has read everything since `began`."""
        self._forget()
        self._pin, self._read = hunt.pin if hunt else None, began

    async def looked(self, hunt: HuntView, began: float) -> None:
        """The hunt has been read, at `began` (time.monotonic) or later."""
        if began <= self._read or self._hub.hunt is None or self._hub.hunt.id != hunt.id:
            return
        self._read = began
        if hunt.pin != self._pin:
            self._pin = hunt.pin
            await self._hub.audience.tell(self._scene(in_full=False), "spectator")
            await self._hub.audience.tell(self._scene(in_full=True), "organiser")

    def _scene(self, in_full: bool) -> protocol.Scene:
        pin = self._pin
        if pin is None:
            return protocol.Scene(None)
        return protocol.Scene(pin.scene, pin.by, pin.at) if in_full else protocol.Scene(pin.scene)

    # --- what is shown ----------------------------------------------------------------------------------------------

    async def beat(self) -> None:
        """Once a second: tell what has changed and may be told."""
        hub, now = self._hub, time.monotonic()
        if hub.hunt is None or hub.hunt.phase == "scheduled" or not hub.audience.sockets["spectator"]:
            return
        hunt = hub.hunt
        if now >= self._opening.due:
            html = await self._timed(self._opening, OPENING_S, screens.opening, hunt.id)
            opening = html if len(html) <= OPENING_CHARACTERS else ""
            await self._tell(self._opening, opening, lambda: protocol.Opening(opening))
        if now >= self._field.due and hunt.phase == "live" and hub.veil.is_open():
            posts = await self._timed(self._field, FIELD_S, screens.field, hunt.id)
            # What was read before the freeze has happened before it.
            if hub.veil.is_open():
                told = tuple(protocol.Post(post.q, post.here, post.since) for post in posts)
                await self._tell(self._field, told, lambda: protocol.Field(hub.now(), told))
        names = {row.player: row.name for row in hub.board.top_rows()[:RACERS]}
        racers = (hub.board_id, *hub.board.top_rows()[:RACERS])
        if now >= self._course.due and racers != self._course.made_of and not hub.veil.holds_back():
            course = await self._timed(self._course, COURSE_S, screens.course, hunt.id, list(names))
            lines = tuple(
                protocol.CourseLine(line.player, names[line.player], line.after, line.points)
                for line in course.lines
            )
            await self._tell(self._course, racers, lambda: protocol.Course(course.start, course.until, lines))

    async def _timed(self, kept: Kept, every_s: float, read: Callable[..., Any], *args: Any) -> Any:
        began = time.monotonic()
        kept.due = began + every_s  # also when it fails
        found = await self._hub.bridge.read(read, *args)
        took = time.monotonic() - began
        kept.due = began + max(every_s, SHARE * took)
        return found

    async def _tell(self, kept: Kept, made_of: Any, frame: Callable[[], protocol.Outbound]) -> None:
        if kept.packed is None or made_of != kept.made_of:
            told = frame()
            kept.made_of, kept.packed = made_of, protocol.pack(told)
            await self._hub.audience.tell(told, "spectator")
