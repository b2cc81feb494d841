"""A thousand open tabs in a process of its own:  python -m tests.faults.herd URL TABS <accounts.json

After the accounts (one line, [[name, email, cookie], …], TABS tabs each) every line of the standard input is a
question, answered by one line of JSON: what has happened so far. At "ask" each player sends an answer first.
"""

import asyncio
import json
import sys
from random import Random
from typing import Any

import msgspec

from consumers import protocol
from enigma_rt.launcher import raise_file_limit
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.bots import new_id
from enigma_rt.rehearsal.client import Tab
from enigma_rt.rehearsal.journal import Journal

AT_ONCE = 50
"""Tabs that open at the same time in the beginning; later nobody holds them back."""


class Herd:
    def __init__(self, url: str, tabs: int, accounts: list[Account]) -> None:
        self.journal = Journal()
        self.attempts = 0
        self.away: list[float] = []
        self._room = asyncio.Semaphore(AT_ONCE)
        dice = Random(len(accounts))
        self.tabs = [
            Member(self, number, account.cookie, url, dice)
            for number, account in enumerate(accounts)
            for _ in range(tabs)
        ]
        self.asked: list[asyncio.Task[Any]] = []

    async def gather(self) -> None:
        async def come(tab: "Member") -> None:
            async with self._room:
                tab.running = asyncio.create_task(tab.run())
                await tab.welcome.wait()

        await asyncio.gather(*(come(tab) for tab in self.tabs))

    def ask(self) -> None:
        """Each player sends an answer of its own, from one tab."""
        for tab in {tab.bot: tab for tab in self.tabs}.values():
            command = protocol.Answer(new_id(), 1, f"guess {len(self.asked)}")
            self.asked.append(asyncio.create_task(tab.ask(command)))

    def report(self) -> dict[str, Any]:
        return {
            "online": sum(tab.welcome.is_set() for tab in self.tabs),
            "attempts": self.attempts,
            "away": self.away,
            "snapshots": self.journal.counts.snapshots,
            "errors": self.journal.errors,
            "closes": self.journal.closes,
            "unanswered": len(self.journal.unanswered()),
            "crossed": sum(entry.crossed for entry in self.journal.entries.values()),
            "told": {command: msgspec.to_builtins(told) for command, told in self.journal.told()},
            "players": sorted({tab.me.player for tab in self.tabs if tab.me}),
            "doubled": self.journal.findings.doubled,
            "mismatches": self.journal.counts.board_mismatches,
        }


class Member(Tab):
    """Notes how often it had to knock, and how long it was away."""

    def __init__(self, herd: Herd, bot: int, cookie: str, url: str, dice: Random) -> None:
        super().__init__(bot, cookie, iter(lambda: url, None), herd.journal, dice)
        self.running: asyncio.Task[None] | None = None
        self._herd = herd
        self._lost_at = 0.0

    async def _visit_once(self) -> int:
        self._herd.attempts += 1
        code = await super()._visit_once()
        if self.welcome.is_set():
            self._lost_at = asyncio.get_running_loop().time()
        return code

    def _on_snapshot(self, frame: protocol.Snapshot) -> None:
        if not self.welcome.is_set() and self._lost_at:
            self._herd.away.append(asyncio.get_running_loop().time() - self._lost_at)
        super()._on_snapshot(frame)


async def main(url: str, tabs: int) -> None:
    raise_file_limit()
    lines = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    accounts = [Account(*fields) for fields in json.loads(await lines.readline())]
    herd = Herd(url, tabs, accounts)
    gathering = asyncio.create_task(herd.gather())
    while line := await lines.readline():
        if line.strip() == b"ask":
            await gathering
            herd.ask()
        print(json.dumps(herd.report()), flush=True)
    gathering.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
