"""Bots that play while something breaks, and the proof afterwards that nothing was lost or doubled."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from enigma_rt.rehearsal import ending, habits, truth
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.bots import Bot, dice
from enigma_rt.rehearsal.client import Tab
from enigma_rt.rehearsal.journal import Journal
from enigma_rt.rehearsal.percentiles import percentile
from tests.faults.arena import Arena

SEED = 26
PACE = habits.Pace(0.8)
COME_S = 45.0
LAST_REPLY_S = 40.0
POLL_S = 0.02
RECOVERED_S = 5


class SteadyBot(Bot):
    """One whose connections only the server or the network ends."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.persona = msgspec.structs.replace(self.persona, flaky=0)

    async def _read(self, tab: Tab, what: str) -> None:
        if what != "reload":
            await super()._read(tab, what)


class Crowd:
    """Players at `url`, each with one to three tabs. Their history is in `journal`."""

    def __init__(self, arena: Arena, accounts: list[Account], url: str, kind: type[Bot]) -> None:
        self.arena = arena
        self.journal = Journal()
        self.bots = [
            kind(number, account, [url], arena.knowledge, self.journal, dice(SEED, number))
            for number, account in enumerate(accounts)
        ]
        self.tabs = [tab for bot in self.bots for tab in bot.tabs]
        self._playing: list[asyncio.Task[None]] = []

    async def come(self) -> None:
        """Everybody is connected and plays when this returns."""
        self._playing = [
            asyncio.create_task(bot.play(PACE, 0.5 * bot.number / len(self.bots))) for bot in self.bots
        ]
        await until(lambda: all(tab.welcome.is_set() for tab in self.tabs), COME_S)

    async def rest(self) -> None:
        """Nobody begins anything new; the tabs stay."""
        for task in self._playing:
            task.cancel()
        done = await asyncio.gather(*self._playing, return_exceptions=True)
        self._playing = []
        troubles = [trouble for trouble in done if isinstance(trouble, Exception)]
        if troubles:
            raise troubles[0]

    async def back(self, within: float) -> tuple[int, float]:
        """How many tabs have no connection now, and the seconds until each of them has had a snapshot again."""
        away = {tab for tab in self.tabs if not tab.welcome.is_set()}
        count = len(away)

        def are_back() -> bool:
            away.difference_update([tab for tab in away if tab.welcome.is_set()])
            return not away

        return count, await until(are_back, within)

    async def caught_up(self, within: float) -> tuple[int, float]:
        """How many commands wait for a reply now, and the seconds until each of them has one."""
        waiting = self.journal.unanswered()
        entries = [self.journal.entries[command] for command in waiting]
        return len(entries), await until(lambda: all(entry.answered for entry in entries), within)

    async def recovered(self, within: float = RECOVERED_S) -> str:
        """Every command on its way gets its reply in time, and no socket was ever closed. Says so with figures."""
        waiting, seconds = await self.caught_up(within)
        assert self.journal.closes.total() == 0, self.journal.closes
        assert all(tab.welcome.is_set() for tab in self.tabs), "sockets stay"
        return (
            f"{self.journal.errors['retry_later']} times retry_later, {waiting} waiting commands answered in"
            f" {seconds:.1f} s, all {len(self.tabs)} sockets stayed"
        )

    async def agree(self, within: float) -> float:
        """Seconds until every tab shows the board that the rows make, to the last place. Nobody may be playing."""
        await ending.answered(self.bots, LAST_REPLY_S)
        began = asyncio.get_running_loop().time()
        players = [bot.player for bot in self.bots]
        top, places = await asyncio.to_thread(
            self.arena.ask,
            f"""
            from game.models import Hunt
            from leaderboard import queries
            from leaderboard.ranking import Board
            hunt = Hunt.objects.get(current=True)
            board = Board(tuple(queries.standings(hunt.id)), top=25)
            def place(player):
                line = board.standing(player)
                return [player, board.rank_of(player), line.points, line.last]
            rows = [[row.player, row.points, row.last] for row in board.top_rows()]
            result = rows, [place(player) for player in {players}]
            """,
        )
        expected = {player: (rank, points, last) for player, rank, points, last in places}

        def shown(tab: Tab) -> bool:
            view = tab.board.view
            if view is None or tab.me is None:
                return False
            mine = (view.rank, *(view.me or (None, None)))
            return mine == expected[tab.me.player] and top == [[r.player, r.points, r.last] for r in view.top]

        await until(lambda: all(shown(tab) for tab in self.tabs), within)
        return asyncio.get_running_loop().time() - began

    async def prove(self) -> None:
        """The invariants, once nobody plays: asked of the server, then of its rows."""
        await self.rest()
        await ending.answered(self.bots, LAST_REPLY_S)
        await ending.check(self.bots, self.journal, dice(SEED, len(self.bots)))
        players = [bot.player for bot in self.bots]
        assert None not in players, "some never came"
        rows = await asyncio.to_thread(
            self.arena.ask,
            f"""
            import msgspec
            from django.db.models import Count
            from enigma_rt.rehearsal import database
            from game.models import Hunt, LedgerEntry, Player
            from game.queries.ledger import problems
            hunt = Hunt.objects.get(current=True)
            awards = LedgerEntry.objects.filter(hunt=hunt, cause=LedgerEntry.Cause.SOLVE)
            result = dict(
                effects=msgspec.to_builtins(list(database.effects({players}))),
                awards=msgspec.to_builtins(list(database.awards({players}))),
                ledger=list(problems(hunt)),
                twice=list(awards.values_list("player", "question").annotate(n=Count("id")).filter(n__gt=1)),
                in_debt=Player.objects.filter(hunt=hunt, xp__lt=0).count(),
            )
            """,
        )
        self.journal.findings.add(
            truth.against_rows(
                dict(self.journal.told()),
                self.journal.unanswered(),
                msgspec.convert(rows["effects"], list[truth.Effect]),
                msgspec.convert(rows["awards"], list[truth.Award]),
            )
        )
        assert rows["ledger"] == [], "ledger = balances"
        assert rows["in_debt"] == 0, "no negative XP"
        assert rows["twice"] == [], "one award per player and question"
        assert self.journal.findings.lost == {}
        assert self.journal.findings.doubled == {}
        assert self.journal.unanswered() == set()
        counts = self.journal.counts
        assert (counts.board_mismatches, counts.tabs_behind) == (0, 0), "snapshot + deltas = fresh snapshot"
        assert counts.board_checks >= len(self.tabs) - counts.boards_unchecked
        assert self.journal.solves > 0, "somebody has played"

    def mark(self) -> int:
        """A place in the list of latencies."""
        return len(self.journal.latencies)

    def latency(self, begin: int = 0, end: int | None = None) -> tuple[float, float]:
        """Milliseconds, p50 and p99, from one mark to another."""
        taken = sorted(self.journal.latencies[begin:end])
        return (percentile(taken, 50) or 0.0) * 1000, (percentile(taken, 99) or 0.0) * 1000

    def figures(self) -> str:
        """What the proof covered."""
        journal, counts = self.journal, self.journal.counts
        return (
            f"{len(journal.entries)} commands, {journal.solves} solves, {counts.rechecked} asked again:"
            f" {len(journal.findings.lost)} lost, {len(journal.findings.doubled)} doubled;"
            f" {counts.board_checks} boards equal"
        )

    async def close(self) -> None:
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)
        await asyncio.gather(*(bot.close() for bot in self.bots))


@asynccontextmanager
async def playing(
    arena: Arena, players: int = 24, *, url: str = "", kind: type[Bot] = SteadyBot
) -> AsyncIterator[Crowd]:
    """A crowd at play; at the end everything is proved that can be."""
    accounts = await asyncio.to_thread(arena.accounts, players)
    crowd = Crowd(arena, accounts, url or arena.front.url, kind)
    try:
        await crowd.come()
        yield crowd
        await crowd.prove()
    finally:
        await crowd.close()


async def until(holds: Callable[[], bool], within: float) -> float:
    """Seconds until it holds; TimeoutError after `within`."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not holds():
        if loop.time() - began > within:
            raise TimeoutError(f"not within {within:g} s")
        await asyncio.sleep(POLL_S)
    return loop.time() - began
