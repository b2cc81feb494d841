"""One tab of one player: a socket that always comes back, an outbox that forgets nothing, and what the page shows."""

import asyncio
from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random
from time import monotonic
from typing import Any

import msgspec
from websockets.exceptions import InvalidHandshake

from consumers import protocol
from consumers.protocol import Close
from enigma_rt.rehearsal.board import Follower, Step, step
from enigma_rt.rehearsal.journal import ARRIVAL, DROP, RESTART, Absence, Command, Entry, Journal
from enigma_rt.rehearsal.wire import LOST, Wire

PING_S = 10.0
WATCHDOG_S = 25.0
"""A connection that has said nothing for so long is dead, as the browser's watchdog has it."""
OPEN_S = 25.0
STEADY_S = 5.0
"""A connection that held so long counts as good: the next one is tried at once again."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0
RETRY_S = 1.0
MAX_FRAME = 4 * protocol.MAX_OUTBOUND
GOING_AWAY = 1001
PATH = "/ws/play"

AGAIN = frozenset({"rate_limited", "retry_later", "server_error"})
"""Errors that say nothing of the outcome: the same command is sent again, under the same id."""

_decoder = msgspec.json.Decoder(protocol.PlayerFrame)


class TabClosed(Exception):
    """The server wants this tab to stay away; its close code is the argument."""


@lru_cache(maxsize=256)
def read(text: bytes) -> Any:
    """A frame; None for one that this client does not know. What everybody is sent is decoded once."""
    try:
        frame = _decoder.decode(text)
    except msgspec.MsgspecError:
        return None
    return step(frame) if isinstance(frame, protocol.BoardDelta) else frame


class Waiting:
    """A command in the outbox: since when, and over which connection it was first sent (0: not yet)."""

    __slots__ = ("entry", "noted", "reply", "sent_at", "visit")

    def __init__(self, entry: Entry, *, noted: bool = True) -> None:
        self.entry = entry
        self.noted = noted
        self.reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.sent_at = 0.0
        self.visit = 0


class Tab:
    """`run()` keeps it connected until `leave()`. It shows `me`, `question`, `hunt`, `prices`, `notices` and `board`.

    `address` gives a server to each connection, `http://…`.
    """

    def __init__(self, bot: int, cookie: str, address: Iterator[str], journal: Journal, dice: Random) -> None:
        self.bot = bot
        self.journal = journal
        self.me: protocol.Me | None = None
        self.question: protocol.QuestionView | None = None
        self.hunt: protocol.HuntInfo | None = None
        self.prices: protocol.Prices | None = None
        self.notices: set[int] = set()
        self.board = Follower(journal.counts)
        self.closed_with = 0
        self.welcome = asyncio.Event()
        self._cookie = cookie
        self._address = address
        self._dice = dice
        self._wire: Wire | None = None
        self._outbox: dict[str, Waiting] = {}
        self._visit = 0
        self._leaving = False
        self._reloading = False
        self._dropped = ""
        self._moving = False
        self._has_been_in = False
        self._came_at = self._knocked_at = 0.0
        self._away_since: float | None = None
        self._away_why = ARRIVAL
        self._tries = 0
        self._pause: float | None = None
        self._asked_board = False
        self._asked_all = False

    # --- what a bot does with it --------------------------------------------------------------------------------------

    async def ask(self, command: Command, *, drop_after: float | None = None) -> Any:
        """Send a command and wait for what settles it, over as many connections as that takes.

        `drop_after`: the connection breaks so many seconds after the first sending. Raises TabClosed.
        """
        waiting = self._outbox[command.id] = Waiting(self.journal.enter(self.bot, command))
        self._send(waiting)
        if drop_after is not None:
            await asyncio.sleep(drop_after)
            self.drop()
        return await _outcome(waiting)

    async def ask_again(self, command: Command) -> Any:
        """Send a settled command once more, with its id; what is replied leaves no trace in the journal."""
        waiting = self._outbox[command.id] = Waiting(Entry(self.bot, command), noted=False)
        self._send(waiting)
        return await _outcome(waiting)

    def drop(self, why: str = DROP) -> None:
        """The network is gone: no close frame, no goodbye."""
        if self._wire is not None and self.welcome.is_set():
            self.journal.counts.drops += 1
            self._dropped = why
            self._wire.abort()

    async def reload(self) -> None:
        """The page is left and opened again: it forgets everything but its outbox."""
        if self._wire is not None and self.welcome.is_set():
            self._reloading = True
            self.board = Follower(self.journal.counts)
            await self._close()

    async def leave(self) -> None:
        """Close for good."""
        self._leaving = True
        await self._close()

    async def _close(self) -> None:
        if self._wire is not None and self._wire.opened.done():
            self._wire.close(GOING_AWAY)
            await asyncio.wait([self._wire.closed])

    def waits(self) -> bool:
        """Whether something in the outbox has no reply yet."""
        return bool(self._outbox)

    def resync(self, *, board_only: bool = False) -> None:
        """Ask for a fresh snapshot, unless one is on its way."""
        if board_only and not self._asked_board:
            self._asked_board = True
            self._transmit(protocol.Resync("board"))
            self.journal.counts.resyncs += 1
        elif not board_only and not self._asked_all:
            self._asked_all = True
            self._transmit(protocol.Resync())
            self.journal.counts.resyncs += 1

    @property
    def asks(self) -> bool:
        """Whether a snapshot is on its way."""
        return self._asked_all or self._asked_board

    # --- the connection -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, and again whenever the connection ends, until `leave` or a close code that says to stay away."""
        attempt = 0
        self._away_since = self.journal.now()
        while not self._leaving:
            self._tries += 1
            code = await self._visit_once()
            if code in Close.FINAL and code != Close.REPLACED:
                self._sent_away(code)
                return
            if self.welcome.is_set():
                self.welcome.clear()
                self._note_loss(code)
                if self.journal.now() - self._came_at > STEADY_S:
                    attempt = 0
            if not self._leaving:
                await asyncio.sleep(self._rest(code, attempt))
            attempt += 1

    def absence(self) -> Absence | None:
        """Since when it has wanted a connection, if it has none."""
        if self._away_since is None:
            return None
        return Absence(self._away_since, None, self._tries, self._away_why)

    def _sent_away(self, code: int) -> None:
        self.closed_with = code
        self._away_since = None
        self.welcome.set()
        for waiting in self._outbox.values():
            if not waiting.reply.done():
                waiting.reply.set_exception(TabClosed(code))
                waiting.reply.exception()  # perhaps nobody waits for it any more

    def _note_loss(self, code: int) -> None:
        if self._leaving or self._reloading:
            return
        self._away_since, self._tries = self.journal.now(), 0
        if self._dropped:
            self._away_why = self._dropped
        else:
            self._away_why = RESTART if self._moving or code == Close.RESTART else str(code)

    def _rest(self, code: int, attempt: int) -> float:
        """Seconds until the next connection: exponential with jitter, as the browser's; people take longer."""
        pause, self._pause = self._pause, None
        if pause is not None:
            return pause
        if self._reloading:
            return self._dice.uniform(0.1, 0.5)
        if code == Close.REPLACED:
            return self._dice.uniform(2, 5)  # until somebody presses "play here"
        ceiling = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempt, 10))
        return ceiling * (self._dice.random() if attempt == 0 else self._dice.uniform(0.2, 1))

    async def _visit_once(self) -> int:
        """One connection from beginning to end; returns its close code."""
        url = next(self._address)
        self._knocked_at = self.journal.now()
        # What is heard from now on belongs to the next visit, also what comes with the handshake's answer.
        self._visit += 1
        self._asked_all = self._asked_board = self._moving = False
        self._dropped = ""
        headers = {"Origin": url, "Cookie": self._cookie}
        wire = self._wire = Wire(url, PATH, headers, self._hear, MAX_FRAME)
        try:
            async with asyncio.timeout(OPEN_S):
                await wire.open()
            code = await self._stay(wire)
            if not (self._leaving or self._reloading or self._dropped or self._moving):
                self.journal.closes[code] += 1
            return code
        except (OSError, TimeoutError, InvalidHandshake):
            self.journal.closes[LOST] += 1
            return LOST
        finally:
            self._wire = None
            self.journal.online -= self.welcome.is_set()

    async def _stay(self, wire: Wire) -> int:
        number = 0
        while not wire.closed.done():
            await asyncio.wait([wire.closed], timeout=PING_S)
            if monotonic() - wire.heard_at > WATCHDOG_S:
                wire.abort()
            number += 1
            self._transmit(protocol.Ping(number))
        return wire.closed.result()

    def _hear(self, text: bytes) -> None:
        frame = read(text)
        if frame is None:
            self.journal.counts.unreadable += 1
        else:
            self._on_frame(frame)

    def _transmit(self, frame: Any) -> None:
        # A connection that breaks here is noticed where it is waited for.
        if self._wire is not None:
            self._wire.send(protocol.encode(frame))

    def _send(self, waiting: Waiting) -> None:
        """Before the snapshot nothing is sent: it is then that the outbox is emptied."""
        if self.welcome.is_set() and not waiting.reply.done():
            if waiting.visit == 0:
                waiting.visit, waiting.sent_at = self._visit, monotonic()
            elif waiting.visit != self._visit:
                waiting.entry.crossed = True
            self._transmit(waiting.entry.command)

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, work)

    # --- frames -------------------------------------------------------------------------------------------------------

    def _on_frame(self, frame: Any) -> None:
        match frame:
            case Step():
                if self.board.follow(frame):
                    self.journal.heard.setdefault(frame, []).append(self.journal.now())
                else:
                    self.resync(board_only=True)
            case protocol.Error():
                self._on_error(frame)
            case protocol.VerdictReply() | protocol.SkipReply():
                self._take(frame.me, frame.question)
                self._settle(frame)
            case protocol.HintReply():
                self._take(frame.me, None)
                self._settle(frame)
            case protocol.StoryReply() | protocol.AroundReply() | protocol.Ok():
                self._settle(frame)
            case protocol.Progress():
                self._take(frame.me, frame.question)
            case protocol.Snapshot():
                self._on_snapshot(frame)
            case protocol.BoardFrame():
                self._asked_board = False
                if self.me is not None:
                    self.board.load(frame.board, self.me.player)
            case protocol.Beacon():
                if self.board.is_behind(frame.board, frame.version):
                    self.resync(board_only=True)
            case protocol.Announcement():
                self.notices.add(frame.notice.id)
            case protocol.HuntChanged():
                self.hunt = frame.hunt
                if frame.hunt.phase == "live" and self.question is None:
                    self._later(self._dice.uniform(0, frame.spread_ms / 1000), self.resync)
            case protocol.Restart():
                visit = self._visit
                self._later(frame.in_ms / 1000, lambda: self._move(visit))

    def _on_snapshot(self, frame: protocol.Snapshot) -> None:
        self.journal.counts.snapshots += 1
        self._asked_all = False
        self.hunt, self.prices = frame.hunt, frame.prices
        self.board.load(frame.board, frame.me.player)
        self.notices = {notice.id for notice in frame.announcements}
        if self.me is None or frame.me.version >= self.me.version:
            self.me, self.question = frame.me, frame.question
        if self.welcome.is_set():
            return
        self._come_in()
        self.welcome.set()
        for waiting in list(self._outbox.values()):
            self._send(waiting)

    def _come_in(self) -> None:
        journal, self._came_at = self.journal, self.journal.now()
        journal.online += 1
        journal.fresh.connects.append(self._came_at - self._knocked_at)
        if self._away_since is not None:
            journal.fresh.absences.append(
                Absence(self._away_since, self._came_at, self._tries, self._away_why)
            )
        journal.counts.reloads += self._reloading
        journal.counts.reconnects += not self._reloading and self._has_been_in
        self._reloading, self._away_since, self._has_been_in = False, None, True

    def _take(self, me: protocol.Me, question: protocol.QuestionView | None) -> None:
        """Of two states the one with the higher version holds."""
        if self.me is not None and me.version < self.me.version:
            return
        self.me = me
        if question is not None or me.finished:
            self.question = question
        missing = self.question is None or self.question.q != me.position
        if missing and not me.finished and self.hunt is not None and self.hunt.phase == "live":
            self.resync()

    def _settle(self, frame: Any) -> None:
        waiting = self._outbox.pop(frame.id, None)
        if waiting is not None and not waiting.reply.done():
            seconds = monotonic() - waiting.sent_at
            if waiting.noted:
                self.journal.answer(waiting.entry, frame, seconds, detour=waiting.visit != self._visit)
            waiting.reply.set_result(frame)

    def _on_error(self, frame: protocol.Error) -> None:
        self.journal.errors[frame.code] += 1
        wait = (frame.wait_ms or RETRY_S * 1000) / 1000
        waiting = self._outbox.get(frame.id or "")
        if waiting is None:
            # Only a resync has no id. It is asked for again once there is credit.
            if frame.id is None and self.asks:
                board_only, self._asked_all, self._asked_board = not self._asked_all, False, False
                self._later(wait, lambda: self.resync(board_only=board_only))
        elif frame.code in AGAIN:
            if frame.code == "rate_limited":
                waiting.visit = 0  # not read: what counts is how long the next sending takes
            self._later(wait * self._dice.uniform(1, 1.3), lambda: self._send(waiting))
        else:
            self._settle(frame)
            if frame.code == "stale_question":
                self.resync()

    def _move(self, visit: int) -> None:
        """As `restart` asked: to whatever server answers now, with the outbox. Unless it has moved already."""
        if self._wire is not None and visit == self._visit:
            self._pause, self._moving = 0.0, True
            self._wire.forsake(GOING_AWAY)


async def _outcome(waiting: Waiting) -> Any:
    # Whoever asked may go away at the end; the command is still to be answered.
    return await asyncio.shield(waiting.reply)
