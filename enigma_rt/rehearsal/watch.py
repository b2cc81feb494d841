"""Looks at the servers (/metrics) and at this machine while bots play, from a thread of its own."""

import os
import socket
import threading
import time
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from msgspec import Struct

from enigma_rt.rehearsal.gauges import Load, Reading, between, read

EVERY_S = 2.0
TIMEOUT_S = 5.0
STAT, MEMORY = Path("/proc/stat"), Path("/proc/meminfo")
IDLE = (3, 4)
"""Where /proc/stat has the time that nobody used: idle, and waiting for a disk."""


class Machine(Struct, frozen=True):
    """This machine between two looks: `busy` in processors of `processors`, free memory in bytes."""

    at: float
    busy: float
    processors: int
    free: float | None


class Watch:
    """`with Watch(urls, token, began) as watch:` has `loads` and `machine` in the end.

    `blind` says for each server that cannot be asked why not.
    """

    def __init__(self, urls: Sequence[str], token: str, began: float) -> None:
        self.loads: list[Load] = []
        self.machine: list[Machine] = []
        self.blind: dict[str, str] = {}
        self._urls, self._token, self._began = urls, token, began
        self._last: dict[str, Reading] = {}
        self._ticks: tuple[float, float, float] | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(TIMEOUT_S)

    def _run(self) -> None:
        while True:
            for url in self._urls:
                self._ask(url)
            self._look_around()
            if self._end.wait(EVERY_S):
                return

    def _ask(self, url: str) -> None:
        try:
            reading = read(fetch(url, self._token), time.monotonic() - self._began)
        except OSError as error:
            # Once it has spoken it may well be away for a while: a deploy.
            if url not in self._last:
                self.blind[url] = str(error)
            return
        self.blind.pop(url, None)
        before = self._last.get(url)
        self._last[url] = reading
        if before is not None and (load := between(url, before, reading)):
            self.loads.append(load)

    def _look_around(self) -> None:
        try:
            fields = [int(field) for field in STAT.read_text().partition("\n")[0].split()[1:]]
        except (OSError, ValueError):
            return
        now = time.monotonic() - self._began
        idle = sum(fields[place] for place in IDLE)
        # Guests' time is in that of users already.
        total, processors = sum(fields[:8]), os.cpu_count() or 1
        if self._ticks is not None and total > self._ticks[1]:
            share = 1 - (idle - self._ticks[0]) / (total - self._ticks[1])
            self.machine.append(Machine(now, round(share * processors, 3), processors, _free_memory()))
        self._ticks = (idle, total, now)


def fetch(url: str, token: str) -> str:
    """The text of a server's /metrics. Raises OSError that says why it cannot be had, and what would help."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # The server is ours and near: the environment's proxy is for the world outside.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(Request(url + "/metrics", headers=headers), timeout=TIMEOUT_S) as answer:  # noqa: S310
            text: str = answer.read().decode()
            return text
    except HTTPError as error:
        if error.code == 403:  # noqa: PLR2004
            raise OSError("/metrics is not for us: set ENIGMA_METRICS_TOKEN as the server has it") from None
        if error.code == 404:  # noqa: PLR2004
            raise OSError(
                "no /metrics there (a proxy keeps it inside): name the web processes with --metrics"
            ) from None
        raise OSError(f"/metrics: {error}") from None
    except (URLError, HTTPException, ValueError) as error:
        raise OSError(f"/metrics: {getattr(error, 'reason', None) or error}") from None


def is_here(url: str) -> bool:
    """Whether a server is on this machine: then it shares the processors with the bots."""
    try:
        address = socket.getaddrinfo(urlsplit(url).hostname, None, type=socket.SOCK_DGRAM)[0]
        with socket.socket(address[0], socket.SOCK_DGRAM) as probe:
            probe.bind((address[4][0], 0))
    except OSError:
        return False
    return True


def _free_memory() -> float | None:
    try:
        lines = MEMORY.read_text().splitlines()
    except OSError:
        return None
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
