"""Reads of standings: a whole board, what changed lately, and what the bus carried."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from leaderboard.models import Standing
from leaderboard.ranking import Standing as Line

_FIELDS = ("player_id", "name", "points", "last_solve", "version", "finished", "hidden")


def standings(hunt_id: int) -> Iterator[Line]:
    """Every standing of the hunt, in no order: what a board is built from."""
    return _lines(Standing.objects.filter(hunt_id=hunt_id).values_list(*_FIELDS).iterator(chunk_size=5000))


def changed_since(hunt_id: int, instant: int) -> list[Line]:
    """Standings written at or after `instant` (ms, the database's clock)."""
    return list(
        _lines(Standing.objects.filter(hunt_id=hunt_id, changed_at__gte=instant).values_list(*_FIELDS))
    )


def from_wire(lines: Iterable[Sequence[Any]]) -> list[Line]:
    """Standings as `leaderboard.services.to_wire` wrote them."""
    return list(_lines(lines))


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[Line]:
    for player, name, points, last, version, finished, hidden in rows:
        yield Line(
            player=player,
            name=name,
            points=points,
            last=last,
            version=version,
            finished=finished,
            hidden=hidden,
        )
