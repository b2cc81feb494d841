"""A solve, and every screen that shows it: under load, to ten thousand sockets, and in a crowd that all play."""

import json
from array import array
from collections.abc import Callable
from time import perf_counter

from tests.load import wire
from tests.load.answering import RIGHT_EVERY, Answering, Failed, Paced
from tests.load.answers import agree
from tests.load.client import Client, Handler, Socket
from tests.load.machine import Meter
from tests.load.report import Row, Sample, in_turn, row
from tests.load.servers import Bench, House, OurServer, house

BOARD = b'{"t":"board"'
VERSION = b'"version":'
ANSWERERS = 200
"""Sockets that answer while the others look."""
SOLVERS = 50
BOARDS_A_SECOND = 4
MAXIMUM_S = 4.0
"""How long the highest rate of answers is looked for, after as long a warm-up."""
SCREENS = 10_000
SOLVE_EACH_S = 1.0
LOOK_S = 0.01
CROWD = 19_000
"""Players of one process: a machine that lets a process open 20,000 files has room for no more."""
THINKS_S = 10
"""Each of them answers once in so many seconds."""
SETTLE_S, PATIENCE = 1.0, 20


class Boards:
    """What arrives of the board, at whom and when; everything else is handed on."""

    def __init__(self, client: Client, server: OurServer) -> None:
        self.client = client
        [self._control] = client.open(server.port, [wire.handshake("/control", server.port)], greeted=False)
        self._reply = ""
        self.arrivals = 0
        self.seen: dict[int, array[float]] = {}
        """Version of the board -> the instants of its arrivals."""

    def take(self, each: Socket, begin: int, stop: int) -> bool:
        """Whether it was a board frame, or the reply to an order."""
        buffer = self.client.buffer
        if buffer.startswith(BOARD, begin):
            now = perf_counter()
            place = buffer.index(VERSION, begin, stop) + len(VERSION)
            version = int(buffer[place : buffer.index(b",", place, stop)])
            if version not in self.seen:
                self.seen[version] = array("d")
            self.seen[version].append(now)
            self.arrivals += 1
            return True
        if each is self._control:
            self._reply = bytes(buffer[begin:stop]).decode()
            self.client.done = True
            return True
        return False

    def made(self) -> dict[int, float]:
        """Version of the board -> when the hub began to make it."""
        self._control.send(wire.frame(b"boards"))
        self.client.run(self.take, 30)
        return {int(version): instant for version, instant in json.loads(self._reply).items()}

    def settle(self, on_frame: Handler, sockets: int) -> None:
        """Wait for what is on its way: every version has to come to every socket, once. Raises Failed."""
        self.client.run(on_frame, SETTLE_S)
        for _ in range(PATIENCE):
            wrong = {version: len(seen) for version, seen in self.seen.items() if len(seen) != sockets}
            if not wrong:
                return
            self.client.run(on_frame, SETTLE_S)
        raise Failed(f"of {sockets} sockets so many saw these versions of the board: {wrong}")


class Solvers(Answering):
    """Sockets that take turns in solving their next question, one solve each `pause` seconds."""

    def __init__(self, client: Client, sockets: list[Socket], pause: float) -> None:
        super().__init__(client, sockets, right_every=1)
        self._turn = 0
        self._pause = pause
        self._due = 0.0
        self.solved_at: list[float] = []

    def begin(self) -> None:
        self._due = perf_counter() + self._pause

    def free(self, each: Socket) -> None:
        pass

    def tick(self, now: float) -> float:
        if self._due <= now:
            each = self.sockets[self._turn % len(self.sockets)]
            self.send(each)
            self.solved_at.append(each.sent_at)
            self._turn += 1
            self._due = max(self._due + self._pause, now)
        return self._due


def connected(home: House, client: Client, server: OurServer, count: int) -> list[Socket]:
    """So many players, each with a socket and a snapshot."""
    cookies = home.ask(f"players({count})")
    return client.open(server.port, [wire.handshake("/ws/play", server.port, cookie) for cookie in cookies])


def loaded(home: House, sockets: int = 2_000) -> tuple[Sample, Sample]:
    """(boards, answers): how long board frames take to arrive while answers come at half the highest rate."""
    before, seconds = home.ask("newest()"), home.bench.seconds
    with home.serving(hooked=True) as server, Client() as client:
        everybody = connected(home, client, server, sockets)
        fastest = Answering(client, everybody[:ANSWERERS], right_every=0)
        fastest.begin()
        client.run(fastest.on_frame, MAXIMUM_S)
        fastest.latencies = array("d")
        with Meter(server.pid) as meter:
            client.run(fastest.on_frame, MAXIMUM_S)
        rate = len(fastest.latencies) / meter.seconds / 2
        fastest.finish()

        boards = Boards(client, server)
        paced = Paced(client, everybody[:ANSWERERS], rate)
        for each, player in fastest.players.items():
            paced.players[each] = player
        solvers = Solvers(client, everybody[-SOLVERS:], 1 / BOARDS_A_SECOND)

        def on_frame(each: Socket, begin: int, stop: int) -> None:
            if not boards.take(each, begin, stop):
                (paced if each.number < ANSWERERS else solvers).on_frame(each, begin, stop)

        def tick(now: float) -> float:
            return min(paced.tick(now), solvers.tick(now))

        paced.begin()
        solvers.begin()
        with Meter(server.pid, home.databases) as meter:
            client.run(on_frame, seconds, tick=tick)
        paced.finish(on_frame)
        solvers.finish(on_frame)
        boards.settle(on_frame, sockets)
        made = boards.made()
    total = Answering(client, [])
    total.acknowledged = fastest.acknowledged + paced.acknowledged + solvers.acknowledged
    agree(home, before, total)
    home.prove()
    delays = sorted(instant - made[version] for version, seen in boards.seen.items() for instant in seen)
    latencies = sorted(paced.latencies)
    shared = {"client_cpu": meter.client, "server_cpu": meter.server, "databases_cpu": meter.databases}
    return (
        Sample(
            value=wire.percentile(delays, 99) * 1000,
            p50_ms=wire.percentile(delays, 50) * 1000,
            p99_ms=wire.percentile(delays, 99) * 1000,
            more={"boards": len(boards.seen), "frames": len(delays), "lost": 0},
            **shared,
        ),
        Sample(
            value=len(latencies) / seconds,
            p50_ms=wire.percentile(latencies, 50) * 1000,
            p99_ms=wire.percentile(latencies, 99) * 1000,
            more={"wanted": rate},
            **shared,
        ),
    )


def board_under_load(bench: Bench) -> list[Row]:
    answers: list[Sample] = []

    def ours(home: House) -> Sample:
        boards, meanwhile = loaded(home)
        answers.append(meanwhile)
        boards.more |= {"answers": meanwhile.value, "answers_p99_ms": meanwhile.p99_ms}
        return boards

    with house(bench) as home:
        taken = in_turn({"ours": lambda: ours(home)}, bench.rounds, bench.say)
    return [
        row(
            "board_under_load",
            "ms (p99)",
            taken["ours"],
            target="delivery p99 <= 100 ms",
            reached=lambda made: (made.p99_ms or 0) <= 100,
        ),
        row(
            "board_under_load_answers",
            "answers/s",
            answers,
            target="answers p99 <= 50 ms",
            reached=lambda made: (made.p99_ms or 0) <= 50,
        ),
    ]


def to_screen(home: House, sockets: int) -> Sample:
    """Milliseconds from when the right answer is sent to when the board's change is on every socket."""
    before = home.ask("newest()")
    with home.serving(hooked=True) as server, Client() as client:
        everybody = connected(home, client, server, sockets)
        boards = Boards(client, server)
        solvers = Solvers(client, everybody[:SOLVERS], SOLVE_EACH_S)

        def on_frame(each: Socket, begin: int, stop: int) -> None:
            if not boards.take(each, begin, stop):
                solvers.on_frame(each, begin, stop)

        def tick(now: float) -> float:
            # One at a time, or two would share a board and nobody could tell whose it was.
            arrived = boards.arrivals == len(solvers.solved_at) * sockets
            return solvers.tick(now) if arrived else now + LOOK_S

        solvers.begin()
        with Meter(server.pid, home.databases) as meter:
            # So that the last solve has its second as well.
            client.run(on_frame, home.bench.seconds + SOLVE_EACH_S / 2, tick=tick)
        solvers.finish(on_frame)
        boards.settle(on_frame, sockets)
    agree(home, before, solvers)
    home.prove()
    if len(boards.seen) != len(solvers.solved_at):
        raise Failed(f"{len(solvers.solved_at)} solves made {len(boards.seen)} boards")
    delays: list[float] = []
    lasts: list[float] = []
    for began, version in zip(solvers.solved_at, sorted(boards.seen), strict=True):
        delays += [instant - began for instant in boards.seen[version]]
        lasts.append(max(boards.seen[version]) - began)
    delays.sort()
    return Sample(
        value=wire.percentile(delays, 99) * 1000,
        p50_ms=wire.percentile(delays, 50) * 1000,
        p99_ms=wire.percentile(delays, 99) * 1000,
        client_cpu=meter.client,
        server_cpu=meter.server,
        databases_cpu=meter.databases,
        more={"slowest_ms": max(lasts) * 1000, "solves": len(lasts), "lost": 0},
    )


def solve_to_screen(bench: Bench) -> list[Row]:
    with house(bench) as home:
        taken = in_turn({"ours": lambda: to_screen(home, SCREENS)}, bench.rounds, bench.say)
    return [
        row(
            "solve_to_screen",
            "ms (p99)",
            taken["ours"],
            target="p99 <= 400 ms",
            reached=lambda made: (made.p99_ms or 0) <= 400,
        )
    ]


def playing(home: House, sockets: int) -> tuple[Sample, Sample]:
    """(verdicts, boards) while everybody plays on one process: how long each takes to arrive."""
    before = home.ask("newest()")
    with home.serving(hooked=True) as server, Client() as client:
        everybody = connected(home, client, server, sockets)
        boards = Boards(client, server)
        paced = Paced(client, everybody, sockets / THINKS_S, right_every=RIGHT_EVERY)

        def on_frame(each: Socket, begin: int, stop: int) -> None:
            if not boards.take(each, begin, stop):
                paced.on_frame(each, begin, stop)

        paced.begin()
        with Meter(server.pid, home.databases) as meter:
            client.run(on_frame, 2 * THINKS_S, tick=paced.tick)
        paced.finish(on_frame)
        boards.settle(on_frame, sockets)
        made = boards.made()
    agree(home, before, paced)
    home.prove()
    delays = sorted(instant - made[version] for version, seen in boards.seen.items() for instant in seen)
    latencies = sorted(paced.latencies)
    shared = {"client_cpu": meter.client, "server_cpu": meter.server, "databases_cpu": meter.databases}
    return (
        Sample(
            value=len(latencies) / meter.seconds,
            p50_ms=wire.percentile(latencies, 50) * 1000,
            p99_ms=wire.percentile(latencies, 99) * 1000,
            more={"right": paced.right},
            **shared,
        ),
        Sample(
            value=len(delays) / meter.seconds,
            p50_ms=wire.percentile(delays, 50) * 1000,
            p99_ms=wire.percentile(delays, 99) * 1000,
            more={"boards": len(boards.seen), "frames": len(delays), "lost": 0},
            **shared,
        ),
    )


def crowd(bench: Bench) -> list[Row]:
    boards: list[Sample] = []

    def ours(home: House) -> Sample:
        verdicts, told = playing(home, CROWD)
        boards.append(told)
        verdicts.more |= {"boards_p99_ms": told.p99_ms, "boards": told.more["boards"]}
        return verdicts

    with house(bench) as home:
        taken = in_turn({"ours": lambda: ours(home)}, bench.rounds, bench.say)
    return [row("crowd", "answers/s", taken["ours"]), row("crowd_boards", "frames/s", boards)]


BENCHES: dict[str, Callable[[Bench], list[Row]]] = {
    "board_under_load": board_under_load,
    "solve_to_screen": solve_to_screen,
    "crowd": crowd,
}
