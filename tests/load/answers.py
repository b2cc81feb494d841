"""Answers as fast as they are judged, over 200 and 1,000 sockets, and embedded on SQLite."""

import time
from collections.abc import Callable

from tests.load import wire
from tests.load.answering import Answering, Failed, measure
from tests.load.bulk import PER_PLAYER, crowd
from tests.load.client import Client
from tests.load.report import Row, Sample, in_turn, row
from tests.load.servers import Bench, House, house, stock_daphne

SMALL = 100_000
"""Attempts of 2,000 players."""
CORE = "channels_redis.core.RedisChannelLayer"


def ours(home: House, sockets: int, *, prove: bool = True) -> Sample:
    """One round of ours; the rows are held against what was acknowledged, and the ledger is proved."""
    before = home.ask("newest()")
    cookies = home.ask(f"players({sockets})")
    with home.serving() as server, Client() as client:
        requests = [wire.handshake("/ws/play", server.port, cookie) for cookie in cookies]
        answering = Answering(client, client.open(server.port, requests))
        sample = measure(answering, server.pid, home.bench.seconds, home.databases)
    agree(home, before, answering)
    if prove:
        home.prove()
    return sample


def echoed(bench: Bench, sockets: int) -> Sample:
    """The same frames, echoed by a stock consumer on a stock Daphne."""
    with stock_daphne(bench, "echo") as server, Client() as client:
        opened = client.open(server.port, [wire.handshake("/", server.port)] * sockets, greeted=False)
        return measure(Answering(client, opened, judged=False), server.pid, bench.seconds)


def naive(home: House, sockets: int) -> Sample:
    """The same answers, each in a transaction of its own."""
    before = home.ask("newest()")
    cookies = home.ask(f"players({sockets})")
    env = home.shared | {"REDIS_URL": home.bench.redis.url, "LAYER": CORE}
    with stock_daphne(home.bench, "naive", env) as server, Client() as client:
        requests = [wire.handshake("/", server.port, cookie) for cookie in cookies]
        answering = Answering(client, client.open(server.port, requests, greeted=False))
        sample = measure(answering, server.pid, home.bench.seconds, home.databases)
    agree(home, before, answering)
    return sample


def agree(home: House, before: int, answering: Answering) -> None:
    """Every acknowledged answer is a row, and every row an acknowledged answer. Raises Failed."""
    stored = home.ask(f"stored({before})")
    if stored != answering.acknowledged:
        raise Failed(f"{answering.acknowledged} answers were acknowledged, {stored} are stored")


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


def at_200_naive(bench: Bench) -> list[Row]:
    with house(bench) as home, house(bench) as other:
        taken = in_turn(
            {"naive": lambda: naive(other, 200), "ours": lambda: ours(home, 200)}, bench.rounds, bench.say
        )
    return [
        row(
            "answers_200_naive",
            "answers/s",
            taken["ours"],
            baseline=("naive Channels", taken["naive"]),
            target=">= 20 x naive",
            reached=lambda made: (made.ratio or 0) >= 20,
        )
    ]


def at_1000(bench: Bench) -> list[Row]:
    with house(bench) as home:
        taken = in_turn(
            {"200 sockets": lambda: ours(home, 200), "1,000 sockets": lambda: ours(home, 1_000)},
            bench.rounds,
            bench.say,
        )
    return [
        row(
            "answers_1000",
            "answers/s",
            taken["1,000 sockets"],
            baseline=("ours, 200 sockets", taken["200 sockets"]),
            target=">= 0.7 x 200 sockets; p99 <= 250 ms",
            reached=lambda made: (made.ratio or 0) >= 0.7 and (made.p99_ms or 0) <= 250,
        )
    ]


def growth(bench: Bench) -> list[Row]:
    """The same 200 sockets, in a hunt that has just begun and in a large one that has been played for long."""
    with house(bench) as small, house(bench) as large:
        for home, attempts in ((small, SMALL), (large, bench.growth)):
            began = time.monotonic()
            crowd(home.hunt.env["DATABASE_URL"], attempts // PER_PLAYER)
            bench.say(f"  {attempts:,} attempts stored in {time.monotonic() - began:.0f} s")
        few, many = f"{SMALL:,} attempts", f"{bench.growth:,} attempts"
        taken = in_turn(
            {few: lambda: ours(small, 200), many: lambda: ours(large, 200, prove=False)},
            bench.rounds,
            bench.say,
        )
        # Once: it reads every row.
        large.prove()
    return [
        row(
            "answers_growth",
            "answers/s",
            taken[many],
            baseline=(f"ours, {few}", taken[few]),
            target=">= 0.85 x the small hunt",
            reached=lambda made: (made.ratio or 0) >= 0.85,
        )
    ]


def embedded(bench: Bench, sockets: int = 200) -> list[Row]:
    with house(bench, embedded=True) as home:
        taken = in_turn({"ours, SQLite": lambda: ours(home, sockets)}, bench.rounds, bench.say)
    return [
        row(
            "answers_embedded",
            "answers/s",
            taken["ours, SQLite"],
            target=">= 1,000/s",
            reached=lambda made: made.value >= 1_000,
        )
    ]


BENCHES: dict[str, Callable[[Bench], list[Row]]] = {
    "answers_200": at_200,
    "answers_200_naive": at_200_naive,
    "answers_1000": at_1000,
    "answers_growth": growth,
    "answers_embedded": embedded,
}
