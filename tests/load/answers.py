"""Answers as fast as they are judged: every socket sends its next one as soon as the verdict of the last has come."""

from array import array
from collections.abc import Callable, Sequence
from time import perf_counter

from tests.load import wire
from tests.load.client import Client, Lost, Socket
from tests.load.machine import Meter
from tests.load.report import Row, Sample, in_turn, row
from tests.load.servers import Bench, House, house, in_quiet, stock_daphne
from tests.support.pack import word

WARM_UP_S = 2.0
RIGHT_EVERY = 100
"""One answer of so many is right."""

VERDICT = b'{"t":"verdict"'
ERROR = b'{"t":"error"'


class Failed(RuntimeError):
    """What was measured was not done right: the figures are worth nothing."""


class Player:
    """What one socket sends: distinct wrong guesses, and each hundredth time the right answer."""

    __slots__ = ("_number", "position", "right", "sent")

    def __init__(self, number: int) -> None:
        self._number = number
        self.position = 1
        # Not everybody at the same time.
        self.sent = number % RIGHT_EVERY
        self.right = False

    def next(self) -> bytes:
        self.sent += 1
        self.right = self.sent % RIGHT_EVERY == 0
        # Scattered as random ids are, but never the same twice.
        command = b"%08x-0000-4000-8000-%012x" % (self.sent * 2_654_435_761 & 0xFFFF_FFFF, self._number)
        text = word("solve", self.position).encode() if self.right else b"wrong %08d" % self.sent
        return wire.frame(b'{"t":"answer","id":"%b","q":%d,"text":"%b"}' % (command, self.position, text))


class Answering:
    """Counts replies and their latencies while it plays. `judged`: replies are verdicts, not echoes."""

    def __init__(self, client: Client, sockets: list[Socket], *, judged: bool) -> None:
        self.client, self.sockets = client, sockets
        self.players = {each: Player(each.number) for each in sockets}
        self.latencies = array("d")
        self.acknowledged = self.right = 0
        self._judged = judged
        self._going = True
        self._under_way = 0

    def begin(self) -> None:
        self._under_way = len(self.sockets)
        for each in self.sockets:
            self._send(each)

    def on_frame(self, each: Socket, begin: int, stop: int) -> None:
        if self._judged and not self.client.buffer.startswith(VERDICT, begin):
            if self.client.buffer.startswith(ERROR, begin):
                raise Failed(f"refused: {bytes(self.client.buffer[begin:stop]).decode()}")
            return  # what everybody is told: boards, beacons
        self.latencies.append(perf_counter() - each.sent_at)
        self.acknowledged += 1
        player = self.players[each]
        if player.right:
            self.right += 1
            player.position += 1
        if self._judged:
            wanted = b'"verdict":"correct"' if player.right else b'"verdict":"wrong"'
            if self.client.buffer.find(wanted, begin, stop) < 0:
                raise Failed(f"not {wanted!r}: {bytes(self.client.buffer[begin:stop]).decode()}")
        if self._going:
            self._send(each)
        else:
            self._under_way -= 1
            self.client.done = not self._under_way

    def finish(self) -> None:
        """Nothing new is sent; every reply is waited for."""
        self._going = False
        self.client.run(self.on_frame, 60)
        if self._under_way:
            raise Failed(f"{self._under_way} answers were never acknowledged")

    def _send(self, each: Socket) -> None:
        frame = self.players[each].next()
        each.sent_at = perf_counter()
        each.send(frame)


def measure(answering: Answering, server: int, seconds: float, databases: Sequence[int] = ()) -> Sample:
    """Warm up, measure for `seconds`, wait for the last replies."""
    in_quiet()
    answering.begin()
    answering.client.run(answering.on_frame, WARM_UP_S)
    answering.latencies = array("d")
    with Meter(server, databases) as meter:
        answering.client.run(answering.on_frame, seconds)
    taken = sorted(answering.latencies)
    if not taken:
        raise Lost("no reply at all")
    answering.finish()
    return Sample(
        value=len(taken) / meter.seconds,
        p50_ms=wire.percentile(taken, 50) * 1000,
        p99_ms=wire.percentile(taken, 99) * 1000,
        client_cpu=meter.client,
        server_cpu=meter.server,
        databases_cpu=meter.databases if databases else None,
    )


def ours(home: House, sockets: int) -> Sample:
    """One round of ours; the rows are held against what was acknowledged, and the ledger is proved."""
    before = home.ask("stored()")
    cookies = home.ask(f"players({sockets})")
    with home.serving() as server, Client() as client:
        port = server.port
        opened = client.open(port, [wire.handshake("/ws/play", port, cookie) for cookie in cookies])
        answering = Answering(client, opened, judged=True)
        sample = measure(answering, server.pid, home.bench.seconds, home.bench.databases)
    stored = home.ask("stored()") - before
    if stored != answering.acknowledged:
        raise Failed(f"{answering.acknowledged} answers were acknowledged, {stored} are stored")
    if problems := home.ask("ledger_problems()"):
        raise Failed(f"the ledger: {problems[:5]}")
    sample.more = {"answers": answering.acknowledged, "right": answering.right}
    return sample


def echoed(bench: Bench, sockets: int) -> Sample:
    """The same frames, echoed by a stock consumer on a stock Daphne."""
    with stock_daphne(bench, "echo") as server, Client() as client:
        opened = client.open(server.port, [wire.handshake("/", server.port)] * sockets, greeted=False)
        return measure(Answering(client, opened, judged=False), server.pid, bench.seconds)


def at_200(bench: Bench) -> list[Row]:
    with house(bench) as home:
        taken = in_turn(
            {"stock echo": lambda: echoed(bench, 200), "ours": lambda: ours(home, 200)},
            bench.rounds,
            bench.say,
        )
    return [
        row(
            "answers_200",
            "answers/s",
            taken["ours"],
            baseline=("stock echo", taken["stock echo"]),
            target=">= 1.0 x echo; p99 <= 50 ms",
            reached=lambda made: (made.ratio or 0) >= 1 and (made.p99_ms or 0) <= 50,
        )
    ]


BENCHES: dict[str, Callable[[Bench], list[Row]]] = {"answers_200": at_200}
