"""Real concurrency: each actor in a thread of its own, with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

PATIENCE_S = 30


def begin(work: Callable[[], Any]) -> Future[Any]:
    """Run `work` beside the test, on a connection of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    job = pool.submit(run)
    pool.shutdown(wait=False)
    return job


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of `works` returned; all begin together. An exception of one is raised here."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            # Connected before the gate opens: what races is the work, not the handshakes.
            connection.ensure_connection()
            gate.wait(PATIENCE_S)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [job.result(PATIENCE_S) for job in [pool.submit(run, work) for work in works]]
