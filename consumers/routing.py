"""Which address is which socket."""

from django.urls import path

from consumers.organiser import OrganiserConsumer
from consumers.player import PlayerConsumer
from consumers.spectator import SpectatorConsumer
from consumers.tester import TestConsumer
from consumers.viewer import ViewerConsumer

websocket_urlpatterns = [
    path("ws/play", PlayerConsumer.as_asgi()),
    path("ws/test/<int:hunt>", TestConsumer.as_asgi()),
    path("ws/as/<int:player>", ViewerConsumer.as_asgi()),
    path("ws/board", SpectatorConsumer.as_asgi()),
    path("ws/console", OrganiserConsumer.as_asgi()),
]
