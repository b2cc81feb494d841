"""A child process of a test run: started, waited for, ended, its log kept. Knows nothing of pytest."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import reaper

ROOT = Path(__file__).resolve().parents[2]

running: list["Child"] = []
"""Every child that is running now, for whoever reports a failed test."""


class StartError(RuntimeError):
    """A child did not become ready; the message ends with its log."""


class Child:
    """One command, run in a process group of its own with its output in `log`.

    `ready` is asked until it is true; `how` is the signal that ends the command in good order. A child may be
    started again after it has ended: its log goes on in the same file.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        user: str | None = None,
        how: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = env
        self.cwd = cwd
        self.user = user
        self.how = how
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status (minus the signal's number), None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def new_log_text(self) -> str:
        """What it wrote since it was last started."""
        return self.log_text()[self._log_start :]

    def ready(self) -> bool:
        return True

    def start(self, timeout: float = 30.0) -> Self:
        """Returns when it is ready; `StartError` when it ends, or `timeout` seconds pass, before that."""
        if self.is_running:
            raise RuntimeError(f"{self.name} is running already")
        self._log_start = len(self.log_text())
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )
        reaper.watch_process(self.pid, self.how)
        running.append(self)
        try:
            wait_for(lambda: not self.is_running or self.ready(), timeout)
            if self.returncode is not None:
                raise StartError(f"{self.name} ended with status {self.returncode}\n{self.log_text()}")
        except TimeoutError:
            self.kill()
            raise StartError(f"{self.name} was not ready within {timeout:g} s\n{self.log_text()}") from None
        except BaseException:
            self.kill()
            raise
        return self

    def terminate(self, timeout: float = 15.0) -> int:
        """Asks it to end, kills it when it has not after `timeout` seconds; returns its exit status."""
        if self.is_running:
            os.kill(self.pid, self.how)
            self.thaw()  # a frozen one could not hear
        return self._wait(timeout)

    def kill(self) -> int:
        """Ends it and its group at once, as a power cut would."""
        if self in running:
            reaper.signal_group(self.pid, signal.SIGKILL)
        return self._wait(5.0)

    def freeze(self) -> None:
        """It stops answering but keeps its connections, as a hung process does; `thaw` undoes it."""
        reaper.signal_group(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        reaper.signal_group(self.pid, signal.SIGCONT)

    def restart(self) -> Self:
        self.terminate()
        return self.start()

    def _wait(self, timeout: float) -> int:
        if self._process is None or self not in running:
            return self.returncode or 0
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        # Its children too: nothing of a group outlives its leader.
        reaper.signal_group(self.pid, signal.SIGKILL)
        status = self._process.wait()
        reaper.forget_process(self.pid)
        running.remove(self)
        return status

    def __enter__(self) -> Self:
        return self if self.is_running else self.start()

    def __exit__(self, *_: object) -> None:
        self.terminate()


def foreground(command: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Runs a command on this terminal and returns its status.

    However this process is asked to end, the command ends first, and what it uses is there until then.
    """
    child = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()  # the terminal has told the command too
        raise
    except SystemExit:
        child.terminate()
        child.wait()
        raise


def exit_on_signals() -> None:
    """Makes every usual signal unwind the stack, so that what was started here is ended; without a
    traceback."""
    for how in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, lambda number, _: sys.exit(128 + number))
    sys.excepthook = _quiet_interrupt


def _quiet_interrupt(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


def wait_for(condition: Callable[[], bool], timeout: float, every: float = 0.02) -> None:
    """Returns as soon as the condition holds; `TimeoutError` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(every)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def temporary_folder(prefix: str, owner: str | None = None) -> Iterator[Path]:
    """A new folder, removed at the end whatever happens. Short: a socket's path has to fit in 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=f"enigma-{prefix}-"))
    reaper.watch_folder(folder)
    try:
        if owner:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        reaper.forget_folder(folder)


def unprivileged_user() -> str | None:
    """Whom a database server runs as when we are root (PostgreSQL refuses root); None: as ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def manage(*arguments: str | Path) -> list[str | Path]:
    """The command line of `manage.py` with these arguments."""
    return [sys.executable, ROOT / "manage.py", *arguments]
