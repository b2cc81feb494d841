"""manage.py check_ledger [SLUG …]: prove that every balance equals the sum of its ledger. Exit status 1 if not."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.models import Hunt, LedgerEntry, Player
from game.queries.ledger import problems
from game.queries.moment import one_moment


class Command(BaseCommand):
    help = "Prove that balances, standings and solves equal the ledger, for all hunts or those named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="*")

    def handle(self, *args: Any, slug: list[str], **options: Any) -> None:
        hunts = Hunt.objects.filter(slug__in=slug) if slug else Hunt.objects.all()
        if missing := set(slug) - set(hunts.values_list("slug", flat=True)):
            raise CommandError(f"no such hunt: {', '.join(sorted(missing))}")
        wrong = 0
        for hunt in hunts.order_by("id"):
            # One snapshot of all tables, or a busy hunt would look wrong. Every row is read, however long it takes.
            with one_moment(statement_ms=0):
                found = list(problems(hunt))
                players = Player.objects.filter(hunt=hunt).count()
                entries = LedgerEntry.objects.filter(hunt=hunt).count()
            for line in found:
                self.stderr.write(f"{hunt.slug}: {line}")
            wrong += len(found)
            self.stdout.write(
                f"{hunt.slug}: {players} players, {entries} ledger entries, {len(found)} problems"
            )
        if wrong:
            raise CommandError(f"{wrong} problems: the ledger does not prove the balances")
