"""The sockets of one process, by kind and by player, and the way to tell them all something."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from consumers import meters, protocol
from consumers.limits import Bucket, Limits
from consumers.protocol import Outbound, Role

if TYPE_CHECKING:
    from consumers.base import BaseConsumer
    from consumers.player import PlayerConsumer

SLICE = 200
"""Sockets that are told something in a row, in a few milliseconds; then it is everybody else's turn."""
SOCKETS_PER_PLAYER = 3
EVERYBODY: tuple[Role, ...] = ("player", "spectator", "organiser")


class Party:
    """One player on this process: their sockets, oldest first, and the credit that they share."""

    __slots__ = ("bucket", "sockets")

    def __init__(self, limits: Limits) -> None:
        self.sockets: list[PlayerConsumer] = []
        self.bucket = Bucket(limits)

    def is_behind(self, version: int) -> bool:
        """Whether one of the sockets has not been told of the player's state `version`."""
        return any(socket.me_version < version for socket in self.sockets)


class Audience:
    """Who is connected here."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # Dictionaries, because they keep the order of arrival and forget in no time.
        self.sockets: dict[Role, dict[BaseConsumer, None]] = {role: {} for role in EVERYBODY}
        self.parties: dict[int, Party] = {}
        self._empty = asyncio.Event()

    def of(self, *roles: Role) -> "list[BaseConsumer]":
        """The sockets of these kinds at this moment."""
        return [socket for role in roles for socket in self.sockets[role]]

    def counts(self) -> protocol.Sockets:
        return protocol.Sockets(
            players=len(self.sockets["player"]),
            spectators=len(self.sockets["spectator"]),
            organisers=len(self.sockets["organiser"]),
        )

    def add(self, socket: "BaseConsumer") -> None:
        """From now on `socket` is told what everybody of its kind is told."""
        self.sockets[socket.company or socket.role][socket] = None
        self._empty.clear()

    def join(self, socket: "PlayerConsumer", player: int) -> "tuple[Party, list[PlayerConsumer]]":
        """The player's party with this socket as its newest, and the oldest sockets that must go for it."""
        party = self.parties.get(player)
        if party is None:
            party = self.parties[player] = Party(self._limits)
        party.sockets.append(socket)
        return party, party.sockets[:-SOCKETS_PER_PLAYER]

    def leave(self, socket: "PlayerConsumer", player: int) -> None:
        party = self.parties.get(player)
        if party is not None and socket in party.sockets:
            party.sockets.remove(socket)
            if not party.sockets:
                del self.parties[player]

    def remove(self, socket: "BaseConsumer") -> None:
        self.sockets[socket.company or socket.role].pop(socket, None)
        if not any(self.sockets.values()):
            self._empty.set()

    async def gone(self, within_s: float) -> None:
        """Wait until nobody is connected, at most `within_s`."""
        if any(self.sockets.values()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._empty.wait()

    async def tell(self, frame: Outbound, *roles: Role) -> None:
        """Encode once, write to every socket of these kinds."""
        packed, sockets = protocol.pack(frame), self.of(*roles)
        async for part in in_slices(sockets):
            for socket in part:
                await socket.broadcast(packed)
        meters.frames.labels(frame.__struct_config__.tag).inc(len(sockets))

    async def tell_player(self, frame: Outbound, player: int) -> None:
        """The same for the sockets of one player."""
        party = self.parties.get(player)
        packed, sockets = protocol.pack(frame), list(party.sockets) if party else []
        for socket in sockets:
            await socket.broadcast(packed)
        meters.frames.labels(frame.__struct_config__.tag).inc(len(sockets))

    async def tell_board(self, packed: bytes, version: int, *roles: Role) -> None:
        """The same for a packed board delta, which a snapshot made between two slices may already hold."""
        told = 0
        async for part in in_slices(self.of(*roles)):
            for socket in part:
                if socket.board_version < version:
                    socket.board_version = version
                    await socket.broadcast(packed)
                    told += 1
        meters.frames.labels("board").inc(told)

    async def shut(self, code: int) -> None:
        """Close everybody."""
        for socket in self.of(*EVERYBODY):
            await socket.shut(code)


async def in_slices(sockets: "list[BaseConsumer]") -> "AsyncIterator[list[BaseConsumer]]":
    """All of them, with a turn for everything else after each slice, so that answers are not starved."""
    for begin in range(0, len(sockets), SLICE):
        yield sockets[begin : begin + SLICE]
        await asyncio.sleep(0)
