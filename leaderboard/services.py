"""Writes of standings. Called by the game's services inside their transaction; published once that is durable."""

from collections.abc import Sequence

from msgspec import Struct

from enigma_rt import rows
from enigma_rt.bus import publish_on_commit
from leaderboard.models import Standing
from leaderboard.ranking import Standing as Line

PUBLISH_AT_MOST = 500


class StandingRow(Struct):
    """`leaderboard.models.Standing`."""

    player_id: int
    hunt_id: int
    name: str
    points: int
    last_solve: int | None
    finished: bool
    hidden: bool
    version: int
    changed_at: int


def record(hunt_id: int, lines: Sequence[Line], now: int) -> None:
    """Store these standings (insert or overwrite by player) and publish their absolute values on commit.

    The caller holds each player's row lock, so that versions of one player are written in their order.
    """
    if lines:
        rows.run(statement(hunt_id, lines, now))
        publish(hunt_id, lines)


def statement(hunt_id: int, lines: Sequence[Line], now: int) -> rows.Statement:
    """What `record` stores, for whoever has more to store in the same round trip."""
    return rows.upsert(
        Standing,
        [
            StandingRow(
                player_id=line.player,
                hunt_id=hunt_id,
                name=line.name,
                points=line.points,
                last_solve=line.last,
                finished=line.finished,
                hidden=line.hidden,
                version=line.version,
                changed_at=now,
            )
            for line in lines
        ],
    )


def publish(hunt_id: int, lines: Sequence[Line]) -> None:
    """Tell every process of these standings, once they are durable."""
    for start in range(0, len(lines), PUBLISH_AT_MOST):
        publish_on_commit(
            "standings",
            {"hunt": hunt_id, "lines": [to_wire(line) for line in lines[start : start + PUBLISH_AT_MOST]]},
        )


def to_wire(line: Line) -> list[object]:
    """A standing as the bus carries it; `leaderboard.queries.from_wire` reads it."""
    return [line.player, line.name, line.points, line.last, line.version, line.finished, line.hidden]
