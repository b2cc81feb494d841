"""Rows by the hundred in few round trips, the same way on both databases. Imports nothing of ours.

Records travel as one JSON parameter, which the database turns into rows: a statement has one fixed text for any number
of them. Each round trip costs a busy process a turn of its event loop, so a transaction has as few as can be: BEGIN
goes with what it asks first, COMMIT with what it tells last.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from django.db import Error, connection, models, transaction
from msgspec import Struct

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
Model = type[models.Model]

BEGIN: Statement = ("BEGIN", ())
# The rows of a batch are named, a few of very many: to go through a table is never right, whatever is known of one that
# grows by thousands a minute. Least of all in a plan that was made while it was empty and is kept.
ROW_BY_ROW: Statement = (
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), "
    "set_config('enable_seqscan', 'off', true), set_config('enable_material', 'off', true)",
    (),
)
COMMIT: Statement = ("COMMIT", ())

Run = Callable[..., list[list[Row]]]


class Plan:
    """What a connection has planned. A plan is as good as what was known when it was made: the first of a hunt are made
    for empty tables, and an index that is as good as another there can be the wrong one a minute later."""

    def __init__(self, name: str, sql: str, parameters: int) -> None:
        start, *others = sql.split("%s")
        numbered = "".join(f"${number}{part}" for number, part in enumerate(others, 1))
        self._make: Statement = (f"PREPARE {name} AS {start}{numbered}", ())
        self._forget: Statement = (f"DEALLOCATE {name}", ())
        self.use = f"EXECUTE {name}({', '.join(['%s'] * parameters)})" if parameters else f"EXECUTE {name}"
        self._uses = 0
        self._good_for = 8  # PostgreSQL makes the plan that it keeps at the sixth

    def made(self) -> list[Statement]:
        """What has to be said before it is used."""
        self._uses += 1
        if self._uses == 1:
            return [self._make]
        if self._uses < self._good_for:
            return []
        self._good_for *= 2
        return [self._forget, self._make]


_plans: "WeakKeyDictionary[Any, dict[str, Plan]]" = WeakKeyDictionary()


class Transaction:
    """What `ask` is given goes at once, what `tell` is given with the next `ask` or with COMMIT."""

    def __init__(self, run: Run, *first: Statement) -> None:
        self._run = run
        self._told = list(first)

    def ask(self, *statements: Statement) -> list[list[Row]]:
        """The rows of each statement. Each sees what was committed before it began, not before the transaction did."""
        told, self._told = self._told, []
        return self._run(*told, *statements)[len(told) :]

    def tell(self, *statements: Statement) -> None:
        self._told += statements


@contextmanager
def one_transaction() -> Iterator[Transaction]:
    """A transaction; inside another a savepoint. What is published must wait until its block has been left."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        with transaction.atomic():
            yield (asking := Transaction(run))
            asking.ask()
        return
    try:
        yield (asking := Transaction(run_prepared, BEGIN, ROW_BY_ROW))
        asking.ask(COMMIT)
    except BaseException:
        with suppress(Error):  # a lost connection has nothing to take back
            connection.rollback()
        raise


def run(*statements: Statement) -> list[list[Row]]:
    """Carry out these statements, in one round trip where there is one; the rows of each."""
    if not statements:
        return []
    if connection.vendor == "postgresql":
        return _at_once(statements)
    with connection.cursor() as cursor:
        return [_rows(cursor, sql, parameters) for sql, parameters in statements]


def look_up(*statements: Statement) -> list[list[Row]]:
    """As `run`, for rows that are named, a few of many: planned once, to go row by row."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return run(*statements)
    return run_prepared(BEGIN, ROW_BY_ROW, *statements, COMMIT)[2:-1]


def run_prepared(*statements: Statement) -> list[list[Row]]:
    """As `run` on PostgreSQL, for texts that this connection gets again and again: each is planned once there, and anew
    whenever it has been used twice as often.

    After an error nobody knows how far it got, and what it had planned by then; so the connection is closed.
    """
    connection.ensure_connection()
    plans = _plans.setdefault(connection.connection, {})
    asked = list[Statement]()
    wanted = list[int]()
    for sql, parameters in statements:
        plan = None
        if (sql, parameters) not in (BEGIN, COMMIT):
            plan = plans.get(sql) or plans.setdefault(sql, Plan(f"enigma_{len(plans)}", sql, len(parameters)))
            asked += plan.made()
        wanted.append(len(asked))
        asked.append((plan.use if plan else sql, parameters))
    try:
        found = _at_once(asked)
    except BaseException:
        connection.close()
        raise
    return [found[number] for number in wanted]


def _at_once(statements: Sequence[Statement]) -> list[list[Row]]:
    texts, parameters = zip(*statements, strict=True)
    with connection.cursor() as cursor:
        found = [_rows(cursor, "; ".join(texts), [each for several in parameters for each in several])]
        while cursor.nextset():
            found.append(_fetched(cursor))
        return found


def _rows(cursor: Any, sql: str, parameters: Sequence[Any]) -> list[Row]:
    cursor.execute(sql, parameters)
    return _fetched(cursor)


def _fetched(cursor: Any) -> list[Row]:
    return cursor.fetchall() if cursor.description else []


# --- statements -----------------------------------------------------------------------------------------------------


def insert(model: Model, records: Sequence[Struct]) -> Statement:
    """Insert these records, whose members are the columns (all but a key that the database counts)."""
    return _insert(connection.vendor, model, type(records[0])), [as_json(records)]


def upsert(model: Model, records: Sequence[Struct]) -> Statement:
    """The same, or overwrite the rows that are there under the same primary key."""
    return _upsert(connection.vendor, model, type(records[0])), [as_json(records)]


def update(model: Model, records: Sequence[Struct]) -> Statement:
    """Write these records' members into the rows of their primary keys."""
    return _update(connection.vendor, model, type(records[0])), [as_json(records)]


def source(record: type[Struct], *of: Model) -> str:
    """A table expression with one parameter, `as_json` of records: a column a member, typed as in the first of these
    models that has it. Raises LookupError when none does."""
    names = record.__struct_fields__
    if connection.vendor == "postgresql":
        columns = ", ".join(f'"{name}" {_type(name, of)}' for name in names)
        return f"json_to_recordset(%s) AS v({columns})"
    columns = ", ".join(f"json_extract(value, '$.{name}') AS \"{name}\"" for name in names if _type(name, of))
    return f"(SELECT {columns} FROM json_each(%s)) AS v"


def among(column: str, kind: str = "bigint") -> str:
    """A condition with one parameter, `id_list` of the ids that a column may have."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::{kind}[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def id_list(ids: Iterable[int] | Iterable[str]) -> str:
    """Numbers, or keys of letters and digits."""
    if connection.vendor == "postgresql":
        return f"{{{','.join(map(str, ids))}}}"
    return msgspec.json.encode(list(ids)).decode()


def as_json(records: Sequence[Struct]) -> str:
    return msgspec.json.encode(records).decode()


def table(model: Model) -> str:
    return f'"{model._meta.db_table}"'


def columns(names: Iterable[str], of: str = "") -> str:
    """Names for a statement, each of them of the table (or alias) `of`."""
    return ", ".join(f'{of}."{name}"' if of else f'"{name}"' for name in names)


@cache
def _insert(_vendor: str, model: Model, record: type[Struct]) -> str:
    names = record.__struct_fields__
    counted = model._meta.auto_field
    if missing := {f.attname for f in model._meta.concrete_fields if f is not counted} - set(names):
        raise LookupError(f"{record.__name__} lacks {sorted(missing)} of {model.__name__}")
    # WHERE true: without it SQLite takes ON CONFLICT for a join's ON.
    return (
        f"INSERT INTO {table(model)} ({columns(names)}) "
        f"SELECT {columns(names, 'v')} FROM {source(record, model)} WHERE true"
    )


@cache
def _upsert(vendor: str, model: Model, record: type[Struct]) -> str:
    key = model._meta.pk.attname
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in record.__struct_fields__ if name != key)
    return f'{_insert(vendor, model, record)} ON CONFLICT ("{key}") DO UPDATE SET {sets}'


@cache
def _update(_vendor: str, model: Model, record: type[Struct]) -> str:
    key = model._meta.pk.attname
    sets = ", ".join(f'"{name}" = v."{name}"' for name in record.__struct_fields__ if name != key)
    return f'UPDATE {table(model)} SET {sets} FROM {source(record, model)} WHERE {table(model)}."{key}" = v."{key}"'


def _type(name: str, of: Iterable[Model]) -> str:
    for model in of:
        for field in model._meta.concrete_fields:
            if field.attname == name:
                return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
    raise LookupError(f"no column {name} in {[model.__name__ for model in of]}")
