"""What is measured: our server as it is operated, and the baselines on a stock Daphne."""

import json
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.load.machine import Cores, pinned
from tests.support.backstage import Stage, backstage
from tests.support.pack import write_pack
from tests.support.process import Child, free_port, temporary_folder
from tests.support.server import RunningHunt, WebServer, clean_environment, running_hunt
from tests.support.services import Postgres, Redis, private_postgres, private_redis

Say = Callable[[str], None]

SHOWN_LOG = 2_000
QUESTIONS = 200
HUNT: dict[str, Any] = {"wrong_burst": 1_000, "wrong_per_minute": 600, "xp_cap": 10_000}
"""The highest ceilings that a hunt may set for wrong answers; they are evaluated as ever."""
LIMITS = {"burst": 1_000_000, "refill_ms": 1, "handshakes": 1_000_000, "sockets": 1_000_000}
DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "effective_cache_size": "768MB",
    "checkpoint_completion_target": "0.9",
}
"""As docker-compose.yml starts it."""


class Options(Struct, frozen=True):
    """How often, and how long at a time, is measured; `growth`: attempts in the large hunt."""

    rounds: int = 3
    seconds: float = 8.0
    growth: int = 10_000_000


def tell(line: str) -> None:
    print(line, flush=True)


class Bench:
    """One run: its options, the cores, and databases that are started when a row first asks for them."""

    def __init__(self, stack: ExitStack, cores: Cores, options: Options, say: Say = tell) -> None:
        self._stack, self.cores, self.say = stack, cores, say
        self.rounds, self.seconds, self.growth = options.rounds, options.seconds, options.growth
        self._postgres: Postgres | None = None
        self._redis: Redis | None = None

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            with pinned(self.cores.databases):
                self._postgres = self._stack.enter_context(private_postgres(DURABLE))
        return self._postgres

    @property
    def redis(self) -> Redis:
        if self._redis is None:
            with pinned(self.cores.databases):
                self._redis = self._stack.enter_context(private_redis())
        return self._redis

    @property
    def databases(self) -> list[int]:
        """The processes of what is started."""
        return [server.pid for server in (self._postgres, self._redis) if server]


class OurServer(WebServer):
    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


class House:
    """A hunt of ours on data of its own, live for days; its server is started for each round."""

    def __init__(self, bench: Bench, hunt: RunningHunt, behind: Stage) -> None:
        self.bench, self.hunt = bench, hunt
        self._behind = behind

    @property
    def shared(self) -> dict[str, str]:
        """What a baseline needs of its environment to work on the same rows and sessions."""
        return {name: self.hunt.env[name] for name in ("DATABASE_URL", "SECRET_KEY")}

    @property
    def databases(self) -> list[int]:
        """Whose CPU is to be shown beside the server's."""
        return self.bench.databases if "DATABASE_URL" in self.hunt.env else []

    def prove(self) -> None:
        """`check_ledger` finds nothing, or raises what it says."""
        self.hunt.manage("check_ledger")

    def ask(self, call: str) -> Any:
        """The value of a call in `tests.load.rows`, made beside the server."""
        return self._behind.run(f"from tests.load import rows\nresult = rows.{call}")

    @contextmanager
    def serving(self, *, hooked: bool = False) -> Iterator["OurServer"]:
        """`manage.py serve`, freshly started on the server's core; hooked: with the address for orders."""
        server = OurServer(self.hunt.env, folder=self.hunt.folder)
        if hooked:
            server.command[1:3] = ["-m", "tests.load.hooked"]
        with pinned(self.bench.cores.server):
            server.start()
        with server, _heard(server):
            yield server


@contextmanager
def house(bench: Bench, *, embedded: bool = False, questions: int = QUESTIONS) -> Iterator[House]:
    """On the bench's PostgreSQL and Redis; embedded: on SQLite and in memory."""
    with temporary_folder("bench") as folder, ExitStack() as stack:
        pack = write_pack(folder / "pack", questions, pictures=(), **HUNT)
        hunt = stack.enter_context(
            running_hunt(
                database=None if embedded else bench.postgres.url,
                redis=None if embedded else bench.redis.url,
                web=0,
                env={"ENIGMA_SOCKET_LIMITS": json.dumps(LIMITS), "SECRET_KEY": secrets.token_urlsafe(50)},
            )
        )
        hunt.manage("import_hunt", pack, "--starts-in", "0s", "--current")
        yield House(bench, hunt, stack.enter_context(backstage(hunt.env)))


class Listener(Child):
    """A program that listens on `port` when it is ready."""

    def __init__(
        self, name: str, command: list[str], port: int, folder: Path, env: Mapping[str, str]
    ) -> None:
        super().__init__(name, command, log=folder / f"{name}.log", env=env)
        self.port = port

    def ready(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


@contextmanager
def stock_daphne(bench: Bench, baseline: str, env: Mapping[str, str] | None = None) -> Iterator[Listener]:
    """`tests.load.baselines.BASELINE:application` on Daphne as its command starts it, without the access log."""
    options = ("-v", "0", "-b", "127.0.0.1", "-p", "{port}", f"tests.load.baselines.{baseline}:application")
    with _listening(bench, baseline, ("daphne", *options), env or {}) as server:
        yield server


@contextmanager
def program(bench: Bench, baseline: str) -> Iterator[Listener]:
    """`tests.load.baselines.BASELINE` as a program of its own."""
    with _listening(bench, baseline, (f"tests.load.baselines.{baseline}", "{port}"), {}) as server:
        yield server


@contextmanager
def _listening(bench: Bench, name: str, module: Sequence[str], env: Mapping[str, str]) -> Iterator[Listener]:
    with temporary_folder("baseline") as folder:
        port = free_port()
        command = [sys.executable, "-m", *(part.format(port=port) for part in module)]
        server = Listener(name, command, port, folder, clean_environment() | dict(env))
        with pinned(bench.cores.server):
            server.start()
        with server, _heard(server):
            yield server


@contextmanager
def _heard(server: Child) -> Iterator[None]:
    """What goes wrong comes with what the server said."""
    try:
        yield
    except Exception as error:
        error.add_note(server.log_text()[-SHOWN_LOG:])
        raise


def raise_file_limit() -> None:
    """Ten thousand sockets in this process."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
