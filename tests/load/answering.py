"""Sockets that answer: each sends its next answer as soon as the verdict of the last has come, or at a given rate."""

from array import array
from collections import deque
from collections.abc import Sequence
from time import perf_counter

from tests.load import wire
from tests.load.client import Client, Handler, Lost, Socket
from tests.load.machine import Meter
from tests.load.report import Sample
from tests.support.pack import word

WARM_UP_S = 2.0
"""The longest; a short measurement warms up as long as it lasts."""
RIGHT_EVERY = 100
"""One answer of so many is right."""

VERDICT = b'{"t":"verdict"'
ERROR = b'{"t":"error"'


class Failed(RuntimeError):
    """What was measured was not done right: the figures are worth nothing."""


class Player:
    """What one socket sends: distinct wrong guesses, and each `right_every` times the right answer (0: never)."""

    __slots__ = ("_number", "_right_every", "position", "right", "sent")

    def __init__(self, number: int, right_every: int = RIGHT_EVERY) -> None:
        self._number, self._right_every = number, right_every
        self.position = 1
        # Not everybody at the same time.
        self.sent = number % RIGHT_EVERY
        self.right = False

    def next(self) -> bytes:
        """The frame of the next answer."""
        self.sent += 1
        self.right = bool(self._right_every) and self.sent % self._right_every == 0
        # Scattered as random ids are, but never the same twice.
        command = b"%08x-0000-4000-8000-%012x" % (self.sent * 2_654_435_761 & 0xFFFF_FFFF, self._number)
        text = word("solve", self.position).encode() if self.right else b"wrong %08d" % self.sent
        return wire.frame(b'{"t":"answer","id":"%b","q":%d,"text":"%b"}' % (command, self.position, text))


class Answering:
    """Counts replies and their latencies while it plays. `judged`: replies are verdicts, not echoes."""

    def __init__(
        self, client: Client, sockets: list[Socket], *, judged: bool = True, right_every: int = RIGHT_EVERY
    ) -> None:
        self.client, self.sockets = client, sockets
        self.players = {each: Player(each.number, right_every) for each in sockets}
        self.latencies = array("d")
        self.acknowledged = self.right = 0
        self._judged = judged
        self._going = True
        self._under_way = 0

    def begin(self) -> None:
        for each in self.sockets:
            self.send(each)

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
        self._under_way -= 1
        if self._going:
            self.free(each)
        else:
            self.client.done = not self._under_way

    def free(self, each: Socket) -> None:
        """A socket has its verdict and may send again."""
        self.send(each)

    def finish(self, on_frame: Handler | None = None) -> None:
        """Nothing new is sent; every reply is waited for. `on_frame` hands on what is ours, if others listen too."""
        self._going = False
        if self._under_way:
            self.client.run(on_frame or self.on_frame, 60)
        if self._under_way:
            raise Failed(f"{self._under_way} answers were never acknowledged")

    def send(self, each: Socket) -> None:
        frame = self.players[each].next()
        self._under_way += 1
        each.sent_at = perf_counter()
        each.send(frame)


class Paced(Answering):
    """`rate` answers a second, whatever the server does; a latency begins when the answer was due."""

    def __init__(self, client: Client, sockets: list[Socket], rate: float, *, right_every: int = 0) -> None:
        super().__init__(client, sockets, right_every=right_every)
        self._idle = deque(sockets)
        self._pause = 1 / rate
        self._due = 0.0

    def begin(self) -> None:
        self._due = perf_counter()

    def free(self, each: Socket) -> None:
        self._idle.append(each)

    def tick(self, now: float) -> float:
        """Send what is due; returns when the next one is."""
        while self._due <= now and self._idle:
            each = self._idle.popleft()
            self.send(each)
            each.sent_at = self._due
            self._due += self._pause
        return self._due if self._idle else now + 0.01


def measure(answering: Answering, server: int, seconds: float, databases: Sequence[int] = ()) -> Sample:
    """Warm up, measure for `seconds`, wait for the last replies."""
    answering.begin()
    answering.client.run(answering.on_frame, min(WARM_UP_S, seconds))
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
        more={"answers": answering.acknowledged, "right": answering.right},
    )
