"""While the board is frozen: what the public sees of it, and what it does not.

The public's board is drawn from the database as it was at the instant, by every process alike; from then on it takes
only what is no standing: who is hidden or shown, and who has joined. A freeze is written down LEAD_MS before it begins,
so no process can miss it. Just before the instant nothing more is told, because this process's clock is not the
database's; a moment after it the board is brought to exactly that instant. A process that has not been able to look at
the hunt for nearly as long as the lead tells nothing either.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from consumers import protocol
from consumers.audience import EVERYBODY
from consumers.faces import Face, board_row
from consumers.news import Everything
from game.queries import freeze, reveal
from game.queries.play import HuntView
from leaderboard.ranking import Board, Standing

if TYPE_CHECKING:
    from consumers.hub import Hub

GUARD_MS = 2_000
"""How far this process's idea of the database's clock may be off."""
SETTLE_MS = 1_000
"""After the instant: what was judged before it has been committed, but for stragglers."""
SETTLE_EVERY_MS = 5_000
STRAGGLERS_MS = 20_000
"""So long the instant's standings are looked at again: longer than any transaction lasts."""
BLIND_S = (freeze.LEAD_MS - GUARD_MS) / 1000


class Veil:
    """Of one hub. Drawn: `hub.public` is a board of its own."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._instant: int | None = None
        self._settle_at = 0
        self._looked = time.monotonic()
        # How far the reveal has been told: (steps done, whether the clock goes on).
        self._ceremony: reveal.Ceremony | None = None
        self._told: tuple[int, int | None] | None = None
        self._read = 0.0
        # One change of the public's board is told before the next is made.
        self._turn = asyncio.Lock()

    # --- what may be told -------------------------------------------------------------------------------------------

    @property
    def is_drawn(self) -> bool:
        return self._hub.public is not self._hub.live

    def is_open(self) -> bool:
        """Whether the public may know how things are at this moment."""
        instant = self._frozen_from()
        return not self._is_blind() and (instant is None or self._hub.now() < instant - GUARD_MS)

    def may_tell(self, at: int) -> bool:
        """Whether the public may hear of something that happened at that instant."""
        instant = self._frozen_from()
        return not self._is_blind() and (instant is None or at <= instant)

    def holds_back(self) -> bool:
        """Whether nothing may be told now: the freeze is about to begin, or nobody here knows."""
        return not self.is_open() and (self._is_blind() or not self.is_drawn)

    def looked(self, began: float, curtain: reveal.Curtain) -> None:
        """The hunt has been read, at `began` (time.monotonic) or later."""
        hub = self._hub
        self._looked = max(self._looked, began)
        if began > self._read and hub.hunt is not None and curtain != hub.hunt.curtain:
            # A step of the reveal changes nothing else, and nobody's page asks for anything.
            hub.hunt = msgspec.structs.replace(hub.hunt, curtain=curtain)
        self._read = max(self._read, began)
        hub.wake()

    def _is_blind(self) -> bool:
        return time.monotonic() - self._looked > BLIND_S

    def _frozen_from(self) -> int | None:
        hunt = self._hub.hunt
        return freeze.frozen_from(hunt.curtain, self._hub.now()) if hunt else None

    # --- the public's board -----------------------------------------------------------------------------------------

    def loaded(self, loaded: Everything, began: float) -> None:
        """The hub has read everything since `began`; `loaded.public` is the board of the freeze, if there is one."""
        self._looked, self._settle_at = began, 0
        self._instant = self._ceremony = self._told = None
        if loaded.public is not None:
            self._instant = self._frozen_from()
            self._hub.public = Face(Board(loaded.public, loaded.board_top), secrets.token_hex(4))

    async def draw(self) -> None:
        """Ten times a second: begin, settle, reveal or lift, as the hunt's row and the clock say."""
        hub, instant = self._hub, self._frozen_from()
        if self.is_drawn and hub.hunt is not None:
            await self._reveal(hub.hunt)
        if self.is_drawn and instant != self._instant:
            await self._lift()
        if instant is None or hub.hunt is None:
            return
        past = hub.now() - instant
        if (
            self._ceremony is None
            and past >= SETTLE_MS
            and (not self.is_drawn or self._settle_at <= min(past, STRAGGLERS_MS))
        ):
            await self._settle(hub.hunt.id, instant)
            self._settle_at = past + SETTLE_EVERY_MS

    async def _settle(self, hunt: int, instant: int) -> None:
        """Bring the public's board to exactly that instant."""
        hub = self._hub
        # What this process last told may be anything before it: everything, the first time.
        since = instant - STRAGGLERS_MS if self.is_drawn else None
        lines = await hub.bridge.read(freeze.standings_at, hunt, instant, since)
        if not self.is_drawn:
            self._instant = instant
            hub.live = Face(hub.public.board.copy(), secrets.token_hex(4))
            await hub.refresh_boards("organiser")
        await self.show(lambda: [self._as_now(line) for line in lines])
        hub.wake()

    async def _lift(self) -> None:
        hub = self._hub
        self._instant, self._settle_at = None, 0
        self._ceremony = self._told = None
        hub.public = hub.live
        if hub.hunt is not None and hub.hunt.freeze_at is not None and self._frozen_from() is None:
            # Its last step was the clock's.
            await hub.tell_hunt(msgspec.structs.replace(hub.hunt, freeze_at=None))
        await hub.refresh_boards("player", "spectator")
        hub.wake()

    async def follow(self, changed: Iterable[int]) -> None:
        """The live board has changed by these players: what of it is no standing is public."""
        hub = self._hub

        def lines() -> Iterator[Standing]:
            for player in changed:
                line, shown = hub.live.board.standing(player), hub.board.standing(player)
                assert line is not None
                # Who was not there at the instant has come since, and stands where everybody begins.
                points, last, finished = (
                    (shown.points, shown.last, shown.finished) if shown else (0, None, False)
                )
                yield msgspec.structs.replace(line, points=points, last=last, finished=finished)

        await self.show(lines)

    def _as_now(self, line: Standing) -> Standing:
        """A line that was read, with the name of the newer one that has been heard of since, and hidden as that is."""
        heard = self._hub.live.board.standing(line.player)
        if heard is None or heard.version <= line.version:
            return line
        return msgspec.structs.replace(line, name=heard.name, hidden=heard.hidden)

    async def show(
        self,
        lines: Callable[[], Iterable[Standing]],
        first: Callable[[], protocol.Outbound] | None = None,
    ) -> None:
        """From now on the public sees `lines`; before that is told, everybody is told what `first` makes of it.

        They are worked out when it is their turn: made before, they would take back what the turn before theirs has
        shown, a row that was hidden or the last step of the reveal. The versions are this board's own: the rows' go on
        behind it."""
        async with self._turn:
            hub, changes = self._hub, []
            for line in lines():
                shown = hub.board.standing(line.player)
                held = shown.version if shown else 0
                if shown is None or msgspec.structs.replace(line, version=held) != shown:
                    changes.append(msgspec.structs.replace(line, version=held + 1))
            delta = hub.board.apply(changes)
            if first is not None:
                await hub.audience.tell(first(), *EVERYBODY)
            await hub.tell_delta(hub.public, delta, "player", "spectator")

    # --- the reveal -------------------------------------------------------------------------------------------------

    def greeting(self) -> protocol.Reveal | None:
        """How far the reveal is, for who comes in the middle of it; None while there is none."""
        if self._ceremony is None or self._told is None:
            return None
        return self._frame(self._ceremony, *self._told)

    async def _reveal(self, hunt: HuntView) -> None:
        """Bring the public's board to the step that the hunt's row and the clock say, if it is not there."""
        hub, curtain = self._hub, hunt.curtain
        if curtain.reveal_at is None or curtain.freeze_at is None:
            if self._ceremony is not None:
                begun, self._ceremony, self._told = self._ceremony, None, None
                off = protocol.Reveal("off", 0, 0, None, None, None)
                await self.show(lambda: self._scored(begun, 0), lambda: off)
            return
        if curtain.freeze_at != self._instant:
            return
        ceremony = self._ceremony
        if ceremony is None or ceremony.reveal_at != curtain.reveal_at:
            ceremony = await hub.bridge.read(reveal.ceremony, hunt.id, curtain.freeze_at, curtain.reveal_at)
        # The row's count is the one that ends it, whatever somebody hidden since makes of the steps.
        step = reveal.done(curtain, hub.now())
        done = len(ceremony.steps) if step >= curtain.steps else min(step, len(ceremony.steps))
        if (self._ceremony, self._told) == (ceremony, (done, curtain.every_ms)):
            return
        self._ceremony, self._told = ceremony, (done, curtain.every_ms)
        frame, held = self._frame, ceremony
        await self.show(lambda: self._scored(held, done), lambda: frame(held, done, curtain.every_ms))

    def _scored(self, ceremony: reveal.Ceremony, done: int) -> list[Standing]:
        """The lines as they are shown after so many steps; names and who is hidden are those of now."""
        board = self._hub.board
        return [
            msgspec.structs.replace(shown, points=line.points, last=line.last, finished=line.finished)
            for player, line in ceremony.lines(done).items()
            if (shown := board.standing(player)) is not None
        ]

    def _frame(self, ceremony: reveal.Ceremony, done: int, every_ms: int | None) -> protocol.Reveal:
        board, steps = self._hub.board, ceremony.steps
        over = done >= len(steps)
        last = steps[done - 1] if done else None
        focus = ceremony.focus(board, done)
        return protocol.Reveal(
            state="over" if over else "on",
            step=done,
            steps=len(steps),
            every_ms=None if over else every_ms,
            done=protocol.RevealStep(
                player=last.player,
                name=last.name,
                q=last.q,
                count=last.count,
                gained=last.gained,
                points=last.points,
                old_rank=last.old_rank,
                rank=last.rank,
            )
            if last
            else None,
            next=protocol.RevealFocus(focus.player, focus.name, focus.points, focus.rank) if focus else None,
            podium=tuple(board_row(row) for row in board.top_rows()[:3]) if over else (),
        )
