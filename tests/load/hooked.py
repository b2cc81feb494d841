"""`manage.py serve` with one address more, `/control`, for the benchmark alone.

    python -m tests.load.hooked --host 127.0.0.1 --port 0

An order "COUNT" makes the hub tell everybody so many announcements. "boards" is answered with when each version of the
board was made: {version: instant at which the hub began to apply what it had gathered}, on the machine's monotonic
clock.
"""

import json
import os
import sys
import time
from functools import cache
from typing import Any

from tests.load.baselines.control import FILLING, NOW, Control, control_socket, number_of

boards: dict[int, float] = {}


def note_boards() -> None:
    """Have the board note when its steps begin: one call more, a few times a second."""
    from leaderboard.ranking import Board, Delta

    apply = Board.apply

    def noting(self: Board, changes: Any) -> Delta | None:
        began = time.perf_counter()
        delta = apply(self, changes)
        if delta is not None:
            boards[delta.version] = began
        return delta

    Board.apply = noting  # type: ignore[method-assign]


@cache
def ours() -> Any:
    """The application that is measured, made when the first connection comes."""
    from django.utils.module_loading import import_string

    note_boards()
    return import_string("enigma_rt.asgi.application")


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/control":
        await control_socket(receive, send, obey)
    else:
        await ours()(scope, receive, send)


async def obey(order: str) -> str:
    return json.dumps(boards) if order == "boards" else await Control.obey(order, tell)


async def tell(sequence: int) -> None:
    """An announcement to everybody, as the hub passes one on."""
    from consumers import hub, protocol
    from consumers.audience import EVERYBODY

    notice = protocol.Notice(number_of(sequence), NOW, "info", FILLING)
    await hub.current().audience.tell(protocol.Announcement(notice), *EVERYBODY)


if __name__ == "__main__":
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enigma_rt.settings")
    django.setup(set_prefix=False)
    settings.ASGI_APPLICATION = "tests.load.hooked.application"
    call_command("serve", *sys.argv[1:])
