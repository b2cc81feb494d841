"""The load client: many WebSockets in one thread, on epoll, with as little Python for each frame as there can be.

It shares a core with the database on a small machine, so what it spends the server waits for: frames are built
beforehand or by one formatting, all sockets read into one buffer, and handlers look at that buffer where it is.
"""

import gc
import select
import socket
from collections.abc import Callable, Iterable
from time import perf_counter

from tests.load import wire

BUFFER = 1 << 20
Handler = Callable[["Socket", int, int], object]
"""Called with a socket and where in `Client.buffer` the payload of its text frame begins and stops."""


class Lost(RuntimeError):
    """The server ended a socket, or did not do in time what it should."""


class Socket:
    """One connection. `number` counts from 0; `sent_at` is the handler's to use."""

    __slots__ = ("_send", "accepted_at", "number", "opened_at", "rest", "sent_at", "tcp", "welcomed_at")

    def __init__(self, number: int, tcp: socket.socket) -> None:
        self.number = number
        self.tcp = tcp
        self.rest = b""
        self.opened_at = self.sent_at = perf_counter()
        self.accepted_at = self.welcomed_at = 0.0
        self._send = tcp.send

    def send(self, data: bytes) -> None:
        """Frames are small and the server reads: the kernel takes the whole of it, or something is wrong."""
        if self._send(data) != len(data):
            raise Lost(f"socket {self.number}: the server does not read")


class Client:
    """Use as a context manager: within it nothing is collected, as no pause of ours is to be measured, and at its end
    every socket is closed."""

    def __init__(self) -> None:
        self.buffer = bytearray(BUFFER)
        self.sockets: list[Socket] = []
        self.done = False
        self._view = memoryview(self.buffer)
        self._poller = select.epoll()
        self._by_descriptor: dict[int, Socket] = {}

    def __enter__(self) -> "Client":
        gc.collect()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.sockets:
            each.tcp.close()
        self._poller.close()
        gc.enable()

    def open(
        self,
        port: int,
        requests: Iterable[bytes],
        *,
        greeted: bool = True,
        at_once: int = 40,
        within_s: float = 600,
    ) -> list[Socket]:
        """One socket for each handshake request, at most `at_once` of them on their way at the same time.

        They are ready when accepted; if the server greets, with its first frame.
        """
        waiting = iter(requests)
        first = len(self.sockets)
        under_way = 0

        def launch() -> bool:
            nonlocal under_way
            request = next(waiting, None)
            if request is not None:
                under_way += 1
                self._connect(port, request)
            return request is not None

        def ready() -> None:
            nonlocal under_way
            under_way -= 1
            self.done = not launch() and not under_way

        def on_accept(each: Socket) -> None:
            each.accepted_at = perf_counter()
            if not greeted:
                ready()

        def on_frame(each: Socket, begin: int, stop: int) -> None:
            if not each.welcomed_at:
                each.welcomed_at = perf_counter()
                if greeted:
                    ready()

        for _ in range(at_once):
            if not launch():
                break
        if under_way:
            self.run(on_frame, within_s, on_accept=on_accept)
            if not self.done:
                raise Lost(f"{under_way} sockets were not open within {within_s:g} s")
        return self.sockets[first:]

    def run(
        self,
        on_frame: Handler,
        seconds: float,
        *,
        on_accept: Callable[[Socket], None] | None = None,
        tick: Callable[[float], float] | None = None,
    ) -> None:
        """Hand every text frame to `on_frame`, until `seconds` have passed or a handler has set `done`.

        `tick` is called with the present instant, and says at which it wants to be called again.
        """
        buffer, view, by_descriptor = self.buffer, self._view, self._by_descriptor
        poll, payload_at = self._poller.poll, wire.payload_at
        deadline = perf_counter() + seconds
        self.done = False
        while not self.done and (now := perf_counter()) < deadline:
            wake = min(deadline, tick(now)) if tick else deadline
            for descriptor, _ in poll(max(0, wake - now)):
                each = by_descriptor[descriptor]
                kept = len(each.rest)
                buffer[:kept] = each.rest
                try:
                    end = kept + each.tcp.recv_into(view[kept:])
                except OSError as error:
                    raise Lost(f"socket {each.number}: {error}") from None
                if end == kept:
                    raise Lost(f"socket {each.number}: the server has closed it")
                place = 0
                if not each.accepted_at:
                    place = self._accepted(each, end)
                    if place and on_accept:
                        on_accept(each)
                    elif not place:
                        each.rest = bytes(view[:end])
                        continue
                while found := payload_at(buffer, place, end):
                    begin, stop = found
                    if buffer[place] == wire.TEXT:
                        on_frame(each, begin, stop)
                    else:
                        self._control(each, buffer[place], begin, stop)
                    place = stop
                each.rest = bytes(view[place:end]) if place < end else b""

    def _connect(self, port: int, request: bytes) -> None:
        tcp = socket.create_connection(("127.0.0.1", port), timeout=30)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.adopt(tcp).send(request)

    def adopt(self, tcp: socket.socket) -> Socket:
        """Follow a connection on which the response to a handshake is to come."""
        tcp.setblocking(False)
        each = Socket(len(self.sockets), tcp)
        self.sockets.append(each)
        self._by_descriptor[tcp.fileno()] = each
        self._poller.register(tcp.fileno(), select.EPOLLIN)
        return each

    def _accepted(self, each: Socket, end: int) -> int:
        """Where frames begin behind the server's response; 0: not all of it is there."""
        place = self.buffer.find(b"\r\n\r\n", 0, end)
        if place < 0:
            return 0
        if not self.buffer.startswith(b"HTTP/1.1 101 "):
            raise Lost(f"socket {each.number}: {bytes(self.buffer[:end])[:200]!r}")
        each.accepted_at = perf_counter()
        return place + 4

    def _control(self, each: Socket, opcode: int, begin: int, stop: int) -> None:
        if opcode == wire.PING:
            each.send(wire.frame(bytes(self.buffer[begin:stop]), wire.PONG))
        elif opcode == wire.CLOSE:
            raise Lost(
                f"socket {each.number}: closed with {int.from_bytes(self.buffer[begin : begin + 2], 'big')}"
            )
        else:
            raise Lost(f"socket {each.number}: an unexpected frame, {opcode:#x}")
