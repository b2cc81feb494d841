"""The benchmark's own arithmetic, and one row from end to end so that it does not rot. Speed is not asserted here."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from socket import socketpair

import pytest

from tests.load import wire
from tests.load.answering import Player
from tests.load.client import Client, Lost, Socket
from tests.load.report import Sample, keep, row, table

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="cores are chosen and sockets polled as on Linux"
)


def served(payload: bytes, opcode: int = wire.TEXT) -> bytes:
    """A frame as a server sends it: not masked."""
    size = len(payload)
    if size < 126:
        return bytes((opcode, size)) + payload
    if size < 65_536:
        return bytes((opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((opcode, 127)) + size.to_bytes(8, "big") + payload


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_payload_is_found_once_all_of_it_is_there(size: int) -> None:
    frame = served(b"x" * size)
    behind = b"before" + frame + b"after"
    begin, stop = wire.payload_at(behind, 6, len(behind)) or (0, 0)
    assert (stop, stop - begin) == (6 + len(frame), size)
    for short in {1, 2, 3, len(frame) - 1}:
        if short < len(frame):
            assert wire.payload_at(frame, 0, short) is None


@pytest.mark.parametrize("size", [10, 125, 126, 4_096])
def test_frames_of_the_client_are_read_by_a_websocket_library(size: int) -> None:
    from websockets.server import ServerProtocol

    server = ServerProtocol()
    server.receive_data(wire.handshake("/ws/play", 8000, "sessionid=abc"))
    [request] = server.events_received()
    server.send_response(server.accept(request))  # type: ignore[arg-type]  # its only event before a frame
    server.receive_data(wire.frame(b"x" * size))
    [frame] = server.events_received()
    assert frame.data == b"x" * size  # type: ignore[union-attr]


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)])
def test_percentiles(percent: float, expected: float) -> None:
    assert wire.percentile([float(n) for n in range(1, 101)], percent) == expected


@pytest.mark.parametrize("cut", [1, 7, 250])
def test_the_client_hands_on_every_frame_however_the_stream_is_cut(cut: int) -> None:
    response = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    payloads = [b"a", b"b" * 200, b"", b"c" * 300]
    stream = response + b"".join(map(served, payloads))
    got: list[bytes] = []
    with Client() as client:
        here, there = socketpair()
        each = client.adopt(here)

        def on_frame(_: Socket, begin: int, stop: int) -> None:
            got.append(bytes(client.buffer[begin:stop]))
            client.done = len(got) == len(payloads)

        for place in range(0, len(stream), cut):
            there.sendall(stream[place : place + cut])
            client.run(on_frame, 0.0001 if place + cut < len(stream) else 5)
        there.close()
    assert got == payloads
    assert each.accepted_at


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "403"),
        (b"HTTP/1.1 101 X\r\n\r\n" + served((4503).to_bytes(2, "big"), wire.CLOSE), "closed with 4503"),
    ],
)
def test_a_socket_that_is_refused_or_closed_ends_the_run(stream: bytes, why: str) -> None:
    with Client() as client:
        here, there = socketpair()
        client.adopt(here)
        there.sendall(stream)
        with pytest.raises(Lost, match=why):
            client.run(lambda *_: None, 5)
        there.close()


def test_a_ping_is_answered_with_its_own_payload() -> None:
    with Client() as client:
        here, there = socketpair()
        client.adopt(here)
        there.sendall(b"HTTP/1.1 101 X\r\n\r\n" + served(b"4711", wire.PING) + served(b"x"))

        def on_frame(*_: object) -> None:
            client.done = True

        client.run(on_frame, 5)
        assert there.recv(100) == wire.frame(b"4711", wire.PONG)
        there.close()


def test_a_player_never_sends_the_same_answer_twice() -> None:
    frames = {Player(number).next() for number in range(50)} | {
        frame for player in [Player(99)] for frame in (player.next() for _ in range(5_000))
    }
    assert len(frames) == 5_050


def test_a_row_says_medians_ratio_and_whether_the_target_is_reached(tmp_path: Path) -> None:
    made = row(
        "answers_200",
        "answers/s",
        [Sample(90.0, 1, 10), Sample(300.0, 2, 20), Sample(120.0, 3, 60)],
        baseline=("echo", [Sample(100.0), Sample(80.0), Sample(60.0)]),
        target=">= 1.0 x echo",
        reached=lambda made: (made.ratio or 0) >= 1,
    )
    assert (made.value, made.p99_ms, made.baseline, made.ratio, made.reached) == (120, 20, 80, 1.5, True)
    assert "reached" in table([made])
    keep(tmp_path / "build" / "bench.json", {"cores": 2}, [made])
    kept = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert kept["machine"] == {"cores": 2}
    assert (
        kept["results"][0].items()
        >= {
            "name": "answers_200",
            "value": 120,
            "unit": "answers/s",
            "p50_ms": 2,
            "p99_ms": 20,
            "baseline": 80,
            "ratio": 1.5,
        }.items()
    )


def test_a_tiny_run_from_end_to_end() -> None:
    """Five sockets for a second: what they were told is what is stored, and the ledger proves it."""
    from tests.load.answers import embedded
    from tests.load.machine import cores, pinned
    from tests.load.servers import Bench, Options

    said: list[str] = []
    layout = cores()
    with ExitStack() as stack:
        stack.enter_context(pinned(layout.client))
        bench = Bench(stack, layout, Options(rounds=1, seconds=1), say=said.append)
        [made] = embedded(bench, sockets=5)
    assert made.name == "answers_embedded"
    assert made.value > 0
    assert made.rounds[0].more["answers"] > 0
    assert len(said) == 1
