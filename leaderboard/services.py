"""Writes of standings. Called by the game's services inside their transaction; published once that is durable."""

from collections.abc import Sequence

from django.db import connection

from enigma_rt.bus import publish_on_commit
from leaderboard.models import Standing
from leaderboard.ranking import Standing as Line

PUBLISH_AT_MOST = 500


def record(hunt_id: int, lines: Sequence[Line], now: int) -> None:
    """Store these standings (insert or overwrite by player) and publish their absolute values on commit.

    The caller holds each player's row lock, so that versions of one player are written in their order.
    """
    if not lines:
        return
    Standing.objects.bulk_create(
        [
            Standing(
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
        update_conflicts=True,
        unique_fields=["player"],
        update_fields=["name", "points", "last_solve", "finished", "hidden", "version", "changed_at"],
        batch_size=500 if connection.vendor == "postgresql" else 100,
    )
    for start in range(0, len(lines), PUBLISH_AT_MOST):
        publish_on_commit(
            "standings",
            {"hunt": hunt_id, "lines": [to_wire(line) for line in lines[start : start + PUBLISH_AT_MOST]]},
        )


def to_wire(line: Line) -> list[object]:
    """A standing as the bus carries it; `leaderboard.queries.from_wire` reads it."""
    return [line.player, line.name, line.points, line.last, line.version, line.finished, line.hidden]
