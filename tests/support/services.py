"""Real PostgreSQL and Redis servers of our own: on free ports, in temporary folders, gone at the end.

They behave as in production but for two things: what they write is not forced to the disk (nobody wants a
test's data after a power cut; the benchmark measures it), and nobody but this machine can reach them. Both
can be stopped, killed, frozen and restarted in the middle of a test (see `Child`); they come back on the same
port with the same data, Redis with none.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from tests.support import tools
from tests.support.process import Child, StartError, free_port, temporary_folder, unprivileged_user

START_ATTEMPTS = 3
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
HASTY = {"fsync": "off", "full_page_writes": "off"}
STATE_LINE = 7  # of postmaster.pid, counted from 0

Server = TypeVar("Server", "Postgres", "Redis")


class Postgres(Child):
    """A PostgreSQL server whose data is in `folder`; makes an empty cluster there. `options` are its settings."""

    def __init__(self, folder: Path, user: str | None, port: int, options: Mapping[str, str] = HASTY) -> None:
        self.port = port
        self.data = folder / "data"
        programs = tools.need("postgres")
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "max_connections": 200,
            **options,
        }
        super().__init__(
            "PostgreSQL",
            [programs / "postgres", "-D", self.data, *(f"--{name}={settings[name]}" for name in settings)],
            log=folder / "postgres.log",
            cwd=folder,
            user=user,
            how=signal.SIGINT,  # "fast": cuts the clients off in good order instead of waiting for them
        )
        _make_cluster(programs / "initdb", self.data, user)

    @property
    def url(self) -> str:
        """Of the database `enigma`, which is empty and everybody's."""
        return f"postgres://enigma@127.0.0.1:{self.port}/enigma"

    def ready(self) -> bool:
        with suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            # Of a killed predecessor there may be a whole file, of this one half a file.
            return lines[:1] == [str(self.pid)] and lines[STATE_LINE:][:1] == ["ready   "]
        return False

    # Its backends lead groups of their own, so they are reached by their ids. A busy one would survive a
    # killed server and keep it from restarting; an unfrozen one would go on answering for a frozen server.

    def kill(self) -> int:
        backends = _children_of(self.pid)
        status = super().kill()
        _signal_all(backends, signal.SIGKILL)
        return status

    def freeze(self) -> None:
        super().freeze()
        _signal_all(_children_of(self.pid), signal.SIGSTOP)

    def thaw(self) -> None:
        _signal_all(_children_of(self.pid), signal.SIGCONT)
        super().thaw()


class Redis(Child):
    """A Redis server that keeps nothing on disk."""

    def __init__(self, folder: Path, user: str | None, port: int) -> None:
        self.port = port
        settings = {
            "--bind": "127.0.0.1",
            "--port": port,
            "--dir": folder,
            "--save": "",
            "--appendonly": "no",
        }
        super().__init__(
            "Redis",
            [tools.need("redis-server"), *(str(part) for pair in settings.items() for part in pair)],
            log=folder / "redis.log",
            cwd=folder,
            user=user,
        )

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def ready(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
        return False


@contextmanager
def private_postgres(options: Mapping[str, str] = HASTY) -> Iterator[Postgres]:
    """A running PostgreSQL server; `.url` is its empty database `enigma`."""
    with temporary_folder("postgres", owner=unprivileged_user()) as folder:
        with _started(lambda port: Postgres(folder, unprivileged_user(), port, options)) as server:
            with psycopg.connect(_maintenance(server.url), autocommit=True) as connection:
                connection.execute("CREATE DATABASE enigma")
            yield server


@contextmanager
def private_redis() -> Iterator[Redis]:
    """A running, empty Redis server at `.url`."""
    with temporary_folder("redis", owner=unprivileged_user()) as folder:
        with _started(lambda port: Redis(folder, unprivileged_user(), port)) as server:
            yield server


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The URL of a new, empty database beside the given one; dropped at the end, whoever is still
    connected."""
    name = f"enigma_{uuid4().hex[:12]}"
    with psycopg.connect(_maintenance(server_url), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        # A test may have left the server dead; then there is nothing to drop.
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(_maintenance(server_url), autocommit=True) as connection,
        ):
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def _started(make: Callable[[int], Server]) -> Iterator[Server]:
    """Somebody else may take a free port before our server does: then another one is tried."""
    for attempt in range(1, START_ATTEMPTS + 1):
        server = make(free_port())
        try:
            server.start()
        except StartError as error:
            if attempt == START_ATTEMPTS or "in use" not in str(error):
                raise
        else:
            break
    with server:
        yield server


def _make_cluster(initdb: Path, data: Path, user: str | None) -> None:
    if data.exists():
        return
    options = ("--username=enigma", "--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}", "--no-sync")
    command: list[str | Path] = [initdb, "--pgdata", data, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=data.parent, user=user)
    if done.returncode != 0:
        raise StartError(f"initdb ended with status {done.returncode}\n{done.stdout}{done.stderr}")


def _maintenance(url: str) -> str:
    """The same server's `postgres` database: where one stands to make or drop another."""
    return urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()


def _children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _signal_all(pids: list[int], how: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)
