"""Real concurrency: each actor in a thread of its own, with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

PATIENCE_S = 30


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each of `works` returned; all begin together. An exception of one is raised here."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            # Connected before the gate opens: what races is the work, not the handshakes.
            connection.ensure_connection()
            gate.wait(PATIENCE_S)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [job.result(PATIENCE_S) for job in [pool.submit(run, work) for work in works]]
