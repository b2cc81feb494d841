"""A hunt -> a hunt pack's folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.models import Hunt
from game.packs import write_pack
from game.services.packs import export_pack


class Command(BaseCommand):
    help = "Export a hunt as a hunt pack: exactly the files of which import_hunt makes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--schedule",
            action="store_true",
            help="say slug, start and end, too: to move it to another server",
        )
        parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")

    def handle(self, *, slug: str, folder: Path, schedule: bool, force: bool, **_: Any) -> None:
        hunt = Hunt.objects.filter(slug=slug).first()
        if hunt is None:
            known = ", ".join(Hunt.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no hunt {slug!r}. There is: {known}")
        try:
            if not force and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise CommandError(
                    f"{folder} is there already: choose a new folder, or say --force to write into it"
                )
            pack = export_pack(hunt, schedule=schedule)
            write_pack(pack, folder)
        except (OSError, ValueError) as error:
            raise CommandError(f"{folder} could not be written: {error}") from None
        self.stdout.write(
            f"{hunt.title} ({slug}) is in {folder}: {len(pack.questions)} questions, {len(pack.images)} pictures"
        )
