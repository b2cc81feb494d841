"""Whether this process lives (/healthz), and whether it should be sent people (/readyz).

Answered before Django: a check must get through when every thread waits for a slow database, and a proxy asks by
address, which is no allowed host. Readiness looks at nothing that all processes share: a blip of Redis or PostgreSQL
would take every one of them out at once.
"""

import asyncio
import logging
import time
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger(__name__)

ASK_AGAIN_S = 2.0
ANSWER_S = 1.0
"""A check is answered within this; the proxy gives up after two seconds."""
LIVE, READY = "/healthz", "/readyz"


class Health:
    """This process's own state. It is ready from the first time that it has seen every migration applied."""

    def __init__(self) -> None:
        self.draining = False
        self._migrated = False
        self._asked_at = float("-inf")
        self._asking: asyncio.Future[bool] | None = None

    async def is_ready(self) -> bool:
        if not self._migrated:
            await self._ask()
        return self._migrated and not self.draining

    async def _ask(self) -> None:
        """One question at a time, whoever waits: a database that hangs holds one thread and no check of health."""
        if self._asking is None and time.monotonic() - self._asked_at >= ASK_AGAIN_S:
            self._asked_at = time.monotonic()
            self._asking = asyncio.ensure_future(asyncio.to_thread(_is_migrated))
        asking = self._asking
        if asking is not None and (await asyncio.wait([asking], timeout=ANSWER_S))[0]:
            self._asking = None
            self._migrated = asking.result()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """An ASGI application for the two paths."""
        good = scope["path"] == LIVE or await self.is_ready()
        word = b"ok\n" if good else b"draining\n" if self.draining else b"not migrated\n"
        headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(word)).encode())]
        headers.append((b"cache-control", b"no-store"))
        await send({"type": "http.response.start", "status": 200 if good else 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else word})


def pending_migrations() -> list[str]:
    """Names of the migrations that the database lacks. Raises DatabaseError when it is away."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _ in plan]


def _is_migrated() -> bool:
    try:
        return not pending_migrations()
    except DatabaseError as error:
        logger.warning("not ready: %s", error)
        return False
    finally:
        # This thread is not coming back to it.
        connections.close_all()


health = Health()
