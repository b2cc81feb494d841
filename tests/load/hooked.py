"""`manage.py serve` with one address more, `/control`: whoever may order there makes the hub tell everybody something.

For the benchmark alone:  python -m tests.load.hooked --host 127.0.0.1 --port 0
"""

import os
import sys
from functools import cache
from typing import Any

from tests.load.baselines.control import FILLING, NOW, control_socket, number_of


@cache
def ours() -> Any:
    """The application that is measured, made when the first connection comes."""
    from django.utils.module_loading import import_string

    return import_string("enigma_rt.asgi.application")


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/control":
        await control_socket(receive, send, tell)
    else:
        await ours()(scope, receive, send)


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
