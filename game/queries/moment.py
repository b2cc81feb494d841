"""Many rows as they were at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

STATEMENT_MS = 60_000
"""A sort of millions of rows may take longer than what a player's command would wait for."""


@contextmanager
def one_moment(statement_ms: int = STATEMENT_MS) -> Iterator[None]:
    """A transaction in which nothing changes, and for which nobody waits. 0 ms: statements take what they need."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(f"SET LOCAL statement_timeout = {statement_ms:d}")
            yield
        return
    # IMMEDIATE, as everywhere else, would keep everybody from writing.
    connection.ensure_connection()  # which sets the mode
    sqlite: Any = connection
    mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        sqlite.transaction_mode = mode
