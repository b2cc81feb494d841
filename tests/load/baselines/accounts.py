"""A socket for whoever is signed in, as the Channels documentation does it: `AuthMiddlewareStack`, sessions in the
database."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.baselines.settings"

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  # it needs the apps


class Members(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        if self.scope["user"].is_authenticated:
            await self.accept()
        else:
            await self.close()


application = ProtocolTypeRouter({"http": http, "websocket": AuthMiddlewareStack(Members.as_asgi())})
