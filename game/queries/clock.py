"""The one clock that decides: the database's."""

from django.db import connection

_NOW = {
    # now() stands still from the start of the transaction, which may have waited for a lock since.
    "postgresql": "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
    "sqlite": "SELECT strftime('%%s', 'now') * 1000 + CAST(substr(strftime('%%f', 'now'), 4, 3) AS INTEGER)",
}


def statement() -> str:
    """Asks for the milliseconds since the epoch at the moment it is carried out."""
    return _NOW[connection.vendor]


def now_ms() -> int:
    """Milliseconds since the epoch by the database's clock, at this moment and not at the transaction's start."""
    with connection.cursor() as cursor:
        cursor.execute(statement(), ())
        (now,) = cursor.fetchone()
    return int(now)
