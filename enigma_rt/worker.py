"""Scheduled work beside an embedded server: a django-q cluster that ends when its parent does, however that ends.

A cluster is six processes. Started by itself it leaves some behind when one of them, or whoever started it, is killed;
this one is the leader of a process group and clears it.

    python -m enigma_rt.worker PARENT_PID
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

CHECK_S = 0.5
STOP_S = 8
"""What a task that is running gets to end by itself. They may all run twice."""
FIRST_DELAY_S, LONGEST_DELAY_S = 1.0, 60.0
HEALTHY_S = 60.0
ROOT = Path(__file__).resolve().parent.parent


# --- in the parent --------------------------------------------------------------------------------------------------


async def keep_running(say: Callable[[str], None]) -> None:
    """Start the worker, and again when it dies, later and later; cancelled, end it and everything it started."""
    delay = FIRST_DELAY_S
    while True:
        began = time.monotonic()
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, str(os.getpid())),
            stdin=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,
        )
        try:
            status = await worker.wait()
        except asyncio.CancelledError:
            await _end(worker)
            raise
        finally:
            _signal_group(worker.pid, signal.SIGKILL)
        if time.monotonic() - began > HEALTHY_S:
            delay = FIRST_DELAY_S
        say(f"scheduled work stopped (status {status}); starting it again in {delay:g} s")
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_DELAY_S)


async def _end(worker: asyncio.subprocess.Process) -> None:
    if worker.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            worker.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(worker.wait(), STOP_S + 2)


# --- in the child ---------------------------------------------------------------------------------------------------


def run(parent: int) -> None:
    """Returns when the cluster has ended in good order: on SIGTERM, or after `parent` is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enigma_rt.settings")
    import django

    django.setup()
    from django_q.cluster import Cluster

    signal.signal(signal.SIGALRM, _clear_group)
    cluster = Cluster()
    stop_asked = _remember_stop(cluster)
    cluster.start()
    while cluster.sentinel.is_alive():
        if os.getppid() != parent:
            signal.alarm(STOP_S)
            cluster.stop()
            return
        time.sleep(CHECK_S)
    if not stop_asked():
        # Its sentinel was killed: what it watched over is nobody's any more.
        _clear_group()


def _remember_stop(cluster: Any) -> Callable[[], bool]:
    """Let SIGTERM stop the cluster, by force if that takes long; tells whether it came."""
    asked = False

    def stop(number: int, frame: Any) -> None:
        nonlocal asked
        asked = True
        signal.alarm(STOP_S)
        cluster.sig_handler(number, frame)

    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, stop)
    return lambda: asked


def _clear_group(*_: Any) -> NoReturn:
    _signal_group(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    run(int(sys.argv[1]))
