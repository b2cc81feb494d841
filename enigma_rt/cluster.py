"""The scheduled work says how it does, beside the web processes (`consumers/vitals.py`).

It is said from a thread of the cluster's worker, which lives as long as its cluster does: a worker that is replaced
goes on in the same name, and one whose cluster was killed is not to be taken for one.
"""

import contextlib
import hashlib
import logging
import os
import socket
import threading
import time
from multiprocessing.util import Finalize
from pathlib import Path

import msgspec
from django.db import Error, connections

from consumers.vitals import REPORT_S, resident
from game.queries.clock import now_ms
from game.queries.vitals import Link, Report, scheduled_age, tasks_waiting
from game.services.vitals import tell

logger = logging.getLogger(__name__)


def begin() -> None:
    """In a worker that has just been started (django-q's `post_spawn`)."""
    reporter = Reporter(os.getppid())
    threading.Thread(target=reporter.run, name="vitals", daemon=True).start()
    Finalize(None, reporter.farewell, exitpriority=1)


class Reporter:
    def __init__(self, cluster: int) -> None:
        self._cluster = cluster
        host = socket.gethostname()
        self._started = now_ms()
        self._name = hashlib.sha256(f"{host} {cluster} worker".encode()).hexdigest()[:16]
        self._report = Report(kind="worker", host=host, pid=cluster, started=self._started)
        self._trouble: tuple[str, int] | None = None
        self._over = threading.Event()

    def run(self) -> None:
        while os.getppid() == self._cluster:
            try:
                tell(self._name, self._look())
            except Exception as error:
                # It is said with the next report that gets through; the rest of the work says it in the log.
                self._trouble = (type(error.__cause__ or error).__name__, int(time.time() * 1000))
                connections.close_all()
                if not isinstance(error, Error):
                    logger.exception("vitals are not told any more")
                    return
            if self._over.wait(REPORT_S):
                break
        connections.close_all()

    def farewell(self) -> None:
        """The last word; the worker that takes over, if one does, has the next."""
        self._over.set()
        with contextlib.suppress(Exception):
            tell(self._name, msgspec.structs.replace(self._report, state="stopped"))

    def _look(self) -> Report:
        began = time.perf_counter()
        now_ms()
        took = (time.perf_counter() - began) * 1000
        self._report = msgspec.structs.replace(
            self._report,
            waiting=tasks_waiting(),
            settled=scheduled_age(),
            rss=_of_all(self._cluster),
            database=Link(round(took, 2), *(self._trouble or ())),
        )
        return self._report


def _of_all(cluster: int) -> int | None:
    """Memory of a cluster's processes together; of this one alone where it cannot be known."""
    try:
        text = Path(f"/proc/{cluster}/task/{cluster}/children").read_text()
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (cluster, *text.split())]
    except (OSError, ValueError, IndexError):
        return resident()
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")
