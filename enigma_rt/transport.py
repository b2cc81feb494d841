"""How bytes leave: at once, when nothing waits before them. Imports no reactor, so that anybody may import it.

Twisted keeps what is written until the loop says that the socket takes it: two changes of what the loop watches and a
call, for each frame, where nearly always the kernel would have taken it right away.
"""

import socket
from typing import Any

from twisted.internet import main, tcp


class Connection(tcp.Server):
    """Writes straight to its socket while nothing waits; what the kernel does not take goes Twisted's way.

    Everything that a connection sends comes through here, so the order of frames is the order of calls. An end of the
    connection that is met here is left for Twisted to find.

    It also notices a reset which came right behind data. uvloop reads such a socket once, then stops watching it and
    tells nobody: neither the end nor anything else would be heard of it any more, and whatever is written to it raises.
    """

    waiting = False
    """For room, with something to write or with the end: then Twisted has a say."""

    def write(self, data: bytes) -> None:
        if self.connected and not self.waiting:
            try:
                sent = self.socket.send(data)
            except OSError:
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        super().write(data)  # type: ignore[no-untyped-call]

    def startWriting(self) -> None:  # noqa: N802  # Twisted's names
        self.waiting = True
        super().startWriting()  # type: ignore[no-untyped-call]

    def stopWriting(self) -> None:  # noqa: N802
        self.waiting = False
        super().stopWriting()  # type: ignore[no-untyped-call]

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        # Who is pulled is asked for more when the loop has written, which it seldom does here.
        assert streaming
        super().registerProducer(producer, streaming)  # type: ignore[no-untyped-call]

    def doRead(self) -> Any:  # noqa: N802
        why = super().doRead()
        if why is None and self.connected and self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return main.CONNECTION_LOST
        return why
