"""The machine: who runs on which core, and what a process has used."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

TICKS = os.sysconf("SC_CLK_TCK")


class Cores(Struct, frozen=True):
    """The server has a core of its own, the client another. On two cores the databases share the client's; on a single
    one everybody shares it, and the figures say little."""

    server: frozenset[int]
    client: frozenset[int]
    databases: frozenset[int]


def cores() -> Cores:
    """Of those that we may use."""
    usable = sorted(os.sched_getaffinity(0))
    rest = usable[1:] or usable
    return Cores(frozenset(usable[:1]), frozenset(rest[:1]), frozenset(rest[1:] or rest))


@contextmanager
def pinned(to: frozenset[int]) -> Iterator[None]:
    """What is started within runs on these cores, and so do we meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def describe() -> dict[str, object]:
    """Processor, cores, memory, system, interpreter."""
    return {
        "processor": _line("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_mb": int((_line("/proc/meminfo", "MemTotal") or "0").split()[0]) // 1024,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _line(path: str, name: str) -> str:
    with suppress(OSError):
        for line in Path(path).read_text().splitlines():
            if line.startswith(name):
                return line.partition(":")[2].strip()
    return ""


def cpu_seconds(pid: int) -> float:
    """What the process and all its threads have used so far, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def family(pid: int) -> list[int]:
    """The process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def resident_bytes(pid: int) -> int:
    """Memory of the process that is really there."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Meter:
    """Shares of one core that we, a server and the databases (with all their children) use while it runs."""

    def __init__(self, server: int, databases: Sequence[int] = ()) -> None:
        self._server, self._databases = server, databases
        self.client = self.server = self.databases = 0.0

    def __enter__(self) -> "Meter":
        self._began = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        wall, *used = (end - begin for begin, end in zip(self._began, self._now(), strict=True))
        self.seconds = wall
        self.client, self.server, self.databases = (seconds / wall for seconds in used)

    def _now(self) -> tuple[float, float, float, float]:
        databases = sum(cpu_seconds(pid) for database in self._databases for pid in family(database))
        return time.perf_counter(), time.process_time(), cpu_seconds(self._server), databases
