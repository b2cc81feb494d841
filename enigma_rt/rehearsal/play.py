"""The rehearsal itself: from accounts to an empty outbox."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any

from msgspec import Struct

from consumers import protocol
from consumers.protocol import Close
from enigma_rt.rehearsal import RehearsalError, ending, habits, report
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.bots import Bot
from enigma_rt.rehearsal.journal import Journal
from enigma_rt.rehearsal.knowledge import Knowledge

FIRST_SNAPSHOT_S = 20.0
LAST_REPLY_S = 30.0
ARRIVAL_SHARE = 0.1
ARRIVAL_MOST_S = 20.0
"""People arrive over the first tenth of the time: handshakes of one address are limited too."""
MISMATCHES = 8
"""Verdicts other than the pack's, among nothing but those, after which the pack cannot be the hunt's."""

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


class Plan(Struct, frozen=True):
    """What is wanted: servers (`http://host:port`), seconds of play, and the seed of every bot's decisions."""

    urls: Sequence[str]
    seconds: float
    seed: int


class Played(Struct, frozen=True):
    """What came of it: seconds really played, the hunt's id and title, the players that the bots were."""

    seconds: float
    hunt: int
    title: str
    players: tuple[int, ...]


async def play(
    plan: Plan,
    accounts: Sequence[Account],
    knowledge: Knowledge,
    journal: Journal,
    tell: Callable[[str], None],
) -> Played:
    """Play, wait for every reply, check what a client can check. `tell` is given a line each second.

    SIGINT ends the play early and a second one the waiting as well. Raises RehearsalError.
    """
    bots = [
        Bot(number, account, plan.urls, knowledge, journal, dice(plan.seed, number))
        for number, account in enumerate(accounts)
    ]
    stop = _Interrupt()
    began = asyncio.get_running_loop().time()
    pace = habits.pace(plan.seconds, len(knowledge))
    arrival = min(ARRIVAL_MOST_S, plan.seconds * ARRIVAL_SHARE)
    tasks = [asyncio.create_task(bot.play(pace, arrival * bot.number / len(bots))) for bot in bots]
    try:
        hunt = await _first_snapshot(bots[0], tasks[0], knowledge)
        await _watch(plan.seconds, tasks, bots, journal, stop, tell)
        seconds = asyncio.get_running_loop().time() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        tell("waiting for the last replies")
        await stop.unless_asked_twice(ending.answered(bots, LAST_REPLY_S))
        tell("asking again, comparing boards")
        await stop.unless_asked_twice(ending.check(bots, journal, dice(plan.seed, len(bots))))
        players = tuple(bot.player for bot in bots if bot.player is not None)
        return Played(seconds, hunt.id, hunt.title, players)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(bot.close() for bot in bots))


def dice(seed: int, number: int) -> Random:
    """A bot's own: what one does is no matter of how quickly another was answered."""
    return Random(f"{seed}:{number}")  # noqa: S311  # plays, guards nothing


async def _first_snapshot(bot: Bot, task: asyncio.Task[None], knowledge: Knowledge) -> protocol.HuntInfo:
    """The hunt as the first bot sees it, if it can be played with what the bots know."""
    tab = bot.tabs[0]
    welcome = asyncio.create_task(tab.welcome.wait())
    await asyncio.wait([welcome, task], timeout=FIRST_SNAPSHOT_S, return_when=asyncio.FIRST_COMPLETED)
    welcome.cancel()
    if task.done() and (error := task.exception()):
        raise error
    if tab.closed_with:
        raise RehearsalError(
            WHY_AWAY.get(tab.closed_with, f"the server closed the first socket with {tab.closed_with}")
        )
    hunt = tab.hunt
    if hunt is None:
        raise RehearsalError(f"no snapshot within {FIRST_SNAPSHOT_S:.0f} s: the server is not ready")
    if hunt.phase != "live":
        raise RehearsalError(f"the hunt “{hunt.title}” {NOT_LIVE[hunt.phase]}")
    if hunt.questions != len(knowledge):
        raise RehearsalError(
            f"the hunt “{hunt.title}” has {hunt.questions} questions, the pack “{knowledge.title}” has"
            f" {len(knowledge)}: name the right one with --pack"
        )
    return hunt


async def _watch(
    seconds: float,
    tasks: list[asyncio.Task[None]],
    bots: list[Bot],
    journal: Journal,
    stop: "_Interrupt",
    tell: Callable[[str], None],
) -> None:
    """Let them play for so many seconds, or until somebody says stop or nobody is left. One line each second."""
    loop = asyncio.get_running_loop()
    began, before = loop.time(), 0
    tabs = sum(len(bot.tabs) for bot in bots)
    while (left := began + seconds - loop.time()) > 0 and not stop.asked.is_set():
        await asyncio.wait([stop.task], timeout=min(1.0, left))
        commands = len(journal.entries)
        tell(report.progress(journal, round(loop.time() - began), commands - before, tabs))
        before = commands
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error
        if all(task.done() for task in tasks):
            return
        if journal.solves == 0 and journal.counts.surprises >= MISMATCHES:
            raise RehearsalError(
                "the server takes none of the pack's answers: name the right pack with --pack"
            )
        if any(bot.tabs[0].hunt is not None and bot.tabs[0].hunt.phase == "ended" for bot in bots[:1]):
            return


class _Interrupt:
    """Ctrl-C: once to end the play, twice to end at once."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._twice = asyncio.Event()
        self.task = asyncio.create_task(self.asked.wait())
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._on_signal)

    def _on_signal(self) -> None:
        (self._twice if self.asked.is_set() else self.asked).set()

    async def unless_asked_twice(self, work: Coroutine[Any, Any, None]) -> None:
        running = asyncio.create_task(work)
        twice = asyncio.create_task(self._twice.wait())
        await asyncio.wait([running, twice], return_when=asyncio.FIRST_COMPLETED)
        twice.cancel()
        if running.done():
            running.result()
        else:
            running.cancel()
