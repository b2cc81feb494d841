"""manage.py rehearse: bots play the hunt on a running server. Exit status 1 if it broke a promise."""

import asyncio
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from enigma_rt.launcher import raise_file_limit
from enigma_rt.rehearsal import RehearsalError, database, front_door, report, truth
from enigma_rt.rehearsal.accounts import Account, Cast
from enigma_rt.rehearsal.journal import Journal
from enigma_rt.rehearsal.knowledge import Knowledge
from enigma_rt.rehearsal.play import Plan, Played, play
from game.packs import PackError, read_pack

URL = "http://127.0.0.1:8000"
BOARDS_FOLLOW_S = 7.0
"""Every process looks at the database at least every 5 s, whatever the bus has lost."""
QUIET_S = 10


class Command(BaseCommand):
    help = "Plays the hunt against a running server with bots, and checks that nothing is lost or doubled."
    # It may run far from the server and its settings.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url",
            action="append",
            type=address,
            help=f"the server (default {URL}); several: bots use all of them",
        )
        parser.add_argument("--players", type=int, default=50)
        parser.add_argument("--minutes", type=float, default=1.0)
        parser.add_argument("--seed", type=int, help="the same bots with the same ideas as last time")
        parser.add_argument("--pack", type=Path, default=Path(settings.BASE_DIR) / "game" / "sample_hunt")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
        parser.add_argument(
            "--direct",
            action="store_true",
            help="make accounts in the server's database instead of signing up",
        )
        parser.add_argument(
            "--remove", action="store_true", help="play nothing; delete every bot from the server's database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                self._remove()
            elif not self._rehearse(**options):
                sys.exit(1)
        except RehearsalError as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"the database: {error}") from None

    def _rehearse(
        self,
        *,
        url: list[str] | None,
        players: int,
        minutes: float,
        seed: int | None,
        pack: Path,
        json: Path | None,
        direct: bool,
        **_: Any,
    ) -> bool:
        if players < 1 or not 0 < minutes < 60 * 24 * 7:
            raise RehearsalError("--players must be at least 1 and --minutes more than 0")
        knowledge = self._knowledge(pack)
        plan = Plan(url or [URL], minutes * 60, secrets.randbelow(10**6) if seed is None else seed)
        for server in plan.urls:
            front_door.probe(server)
        raise_file_limit()
        screen = _Screen(self.stdout)
        accounts = self._accounts(plan, players, direct, screen)
        journal = Journal()
        played = asyncio.run(play(plan, accounts, knowledge, journal, screen.tell))
        ledger = self._compare_rows(played, accounts, journal)
        screen.clear()
        course = report.Course(
            players=players,
            seconds=played.seconds,
            seed=plan.seed,
            accounts="accounts made in the database" if direct else "accounts through the sign-up form",
            hunt=played.title,
            ledger=ledger,
        )
        figures = report.figures(journal, course)
        for line in report.table(figures, journal, course):
            self.stdout.write(line)
        if json is not None:
            _write(json, figures)
        return bool(figures["ok"])

    def _knowledge(self, folder: Path) -> Knowledge:
        try:
            return Knowledge(read_pack(folder))
        except PackError as error:
            raise RehearsalError(
                f"{folder} is no hunt pack that can be played: {error.problems[0]}"
            ) from None

    def _accounts(self, plan: Plan, players: int, direct: bool, screen: "_Screen") -> list[Account]:
        cast = Cast()
        if direct:
            screen.say(f"making {players} players in the database")
            return database.make_accounts(players, cast)
        screen.say(
            f"signing {players} players up at {', '.join(plan.urls)} (--direct is faster beside the database)"
        )
        return front_door.sign_up(
            list(plan.urls), players, cast, lambda done: screen.tell(f"signed up {done} of {players}")
        )

    def _compare_rows(self, played: Played, accounts: list[Account], journal: Journal) -> str | None:
        """The exact comparison and the ledger check, if the server's database is ours. None: it is not."""
        emails = [account.email for account in accounts]
        if not database.knows(played.hunt, emails, played.players):
            return None
        journal.findings.add(
            truth.against_rows(
                dict(journal.told()),
                journal.unanswered(),
                database.effects(played.players),
                database.awards(played.players),
            )
        )
        return database.ledger_problems(played.hunt)

    def _remove(self) -> None:
        if not database.is_there():
            raise RehearsalError("there is no database here (is it the server's? see ENIGMA_DATA_DIR)")
        players = database.hide_bots()
        if players:
            self.stdout.write(f"{players} players are hidden; in {BOARDS_FOLLOW_S:.0f} s every board knows")
            time.sleep(BOARDS_FOLLOW_S)
        self.stdout.write(f"{database.delete_bots()} bots are gone, with all that they did")


class _Screen:
    """One line that is rewritten each second on a terminal; in a file a line every ten."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._live = out.isatty()
        self._told_at = 0.0

    def say(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def tell(self, text: str) -> None:
        if self._live:
            self._out.write(f"\r\x1b[2K{text}", ending="")
            self._out.flush()
        elif time.monotonic() - self._told_at >= QUIET_S:
            self._told_at = time.monotonic()
            self.say(text)

    def clear(self) -> None:
        if self._live:
            self._out.write("\r\x1b[2K", ending="")


def address(text: str) -> str:
    """http://host[:port], without a slash at the end."""
    parts = urlsplit(text if "//" in text else f"http://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(text)
    return f"{parts.scheme}://{parts.netloc}"


def _write(path: Path, figures: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise RehearsalError(f"{path} cannot be written: {error.strerror}") from None
