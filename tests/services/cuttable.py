"""A TCP proxy before PostgreSQL that loses a connection at the worst moment: around COMMIT."""

import select
import socket
import threading
from contextlib import suppress
from typing import Literal

Moment = Literal["before", "after"]

COMMIT = b"COMMIT"
PATIENCE_S = 10


class Proxy:
    """Forwards what comes to `port` of this machine to `target`, and loses connections on which a COMMIT comes.

    After `lose("after", 1)` the server commits and the client is not told; after `lose("before", 1)` the server
    never hears of it.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._moment: Moment = "after"
        self._left = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()

    def lose(self, moment: Moment, commits: int = 1) -> None:
        with self._lock:
            self._moment, self._left = moment, commits

    @property
    def left(self) -> int:
        """How many COMMITs are still to be lost."""
        return self._left

    def close(self) -> None:
        # Closing alone does not wake who waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True, name="proxied").start()

    def _serve(self, client: socket.socket) -> None:
        """One connection. Its protocol is question and answer, so one thread is enough."""
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as server:
            while True:
                for readable in select.select([client, server], [], [])[0]:
                    data = readable.recv(65536)
                    moment = self._loses(data) if readable is client else None
                    if not data or moment == "before":
                        return
                    (server if readable is client else client).sendall(data)
                    if moment == "after":
                        server.settimeout(PATIENCE_S)
                        server.recv(65536)  # it has committed; nobody is told
                        return

    def _loses(self, data: bytes) -> Moment | None:
        with self._lock:
            if COMMIT not in data or self._left == 0:
                return None
            self._left -= 1
            return self._moment
