"""Bytes out at once, bytes in without detours; and that both still are so with the libraries as they are."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport

from enigma_rt.transport import Connection
from tests.support.tabs import masked

MANY = 4 << 20
"""More than a kernel keeps for a socket."""


class Watched:
    """A reactor that only notes who wants to be told when there is room."""

    def __init__(self) -> None:
        self.writers: list[Any] = []

    def addReader(self, reader: Any) -> None:  # noqa: N802
        pass

    removeReader = addReader  # noqa: N815

    def addWriter(self, writer: Any) -> None:  # noqa: N802
        if writer not in self.writers:
            self.writers.append(writer)

    def removeWriter(self, writer: Any) -> None:  # noqa: N802
        if writer in self.writers:
            self.writers.remove(writer)


class Ends:
    """Both ends of a connection, and the reactor of ours."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.theirs.setblocking(False)
        self.reactor: Any = Watched()
        self.connection: Any = Connection(ours, Protocol(), ("", 0), None, 1, self.reactor)  # type: ignore[arg-type]

    def room(self) -> None:
        """What the loop does while there is some."""
        for writer in list(self.reactor.writers):
            assert writer.doWrite() is None

    def read(self) -> bytes:
        try:
            return self.theirs.recv(MANY)
        except BlockingIOError:
            return b""


@pytest.fixture
def ends() -> Iterator[Ends]:
    both = Ends()
    yield both
    both.theirs.close()
    both.connection.socket.close()


def test_what_is_written_has_left(ends: Ends) -> None:
    ends.connection.write(b"one")
    ends.connection.write(b"two")
    assert ends.read() == b"onetwo"
    assert not ends.reactor.writers


def test_what_the_kernel_does_not_take_follows_in_order(ends: Ends) -> None:
    first = bytes(range(256)) * (MANY // 256)
    ends.connection.write(first)
    ends.connection.write(b"second")
    assert ends.reactor.writers == [ends.connection]
    got = b""
    while ends.reactor.writers:
        got += ends.read()
        ends.room()
        ends.connection.write(b"!")
    got += ends.read()
    assert got.startswith(first + b"second!")
    assert set(got[len(first) + 6 :]) == set(b"!")
    # And now nothing waits any more.
    ends.connection.write(b"third")
    assert ends.read() == b"third"
    assert not ends.reactor.writers


def test_who_does_not_read_is_noticed(ends: Ends) -> None:
    told = []

    class Producer:
        def pauseProducing(self) -> None:  # noqa: N802
            told.append("pause")

        def resumeProducing(self) -> None:  # noqa: N802
            told.append("resume")

        def stopProducing(self) -> None:  # noqa: N802
            told.append("stop")

    ends.connection.registerProducer(Producer(), True)
    ends.connection.write(b"x")
    assert told == []
    ends.connection.write(bytes(MANY))
    assert told == ["pause"]
    while ends.reactor.writers:
        ends.read()
        ends.room()
    assert told == ["pause", "resume"]


def test_an_end_is_left_for_the_loop_to_find(ends: Ends) -> None:
    ends.theirs.close()
    ends.connection.write(b"nobody hears")
    assert ends.reactor.writers == [ends.connection]
    assert ends.connection.connected
    assert isinstance(ends.connection.doWrite(), Exception)


def test_after_the_end_nothing_is_written(ends: Ends) -> None:
    ends.connection.loseWriteConnection()
    ends.room()
    ends.connection.write(b"late")
    assert ends.read() == b""
    assert not ends.reactor.writers


def test_an_end_that_was_asked_for_comes_after_all_that_was_written(ends: Ends) -> None:
    ends.connection.write(bytes(MANY))
    ends.connection.write(b"last words")
    ends.connection.loseConnection()
    got = b""
    while not isinstance(ends.connection.doWrite(), Exception):
        got += ends.read()
    while part := ends.read():
        got += part
    assert got == bytes(MANY) + b"last words"


# --- the other way --------------------------------------------------------------------------------------------------


class Wire(StringTransport):
    def getHandle(self) -> Any:  # noqa: N802
        return self

    def setsockopt(self, *_: object) -> None:
        pass

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None


class Host:
    """What a socket needs of its server; the application is the queue."""

    proxy_forwarded_address_header = None
    root_path = ""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.scope: dict[str, Any] = {}

    def create_application(self, _: Any, scope: dict[str, Any]) -> Any:
        self.scope = scope
        return self.queue

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: None


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def open_socket(host: Host) -> Any:
    """A socket of the server, open, without a network; its transport is a Wire."""
    from enigma_rt.server import SocketFactory

    factory: Any = SocketFactory(host, server="enigma")
    factory.setProtocolOptions(failByDrop=False)
    connection: Any = factory.buildProtocol(None)
    connection.makeConnection(Wire())  # type: ignore[no-untyped-call]
    connection._raw_query_string = b""
    connection.dataReceived(
        b"GET /ws/board HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    connection.serverAccept()
    assert host.queue.get_nowait() == {"type": "websocket.connect"}
    connection.transport.clear()
    return connection


def texts(host: Host) -> list[str]:
    return [host.queue.get_nowait()["text"] for _ in range(host.queue.qsize())]


def close_code(connection: Any) -> int:
    """Of the one frame that was sent."""
    frame = connection.transport.value()
    assert frame[0] == 0x88
    return int.from_bytes(frame[2:4], "big")


def test_a_whole_message_takes_no_detour(open_socket: Any, host: Host) -> None:
    def detour() -> bool:
        raise AssertionError

    open_socket.consumeData = detour
    open_socket.dataReceived(masked("Grüße".encode()))
    open_socket.dataReceived(masked(b"x" * 1000))
    assert texts(host) == ["Grüße", "x" * 1000]


def test_a_message_comes_through_however_it_is_cut(open_socket: Any, host: Host) -> None:
    one, two = masked(b"one"), masked(b"two" * 100)
    part, rest = b"\x01" + masked(b"thr")[1:], b"\x80" + masked(b"ee")[1:]
    for stream in (one + two, one + part + rest + two, part + masked(b"", opcode=9) + rest + one):
        for cut in range(1, len(stream)):
            for piece in (stream[:cut], stream[cut:]):
                open_socket.dataReceived(piece)
            # And whatever state that has left, the next whole message is a whole message.
            open_socket.dataReceived(one)
            got = texts(host)
            assert "".join(got) == {
                one + two: "one" + "two" * 100 + "one",
                one + part + rest + two: "onethree" + "two" * 100 + "one",
            }.get(stream, "threeoneone")
            assert got[-1] == "one"


def test_a_message_in_the_middle_of_another_breaks_the_rules(open_socket: Any, host: Host) -> None:
    open_socket.dataReceived(b"\x01" + masked(b"begun")[1:])
    open_socket.dataReceived(masked(b"another"))
    assert texts(host) == []
    assert close_code(open_socket) == 1002


def test_what_is_no_text_is_refused(open_socket: Any, host: Host) -> None:
    open_socket.dataReceived(masked(b"\xff\xfe"))
    assert texts(host) == []
    assert close_code(open_socket) == 1007


def test_a_frame_is_written_until_the_end_begins(open_socket: Any) -> None:
    open_socket.write(b"\x81\x02hi")
    assert open_socket.transport.value() == b"\x81\x02hi"
    open_socket.serverClose(1012)
    open_socket.transport.clear()
    open_socket.write(b"\x81\x02no")
    assert open_socket.transport.value() == b""


async def test_a_mailbox_gives_out_what_came_in_its_order() -> None:
    from enigma_rt.server import Mailbox

    mailbox = Mailbox()
    reading = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    for number in range(3):
        mailbox.put_nowait({"n": number})
    assert mailbox.qsize() == 3
    assert [await reading, await mailbox.get(), await mailbox.get()] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert mailbox.qsize() == 0


async def test_a_reader_that_gives_up_takes_nothing_along() -> None:
    from enigma_rt.server import Mailbox

    mailbox = Mailbox()
    reading = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    mailbox.put_nowait({"n": 0})
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    mailbox.put_nowait({"n": 1})
    assert [await mailbox.get(), await mailbox.get()] == [{"n": 0}, {"n": 1}]


def test_what_the_handshake_was_made_of_is_not_kept(open_socket: Any) -> None:
    assert not open_socket.http_headers
    assert not open_socket.request.headers
