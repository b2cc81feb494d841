"""One tab of one player: a socket that always comes back, an outbox that forgets nothing, and what the page shows."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from random import Random
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from consumers import protocol
from consumers.protocol import Close
from enigma_rt.rehearsal.board import Follower, Step, step
from enigma_rt.rehearsal.journal import Command, Entry, Journal

PING_S = 8.0
SILENCES = 3
"""Pings without any frame in between after which the connection counts as dead: 24 s, about the browser's watchdog."""
OPEN_S = 25.0
CLOSE_S = 2.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0
RETRY_S = 1.0
MAX_FRAME = 4 * protocol.MAX_OUTBOUND
LOST = 1006
GOING_AWAY = 1001

AGAIN = frozenset({"rate_limited", "retry_later", "server_error"})
"""Errors that say nothing of the outcome: the same command is sent again, under the same id."""

_decoder = msgspec.json.Decoder(protocol.PlayerFrame)


class TabClosed(Exception):
    """The server wants this tab to stay away; its close code is the argument."""


@lru_cache(maxsize=256)
def read(text: str) -> Any:
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
        self._socket: ClientConnection | None = None
        self._outbox: dict[str, Waiting] = {}
        self._visit = 0
        self._leaving = False
        self._reloading = False
        self._dropped = False
        self._pause: float | None = None
        self._asked_board = False
        self._asked_all = False
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what a bot does with it --------------------------------------------------------------------------------------

    async def ask(self, command: Command, *, drop_after: float | None = None) -> Any:
        """Send a command and wait for what settles it, over as many connections as that takes.

        `drop_after`: the connection breaks so many seconds after the first sending. Raises TabClosed.
        """
        waiting = self._outbox[command.id] = Waiting(self.journal.enter(self.bot, command))
        await self._send(waiting)
        if drop_after is not None:
            await asyncio.sleep(drop_after)
            self.drop()
        return await _outcome(waiting)

    async def ask_again(self, command: Command) -> Any:
        """Send a settled command once more, with its id; what is replied leaves no trace in the journal."""
        waiting = self._outbox[command.id] = Waiting(Entry(self.bot, command), noted=False)
        await self._send(waiting)
        return await _outcome(waiting)

    def drop(self) -> None:
        """The network is gone: no close frame, no goodbye."""
        if self._socket is not None:
            self.journal.counts.drops += 1
            self._dropped = True
            self._socket.transport.abort()

    async def reload(self) -> None:
        """The page is left and opened again: it forgets everything but its outbox."""
        if self._socket is not None:
            self._reloading = True
            self.board = Follower(self.journal.counts)
            await self._socket.close(GOING_AWAY)

    async def leave(self) -> None:
        """Close for good."""
        self._leaving = True
        if self._socket is not None:
            await self._socket.close(GOING_AWAY)

    def waits(self) -> bool:
        """Whether something in the outbox has no reply yet."""
        return bool(self._outbox)

    async def resync(self, *, board_only: bool = False) -> None:
        """Ask for a fresh snapshot, unless one is on its way."""
        if board_only and not self._asked_board:
            self._asked_board = True
            await self._transmit(protocol.Resync("board"))
            self.journal.counts.resyncs += 1
        elif not board_only and not self._asked_all:
            self._asked_all = True
            await self._transmit(protocol.Resync())
            self.journal.counts.resyncs += 1

    @property
    def asks(self) -> bool:
        """Whether a snapshot is on its way."""
        return self._asked_all or self._asked_board

    # --- the connection -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, and again whenever the connection ends, until `leave` or a close code that says to stay away."""
        attempt = 0
        while not self._leaving:
            code = await self._visit_once()
            if code in Close.FINAL and code != Close.REPLACED:
                self.closed_with = code
                self.welcome.set()
                for waiting in self._outbox.values():
                    if not waiting.reply.done():
                        waiting.reply.set_exception(TabClosed(code))
                        waiting.reply.exception()  # perhaps nobody waits for it any more
                return
            attempt = 0 if self.welcome.is_set() else attempt + 1
            self.welcome.clear()
            if not self._leaving:
                await asyncio.sleep(self._rest(code, attempt))

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
        try:
            self._socket = await connect(
                "ws" + url.removeprefix("http") + "/ws/play",
                origin=url,  # type: ignore[arg-type]  # a NewType of str
                additional_headers={"Cookie": self._cookie},
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                max_size=MAX_FRAME,
            )
        except (OSError, TimeoutError, InvalidHandshake, EOFError):
            self.journal.closes[LOST] += 1
            return LOST
        self._visit += 1
        self._asked_all = self._asked_board = self._dropped = False
        try:
            await self._listen(self._socket)
        except ConnectionClosed as closed:
            by_us = self._leaving or self._reloading or self._dropped
            code = closed.rcvd.code if closed.rcvd else LOST
            if not by_us:
                self.journal.closes[code] += 1
            return code
        finally:
            self._socket = None
            self.journal.online -= self.welcome.is_set()
        return LOST

    async def _listen(self, socket: ClientConnection) -> None:
        silences = 0
        while silences < SILENCES:
            try:
                async with asyncio.timeout(PING_S):
                    text = await socket.recv()
            except TimeoutError:
                silences += 1
                await self._transmit(protocol.Ping(silences))
                continue
            silences = 0
            frame = read(text) if isinstance(text, str) else None
            if frame is None:
                self.journal.counts.unreadable += 1
            else:
                await self._on_frame(frame)
        socket.transport.abort()

    async def _transmit(self, frame: Any) -> None:
        # A connection that breaks here is noticed where it is listened to.
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(protocol.encode(frame).decode())

    async def _send(self, waiting: Waiting) -> None:
        """Before the snapshot nothing is sent: it is then that the outbox is emptied."""
        if self.welcome.is_set() and not waiting.reply.done():
            if waiting.visit == 0:
                waiting.visit, waiting.sent_at = self._visit, asyncio.get_running_loop().time()
            elif waiting.visit != self._visit:
                waiting.entry.crossed = True
            await self._transmit(waiting.entry.command)

    def _later(self, seconds: float, work: Any) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            await work()

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- frames -------------------------------------------------------------------------------------------------------

    async def _on_frame(self, frame: Any) -> None:
        match frame:
            case Step():
                if not self.board.follow(frame):
                    await self.resync(board_only=True)
            case protocol.Error():
                await self._on_error(frame)
            case protocol.VerdictReply() | protocol.SkipReply():
                await self._take(frame.me, frame.question)
                self._settle(frame)
            case protocol.HintReply():
                await self._take(frame.me, None)
                self._settle(frame)
            case protocol.StoryReply() | protocol.AroundReply() | protocol.Ok():
                self._settle(frame)
            case protocol.Progress():
                await self._take(frame.me, frame.question)
            case protocol.Snapshot():
                await self._on_snapshot(frame)
            case protocol.BoardFrame():
                self._asked_board = False
                if self.me is not None:
                    self.board.load(frame.board, self.me.player)
            case protocol.Beacon():
                if self.board.is_behind(frame.board, frame.version):
                    await self.resync(board_only=True)
            case protocol.Announcement():
                self.notices.add(frame.notice.id)
            case protocol.HuntChanged():
                self.hunt = frame.hunt
                if frame.hunt.phase == "live" and self.question is None:
                    self._later(self._dice.uniform(0, frame.spread_ms / 1000), self.resync)
            case protocol.Restart():
                self._pause = 0.0
                self._later(frame.in_ms / 1000, self._move)

    async def _on_snapshot(self, frame: protocol.Snapshot) -> None:
        self.journal.counts.snapshots += 1
        self._asked_all = False
        self.hunt, self.prices = frame.hunt, frame.prices
        self.board.load(frame.board, frame.me.player)
        self.notices = {notice.id for notice in frame.announcements}
        if self.me is None or frame.me.version >= self.me.version:
            self.me, self.question = frame.me, frame.question
        if self.welcome.is_set():
            return
        self.journal.online += 1
        if self._visit > 1:
            self.journal.counts.reloads += self._reloading
            self.journal.counts.reconnects += not self._reloading
        self._reloading = False
        self.welcome.set()
        for waiting in list(self._outbox.values()):
            await self._send(waiting)

    async def _take(self, me: protocol.Me, question: protocol.QuestionView | None) -> None:
        """Of two states the one with the higher version holds."""
        if self.me is not None and me.version < self.me.version:
            return
        self.me = me
        if question is not None or me.finished:
            self.question = question
        missing = self.question is None or self.question.q != me.position
        if missing and not me.finished and self.hunt is not None and self.hunt.phase == "live":
            await self.resync()

    def _settle(self, frame: Any) -> None:
        waiting = self._outbox.pop(frame.id, None)
        if waiting is not None and not waiting.reply.done():
            seconds = asyncio.get_running_loop().time() - waiting.sent_at
            if waiting.noted:
                self.journal.answer(waiting.entry, frame, seconds, detour=waiting.visit != self._visit)
            waiting.reply.set_result(frame)

    async def _on_error(self, frame: protocol.Error) -> None:
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
                await self.resync()

    async def _move(self) -> None:
        """As `restart` asked: to whatever server answers now, with the outbox."""
        if self._socket is not None:
            await self._socket.close(GOING_AWAY)


async def _outcome(waiting: Waiting) -> Any:
    # Whoever asked may go away at the end; the command is still to be answered.
    return await asyncio.shield(waiting.reply)
