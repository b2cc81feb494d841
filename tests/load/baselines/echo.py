"""Channels' own first example: what comes in goes out again."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.baselines.settings"

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

http = get_asgi_application()


class Echo(AsyncWebsocketConsumer):
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data=text_data)


application = ProtocolTypeRouter({"http": http, "websocket": Echo.as_asgi()})
