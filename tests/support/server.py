"""A really running Enigma RT: web processes and worker as an operator starts them, on data of their own.

    with running_hunt(web=2, database=postgres.url, redis=redis.url, worker=True) as hunt:
        hunt.web[0].url, hunt.web[1].ws_url, hunt.manage("check_ledger")

Nothing here knows pytest; `tests/conftest.py` wraps it in fixtures.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.support.process import ROOT, Child, manage, temporary_folder
from tests.support.services import fresh_database

LISTENING = re.compile(r"^listening on (http://\S+?)/?\s*$", re.MULTILINE)

# What decides how a process behaves comes from the test, not from the shell or the run that it is started in.
OURS = re.compile(
    r"ENIGMA_|DATABASE_URL$|REDIS_URL$|SECRET_KEY$|ALLOWED_HOSTS$|EMAIL_URL$|DEBUG$|DJANGO_|LOG_|SENTRY_DSN$"
)


class WebServer(Child):
    """`manage.py serve` on a free port of 127.0.0.1, to which it comes back when it is started again."""

    def __init__(self, env: Mapping[str, str], *, folder: Path, name: str = "web", port: int = 0) -> None:
        command = manage("serve", "--host", "127.0.0.1", "--port", str(port))
        super().__init__(name, command, env=env, log=folder / f"{name}.log")

    def start(self, timeout: float = 30.0) -> Self:
        super().start(timeout)
        self.command[-1] = self.url.rpartition(":")[2]
        return self

    def ready(self) -> bool:
        return bool(LISTENING.search(self.new_log_text()))

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, no slash at the end."""
        found = LISTENING.search(self.new_log_text())
        if found is None:
            raise RuntimeError(f"{self.name} is not listening\n{self.log_text()}")
        return found[1]

    @property
    def ws_url(self) -> str:
        """`ws://127.0.0.1:PORT`, no slash at the end."""
        return "ws" + self.url.removeprefix("http")


class Worker(Child):
    """`manage.py qcluster`: scheduled work. It says nothing when it is ready; its effects do."""

    def __init__(self, env: Mapping[str, str], *, folder: Path, name: str = "worker") -> None:
        super().__init__(name, manage("qcluster"), env=env, log=folder / f"{name}.log")


@dataclass
class RunningHunt:
    """Processes on one database. Start more with `start_web` and `start_worker`; all end with the hunt."""

    folder: Path
    env: dict[str, str]
    web: list[WebServer] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.web[0].url

    @property
    def ws_url(self) -> str:
        return self.web[0].ws_url

    def manage(self, *arguments: str | Path, stdin: str | None = None, timeout: float = 120.0) -> str:
        """Runs `manage.py` on this hunt's data; returns its output, or raises `CommandError` with it."""
        done = subprocess.run(
            manage(*arguments),
            env=self.env,
            cwd=ROOT,
            input=stdin or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode != 0:
            line = " ".join(map(str, arguments))
            raise CommandError(f"manage.py {line} ended with status {done.returncode}\n{done.stdout}")
        return done.stdout

    def start_web(self, **env: str) -> WebServer:
        server = WebServer(self.env | env, folder=self.folder, name=f"web-{len(self.web) + 1}")
        self.web.append(server)
        return server.start()

    def start_worker(self, **env: str) -> Worker:
        worker = Worker(self.env | env, folder=self.folder, name=f"worker-{len(self.workers) + 1}")
        self.workers.append(worker)
        return worker.start()

    def stop(self) -> None:
        for child in (*self.web, *self.workers):
            child.terminate()


class CommandError(RuntimeError):
    """A `manage.py` command failed; the message ends with what it printed."""


@contextmanager
def running_hunt(
    *,
    database: str | None = None,
    redis: str | None = None,
    pack: Path | None = None,
    web: int = 1,
    worker: bool = False,
    env: Mapping[str, str] | None = None,
) -> Iterator[RunningHunt]:
    """Migrates a fresh database, imports the hunt pack `pack` and starts the processes.

    `database` is the URL of any database on a PostgreSQL server: a new one beside it is used. None: SQLite.
    `redis` is a server's URL, which should serve no other hunt at that time, since the bus has no name for
    them. None: the in-memory channel layer.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("hunt"))
        settings = clean_environment() | {"ENIGMA_DATA_DIR": str(folder / "data")} | dict(env or {})
        if database:
            settings["DATABASE_URL"] = stack.enter_context(fresh_database(database))
        if redis:
            settings["REDIS_URL"] = redis
        (folder / "data").mkdir()
        hunt = RunningHunt(folder, settings)
        hunt.manage("migrate", "--verbosity", "0")
        if pack:
            hunt.manage("import_hunt", pack)
        stack.callback(hunt.stop)
        for _ in range(web):
            hunt.start_web()
        if worker:
            hunt.start_worker()
        yield hunt


def clean_environment() -> dict[str, str]:
    """The environment without what the shell, CI or an enclosing test run have decided about Enigma RT."""
    kept = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    return kept | {"PYTHONUNBUFFERED": "1"}
