"""Django's own, with as much time for a statement as it needs. A lock it gets soon or not at all."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    """An index of a large table takes longer than a web process may take for a statement (settings.py).

    `lock_timeout` stays as it is: behind a migration that waits for its lock everybody else would wait as well. It
    fails instead, with nothing changed, and can be begun again.
    """

    def handle(self, *args: Any, database: str, **options: Any) -> None:
        connection = connections[database]
        if connection.vendor != "postgresql":
            super().handle(*args, database=database, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        try:
            super().handle(*args, database=database, **options)
        finally:
            connection.close()  # the next one has the limits again
