"""One WebSocket seen from a client, without a task or a queue of its own: thousands of them share a core.

The protocol is `websockets`' own sans-I/O core; here are only the bytes that go in and out of it.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from time import monotonic
from typing import cast
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

LOST = 1006
CLOSE_S = 2.0

Hear = Callable[[bytes], None]


class Wire(asyncio.Protocol):
    """A connection to `url` (http…) + `path`. `hear` is given each text message as it came.

    `closed` is done with the close code once nothing more can come. `heard_at`: when anything was heard last.
    """

    def __init__(self, url: str, path: str, headers: Mapping[str, str], hear: Hear, max_size: int) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[int] = loop.create_future()
        self.heard_at = monotonic()
        self._url = urlsplit(url)
        self._protocol = ClientProtocol(parse_uri("ws" + url.removeprefix("http") + path), max_size=max_size)
        self._headers = headers
        self._hear = hear
        self._parts: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    async def open(self) -> None:
        """Connect. Raises OSError or InvalidHandshake; the caller decides how long it may take."""
        secure = self._url.scheme == "https"
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: self,
                self._url.hostname or "",
                self._url.port or (443 if secure else 80),
                ssl=_trust() if secure else None,
            )
            await self.opened
        except BaseException:
            self.abort()
            raise

    # --- for its owner ------------------------------------------------------------------------------------------------

    def send(self, text: bytes) -> None:
        """Send a text message; nothing happens when the connection is closing."""
        try:
            self._protocol.send_text(text)
        except InvalidState:
            return
        self._flush()

    def close(self, code: int) -> None:
        """Begin the closing handshake; the connection is cut if the other side takes longer than `CLOSE_S`."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code)
            self._flush()
            asyncio.get_running_loop().call_later(CLOSE_S, self.abort)

    def forsake(self, code: int) -> None:
        """Begin the closing handshake and do not wait for it: what still comes is not heard."""
        self.close(code)
        self._hear = lambda text: None
        if not self.closed.done():
            self.closed.set_result(code)

    def abort(self) -> None:
        """The network is gone: no close frame, no goodbye."""
        if self._transport is not None:
            self._transport.abort()

    # --- for the event loop -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's only quacks like one
        request = self._protocol.connect()
        request.headers.update(self._headers)
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        self.heard_at = monotonic()
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._on_frame(event)
            elif isinstance(event, Response) and not self.opened.done():
                self.opened.set_result(None)
        self._refused()
        self._flush()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._refused()
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self.opened.done():
            self._fail(ConnectionError("the connection ended before the handshake"))
        received = self._protocol.close_rcvd
        if not self.closed.done():
            self.closed.set_result(received.code if received else LOST)

    def _on_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT and frame.fin:
            self._hear(bytes(frame.data))
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                whole, self._parts = b"".join(self._parts), []
                self._hear(whole)

    def _refused(self) -> None:
        error = self._protocol.handshake_exc
        if error is not None and not self.opened.done():
            self._fail(error if isinstance(error, InvalidHandshake) else ConnectionError(str(error)))

    def _fail(self, error: Exception) -> None:
        self.opened.set_exception(error)
        self.opened.exception()  # perhaps nobody waits for it any more

    def _flush(self) -> None:
        if self._transport is None:
            return
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()
            else:
                self._transport.close()


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
