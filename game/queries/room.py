"""Lists that go into one frame are cut by the bytes that they take, and not by their number alone.

An announcement may have 2,000 characters and a guess 256, each of four bytes; a frame has 48 KiB for everything.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)


def fitting(rows: Iterable[Row], room: int) -> tuple[Row, ...]:
    """As many of the first rows as take at most `room` bytes as JSON; the very first in any case."""
    taken: list[Row] = []
    for row in rows:
        room -= len(msgspec.json.encode(row))
        if taken and room < 0:
            break
        taken.append(row)
    return tuple(taken)
