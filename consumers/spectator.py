"""The projector's socket: no login, nothing but looking; answered from the hub's memory."""

from typing import Any

from consumers import protocol
from consumers.base import BaseConsumer
from consumers.hub import hunt_info
from game import errors
from game.queries.play import NOTICES_BYTES
from game.queries.room import fitting


class SpectatorConsumer(BaseConsumer):
    role = "spectator"
    reads = False

    async def welcome(self) -> None:
        hub = self.hub
        assert hub.hunt is not None
        await self.reply(
            protocol.BoardSnapshot(
                protocol=protocol.PROTOCOL,
                now=hub.now(),
                hunt=hunt_info(hub.hunt),
                board=self.board_view(),
                ticker=tuple(hub.ticker),
                announcements=fitting(hub.notices, NOTICES_BYTES),
            )
        )

    async def act(self, command: Any) -> None:
        raise errors.Forbidden
