"""Multi-row statements that both databases understand."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

# SQLite allows 32,766 parameters in a statement.
PARAMETERS = 30_000


def update_many(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write `fields` of each row, by primary key, in as few UPDATE statements as the parameters allow.

    bulk_update would write a CASE per field and row, which grows with the square of what is needed.
    """
    if not rows:
        return
    meta = rows[0]._meta
    columns: list[models.Field[Any, Any]] = [meta.pk, *(meta.get_field(name) for name in fields)]  # type: ignore[list-item]
    names = [connection.ops.quote_name(str(column.column)) for column in columns]
    # A column of VALUES in which every row is NULL has no type of its own, so each is cast where it is set.
    sets = ", ".join(
        f"{name} = CAST(v.{name} AS {column.db_type(connection)})"
        for name, column in zip(names[1:], columns[1:], strict=True)
    )
    table = connection.ops.quote_name(meta.db_table)
    step = max(1, PARAMETERS // len(columns))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            values = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(chunk))
            parameters = [
                column.get_db_prep_save(getattr(row, column.attname), connection)
                for row in chunk
                for column in columns
            ]
            cursor.execute(
                f"WITH v ({', '.join(names)}) AS (VALUES {values}) "  # noqa: S608  # names come from the models
                f"UPDATE {table} SET {sets} FROM v WHERE {table}.{names[0]} = v.{names[0]}",
                parameters,
            )
