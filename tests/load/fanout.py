"""Frames of 1 KB for everybody, as fast as they go: counted where they arrive."""

from array import array
from collections.abc import Callable
from statistics import median
from time import perf_counter

from tests.load import wire
from tests.load.answering import Failed
from tests.load.baselines.control import SIZE, text_of
from tests.load.client import Client, Socket
from tests.load.machine import Meter
from tests.load.report import Row, Sample, in_turn, row
from tests.load.servers import Bench, House, house, program, stock_daphne

FRAMES = 120_000
"""In one burst, over all sockets: two or three seconds."""
FRAMES_LAYER = 8_000
AT_ONCE_LAYER = 10
"""Each socket subscribes to Redis before it is accepted, and Daphne waits for no longer than five seconds."""
SINGLES = 20
HEAD = SIZE // 8
"""So much of a frame is compared: its number is in there."""
ANNOUNCEMENT = b'{"t":"announcement"'
PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"


class Listening:
    """Sockets that only listen, and one that gives the orders."""

    def __init__(
        self, client: Client, port: int, path: str, sockets: int, *, greeted: bool, at_once: int = 40
    ) -> None:
        self.client = client
        requests = [wire.handshake(path, port)] * sockets
        self.sockets = client.open(port, requests, greeted=greeted, at_once=at_once)
        [self._control] = client.open(port, [wire.handshake("/control", port)], greeted=False)
        self._told = 0
        self._awaited = 0
        self._heads: list[bytes] = [b""]
        self._next = array("l", [1]) * (sockets + 1)
        self._reply = ""
        self.receipts = array("d")
        self.last = 0.0

    def tell(self, frames: int) -> float:
        """Have everybody told so many frames; returns when that began, once all of them have arrived."""
        self._told += frames
        self._heads += [text_of(n).encode()[:HEAD] for n in range(len(self._heads), self._told + 1)]
        self._awaited, self._reply = frames * len(self.sockets), ""
        self.receipts = array("d")
        self._control.send(wire.frame(b"%d" % frames))
        self.client.run(self._on_frame, 120)
        if not self.client.done:
            raise Failed(f"{self._awaited} frames of {frames * len(self.sockets)} were lost")
        return float(self._reply.split()[0])

    def _on_frame(self, each: Socket, begin: int, stop: int) -> None:
        if each is self._control:
            self._reply = bytes(self.client.buffer[begin:stop]).decode()
        else:
            wanted = self._next[each.number]
            if wanted <= self._told and self.client.buffer.startswith(self._heads[wanted], begin):
                self._next[each.number] = wanted + 1
                self._awaited -= 1
                self.last = perf_counter()
                self.receipts.append(self.last)
            elif self.client.buffer.startswith(ANNOUNCEMENT, begin):
                raise Failed(f"socket {each.number} missed frame {wanted}")
        self.client.done = not self._awaited and bool(self._reply)


def measure(listening: Listening, server: int, frames: int) -> Sample:
    """A burst for the rate; then single frames, each from its call to its receipts."""
    listening.tell(2)
    with Meter(server) as meter:
        began = listening.tell(frames)
    rate = frames * len(listening.sockets) / (listening.last - began)
    delays: list[float] = []
    lasts: list[float] = []
    for _ in range(min(SINGLES, frames)):
        began = listening.tell(1)
        delays += [receipt - began for receipt in listening.receipts]
        lasts.append(listening.last - began)
    delays.sort()
    return Sample(
        value=rate,
        p50_ms=wire.percentile(delays, 50) * 1000,
        p99_ms=wire.percentile(delays, 99) * 1000,
        client_cpu=meter.client,
        server_cpu=meter.server,
        more={"last_ms": median(lasts) * 1000, "frames": frames * len(listening.sockets), "lost": 0},
    )


def ours(home: House, sockets: int) -> Sample:
    with home.serving(hooked=True) as server, Client() as client:
        listening = Listening(client, server.port, "/ws/board", sockets, greeted=True)
        return measure(listening, server.pid, FRAMES // sockets)


def broadcast(bench: Bench, sockets: int) -> Sample:
    with program(bench, "broadcast") as server, Client() as client:
        listening = Listening(client, server.port, "/", sockets, greeted=False)
        return measure(listening, server.pid, FRAMES // sockets)


def layer(bench: Bench, sockets: int) -> Sample:
    env = {"REDIS_URL": bench.redis.url, "LAYER": PUBSUB}
    with stock_daphne(bench, "layer", env) as server, Client() as client:
        listening = Listening(client, server.port, "/", sockets, greeted=False, at_once=AT_ONCE_LAYER)
        return measure(listening, server.pid, max(1, FRAMES_LAYER // sockets))


def fanout(bench: Bench, sockets: int) -> list[Row]:
    with house(bench) as home:
        taken = in_turn(
            {"websockets.broadcast": lambda: broadcast(bench, sockets), "ours": lambda: ours(home, sockets)},
            bench.rounds,
            bench.say,
        )
    return [
        row(
            f"fanout_{sockets}",
            "frames/s",
            taken["ours"],
            baseline=("websockets.broadcast", taken["websockets.broadcast"]),
            target=">= 0.9 x broadcast; 0 lost",
            reached=lambda made: (made.ratio or 0) >= 0.9,
        )
    ]


def fanout_layer(bench: Bench, sockets: int) -> list[Row]:
    with house(bench) as home:
        taken = in_turn(
            {"pub-sub layer": lambda: layer(bench, sockets), "ours": lambda: ours(home, sockets)},
            bench.rounds,
            bench.say,
        )
    return [
        row(
            f"fanout_{sockets}_layer",
            "frames/s",
            taken["ours"],
            baseline=("pub-sub layer", taken["pub-sub layer"]),
            target=">= 15 x the pub-sub layer",
            reached=lambda made: (made.ratio or 0) >= 15,
        )
    ]


BENCHES: dict[str, Callable[[Bench], list[Row]]] = {
    "fanout_2000": lambda bench: fanout(bench, 2_000),
    "fanout_2000_layer": lambda bench: fanout_layer(bench, 2_000),
    "fanout_10000": lambda bench: fanout(bench, 10_000),
    "fanout_10000_layer": lambda bench: fanout_layer(bench, 10_000),
}
