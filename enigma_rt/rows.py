"""Rows by the hundred in few round trips, the same way on both databases. Imports nothing of ours."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]


def run(*statements: Statement) -> list[list[Row]]:
    """Carry out these statements, in one round trip where there is one; the rows of each."""
    if not statements:
        return []
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return [_rows(cursor, sql, parameters) for sql, parameters in statements]
        texts, parameters = zip(*statements, strict=True)
        found = [_rows(cursor, "; ".join(texts), [each for several in parameters for each in several])]
        while cursor.nextset():
            found.append(_fetched(cursor))
        return found


def _rows(cursor: Any, sql: str, parameters: Sequence[Any]) -> list[Row]:
    cursor.execute(sql, parameters)
    return _fetched(cursor)


def _fetched(cursor: Any) -> list[Row]:
    return cursor.fetchall() if cursor.description else []


def among(column: str) -> str:
    """A condition with one parameter, `id_list` of the ids that a column may have."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def id_list(ids: Iterable[int]) -> str:
    brackets = "{%s}" if connection.vendor == "postgresql" else "[%s]"
    return brackets % ",".join(map(str, ids))
