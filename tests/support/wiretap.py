"""A TCP proxy before a web server that keeps every byte that the server sends: HTTP and WebSockets alike."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536


class Wiretap:
    """Reachable at `url`. What is compressed it keeps as it is: let the browser ask for plain bytes."""

    def __init__(self, target: str) -> None:
        self._target = (urlsplit(target).hostname or "", urlsplit(target).port or 80)
        self._kept: list[bytearray] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True, name="wiretap").start()

    def heard(self) -> str:
        """Everything so far, one connection after another."""
        return "\n".join(bytes(kept).decode("utf-8", "replace") for kept in list(self._kept))

    def close(self) -> None:
        # Closing alone does not wake who waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True, name="tapped").start()

    def _serve(self, client: socket.socket) -> None:
        kept = bytearray()
        self._kept.append(kept)
        with client, suppress(OSError), socket.create_connection(self._target) as server:
            while True:
                for readable in select.select([client, server], [], [])[0]:
                    data = readable.recv(CHUNK)
                    if not data:
                        return
                    if readable is server:
                        kept += data
                    (server if readable is client else client).sendall(data)


@contextmanager
def wiretap(target: str) -> Iterator[Wiretap]:
    """Before the server at `target`, an `http://` address."""
    tap = Wiretap(target)
    try:
        yield tap
    finally:
        tap.close()
