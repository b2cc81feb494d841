"""Everybody comes: signed-in sockets opened as fast as they are let in, and what each of them costs in memory."""

from collections.abc import Callable

from tests.load import wire
from tests.load.answering import Answering
from tests.load.client import Client, Socket
from tests.load.machine import Meter, resident_bytes
from tests.load.report import Row, Sample, in_turn, row
from tests.load.servers import Bench, House, Listener, OurServer, house, stock_daphne

SOCKETS = 2_000
AT_ONCE, STOCK_AT_ONCE = 200, 40
"""Under way at the same time. A stock Daphne lets 50 wait to be accepted; who comes beyond that tries again a second
later, and it would be that second which is measured. Forty keep it busy: its core is full."""
FIRST = 200
"""Sockets that come before memory is first looked at: what every process needs once is not theirs."""
REST_S = 3.0


def timed(
    bench: Bench,
    client: Client,
    server: Listener | OurServer,
    path: str,
    cookies: list[str],
    *,
    greeted: bool,
) -> Sample:
    """Connects a second: to our snapshot, to the baseline's acceptance."""
    requests = [wire.handshake(path, server.port, cookie) for cookie in cookies]
    with Meter(server.pid, bench.databases) as meter:
        opened = client.open(
            server.port, requests, greeted=greeted, at_once=AT_ONCE if greeted else STOCK_AT_ONCE
        )

    def ready(each: Socket) -> float:
        return each.welcomed_at if greeted else each.accepted_at

    taken = sorted(ready(each) - each.opened_at for each in opened)
    accepted = sorted(each.accepted_at - each.opened_at for each in opened)
    return Sample(
        value=len(opened) / (max(map(ready, opened)) - opened[0].opened_at),
        p50_ms=wire.percentile(taken, 50) * 1000,
        p99_ms=wire.percentile(taken, 99) * 1000,
        client_cpu=meter.client,
        server_cpu=meter.server,
        databases_cpu=meter.databases,
        more={"accepted_p50_ms": wire.percentile(accepted, 50) * 1000},
    )


def ours(home: House) -> Sample:
    cookies = home.ask(f"players({SOCKETS})")
    with home.serving() as server, Client() as client:
        return timed(home.bench, client, server, "/ws/play", cookies, greeted=True)


def stock(home: House) -> Sample:
    cookies = home.ask(f"players({SOCKETS})")
    with stock_daphne(home.bench, "accounts", home.shared) as server, Client() as client:
        return timed(home.bench, client, server, "/", cookies, greeted=False)


def connects(bench: Bench) -> list[Row]:
    with house(bench) as home:
        taken = in_turn(
            {"AuthMiddlewareStack": lambda: stock(home), "ours": lambda: ours(home)}, bench.rounds, bench.say
        )
    return [
        row(
            "connects",
            "connects/s",
            taken["ours"],
            baseline=("AuthMiddlewareStack", taken["AuthMiddlewareStack"]),
            target=">= 4 x AuthMiddlewareStack",
            reached=lambda made: (made.ratio or 0) >= 4,
        )
    ]


def weighed(home: House) -> Sample:
    """KB of the server's resident memory for each socket: its own player, connected, one answer judged, at rest."""
    cookies = home.ask(f"players({FIRST + SOCKETS})")
    with home.serving() as server, Client() as client:
        requests = [wire.handshake("/ws/play", server.port, cookie) for cookie in cookies]
        answer_once(client, client.open(server.port, requests[:FIRST]))
        client.run(lambda *_: None, REST_S)
        before = resident_bytes(server.pid)
        answer_once(client, client.open(server.port, requests[FIRST:]))
        client.run(lambda *_: None, REST_S)
        after = resident_bytes(server.pid)
    return Sample(
        value=(after - before) / SOCKETS / 1024,
        more={"before_mb": before / 2**20, "after_mb": after / 2**20, "sockets": SOCKETS},
    )


def answer_once(client: Client, sockets: list[Socket]) -> None:
    answering = Answering(client, sockets)
    answering.begin()
    answering.finish()


def socket_memory(bench: Bench) -> list[Row]:
    with house(bench) as home:
        taken = in_turn({"ours": lambda: weighed(home)}, bench.rounds, bench.say)
    return [
        row(
            "socket_memory",
            "KB/socket",
            taken["ours"],
            target="<= 32 KB",
            reached=lambda made: made.value <= 32,
        )
    ]


BENCHES: dict[str, Callable[[Bench], list[Row]]] = {"connects": connects, "socket_memory": socket_memory}
