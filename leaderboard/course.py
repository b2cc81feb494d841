"""Everybody's rank at some instants of a hunt, from what was scored when.

PURE: no I/O, no clock. Instants are milliseconds since the Unix epoch (UTC).
"""

from array import array
from collections.abc import Iterable, Sequence

from msgspec import Struct

from leaderboard.ranking import key


class Scored(Struct, frozen=True, gc=False):
    """At `at` a player's points changed by `points`; `last` is the instant of a solve by it, or None."""

    at: int
    player: int
    points: int
    last: int | None = None


def ranks(
    players: Iterable[int], events: Iterable[Scored], instants: Sequence[int]
) -> dict[int, Sequence[int]]:
    """By player: the rank, from 1, at each of these instants. Both `events` and `instants` are in order; an event
    counts at its own instant. Who is not among the players is on no board."""
    points = dict.fromkeys(players, 0)
    last: dict[int, int] = {}
    course: dict[int, array[int]] = {player: array("I") for player in points}
    coming = iter(events)
    event = next(coming, None)
    for instant in instants:
        while event is not None and event.at <= instant:
            if event.player in points:
                points[event.player] += event.points
                if event.last is not None:
                    last[event.player] = max(event.last, last.get(event.player, 0))
            event = next(coming, None)
        order = sorted(key(scored, last.get(player), player) for player, scored in points.items())
        for rank, (_, _, player) in enumerate(order, start=1):
            course[player].append(rank)
    return dict(course)


def thinned(events: Iterable[Scored], start: int, span: int, most: int) -> list[tuple[int, int]]:
    """One player's points as (ms after `start`, points from then on), in order. Of more than `most` those are left that
    are the last ones of as many equal parts of `span` milliseconds."""
    points, steps = 0, dict[int, int]()
    for event in events:
        points += event.points
        steps[max(0, event.at - start)] = points
    if len(steps) <= most:
        return list(steps.items())
    parts = {min(most - 1, after * most // max(1, span)): (after, points) for after, points in steps.items()}
    return list(parts.values())
