"""An organiser's socket on a player's page: all that the player is shown, as it happens, and nothing that can be done.

Nobody notices: no clock starts, no telegram counts as seen, the player is not online by it, no tab of theirs must go.
"""

from typing import Any, ClassVar

import msgspec

from consumers import protocol
from consumers.audience import Company
from consumers.base import BaseConsumer
from consumers.player import PlayerConsumer
from consumers.protocol import Close
from game import errors
from game.queries import play, roles
from game.queries.play import PlayerSnapshot
from game.services import looking

NEEDED = "/console/as"
READS = protocol.Story | protocol.Around | protocol.Crowd


class ViewerConsumer(PlayerConsumer):
    company: ClassVar[Company] = "viewer"

    async def admit(self) -> bool:
        identity = await self.identify()
        if identity is None:
            await self.shut(Close.SIGNED_OUT)
            return False
        if not roles.may(await self.hub.bridge.read(roles.of, identity.user), NEEDED):
            await self.shut(Close.FORBIDDEN)
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

    async def hold(self, role: roles.Role | None) -> None:
        """The account has this role now."""
        if not roles.may(role, NEEDED):
            await self.shut(Close.FORBIDDEN)

    async def snapshot(self, player: int) -> PlayerSnapshot | None:
        # Read, and not entered: the first question's clock is the player's to start.
        found = await self.hub.bridge.read(play.player_snapshots, self.hunt, [player])
        return found.get(player)

    async def act(self, command: Any) -> None:
        if not isinstance(command, READS):
            raise errors.ReadOnly
        await super().act(command)
