"""A process that plays: its share of the bots in one event loop, told what to do by the one that leads (`crew.py`)."""

import asyncio
import os
import signal
import time
import traceback
from collections.abc import Callable, Coroutine
from multiprocessing.connection import Connection
from typing import Any

from consumers import protocol
from consumers.protocol import Close
from enigma_rt.launcher import calm_collector, raise_file_limit
from enigma_rt.rehearsal import RehearsalError, ending
from enigma_rt.rehearsal.book import close_book
from enigma_rt.rehearsal.bots import Bot, dice
from enigma_rt.rehearsal.client import Tab
from enigma_rt.rehearsal.echoes import settled
from enigma_rt.rehearsal.journal import HERD, Absence, Journal
from enigma_rt.rehearsal.knowledge import Knowledge
from enigma_rt.rehearsal.messages import (
    Check,
    Checked,
    Crashed,
    Done,
    Failed,
    Finish,
    Go,
    Rate,
    Ready,
    Report,
    Rest,
    Rested,
    Share,
    Tick,
    listen,
    read_order,
    send,
)
from enigma_rt.rehearsal.tempo import Tempo

FIRST_SNAPSHOT_S = 20.0
LAST_REPLY_S = 30.0
TICK_S = 1.0
LAG_S = 0.1
"""How often is looked how late the loop is."""

WHY_AWAY = {
    Close.SIGNED_OUT: "the server does not accept these sessions (with --direct: is it the server's database and"
    " SECRET_KEY?)",
    Close.FORBIDDEN: "the server does not accept this origin: give --url as one of ENIGMA_ORIGINS",
    Close.NO_HUNT: "no hunt is current: manage.py import_hunt FOLDER --starts-in 0s --current",
    Close.NOT_JOINED: "the server does not know these players: is it another database than this one?",
}
NOT_LIVE = {
    "scheduled": "has not started: start it in the console",
    "paused": "is paused: resume it in the console",
    "ended": "has ended: make another one current",
}


def main(share: Share, pipe: Connection) -> None:
    """The process. Ctrl-C reaches everybody on a terminal: what it means is for the one that leads to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise_file_limit()
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(_Worker(share, pipe).run())
    except RehearsalError as error:
        send(pipe, Failed(str(error)))
    except (EOFError, BrokenPipeError):
        os._exit(1)  # nobody leads any more
    except Exception:
        send(pipe, Crashed(traceback.format_exc()))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


class _Worker:
    def __init__(self, share: Share, pipe: Connection) -> None:
        self._share, self._pipe = share, pipe
        self._plan = share.plan
        self._journal = Journal()
        self._tempo = Tempo()
        self._lag = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._away: list[Absence] | None = None
        knowledge = Knowledge(share.pack)
        self._knowledge = knowledge
        self._bots = [
            Bot(
                number,
                account,
                self._plan.urls,
                knowledge,
                self._journal,
                dice(self._plan.seed, number),
                self._tempo,
            )
            for number, account in share.accounts.items()
        ]
        self._tabs = [tab for bot in self._bots for tab in bot.tabs]

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        orders: asyncio.Queue[Any] = asyncio.Queue()
        self._failed: asyncio.Future[None] = loop.create_future()

        def hear() -> None:
            try:
                orders.put_nowait(read_order(self._pipe))
            except EOFError as end:
                self._fail(end)

        def complain(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            # A defect in a callback: nobody waits for it, so nobody would hear of it.
            self._fail(context.get("exception") or RuntimeError(context["message"]))

        loop.set_exception_handler(complain)
        listen(self._pipe, hear)
        calm_collector()
        self._say(Ready())
        obeying = asyncio.create_task(self._obey(orders))
        await asyncio.wait([obeying, self._failed], return_when=asyncio.FIRST_COMPLETED)
        (self._failed if self._failed.done() else obeying).result()

    async def _obey(self, orders: "asyncio.Queue[Any]") -> None:
        work: list[asyncio.Task[None]] = []
        while not isinstance(order := await orders.get(), Finish):
            match order:
                case Go():
                    self._go(order)
                    work += [self._start(self._tick()), self._start(self._watch_loop())]
                    if self._share.first:
                        work.append(self._start(self._look_at_hunt()))
                case Rate():
                    self._tempo.set_rate(order.rate)
                case Rest():
                    work.append(self._start(self._then(self._rest(), Rested())))
                case Check():
                    work.append(self._start(self._then(self._check(), Checked())))
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        absent = self._absent()
        for task in (*work, *self._tasks):
            task.cancel()
        self._say(Done(close_book(self._journal, self._bots, absent)))
        await asyncio.gather(*(bot.close() for bot in self._bots))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    # --- what is done -------------------------------------------------------------------------------------------------

    def _go(self, order: Go) -> None:
        self._journal.began = order.began
        self._tempo.set_rate(order.rate)
        now = self._journal.now()
        self._tasks = [
            self._start(bot.play(self._plan.pace, max(0.0, self._arrival(bot.number) - now)))
            for bot in self._bots
        ]
        for herd in self._plan.herds:
            asyncio.get_running_loop().call_later(max(0.0, herd - now), self._cut)

    def _arrival(self, number: int) -> float:
        return self._plan.arrival * number / self._share.players

    def _cut(self) -> None:
        for tab in self._tabs:
            tab.drop(HERD)

    async def _rest(self) -> None:
        self._away = self._absent()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await ending.answered(self._bots, LAST_REPLY_S)

    async def _check(self) -> None:
        # Who never got in has nothing to ask, and would go on knocking at a server that has no room.
        outside = [bot for bot in self._bots if bot.player is None]
        await asyncio.gather(*(bot.close() for bot in outside))
        await ending.check(self._bots, self._journal, dice(self._plan.seed, self._share.players))

    async def _then(self, work: Coroutine[Any, Any, None], report: Report) -> None:
        await work
        self._say(report)

    async def _look_at_hunt(self) -> None:
        """Whether who comes first sees a hunt that can be played with what the bots know. Raises RehearsalError."""
        try:
            async with asyncio.timeout(FIRST_SNAPSHOT_S):
                while not (came := self._first_to_come()):  # noqa: ASYNC110  # it may be any of them
                    await asyncio.sleep(LAG_S)
        except TimeoutError:
            raise RehearsalError(_why_not_in(self._journal)) from None
        if came.hunt is None:
            raise RehearsalError(
                WHY_AWAY.get(came.closed_with, f"the server closed the first socket with {came.closed_with}")
            )
        _check_hunt(came.hunt, self._knowledge)

    def _first_to_come(self) -> Tab | None:
        return next((tab for tab in self._tabs if tab.hunt is not None or tab.closed_with), None)

    # --- what is told -------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            journal = self._journal
            # At the full second, so that the processes tell of the same ones; a timer may be a little early.
            await asyncio.sleep(TICK_S - (journal.now() + TICK_S / 2) % TICK_S + TICK_S / 2)
            phase = next((tab.hunt.phase for tab in self._tabs if tab.hunt is not None), "")
            lag, self._lag = self._lag, 0.0
            self._say(
                Tick(
                    at=journal.now(),
                    lag=lag,
                    cpu=time.process_time(),
                    online=journal.online,
                    tabs=len(self._tabs),
                    playing=sum(not task.done() for task in self._tasks),
                    commands=len(journal.entries),
                    solves=journal.solves,
                    surprises=journal.counts.surprises,
                    reconnects=journal.counts.reconnects,
                    checked=journal.counts.rechecked,
                    errors=journal.errors,
                    closes=journal.closes,
                    phase=phase,
                    fresh=journal.take_fresh(),
                    echoes=settled(journal.heard, journal.now()),
                )
            )

    async def _watch_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_S
            await asyncio.sleep(LAG_S)
            self._lag = max(self._lag, loop.time() - due)

    def _absent(self) -> list[Absence]:
        if self._away is not None:
            return self._away
        return [absence for tab in self._tabs if (absence := tab.absence()) is not None]

    def _say(self, report: Report) -> None:
        send(self._pipe, report)


def _check_hunt(hunt: protocol.HuntInfo, knowledge: Knowledge) -> None:
    if hunt.phase != "live":
        raise RehearsalError(f"the hunt “{hunt.title}” {NOT_LIVE[hunt.phase]}")
    if hunt.questions != len(knowledge):
        raise RehearsalError(
            f"the hunt “{hunt.title}” has {hunt.questions} questions, the pack “{knowledge.title}” has"
            f" {len(knowledge)}: name the right one with --pack"
        )


def _why_not_in(journal: Journal) -> str:
    refused = journal.closes[Close.BUSY]
    if refused and refused == journal.closes.total():
        return (
            f"no snapshot within {FIRST_SNAPSHOT_S:.0f} s: the server refuses sockets (4503); it is too busy, or this"
            " address has all that one may have (see “Many players” in docs/rehearse.md)"
        )
    return f"no snapshot within {FIRST_SNAPSHOT_S:.0f} s: the server is not ready"
