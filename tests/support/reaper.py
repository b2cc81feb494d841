"""Ends what a test run started, however that run itself ended (`kill -9` included).

One small process per run, in a session of its own, reads lines from a pipe that the run holds open:

    + PID SIGNAL    end this process and its group like that    - PID       it has ended already
    > FOLDER        remove this folder                          < FOLDER    it is removed already

When the run is gone, the pipe closes; whatever is still on the list is ended and removed.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

GRACE = 5.0  # seconds between asking and killing

_pipe: int | None = None
_starting = threading.Lock()


def watch_process(pid: int, how: signal.Signals) -> None:
    _tell(f"+ {pid} {int(how)}")


def forget_process(pid: int) -> None:
    _tell(f"- {pid}")


def watch_folder(folder: Path) -> None:
    _tell(f"> {folder}")


def forget_folder(folder: Path) -> None:
    _tell(f"< {folder}")


def _tell(line: str) -> None:
    global _pipe
    with _starting:
        if _pipe is None:
            _pipe = _start()
    os.write(_pipe, line.encode() + b"\n")


def _start() -> int:
    reaper = subprocess.Popen(
        [sys.executable, "-S", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C ends the run, not the one that cleans up after it
    )
    assert reaper.stdin is not None
    # A bare descriptor: an open file object would warn when the interpreter ends with it.
    pipe = os.dup(reaper.stdin.fileno())
    reaper.stdin.close()
    reaper.returncode = 0  # never waited for: it outlives this process by design
    return pipe


def signal_group(pid: int, how: signal.Signals) -> None:
    """To a process that leads a group, and to everybody in it; nobody there is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, how)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def main() -> None:
    processes: dict[int, signal.Signals] = {}
    folders: dict[str, None] = {}
    for line in sys.stdin:
        mark, _, rest = line.rstrip("\n").partition(" ")
        if mark == "+":
            pid, how = rest.split()
            processes[int(pid)] = signal.Signals(int(how))
        elif mark == "-":
            processes.pop(int(rest), None)
        elif mark == ">":
            folders[rest] = None
        elif mark == "<":
            folders.pop(rest, None)

    for pid, how in reversed(processes.items()):
        signal_group(pid, how)
    deadline = time.monotonic() + GRACE
    while any(map(_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in processes:
        signal_group(pid, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
