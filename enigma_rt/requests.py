"""Daphne's HTTP request as downloads need it. Import it only where Daphne may be: see server.py."""

import asyncio
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from enigma_rt.downloads import Stalled

STALL_S = 12.0
"""How long a client may read nothing. PostgreSQL itself ends a transaction that is idle for 15 s (settings.py)."""


@implementer(IPushProducer)
class Reader:
    """Whether there is room for more on the way to the client. Told by the transport."""

    def __init__(self) -> None:
        self._room = asyncio.Event()
        self._room.set()
        self._gone = False

    def pauseProducing(self) -> None:  # noqa: N802  # Twisted's names
        self._room.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._room.set()

    def stopProducing(self) -> None:  # noqa: N802
        self._gone = True
        self._room.set()

    async def room(self) -> None:
        """Wait for it. Raises Stalled."""
        try:
            await asyncio.wait_for(self._room.wait(), STALL_S)
        except TimeoutError:
            raise Stalled("its client reads nothing") from None
        if self._gone:
            raise Stalled("its client has left")


class Request(WebRequest):
    """As Daphne's, but a download may take longer than a page, and one that breaks off does not look whole."""

    downloading = False

    def begin_download(self) -> Reader:
        reader = Reader()
        self.downloading = True
        self.registerProducer(reader, True)
        return reader

    def end_download(self) -> None:
        self.unregisterProducer()

    def cut_off(self) -> None:
        """No last chunk: the client knows that something is missing."""
        if self.channel is not None:
            self.channel.transport.abortConnection()

    def check_timeouts(self) -> None:
        if not self.downloading:
            super().check_timeouts()


class Requests(HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol
