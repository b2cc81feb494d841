"""What is checked through the sockets once nobody plays any more: the promises, asked of the server itself."""

import asyncio
from collections.abc import Callable
from random import Random

from consumers import protocol
from enigma_rt.rehearsal import truth
from enigma_rt.rehearsal.bots import Bot
from enigma_rt.rehearsal.client import Tab
from enigma_rt.rehearsal.journal import Journal, outcome

RECHECKED_PER_BOT = 16
"""Commands of each bot that are asked again: the server's limits let that many through at once."""
AT_ONCE = 64
"""Bots of one process that are checked at the same time. Two thousand together would measure nothing but themselves."""
POLL_S = 0.05
BOARD_TRIES = 8
BOARD_REST_S = 0.4
STEP_S = 8.0
"""How long tabs may take to be in step: a lost event is repaired by the server's next look at the database."""


async def answered(bots: list[Bot], seconds: float) -> None:
    """Wait, so many seconds at most, until every command has been answered and every tab is connected."""
    tabs = [tab for bot in bots if bot.came for tab in bot.tabs if not tab.closed_with]
    await _until(lambda: all(tab.welcome.is_set() and not tab.waits() for tab in tabs), seconds)


async def check(bots: list[Bot], journal: Journal, dice: Random) -> None:
    """Everything that a client can find out by itself, for all bots at once."""
    present = [bot for bot in bots if bot.player is not None and not any(tab.closed_with for tab in bot.tabs)]
    talk = journal.counts.snapshots, journal.counts.resyncs, journal.errors.copy()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(bot: Bot) -> None:
        async with room:
            await _check_bot(bot, journal, dice)

    await asyncio.gather(*(one(bot) for bot in present))
    # What the checks themselves said and were told is no part of the rehearsal.
    journal.counts.snapshots, journal.counts.resyncs, journal.errors = talk


async def _check_bot(bot: Bot, journal: Journal, dice: Random) -> None:
    await _in_step(bot, journal)
    for tab in bot.tabs:
        await _check_board(tab, journal)
    await _check_totals(bot, journal)
    await _check_repeats(bot, journal, dice)


async def _in_step(bot: Bot, journal: Journal) -> None:
    """Every tab of a player shows the same state, without having asked."""
    if not await _until(lambda: len({tab.me.version if tab.me else 0 for tab in bot.tabs}) == 1, STEP_S):
        journal.counts.tabs_behind += 1


async def _check_board(tab: Tab, journal: Journal) -> None:
    """The board that was followed is the board of a fresh snapshot, of the same version: on a busy board, try again."""
    before = tab.board.checks
    for _ in range(BOARD_TRIES):
        tab.resync(board_only=True)
        await _until_told(tab)
        if tab.board.checks > before:
            return
        await asyncio.sleep(BOARD_REST_S)
    journal.counts.boards_unchecked += 1


async def _check_totals(bot: Bot, journal: Journal) -> None:
    tab = bot.tabs[0]
    tab.resync()
    await _until_told(tab)
    if tab.me is not None:
        told = [outcome for _, outcome in journal.told(bot.number)]
        doubtful = bool(journal.unanswered(bot.number))
        journal.findings.add(
            truth.against_totals(tab.me.player, told, tab.me.solves, tab.me.points, unanswered=doubtful)
        )


async def _check_repeats(bot: Bot, journal: Journal, dice: Random) -> None:
    """Acknowledged commands are asked again, those first that went a crooked way or moved somebody."""
    told = dict(journal.told(bot.number))
    chosen = sorted(
        told,
        key=lambda command: (
            not journal.entries[command].crossed,
            told[command].verdict not in ("correct", "done"),
            dice.random(),
        ),
    )
    for command in chosen[:RECHECKED_PER_BOT]:
        entry = journal.entries[command]
        reply = await bot.tabs[0].ask_again(entry.command)
        again = reply.code if isinstance(reply, protocol.Error) else outcome(entry.command, reply)
        journal.counts.rechecked += 1
        journal.findings.add(truth.asked_again(command, told[command], again or "nothing"))


async def _until_told(tab: Tab) -> None:
    await _until(lambda: not tab.asks, STEP_S)


async def _until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether it came to hold within so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(POLL_S)
    return True
