"""An author's socket in test play: the player's, in a hunt of the author's own (`game/services/testplay.py`)."""

from typing import Any, ClassVar

import msgspec

from consumers import protocol
from consumers.audience import Company
from consumers.backstage import BackstageConsumer
from consumers.protocol import BoardView, Close
from game.queries.play import PlayerSnapshot
from game.services import players, testplay
from game.services.testplay import TestSeat


class TestConsumer(BackstageConsumer):
    needed = "/author"
    apart = True
    # Nobody's player: among the sockets it is counted as what it is.
    company: ClassVar[Company] = "organiser"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seat: TestSeat | None = None

    async def admit(self) -> bool:
        identity = await self.organiser()
        if identity is None:
            return False
        of = int(self.scope["url_route"]["kwargs"]["hunt"])
        self.seat = await self.hub.bridge.read(testplay.seat, identity.user, of)
        if self.seat is None:
            await self.shut(Close.NOT_JOINED)
            return False
        # The author may play in the real hunt, too: here they are the test player.
        self.identity = msgspec.structs.replace(
            identity, player=self.seat.player, member=self.seat.member, banned=False
        )
        self.party, oldest = self.hub.audience.join(self, self.seat.player)
        for socket in oldest:
            await socket.shut(Close.REPLACED)
        return True

    @property
    def hunt(self) -> int:
        assert self.seat is not None
        return self.seat.hunt.id

    async def snapshot(self, player: int) -> PlayerSnapshot | None:
        (view,) = await self.hub.bridge.read(players.enter, self.hunt, [player])
        return view

    def board_view(self) -> BoardView:
        """Nobody is on it."""
        return BoardView(id="test", version=0, total=0, size=0, top=())

    async def broadcast(self, frame: bytes) -> None:
        """What everybody is told is about the real hunt."""

    async def act(self, command: Any) -> None:
        if isinstance(command, protocol.Around):
            reply = protocol.AroundReply(id=command.id, board="test", version=0, rank=None, ranks=(), rows=())
            await self.reply(reply)
        else:
            await super().act(command)
