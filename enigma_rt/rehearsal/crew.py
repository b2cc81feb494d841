"""The client processes of a rehearsal, as the one that leads them sees them."""

import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from enigma_rt.rehearsal import RehearsalError, worker
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.messages import (
    AnyReport,
    Crashed,
    Done,
    Failed,
    Order,
    Plan,
    Share,
    read_report,
    send,
)
from game.packs import Pack

LEAVE_S = 5.0
"""What closing every socket may take before a process is ended."""


class Crew:
    """`with Crew(…) as crew:` starts `count` processes; they are gone afterwards, whatever happens."""

    def __init__(self, plan: Plan, pack: Pack, accounts: Sequence[Account], count: int) -> None:
        shares = [
            Share(
                plan,
                pack,
                len(accounts),
                {number: accounts[number] for number in range(place, len(accounts), count)},
                first=place == 0,
            )
            for place in range(count)
        ]
        # Not forked: a copy of a process with threads, connections and a loop is none that works.
        context = multiprocessing.get_context("spawn")
        self._processes: list[SpawnProcess] = []
        self._pipes: list[connection.Connection] = []
        self._theirs: list[connection.Connection] = []
        for place, share in enumerate(shares):
            ours, theirs = context.Pipe()
            self._pipes.append(ours)
            self._theirs.append(theirs)
            self._processes.append(
                context.Process(
                    target=worker.main, args=(share, theirs), name=f"bots-{place + 1}", daemon=True
                )
            )

    def __enter__(self) -> Self:
        # Ctrl-C on a terminal is for everybody in it: they ignore it from their first moment on.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            for process in self._processes:
                process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        for theirs in self._theirs:
            theirs.close()  # or the end of a process would not be noticed
        self._talking = [*self._pipes]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        deadline = time.monotonic() + (LEAVE_S if kind is None else 0.0)
        for process in self._processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def __len__(self) -> int:
        return len(self._processes)

    def tell(self, order: Order) -> None:
        """Give everybody an order."""
        for pipe in self._talking:
            try:
                send(pipe, order)
            except OSError:
                self._gone(pipe)

    def reports(self, seconds: float) -> Iterator[tuple[int, AnyReport]]:
        """(which process, what it says), all that comes within so many seconds. Raises RehearsalError."""
        deadline = time.monotonic() + seconds
        while True:
            heard = connection.wait(self._talking, max(0.0, deadline - time.monotonic()))
            for pipe in heard:
                assert isinstance(pipe, connection.Connection)
                try:
                    report = read_report(pipe)
                except (EOFError, OSError):
                    self._gone(pipe)
                if isinstance(report, Failed):
                    raise RehearsalError(report.text)
                if isinstance(report, Crashed):
                    raise RuntimeError(f"a client process crashed:\n{report.trace}")
                if isinstance(report, Done):
                    self._talking.remove(pipe)
                yield self._pipes.index(pipe), report
            if time.monotonic() >= deadline or not self._talking:
                return

    def _gone(self, pipe: connection.Connection) -> None:
        process = self._processes[self._pipes.index(pipe)]
        process.join(LEAVE_S)
        raise RehearsalError(
            f"client process {process.name} has ended (status {process.exitcode}): is there enough memory?"
        )
