"""What one client can do to the others: nothing. Through the proxy, which buffers for both sides."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.faults.crowd import Crowd, playing
from tests.faults.flood import FRAMES
from tests.support.process import ROOT
from tests.support.tabs import bare_socket

pytestmark = [pytest.mark.production, pytest.mark.matrix]

SIPPING, SILENT, FLOODING = 10, 10, 6
"""Readers of 10 B/s; clients that are gone and whose machine does not say so; writers."""
DROPPED_S = 20 + 10 + 5
"""A ping each 20 s, 10 s for its answer; whoever has not read that far has not heard it either."""
FLOODED_S = 10
FLAT = 32 * 1024
NOISE_MS = 250


async def test_who_does_not_read(arena: Arena, note: Note) -> None:
    """Readers at 10 B/s, and half-open connections"""
    async with playing(arena, 24) as crowd:
        await asyncio.sleep(4)
        usual = crowd.latency()
        before = await asyncio.to_thread(sessions, arena)
        memory = Memory(arena)
        ended = threading.Event()
        with ExitStack() as stack:
            slow = [stack.enter_context(bare_socket(arena.front, small=True)) for _ in range(SIPPING)]
            for _ in range(SILENT):
                stack.enter_context(bare_socket(arena.front))
            assert await asyncio.to_thread(sessions, arena) == before + SIPPING + SILENT
            at, began = crowd.mark(), time.monotonic()
            sipping = threading.Thread(target=sip, args=[slow, ended])
            sipping.start()
            try:
                left = SIPPING + SILENT
                while left:
                    assert time.monotonic() - began < DROPPED_S, f"{left} are still there"
                    await asyncio.sleep(0.5)
                    left = max(0, await asyncio.to_thread(sessions, arena) - before)
                    memory.look()
            finally:
                ended.set()
                sipping.join()
            closed = time.monotonic() - began
        others = compare(crowd, at, usual)
    note(f"{SIPPING} readers and {SILENT} silent ones closed within {closed:.1f} s")
    note(f"the web processes grew by {memory.grown // 1024} MiB at most, the others' answers {others}")
    note(crowd.figures())
    assert memory.grown < FLAT


async def test_who_only_writes(arena: Arena, note: Note) -> None:
    """A flood"""
    async with playing(arena, 24) as crowd:
        await asyncio.sleep(4)
        usual = crowd.latency()
        memory = Memory(arena)
        at = crowd.mark()
        watching = asyncio.create_task(memory.watch())
        longest = await asyncio.to_thread(flood, arena)
        watching.cancel()
        await asyncio.sleep(2)
        others = compare(crowd, at, usual)
    note(f"{len(FRAMES) * FLOODING} writers of frames small, large and none, closed within {longest:.1f} s")
    note(f"the web processes grew by {memory.grown // 1024} MiB at most, the others' answers {others}")
    note(crowd.figures())
    assert longest < FLOODED_S
    assert memory.grown < FLAT


class Memory:
    """What the web processes hold beyond what they held at first, in KiB, at its most."""

    def __init__(self, arena: Arena) -> None:
        self._pids = [web.pid for web in arena.web]
        self._first = [resident(pid) for pid in self._pids]
        self.grown = 0

    def look(self) -> None:
        for pid, first in zip(self._pids, self._first, strict=True):
            self.grown = max(self.grown, resident(pid) - first)

    async def watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(0.05)


def resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def sessions(arena: Arena) -> int:
    """Sockets that are open between the proxy and the web processes."""
    return sum(server.sessions for server in arena.front.servers())


def compare(crowd: Crowd, at: int, usual: tuple[float, float]) -> str:
    p50, p99 = crowd.latency(at)
    assert crowd.mark() - at > 20
    assert p50 < usual[0] + NOISE_MS
    return f"p50 {p50:.0f} ms (before {usual[0]:.0f}), p99 {p99:.0f} ms (before {usual[1]:.0f})"


def sip(clients: list[socket.socket], ended: threading.Event) -> None:
    for client in clients:
        client.setblocking(False)
    while not ended.wait(0.1):
        for client in clients:
            with suppress(OSError):
                client.recv(1)


def flood(arena: Arena) -> float:
    """Seconds for which the last of them could write."""
    command = [sys.executable, "-m", "tests.faults.flood", arena.front.url, str(FLOODING), str(FLOODED_S)]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
