"""manage.py rehearse: bots play the hunt on a running server. Exit status 1 if it broke a promise."""

import json
import secrets
import sys
import time
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DatabaseError

from enigma_rt.launcher import raise_file_limit
from enigma_rt.rehearsal import RehearsalError, database, front_door, page, planning, report, summary, truth
from enigma_rt.rehearsal.accounts import Account, Cast
from enigma_rt.rehearsal.messages import Plan
from enigma_rt.rehearsal.play import Played, play
from enigma_rt.rehearsal.screen import Screen
from enigma_rt.rehearsal.watch import is_here
from game.management.commands.import_hunt import duration
from game.packs import Pack, PackError, read_pack

URL = "http://127.0.0.1:8000"
BOARDS_FOLLOW_S = 7.0
"""Every process looks at the database at least every 5 s, whatever the bus has lost."""
LONGEST_MIN = 60 * 24 * 7
FASTEST = 1000

EXAMPLES = """
Bots play the hunt that is current on a running server, and it is checked that nothing is lost or doubled.

  rehearse                                                50 players, one minute
  rehearse --direct --players 500 --minutes 5             beside the server's database: no sign-up form
  rehearse --direct --players 2000 --minutes 5 --start-storm 60s --solves 20/s --speed 10 --html night.html
  rehearse --url https://hunt.example.org --metrics http://10.0.0.5:8000 --metrics http://10.0.0.6:8000
  rehearse --remove                                       the bots of all rehearsals are gone

docs/rehearse.md is the guide, with a walk-through for the week before.
"""


class _Help(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """The examples as they stand, and Django's own options last."""


class Command(BaseCommand):
    help = EXAMPLES
    # It may run far from the server and its settings.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=_Help, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url",
            action="append",
            type=planning.address,
            help=f"the server (default {URL}); several: bots use all of them",
        )
        parser.add_argument("--players", type=int, default=50, metavar="N", help="50 if not given")
        parser.add_argument(
            "--minutes", type=float, default=1.0, metavar="M", help="1 if not given; fractions are fine"
        )
        parser.add_argument(
            "--pack",
            type=Path,
            default=Path(settings.BASE_DIR) / "game" / "sample_hunt",
            metavar="FOLDER",
            help="the hunt pack that is being played (default game/sample_hunt)",
        )
        parser.add_argument(
            "--direct",
            action="store_true",
            help="make accounts in the server's database instead of signing up",
        )
        parser.add_argument(
            "--seed", type=int, metavar="N", help="the same bots with the same ideas as last time"
        )
        parser.add_argument(
            "--processes",
            type=int,
            metavar="N",
            help="client processes; as many as there are processors to spare if not given",
        )
        parser.add_argument(
            "--start-storm",
            type=duration,
            metavar="60s",
            help="everybody connects within this time; 0s: at once (default: a tenth of the time)",
        )
        parser.add_argument(
            "--solves",
            type=planning.rate,
            metavar="20/s",
            help="steer the bots' pace so that about so many right answers come",
        )
        parser.add_argument(
            "--speed", type=float, metavar="N", help="they think and fidget N times faster than people"
        )
        parser.add_argument(
            "--herd",
            action="append",
            type=duration,
            metavar="90s",
            help="so long after the beginning every connection is cut at once; several times if you like",
        )
        parser.add_argument(
            "--metrics",
            action="append",
            type=planning.address,
            metavar="URL",
            help="a web process whose /metrics is looked at (default: each --url)",
        )
        parser.add_argument("--html", type=Path, metavar="FILE", help="write a report with curves there")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
        parser.add_argument(
            "--remove", action="store_true", help="play nothing; delete every bot from the server's database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                self._remove()
            elif not self._rehearse(options):
                sys.exit(1)
        except RehearsalError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("stopped; nobody has played") from None
        except DatabaseError as error:
            raise CommandError(f"the database: {error}") from None

    def _rehearse(self, options: dict[str, Any]) -> bool:
        _check(options)
        pack, players, direct = _pack(options["pack"]), options["players"], options["direct"]
        plan = _plan(options, pack)
        here = any(is_here(url) for url in plan.urls)
        processes = planning.processes(players, options["processes"], here)
        raise_file_limit()
        planning.check_files(players, processes)
        for server in plan.urls:
            front_door.probe(server)
        screen = Screen(self.stdout)
        if hint := planning.limits_needed(players, len(plan.urls)):
            screen.say(hint)
        accounts = self._accounts(plan, players, direct, screen)
        watched = options["metrics"] or plan.urls
        try:
            played = play(plan, pack, accounts, processes, watched, settings.METRICS_TOKEN, screen.show)
        finally:
            screen.clear()
        course = summary.Course(
            players=players,
            processes=processes,
            seed=plan.seed,
            accounts="accounts made in the database" if direct else "accounts through the sign-up form",
            here=here,
            ledger=_compare_rows(played, accounts),
            wanted_solves=plan.solves,
            speed=options["speed"],
        )
        kept = report.are_kept(report.promises(played.book, course))
        summed = summary.summarise(course, played, kept)
        figures = report.figures(course, played, summed)
        for line in report.table(figures, course, played, summed):
            self.stdout.write(line)
        if options["json"] is not None:
            _write(options["json"], json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
        if options["html"] is not None:
            _write(options["html"], page.render(figures, course, played, summed, plan))
            self.stdout.write(f"The report with its curves: {options['html']}")
        return kept

    def _accounts(self, plan: Plan, players: int, direct: bool, screen: Screen) -> list[Account]:
        cast = Cast()
        if direct:
            screen.say(f"making {players} players in the database")
            return database.make_accounts(
                players, cast, lambda done: screen.tell(f"made {done} of {players}")
            )
        screen.say(
            f"signing {players} players up at {', '.join(plan.urls)} (--direct is faster beside the database)"
        )
        return front_door.sign_up(
            list(plan.urls), players, cast, lambda done: screen.tell(f"signed up {done} of {players}")
        )

    def _remove(self) -> None:
        if not database.is_there():
            raise RehearsalError("there is no database here (is it the server's? see ENIGMA_DATA_DIR)")
        players = database.hide_bots()
        if players:
            self.stdout.write(f"{players} players are hidden; in {BOARDS_FOLLOW_S:.0f} s every board knows")
            time.sleep(BOARDS_FOLLOW_S)
        self.stdout.write(f"{database.delete_bots()} bots are gone, with all that they did")


def _check(options: dict[str, Any]) -> None:
    """Before anybody has waited for anything. Raises RehearsalError."""
    if options["players"] < 1 or not 0 < options["minutes"] < LONGEST_MIN:
        raise RehearsalError("--players must be at least 1 and --minutes more than 0")
    if options["speed"] is not None and not 0 < options["speed"] <= FASTEST:
        raise RehearsalError(f"--speed must be more than 0 and at most {FASTEST}")
    if any(herd >= options["minutes"] * 60_000 for herd in options["herd"] or ()):
        raise RehearsalError("--herd is after the end: give more --minutes")
    for name in ("json", "html"):
        path = options[name]
        if path is not None and not path.parent.is_dir():
            raise RehearsalError(f"--{name} {path}: there is no folder {path.parent}")


def _plan(options: dict[str, Any], pack: Pack) -> Plan:
    seconds, storm, seed = options["minutes"] * 60, options["start_storm"], options["seed"]
    return Plan(
        urls=tuple(options["url"] or [URL]),
        seconds=seconds,
        seed=secrets.randbelow(10**6) if seed is None else seed,
        pace=planning.pace(
            seconds, len(pack.questions), options["speed"], options["solves"], options["players"]
        ),
        arrival=planning.arrival(seconds, None if storm is None else storm / 1000),
        solves=options["solves"],
        herds=tuple(herd / 1000 for herd in options["herd"] or ()),
    )


def _pack(folder: Path) -> Pack:
    try:
        return read_pack(folder)
    except PackError as error:
        raise RehearsalError(f"{folder} is no hunt pack that can be played: {error.problems[0]}") from None


def _compare_rows(played: Played, accounts: list[Account]) -> str | None:
    """The exact comparison and the ledger check, if the server's database is ours. None: it is not."""
    book, emails = played.book, [account.email for account in accounts]
    if not database.knows(book.hunt, emails, book.players):
        return None
    book.findings.add(
        truth.against_rows(
            book.told, book.unanswered, database.effects(book.players), database.awards(book.players)
        )
    )
    return database.ledger_problems(book.hunt)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RehearsalError(f"{path} cannot be written: {error.strerror}") from None
