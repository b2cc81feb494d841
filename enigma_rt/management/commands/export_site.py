"""A hunt that is over -> a folder that any web host serves."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enigma_rt import archive
from game import errors
from game.models import Hunt
from game.queries.archive import read
from game.services.archive import release


class Command(BaseCommand):
    help = "Write a finished hunt as pages: story and questions, the final board, the replay. No server is behind them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--hunt", metavar="SLUG", help="another than the current one")
        parser.add_argument("--answers", action="store_true", help="release the answers, too")
        parser.add_argument(
            "--language",
            action="append",
            default=[],
            help="only in this one; several times: in these, the first under the plain names",
        )
        parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")

    def handle(
        self, *, folder: Path, hunt: str | None, answers: bool, language: list[str], force: bool, **_: Any
    ) -> None:
        found = Hunt.objects.filter(**({"slug": hunt} if hunt else {"current": True})).first()
        if found is None:
            raise CommandError(f"There is no hunt {hunt!r}." if hunt else "There is no current hunt.")
        if not force and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(
                f"{folder} is there already: choose a new folder, or say --force to write into it"
            )
        try:
            chosen = archive.languages(language)
            release(None, found.id, answers=answers, languages=chosen)
            count = size = 0
            for path, content in archive.files(read(found.id, answers=answers), chosen):
                place = folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                count, size = count + 1, size + len(content)
        except errors.GameError as refusal:
            raise CommandError(str(refusal.text)) from None
        except (OSError, ValueError) as error:
            raise CommandError(f"{folder} could not be written: {error}") from None
        said = "with the answers" if answers else "without the answers (--answers releases them)"
        self.stdout.write(f"{found.title} is in {folder}, {said}: {count} files, {size / 1e6:.1f} MB")
