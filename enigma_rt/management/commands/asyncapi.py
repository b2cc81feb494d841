"""Writes docs/asyncapi.json and the reference in docs/protocol.md from the protocol's records."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enigma_rt import protocol_docs


class Command(BaseCommand):
    help = "Writes docs/asyncapi.json and the reference in docs/protocol.md from consumers/protocol/."
    # It reads no row and no setting but where the checkout is.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a file is out of date"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = []
        for path, text in documents(Path(settings.BASE_DIR)).items():
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(path.relative_to(settings.BASE_DIR).as_posix())
            if not check:
                path.write_text(text, encoding="utf-8")
        if check and stale:
            raise CommandError(f"out of date: {', '.join(stale)} (run: manage.py asyncapi)")
        self.stdout.write(f"written: {', '.join(stale)}" if stale else "up to date")


def documents(root: Path) -> dict[Path, str]:
    """The generated files under `root` and what they should contain."""
    examples = json.loads((root / "tests" / "js" / "fixtures" / "frames.json").read_text(encoding="utf-8"))
    described = json.dumps(protocol_docs.asyncapi(examples), ensure_ascii=False, indent=2) + "\n"
    guide = root / "docs" / "protocol.md"
    return {
        root / "docs" / "asyncapi.json": described,
        guide: protocol_docs.with_reference(
            guide.read_text(encoding="utf-8"), protocol_docs.reference(examples)
        ),
    }
