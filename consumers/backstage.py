"""A player's page that an organiser has open: whoever holds it must have a role, for as long as it is open."""

from typing import ClassVar

from consumers.player import PlayerConsumer
from consumers.protocol import Close
from game.queries import roles
from game.queries.accounts import Identity


class BackstageConsumer(PlayerConsumer):
    needed: ClassVar[str]
    """What the role must allow (`game/rules/roles.py`)."""

    async def organiser(self) -> Identity | None:
        """Whose socket this is, or None: it has been closed with the reason."""
        identity = await self.identify()
        if identity is None:
            await self.shut(Close.SIGNED_OUT)
            return None
        if not roles.may(await self.hub.bridge.read(roles.of, identity.user), self.needed):
            await self.shut(Close.FORBIDDEN)
            return None
        return identity

    async def hold(self, role: roles.Role | None) -> None:
        """The account has this role now."""
        if not roles.may(role, self.needed):
            await self.shut(Close.FORBIDDEN)
