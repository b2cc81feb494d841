"""What is broken on purpose: PostgreSQL, Redis, HAProxy, three web processes, each of which can be killed or hung."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.knowledge import Knowledge
from game.packs import read_pack
from tests.support.backstage import Stage, backstage
from tests.support.haproxy import Front
from tests.support.pack import write_pack
from tests.support.process import free_port, temporary_folder
from tests.support.server import RunningHunt, WebServer, running_hunt
from tests.support.services import Postgres, Redis, private_postgres, private_redis

WEB = 3
QUESTIONS = 120
DRAIN_S = 4
NAT = {"sockets": 100_000, "handshakes": 100_000}
"""All players of a test share one address."""
ENVIRONMENT = {
    "ENIGMA_PROXY": "1",
    "ENIGMA_DRAIN_SECONDS": str(DRAIN_S),
    "ENIGMA_SOCKET_LIMITS": json.dumps(NAT),
}


class Arena:
    """One hunt, live for days, on servers of its own."""

    def __init__(
        self, hunt: RunningHunt, postgres: Postgres, redis: Redis, front: Front, behind: Stage, pack: Path
    ) -> None:
        self.hunt, self.postgres, self.redis, self.front = hunt, postgres, redis, front
        self.knowledge = Knowledge(read_pack(pack))
        self._behind = behind

    @property
    def web(self) -> list[WebServer]:
        return self.hunt.web

    def busiest(self) -> tuple[int, int]:
        """(number, sockets) of the web process that holds the most."""
        held = [server.sessions for server in self.front.servers()]
        return held.index(max(held)), max(held)

    def ask(self, code: str) -> Any:
        """What `code` assigns to `result`, beside the servers; whatever has become of its last connection."""
        fresh = "from django.db import connections\nconnections.close_all()\n"
        return self._behind.run(fresh + dedent(code))

    def accounts(self, players: int) -> list[Account]:
        """Signed-in accounts that play."""
        made = self.ask(f"""
            from enigma_rt.rehearsal.accounts import Cast
            from enigma_rt.rehearsal.database import make_accounts
            result = [[a.name, a.email, a.cookie] for a in make_accounts({players}, Cast())]
        """)
        return [Account(*fields) for fields in made]

    def session(self, name: str) -> str:
        """A new player; returns the key of a signed-in session."""
        self.ask("result = None")  # a connection that works
        return str(self._behind.player(name))

    def attempts(self, name: str) -> list[list[Any]]:
        """[kind, text, verdict] of each, oldest first."""
        return list(
            self.ask(f"""
            from game.models import Attempt
            rows = Attempt.objects.filter(player__name={name!r}).order_by("id")
            result = [list(row) for row in rows.values_list("kind", "text", "verdict")]
        """)
        )

    def restart_web(self, **env: str) -> None:
        """All three anew, in good order, with this beside their environment."""
        self._all_web(lambda web: web.terminate())
        for web in self.web:
            web.env = self.hunt.env | env
        self._all_web(lambda web: web.start())
        self.front.until_all_are_up()

    def mend(self) -> None:
        """Whatever a test has left broken runs again, as it was in the beginning."""
        for child in (self.postgres, self.redis, self.front, *self.web):
            if child.is_running:
                child.thaw()
            else:
                child.env = self.hunt.env if isinstance(child, WebServer) else child.env
                child.start()
        for worker in self.hunt.workers:
            worker.kill()
        self.hunt.workers.clear()
        if any(web.env != self.hunt.env for web in self.web):
            self.restart_web()
        self.front.until_all_are_up()

    def _all_web(self, act: Any) -> None:
        with ThreadPoolExecutor(len(self.web)) as threads:
            list(threads.map(act, self.web))


@contextmanager
def running_arena(env: Mapping[str, str] = ENVIRONMENT) -> Iterator[Arena]:
    with ExitStack() as stack:
        postgres, redis = stack.enter_context(private_postgres()), stack.enter_context(private_redis())
        folder = stack.enter_context(temporary_folder("front"))
        pack = write_pack(
            folder / "pack", QUESTIONS, pictures=(), wrong_burst=1_000, wrong_per_minute=600, xp_cap=1_000
        )
        hunt = stack.enter_context(
            running_hunt(database=postgres.url, redis=redis.url, web=0, env=ENVIRONMENT | dict(env))
        )
        hunt.manage("import_hunt", pack, "--starts-in", "0s", "--current")
        ports = [free_port() for _ in range(WEB)]
        for number, port in enumerate(ports, start=1):
            hunt.web.append(WebServer(hunt.env, folder=hunt.folder, name=f"web-{number}", port=port))
        front = Front(folder, ports)
        arena = Arena(hunt, postgres, redis, front, stack.enter_context(backstage(hunt.env)), pack)
        arena._all_web(lambda web: web.start(60))
        stack.enter_context(front)
        front.until_all_are_up()
        yield arena
