"""manage.py check_scheduler: does the scheduled work run? The health check of the worker's container."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from game.models import Heartbeat
from game.queries.clock import now_ms
from game.services.xp import HEARTBEAT

WITHIN_S = 240
"""It is due each minute and looked for each half a minute; one run may take a minute."""


class Command(BaseCommand):
    help = "Exit status 1 when no scheduled job has run to its end for a while."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--within", type=int, default=WITHIN_S, metavar="SECONDS")
        parser.add_argument(
            "--restart",
            action="store_true",
            help="kill a qcluster that has run for so long without doing anything; whoever watches it starts a new one",
        )

    def handle(self, *args: Any, within: int, restart: bool, **options: Any) -> None:
        try:
            beat = Heartbeat.objects.filter(job=HEARTBEAT).values_list("at", flat=True).first()
            age = None if beat is None else (now_ms() - beat) / 1000
        except DatabaseError as error:
            # Nothing can be known, and a new cluster could not do anything either.
            raise CommandError(f"the database: {error}") from None
        if age is not None and age <= within:
            self.stdout.write(f"scheduled work ran {age:.0f} s ago")
            return
        if restart:
            # A cluster that was started without its database waits for ever, also when it is back.
            for pid in _clusters_older_than(within):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        raise CommandError(
            "scheduled work has never run" if age is None else f"scheduled work last ran {age:.0f} s ago"
        )


def _clusters_older_than(seconds: float) -> Iterator[int]:
    """Processes of `manage.py qcluster`. In a container that is the one beside which this runs."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"qcluster" in words and time.time() - folder.stat().st_ctime > seconds:
                yield int(folder.name)
