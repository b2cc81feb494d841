"""Daphne as this project needs it. Import it only after `launcher.install_loop`: it decides the event loop for good.

What differs: sockets may be closed with 1012 (Daphne turns it into 1011); a client that does not read, or sends much
more than is read, is dropped before it costs memory; it listens on a socket that is open already; stopping is left to
whoever started it.
"""

import asyncio
import logging
import socket
import time
from functools import partial
from typing import Any

from daphne import server
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor as installed_reactor
from twisted.internet.interfaces import IPushProducer
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)
from zope.interface import implementer

from consumers.limits import Bucket, Flood
from consumers.protocol import LINE, MAX_INBOUND, Close
from consumers.wire import unwrap
from enigma_rt.downloads import CLIENT
from enigma_rt.requests import Request, Requests
from enigma_rt.transport import Connection

logger = logging.getLogger(__name__)

reactor: Any = installed_reactor  # its interfaces do not say what it takes

MAX_MESSAGE = 65_536
"""Bytes, both ways: Daphne's limit also caps what it sends. The application allows far less inbound."""
PING_INTERVAL_S, PING_TIMEOUT_S = 20, 10
HTTP_TIMEOUT_S = 30
HANDSHAKE_TIMEOUT_S = 20
"""A thousand handshakes at once take their time; to cut the last of them off is to have them all again."""
KERNEL_BUFFER = 65_536
"""Bytes that the kernel may keep for a socket's client. Left to itself it grows to megabytes each, which no process
sees: a client that stopped reading would be noticed minutes later."""
STALL_S = 2.0
"""How long a client's full buffer (64 KiB beyond the kernel's own) is put up with."""
UNREAD_LIMIT = 128
"""Frames that may wait for their consumer: more than it would take in a row before it calls that a flood."""
CHECKED_AT_ONCE = 100
"""Connections that are looked at, and pinged, in a row."""
FORWARDED = {
    "proxy_forwarded_address_header": "X-Forwarded-For",
    "proxy_forwarded_port_header": "X-Forwarded-Port",
    "proxy_forwarded_proto_header": "X-Forwarded-Proto",
}
# Those that RFC 6455 and IANA name for servers but the library refuses to an application.
SERVER_CODES = frozenset({1001, 1011, 1012, 1013})
# Whoever is closed with one of these has more to say; nothing of it is read.
WRITERS = frozenset({Close.BAD_FRAMES, Close.FLOOD})
OPEN = WebSocketProtocol.STATE_OPEN


@implementer(IPushProducer)
class Patience:
    """Told by the transport when a client's buffer is full; drops the client when it still is a while later."""

    __slots__ = ("_connection", "_timer")

    def __init__(self, connection: "Socket") -> None:
        self._connection = connection
        self._timer: Any = None

    def pauseProducing(self) -> None:  # noqa: N802  # Twisted's names
        if self._timer is None:
            self._timer = reactor.callLater(STALL_S, self._look)

    def resumeProducing(self) -> None:  # noqa: N802
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    stopProducing = resumeProducing  # noqa: N815

    def _look(self) -> None:
        self._timer = None
        transport = self._connection.transport
        if len(transport.dataBuffer) + transport._tempDataLen <= transport.bufferSize:
            # It reads, but slowly: "resume" only comes when everything has been read.
            self.pauseProducing()
            return
        client = self._connection
        logger.info("socket %s dropped: it does not read (%d)", client.client_addr, Close.NOT_READING)
        # A close frame would wait behind all that it has not read.
        client.ended_with = Close.NOT_READING
        client.dropConnection(abort=True)


class Socket(WebSocketProtocol):
    """One WebSocket connection."""

    flooded = False
    ended_with: int | None = None
    """The code with which this side has ended it. The application hears it, even if the client cannot."""

    def onOpen(self) -> None:  # noqa: N802
        super().onOpen()
        self.transport.getHandle().setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
        # Until the upgrade this place belonged to the HTTP channel, which nobody listens to any more.
        self.transport.unregisterProducer()
        self.patience = Patience(self)
        self.transport.registerProducer(self.patience, True)
        self.pings, self.ping_flood = Bucket(), Flood()
        # What the handshake was made of: kilobytes a socket, which nobody looks at again.
        self.request.headers.clear()
        self.http_headers = self.http_request_data = self.http_response_data = None

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        # Nearly always a read is one whole message and nothing else: there is no need to take it apart step by step.
        text = unwrap(data) if len(data) <= MAX_INBOUND and self._is_between_messages() else None
        if text is None:
            super().dataReceived(data)
        else:
            self._take(text)

    def _is_between_messages(self) -> bool:
        try:
            return (
                self.state == self.STATE_OPEN
                and not self.flooded
                and not self.data
                and self.current_frame is None
                and not self.inside_message
            )
        except AttributeError:
            return False  # the library keeps it elsewhere now: a test says so

    def processData(self) -> bool:  # noqa: N802
        if self.flooded:
            # Thousands of small frames come in one read; to look at each would be at everybody else's expense.
            self.data = b""
            return False
        return bool(super().processData())

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        # Daphne would also note the time, and ask only who is silent. Who talks does not always listen.
        if self.flooded:
            return
        # Refused for its size when its turn comes: until then what shows that it is too large is enough.
        self._take(None if isBinary else payload[: MAX_INBOUND + 4].decode(errors="ignore"))

    def _take(self, text: str | None) -> None:
        if self.application_queue.qsize() >= UNREAD_LIMIT:
            self._flood()
        else:
            self.application_queue.put_nowait({"type": "websocket.receive", "text": text})

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        # The protocol's own pings never reach a consumer: they have its limits here.
        wait = self.pings.take(int(time.monotonic() * 1000))
        if self.ping_flood.count(wait):
            self._flood()
        elif not wait:
            super().onPing(payload)

    def _flood(self) -> None:
        if not self.flooded:
            self.flooded = True
            self.ended_with = Close.FLOOD
            logger.info("socket %s closed: it floods (%d)", self.client_addr, Close.FLOOD)
            self.serverClose(Close.FLOOD)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: N802, N803
        if hasattr(self, "patience"):
            self.patience.stopProducing()
        super().onClose(wasClean, self.ended_with or code, reason)

    def write(self, frame: bytes) -> None:
        """A frame as it goes over the wire. As to every send, nothing happens once the end has begun."""
        if self.state == OPEN:
            self.transport.write(frame)

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        # Between a close frame and the end of the connection sending is an error to the library. To the application it
        # is what it always is: perhaps nobody gets it.
        if self.state in (self.STATE_CONNECTING, self.STATE_OPEN):
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        self.flooded = self.flooded or code in WRITERS
        if code in SERVER_CODES and self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)


class Mailbox:
    """What has come for one application; an `asyncio.Queue` with one reader, at a tenth of its size."""

    __slots__ = ("_messages", "_reader")

    def __init__(self) -> None:
        self._messages: list[dict[str, Any]] = []
        self._reader: asyncio.Future[None] | None = None

    def qsize(self) -> int:
        return len(self._messages)

    def put_nowait(self, message: dict[str, Any]) -> None:
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> dict[str, Any]:
        while not self._messages:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._messages.pop(0)


class SocketFactory(WebSocketFactory):
    protocol = Socket

    def share_options(self) -> None:
        """Keep the options with the class from here on. Autobahn copies all thirty to every connection, and lays them
        out for a line in its log that nobody reads: half of what a handshake costs."""
        options = {name: getattr(self, name) for name in Socket.CONFIG_ATTRS}
        # A function that is an option is no method.
        kept = {name: staticmethod(value) if callable(value) else value for name, value in options.items()}
        shared: Any = type("Socket", (Socket,), kept | {"CONFIG_ATTRS": ()})
        self.protocol = shared


class Server(server.Server):
    """Serves `application` from `listen` to `stop_listening`; the reactor is run by the caller."""

    def __init__(self, application: Any, *, behind_proxy: bool) -> None:
        super().__init__(
            application,
            endpoints=["adopted"],
            http_timeout=HTTP_TIMEOUT_S,
            request_buffer_size=65_536,
            websocket_timeout=-1,
            websocket_handshake_timeout=HANDSHAKE_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            websocket_max_message_size=MAX_MESSAGE,
            websocket_max_frame_size=MAX_MESSAGE,
            server_name="enigma",
            **(FORWARDED if behind_proxy else {}),
        )
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Requests(self)
        self.ws_factory = SocketFactory(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            autoPingRestartOnAnyTraffic=False,
            allowNullOrigin=True,  # judged by the consumers
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=MAX_MESSAGE,
            maxFramePayloadSize=MAX_MESSAGE,
            failByDrop=False,  # a frame that breaks the rules is answered by a close code
        )
        self.ws_factory.share_options()
        self._port: Any = None
        self._checking: asyncio.Future[None] | None = None

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if isinstance(protocol, Request):
            scope["extensions"] = {CLIENT: protocol}
            return super().create_application(protocol, scope)
        # As Daphne's, with a mailbox in place of its queue.
        mailbox = Mailbox()
        scope |= {"asgi": {"version": "3.0"}, "extensions": {LINE: protocol.write}}
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(
            self.application(scope=scope, receive=mailbox.get, send=partial(self.handle_reply, protocol))
        )
        return mailbox

    def listen(self, listening: socket.socket) -> None:
        """Take over a socket that listens already."""
        errors_only: Any = LogLevelFilterPredicate(LogLevel.error)
        to_logging: Any = STDLibLogObserver("twisted")
        observer: Any = FilteringLogObserver(to_logging, [errors_only])
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        listening.setblocking(False)
        self._port = reactor.adoptStreamPort(listening.fileno(), listening.family, self.http_factory)
        self._port.transport = Connection
        listening.close()

    async def stop_listening(self) -> None:
        """Accept no more connections; those that are open stay."""
        stopped = self._port.stopListening() if self._port else None
        self._port = None
        if stopped is not None:
            await stopped.asFuture(asyncio.get_running_loop())

    def timeout_checker(self) -> None:
        self._checking = asyncio.ensure_future(self._check_timeouts())

    async def _check_timeouts(self) -> None:
        """As Daphne's, which ends for good with the first connection that raises: nobody would be asked any more. And
        everybody who came together is pinged together: ten thousand of them in a row would hold up a verdict."""
        for number, connection in enumerate(list(self.connections), start=1):
            try:
                connection.check_timeouts()
            except Exception:
                logger.warning("a connection could not be checked and is dropped", exc_info=True)
                if connection.transport is not None:
                    connection.transport.abortConnection()
            if number % CHECKED_AT_ONCE == 0:
                await asyncio.sleep(0)
        reactor.callLater(2, self.timeout_checker)

    def open_requests(self) -> int:
        return sum(isinstance(connection, WebRequest) for connection in self._open())

    def open_sockets(self) -> int:
        return sum(isinstance(connection, Socket) for connection in self._open())

    async def end_applications(self) -> None:
        """Cancel what still runs, and wait for it."""
        running = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details
        ]
        running += [self._checking] if self._checking else []
        for application in running:
            application.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _open(self) -> list[Any]:
        return [
            connection for connection, details in self.connections.items() if "disconnected" not in details
        ]
