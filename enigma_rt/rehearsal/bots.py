"""A bot: one player with a character, an account and one or more tabs, who reads, thinks, guesses, gets impatient."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from random import Random
from typing import Any
from uuid import uuid4

from consumers import protocol
from enigma_rt.rehearsal import habits
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.client import Tab, TabClosed
from enigma_rt.rehearsal.journal import Command, Journal
from enigma_rt.rehearsal.knowledge import Knowledge
from enigma_rt.rehearsal.tempo import Tempo
from game.rules.matching import Verdict

TIGHT_S = 0.02
"""Some connections break so soon after a command that its reply may be anywhere on its way."""


class Bot:
    """`play(seconds)` is its evening. `number` counts from 0."""

    def __init__(
        self,
        number: int,
        account: Account,
        urls: Sequence[str],
        knowledge: Knowledge,
        journal: Journal,
        dice: Random,
        tempo: Tempo | None = None,
    ) -> None:
        self.number = number
        self.account = account
        self.persona = habits.persona(number, dice)
        self.journal = journal
        self._knowledge = knowledge
        self._dice = dice
        self._tempo = tempo or Tempo()
        # Each connection goes to another server than the last: one player is then on several at once.
        address = cycle([*urls[number % len(urls) :], *urls[: number % len(urls)]])
        self.tabs = [Tab(number, account.cookie, address, journal, dice) for _ in range(self.persona.tabs)]
        self._running: list[asyncio.Task[None]] = []
        self._guessed: dict[int, list[str]] = {}
        self._blocked_until = 0.0
        self._seen: set[int] = set()

    @property
    def player(self) -> int | None:
        me = self.tabs[0].me
        return me.player if me else None

    @property
    def came(self) -> bool:
        """Whether it has opened its tabs; who stops a rehearsal early stops some on their way."""
        return bool(self._running)

    def open(self) -> None:
        """Open every tab; they stay connected until `close`."""
        self._running = [asyncio.create_task(tab.run()) for tab in self.tabs]

    async def close(self) -> None:
        await asyncio.gather(*(tab.leave() for tab in self.tabs))
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def play(self, pace: habits.Pace, delay: float) -> None:
        """Come after `delay` seconds, and play until cancelled or sent away."""
        await asyncio.sleep(delay)
        self.open()
        # One who comes is in the middle of a thought: they do not all finish the first one together.
        begun = self._dice.random()
        with suppress(TabClosed):
            while True:
                tab = self._dice.choice(self.tabs)
                await tab.welcome.wait()
                if tab.closed_with:
                    raise TabClosed(tab.closed_with)
                await self._think(tab, pace, 1 - begun)
                begun = 0.0
                await self._act(tab)

    # --- one action ---------------------------------------------------------------------------------------------------

    async def _think(self, tab: Tab, pace: habits.Pace, share: float) -> None:
        if tab.question is None or self.persona.idle:
            await asyncio.sleep(habits.think(pace.watch, self.persona.tempo, self._dice) * share)
            return
        loop = asyncio.get_running_loop()
        soonest = max(self._blocked_until, loop.time() + habits.QUICKEST_S / 2)
        await self._tempo.sleep(habits.think(pace.think, self.persona.tempo, self._dice) * share)
        await asyncio.sleep(soonest - loop.time())

    async def _act(self, tab: Tab) -> None:
        unread = tab.notices - self._seen
        if unread:
            self._seen |= unread
            await tab.ask(protocol.Seen(new_id(), tuple(sorted(unread)[:100])))
        if self.persona.idle or not self._can_play(tab):
            if self._dice.random() < habits.FIDGETS:
                await self._read(tab, self._dice.choice(("read_story", "look_around", "reload")))
            return
        assert tab.question is not None
        possible = [(weight, what) for weight, what in habits.ACTIONS if self._wants(tab, what)]
        what = self._dice.choices([what for _, what in possible], [weight for weight, _ in possible])[0]
        if what in ("read_story", "look_around", "reload"):
            await self._read(tab, what)
        elif what == "double_up":
            await self._double_up(tab.question.q)
        else:
            await self._solve(tab, what, tab.question.q)

    def _can_play(self, tab: Tab) -> bool:
        known = tab.question is not None and tab.question.q <= len(self._knowledge)
        return known and tab.hunt is not None and tab.hunt.phase == "live"

    def _wants(self, tab: Tab, what: str) -> bool:
        assert tab.me is not None and tab.question is not None and tab.prices is not None
        if what.startswith("hint") and (tab.me.hint or not tab.question.has_hint):
            return False
        if what == "double_up":
            return len(self.tabs) > 1
        if what in habits.POWER_UPS:
            price = {
                "hint_for_xp": tab.prices.hint_xp,
                "skip": tab.prices.skip_xp,
                "accept_close": tab.prices.accept_close_xp,
            }[what]
            return tab.me.xp >= price or self._dice.random() < habits.WISHFUL
        return True

    async def _read(self, tab: Tab, what: str) -> None:
        if what == "reload":
            await tab.reload()
        elif what == "look_around":
            await tab.ask(protocol.Around(new_id()))
        else:
            page = await tab.ask(protocol.Story(new_id()))
            if isinstance(page, protocol.StoryReply) and page.before:
                await tab.ask(protocol.Story(new_id(), page.before))

    async def _solve(self, tab: Tab, what: str, q: int) -> None:
        match what:
            case "hint_for_points":
                await self._ask(tab, protocol.Hint(new_id(), q, "points"))
            case "hint_for_xp":
                await self._ask(tab, protocol.Hint(new_id(), q, "xp"))
            case "skip":
                await self._ask(tab, protocol.Skip(new_id(), q))
            case "accept_close":
                guess = self._knowledge.guess(q, Verdict.CLOSE, self._dice)
                await self._guess(tab, protocol.AcceptClose(new_id(), q, guess.text), guess.expected)
            case _:
                text, expected = self._think_of(tab, q)
                command = protocol.Answer(new_id(), q, text)
                if self._dice.random() < self.persona.impatient:
                    # Enter, and Enter again: the second is a command of its own.
                    twice = protocol.Answer(new_id(), q, text)
                    await asyncio.gather(self._guess(tab, command, expected), self._ask(tab, twice))
                else:
                    await self._guess(tab, command, expected)

    async def _double_up(self, q: int) -> None:
        """A copied tab has a copy of the outbox: the same command goes out twice, from two sockets at once."""
        text, _ = self._think_of(self.tabs[0], q)
        command = protocol.Answer(new_id(), q, text)
        await asyncio.gather(*(tab.ask(command) for tab in self.tabs[:2]))

    def _think_of(self, tab: Tab, q: int) -> tuple[str, Verdict | None]:
        """A guess at question `q`, and its verdict if that is not a repeat's business."""
        tried = self._guessed.setdefault(q, [])
        hinted = tab.me is not None and tab.me.hint is not None
        chance = self.persona.skill + habits.LEARNING * (len(tried) + 3 * hinted)
        if self._dice.random() < chance:
            wanted = Verdict.CORRECT
        elif tried and self._dice.random() < habits.REPEAT_GUESS:
            return self._dice.choice(tried), None
        else:
            wanted = Verdict.CLOSE if self._dice.random() < habits.CLOSE_GUESS else Verdict.WRONG
        guess = self._knowledge.guess(q, wanted, self._dice)
        tried.append(guess.text)
        return guess.text, guess.expected

    async def _guess(self, tab: Tab, command: protocol.Answer | protocol.AcceptClose, expected: Any) -> None:
        reply = await self._ask(tab, command)
        if isinstance(reply, protocol.VerdictReply) and expected is not None:
            wanted = "correct" if reply.accepted_close else expected.value
            self.journal.counts.surprises += reply.verdict != wanted

    async def _ask(self, tab: Tab, command: Command) -> Any:
        breaks = self._dice.random() < self.persona.flaky
        reply = await tab.ask(
            command, drop_after=self._dice.choice((0, TIGHT_S * self._dice.random())) if breaks else None
        )
        if isinstance(reply, protocol.Error) and reply.wait_ms:
            self._blocked_until = asyncio.get_running_loop().time() + reply.wait_ms / 1000
        return reply


def dice(seed: int, number: int) -> Random:
    """A bot's own: what one does is no matter of how quickly another was answered."""
    return Random(f"{seed}:{number}")  # noqa: S311  # plays, guards nothing


def new_id() -> str:
    """Random, whatever the dice: ids must be new on a server that has seen this seed before."""
    return str(uuid4())
