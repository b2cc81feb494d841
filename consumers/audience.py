"""The sockets of one process, by kind and by player, and the way to tell them all something."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias

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
Company: TypeAlias = Role | Literal["viewer"]
"""A viewer is an organiser who looks at a player's page: told what players are told, and counted as nobody."""
TOLD: dict[Role, tuple[Company, ...]] = {
    "player": ("player", "viewer"),
    "spectator": ("spectator",),
    "organiser": ("organiser",),
}


class Party:
    """One player on this process: their sockets, oldest first, and the credit that they share."""

    __slots__ = ("bucket", "sockets")

    def __init__(self, limits: Limits) -> None:
        self.sockets: list[PlayerConsumer] = []
        self.bucket = Bucket(limits)


class Audience:
    """Who is connected here."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # Dictionaries, because they keep the order of arrival and forget in no time.
        self.sockets: dict[Company, dict[BaseConsumer, None]] = {
            company: {} for companies in TOLD.values() for company in companies
        }
        self.parties: dict[int, Party] = {}
        # Who looks at a player's page, by player.
        self._viewers: dict[int, list[PlayerConsumer]] = {}
        self._empty = asyncio.Event()

    def of(self, *roles: Role) -> "list[BaseConsumer]":
        """The sockets that are told what these kinds are told, at this moment."""
        return [socket for role in roles for company in TOLD[role] for socket in self.sockets[company]]

    def backstage(self) -> "list[BaseConsumer]":
        """Those whose account must have a role."""
        return [*self.sockets["organiser"], *self.sockets["viewer"]]

    def followed(self) -> list[int]:
        """The players whose state somebody here is told of: themselves, or who looks at their page."""
        return list(self.parties.keys() | self._viewers.keys())

    def at(self, player: int) -> "list[PlayerConsumer]":
        """The sockets that show this player's page."""
        party = self.parties.get(player)
        return [*(party.sockets if party else ()), *self._viewers.get(player, ())]

    def is_behind(self, player: int, version: int) -> bool:
        """Whether one of them has not been told of the player's state `version`."""
        return any(socket.me_version < version for socket in self.at(player))

    def players(self) -> list[int]:
        """Who plays here: not who tests, and not who looks on."""
        return [
            player
            for player, party in self.parties.items()
            if any(socket in self.sockets["player"] for socket in party.sockets)
        ]

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

    def look(self, socket: "PlayerConsumer", player: int) -> None:
        """From now on `socket` is told what this player is told."""
        self._viewers.setdefault(player, []).append(socket)

    def look_away(self, socket: "PlayerConsumer", player: int) -> None:
        viewers = self._viewers.get(player, [])
        if socket in viewers:
            viewers.remove(socket)
            if not viewers:
                del self._viewers[player]

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

    async def tell_players(self, frame: Outbound, players: Iterable[int]) -> list[int]:
        """The same for the sockets that show these players' pages, and no others; returns who of them is here."""
        players = list(players)
        packed = protocol.pack(frame)
        sockets: list[BaseConsumer] = [socket for player in players for socket in self.at(player)]
        here = [player for player in players if player in self.parties]
        async for part in in_slices(sockets):
            for socket in part:
                await socket.broadcast(packed)
        meters.frames.labels(frame.__struct_config__.tag).inc(len(sockets))
        return here

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
