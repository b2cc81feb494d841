"""What the process that leads a rehearsal and those that play it say to each other, over a pipe each."""

import asyncio
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeAlias

import msgspec
from msgspec import Struct

from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.book import Book
from enigma_rt.rehearsal.echoes import Echo
from enigma_rt.rehearsal.habits import Pace
from enigma_rt.rehearsal.journal import Fresh
from game.packs import Pack


class Plan(Struct, frozen=True):
    """What is wanted: servers (`http://host:port`), seconds of play, the seed of every bot's decisions, how fast they
    think, within how many seconds they come, how many right answers a second they are steered to (None: they are not),
    and when all connections are cut at once (seconds from the beginning)."""

    urls: tuple[str, ...]
    seconds: float
    seed: int
    pace: Pace
    arrival: float
    solves: float | None = None
    herds: tuple[float, ...] = ()


class Share(Struct, frozen=True):
    """One process's part: of all `players` those with these numbers. The `first` of the processes looks whether the
    hunt can be played."""

    plan: Plan
    pack: Pack
    players: int
    accounts: dict[int, Account]
    first: bool


# --- orders ---------------------------------------------------------------------------------------------------------


class Order(Struct, frozen=True, tag=True):
    """To those who play."""


class Go(Order, frozen=True):
    """Play. `began` is the instant, by this machine's monotonic clock, that everybody counts from."""

    began: float
    rate: float


class Rate(Order, frozen=True):
    """The bots' clock runs at this rate from now on."""

    rate: float


class Rest(Order, frozen=True):
    """Play no more, and wait for every reply. Answered with `Rested`."""


class Check(Order, frozen=True):
    """Check what a client can check. Answered with `Checked`."""


class Finish(Order, frozen=True):
    """Whatever is being done: hand over the `Book`, and go."""


# --- reports --------------------------------------------------------------------------------------------------------


class Report(Struct, tag=True):
    """From those who play."""


class Ready(Report):
    pass


class Tick(Report):
    """Once a second. Counts are from the beginning, `fresh` and `echoes` since the last one.

    `at` and `lag` are seconds: since the beginning; how late this process's event loop was at worst. `cpu` is the
    processor time that it has used. `playing`: bots that have not left. `phase` is the hunt's, `tabs` those it has.
    """

    at: float
    lag: float
    cpu: float
    online: int
    tabs: int
    playing: int
    commands: int
    solves: int
    surprises: int
    reconnects: int
    checked: int
    errors: dict[str, int]
    closes: dict[int, int]
    phase: str
    fresh: Fresh
    echoes: list[Echo]


class Rested(Report):
    pass


class Checked(Report):
    pass


class Done(Report):
    book: Book


class Failed(Report):
    """There can be no rehearsal: one line for people."""

    text: str


class Crashed(Report):
    """A defect of ours, with its traceback."""

    trace: str


AnyOrder: TypeAlias = Go | Rate | Rest | Check | Finish
AnyReport: TypeAlias = Ready | Tick | Rested | Checked | Done | Failed | Crashed

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[AnyOrder] = msgspec.msgpack.Decoder(AnyOrder)
_reports: msgspec.msgpack.Decoder[AnyReport] = msgspec.msgpack.Decoder(AnyReport)


def listen(pipe: Connection, hear: Callable[[], None]) -> None:
    """Call `hear` in the running loop whenever there is something to be read from the pipe."""
    asyncio.get_running_loop().add_reader(pipe.fileno(), hear)
    # uvloop has just made it non-blocking: of a report larger than the pipe the rest would be lost.
    os.set_blocking(pipe.fileno(), True)


def send(pipe: Connection, message: Order | Report) -> None:
    pipe.send_bytes(_encoder.encode(message))


def read_order(pipe: Connection) -> AnyOrder:
    return _orders.decode(pipe.recv_bytes())


def read_report(pipe: Connection) -> AnyReport:
    return _reports.decode(pipe.recv_bytes())
