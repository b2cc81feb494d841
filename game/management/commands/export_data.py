"""A table of a hunt -> standard output."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.models import Hunt
from game.queries.exports import FORMATS, TABLES, export
from game.services import audit


class Command(BaseCommand):
    help = "Write results, attempts or the ledger of a hunt to standard output, as the console exports them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(TABLES))
        parser.add_argument("--format", choices=FORMATS, default="csv", dest="form")
        parser.add_argument("--hunt", metavar="SLUG", help="another than the current one")
        parser.add_argument(
            "--emails", action="store_true", help="with results: the addresses of the players' accounts"
        )

    def handle(self, *, what: str, form: str, hunt: str | None, emails: bool, **_: Any) -> None:
        found = Hunt.objects.filter(**({"slug": hunt} if hunt else {"current": True})).first()
        if found is None:
            raise CommandError(f"There is no hunt {hunt!r}." if hunt else "There is no current hunt.")
        took: audit.Detail = {"what": what, "form": form, "emails": emails}
        action = "export.emails" if emails and what == "results" else f"export.{what}"
        audit.write_down(None, found.id, action, took, {})
        for part in export(found.id, what, form, emails=emails):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
