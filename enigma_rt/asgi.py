"""Where every connection comes in: checks of health, figures, pages, sockets."""

import os
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enigma_rt.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  # they need the apps
from django.conf import settings  # noqa: E402
from django.urls import re_path  # noqa: E402

from consumers.protocol import Close  # noqa: E402
from consumers.routing import websocket_urlpatterns  # noqa: E402
from enigma_rt import metrics  # noqa: E402
from enigma_rt.health import LIVE, READY, health  # noqa: E402
from enigma_rt.http import Pages  # noqa: E402
from enigma_rt.logs import Traced  # noqa: E402

pages = metrics.counted(Pages())
own: dict[str, Any] = {LIVE: health, READY: health, metrics.PATH: metrics.metrics}


async def http(scope: Any, receive: Any, send: Any) -> None:
    await own.get(scope["path"], pages)(scope, receive, send)


async def no_such_socket(scope: Any, receive: Any, send: Any) -> None:
    """Accepted first: browsers are told nothing of a refusal before that, not even a code."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": Close.NO_HUNT})
    while (await receive())["type"] != "websocket.disconnect":
        pass


# Origin and session are looked at by the consumers, which can close with a code that says what was wrong.
sockets = URLRouter([*websocket_urlpatterns, re_path(r"", cast(Any, no_such_socket))])

application = Traced(ProtocolTypeRouter({"http": http, "websocket": sockets}), believe=settings.BEHIND_PROXY)
