"""Hunts' rows by statements of a fixed text, to be asked with others in one round trip."""

import json
from collections.abc import Iterable
from typing import Any

from enigma_rt import rows
from enigma_rt.rows import Row, Statement
from game.models import Hunt

_COLUMNS = tuple(field.attname for field in Hunt._meta.concrete_fields)


def statement(ids: Iterable[int]) -> Statement:
    """The rows of these hunts, for `read`."""
    sql = f"SELECT {rows.columns(_COLUMNS)} FROM {rows.table(Hunt)} WHERE {rows.among('id')}"  # noqa: S608
    return sql, [rows.id_list(ids)]


def read(found: Iterable[Row]) -> dict[int, Hunt]:
    """By id; one that is not there is left out."""
    hunts: dict[int, Hunt] = {}
    for row in found:
        values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
        values["settings"] = json.loads(values["settings"])
        hunts[values["id"]] = Hunt(**values)
    return hunts
