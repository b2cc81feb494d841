"""An organiser's socket on a player's page: all that the player is shown, as it happens, and nothing that can be done.

Nobody notices: no clock starts, no telegram counts as seen, the player is not online by it, no tab of theirs must go.
"""

from typing import Any, ClassVar

import msgspec

from consumers import protocol
from consumers.audience import Company
from consumers.backstage import BackstageConsumer
from consumers.base import BaseConsumer
from consumers.protocol import Close
from game import errors
from game.queries import play
from game.queries.play import PlayerSnapshot
from game.services import looking

READS = protocol.Story | protocol.Around | protocol.Crowd


class ViewerConsumer(BackstageConsumer):
    needed = "/console/as"
    company: ClassVar[Company] = "viewer"

    async def admit(self) -> bool:
        identity = await self.organiser()
        if identity is None:
            return False
        player = int(self.scope["url_route"]["kwargs"]["player"])
        try:
            banned = await self.hub.bridge.read(looking.look, identity.user, self.hunt, player)
        except errors.NotFound:
            await self.shut(Close.NOT_JOINED)
            return False
        if banned:
            await self.shut(Close.BANNED)
            return False
        # Whom the frames are about; who looks is known by the session, and acts for nobody.
        self.identity = msgspec.structs.replace(identity, player=player, member=None, banned=False)
        self.hub.audience.look(self, player)
        return True

    def depart(self) -> None:
        BaseConsumer.depart(self)
        if self.identity is not None and self.identity.player is not None:
            self.hub.audience.look_away(self, self.identity.player)

    async def snapshot(self, player: int) -> PlayerSnapshot | None:
        # Read, and not entered: the first question's clock is the player's to start.
        found = await self.hub.bridge.read(play.player_snapshots, self.hunt, [player])
        return found.get(player)

    async def act(self, command: Any) -> None:
        if not isinstance(command, READS):
            raise errors.ReadOnly
        await super().act(command)
