"""Starts a web process, and ends it without anybody losing anything.

Daphne's own command would do the first; on SIGTERM it drops every connection without a word.
"""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from enigma_rt.health import health

logger = logging.getLogger(__name__)

LAST_PORT = 65_535
BACKLOG = 4096
"""Connections that may wait to be accepted: everybody comes at the start of a hunt. The kernel may allow fewer."""
HUB_START_S = 5.0
CLOSE_S = 2.0
"""What the closing handshakes of the last sockets may take."""
OVERTIME_S = 10.0
"""What the end may take beyond the window: as long as a database that answers at all, and the closing after it."""

ANSWER_S = 5.0
"""What pages that are being made get at least."""
ECHO_S = 0.3
"""A signal so soon after the first is the same one: make and shells pass on what the terminal has sent to all."""

Companion = Callable[[], Awaitable[None]]


class CannotListen(Exception):
    """The address is taken, not ours or unknown. Its text is one line for people."""


def open_port(host: str, port: int) -> socket.socket:
    """A socket that listens on host:port (0: any free one). Raises CannotListen."""
    if not 0 <= port <= LAST_PORT:
        raise CannotListen(f"cannot listen on {host}:{port}: ports end at {LAST_PORT}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listening


def adopt_port(descriptor: int) -> socket.socket:
    """A listening socket that whoever started us opened. Raises CannotListen."""
    try:
        listening = socket.socket(fileno=descriptor)
        listening.listen(BACKLOG)
    except OSError as error:
        raise CannotListen(f"cannot listen on file descriptor {descriptor}: {error.strerror}") from error
    return listening


def url_of(listening: socket.socket) -> str:
    """http://HOST:PORT that it really listens on."""
    if listening.family not in (socket.AF_INET, socket.AF_INET6):
        return f"unix:{listening.getsockname()}"
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def install_loop() -> asyncio.AbstractEventLoop:
    """Make the event loop of this process, uvloop's if it is there. Before Daphne is imported, which makes its own."""
    from twisted.internet import asyncioreactor

    install: Any = asyncioreactor.install
    try:
        import uvloop
    except ImportError:
        loop = asyncio.new_event_loop()
    else:
        loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    install(loop)
    return loop


def raise_file_limit() -> None:
    """One descriptor a socket: the usual soft limit of 1,024 would end the party early."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError) as error:
            logger.info("open files stay limited to %d: %s", soft, error)


def calm_collector() -> None:
    """Collect garbage less often, and never look again at what start-up left.

    Ten thousand sockets are about a million objects that live for hours. By default every 700 new objects start a
    pass and a full one visits all of them: pauses of a good part of a second, in which no verdict is sent.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def serve(
    listening: socket.socket,
    *,
    drain_s: float,
    behind_proxy: bool,
    say: Callable[[str], None] = lambda url: print(f"listening on {url}", flush=True),  # noqa: T201
    companions: Sequence[Companion] = (),
) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status.

    `say` is told the address once requests are answered. `companions` run beside it from then on and are cancelled
    when the end begins; what they clean up is waited for.
    """
    raise_file_limit()
    loop = install_loop()
    from channels.routing import get_default_application

    from enigma_rt.metrics import watch_loop
    from enigma_rt.server import Server

    server = Server(get_default_application(), behind_proxy=behind_proxy)
    process = _Process(loop, server, drain_s, (watch_loop, *companions))
    return process.run(listening, say)


class _Process:
    def __init__(
        self, loop: asyncio.AbstractEventLoop, server: Any, drain_s: float, companions: Sequence[Companion]
    ) -> None:
        from twisted.internet import reactor

        self._reactor: Any = reactor  # its interfaces do not say what it takes
        self._loop, self._server = loop, server
        self._drain_s = drain_s
        self._companions = companions
        self._running: list[asyncio.Future[None]] = []
        self._ending: asyncio.Task[None] | None = None
        self._hub: Any = None
        self._asked_at = 0.0
        self._status = 0

    def run(self, listening: socket.socket, say: Callable[[str], None]) -> int:
        self._reactor.callWhenRunning(lambda: self._task(self._start(listening, say)))
        self._reactor.run(installSignalHandlers=False)
        return self._status

    def _task(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self._loop.create_task(work)
        task.add_done_callback(self._failed)
        return task

    def _failed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.critical("the server cannot go on", exc_info=error)
            self._status = 1
            self._reactor.stop()

    async def _start(self, listening: socket.socket, say: Callable[[str], None]) -> None:
        for wanted in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self._loop.add_signal_handler(wanted, self._on_signal, wanted)
        await self._start_hub()
        url = url_of(listening)
        self._server.listen(listening)
        calm_collector()
        say(url)
        self._running = [asyncio.ensure_future(companion()) for companion in self._companions]

    async def _start_hub(self) -> None:
        """Before the first socket needs it. Without a database it starts with a later socket instead."""
        from consumers import hub

        started = asyncio.ensure_future(hub.current().start())
        await asyncio.wait([started], timeout=HUB_START_S)
        if started.done() and (error := started.exception()):
            logger.warning("the hub has not started, sockets will try again: %s", error)

    def _on_signal(self, number: int) -> None:
        from consumers import hub

        if self._ending is None:
            self._asked_at = time.monotonic()
            self._ending = self._task(self._end())
            self._hub = hub.current()
            # A thread of its own: Python's end waits for those that wait for a database which hangs.
            last_call = threading.Timer(self._drain_s + OVERTIME_S, self._give_up)
            last_call.daemon = True
            last_call.start()
        elif time.monotonic() - self._asked_at > ECHO_S:
            sys.stdout.flush()
            os._exit(128 + number)

    async def _end(self) -> None:
        health.draining = True
        for companion in self._running:
            companion.cancel()
        await self._server.stop_listening()
        began = time.monotonic()
        await self._hub.drain(self._drain_s)
        await self._until(lambda: not self._server.open_sockets(), CLOSE_S)
        left = max(ANSWER_S, self._drain_s - (time.monotonic() - began))
        await self._until(lambda: not self._server.open_requests(), left)
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._server.end_applications()
        await self._hub.stop()
        self._reactor.stop()

    def _give_up(self) -> None:
        """What is unfinished was acknowledged to nobody: its clients ask again, under the same ids."""
        logger.error(
            "ended with something unfinished: %d commands, %d pages, %d sockets; does the database hang?",
            self._hub.batcher.unfinished,
            self._server.open_requests(),
            self._server.open_sockets(),
        )
        sys.stdout.flush()
        os._exit(1)

    async def _until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:  # noqa: ASYNC110  # nobody sets an event for it
            await asyncio.sleep(0.02)
