"""Stock consumers in a group of the Redis pub-sub layer, told by `group_send`."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.baselines.settings"

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from tests.load.baselines.control import Control, control_socket, text_of

http = get_asgi_application()
GROUP = "everybody"


class Listener(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def news(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


async def tell(sequence: int) -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(GROUP, {"type": "news", "text": text_of(sequence)})


listener = Listener.as_asgi()


async def socket(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/control":
        await control_socket(receive, send, lambda order: Control.obey(order, tell))
    else:
        await listener(scope, receive, send)


application = ProtocolTypeRouter({"http": http, "websocket": socket})
