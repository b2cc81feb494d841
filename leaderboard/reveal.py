"""The ceremony after a freeze: which rows are revealed, in which order, and how the board stands after each step.

PURE: no I/O, no clock. As at the ICPC: of those who still have something to reveal the lowest row is next; it is given
what its player did next, and moves to where that puts it. Nobody above is touched before everybody below is settled, so
who has won is open until the end. The same two boards give the same ceremony, on every process and after every restart.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import msgspec
from msgspec import Struct

from leaderboard.ranking import Board, Key, Standing, key

MOST_EACH = 6
"""Steps of one player: of more changes the first ones are revealed together."""


class Change(Struct, frozen=True):
    """What happened to a player after the freeze: points by question `q` (or by none). `last`: a solve's instant."""

    player: int
    at: int
    points: int
    q: int | None = None
    last: int | None = None


class Step(Struct, frozen=True):
    """A row gets `gained` points for `count` changes, the last of them on question `q`, and moves between two ranks.

    `lines` are those that have changed by it: one, but for the step that settles all who are far from the top at once
    (`player` is None).
    """

    player: int | None
    name: str
    q: int | None
    count: int
    gained: int
    points: int
    old_rank: int | None
    rank: int | None
    lines: tuple[Standing, ...]


class Focus(Struct, frozen=True):
    """The row that the next step is about, where it stands until then."""

    player: int
    name: str
    points: int
    rank: int


def plan(
    frozen: Iterable[Standing], final: Iterable[Standing], changes: Iterable[Change], top: int
) -> tuple[Step, ...]:
    """The steps from the `frozen` board to the `final` one. Rows that are among the first `top` on neither are settled
    with the first step, together; the others have at most MOST_EACH steps each."""
    before = {line.player: line for line in frozen}
    after = {line.player: line for line in final if line.player in before}
    board = Board(before.values())
    moved = sorted(player for player, line in after.items() if _facts(line) != _facts(before[player]))
    shown = _among(before.values(), top) | _among(after.values(), top)
    steps = []
    rest = tuple(_as(before[player], after[player]) for player in moved if player not in shown)
    if rest:
        board.apply(_newer(rest))
        gained = sum(line.points - before[line.player].points for line in rest)
        steps.append(Step(None, "", None, len(rest), gained, 0, None, None, rest))
    pending = _pending([player for player in moved if player in shown], before, after, changes)
    held = {player: before[player] for player in pending}
    while pending:
        # The lowest row; two never stand at the same place.
        player = max(pending, key=lambda one: _key(held[one]))
        (line, q, count), *others = pending[player]
        old, old_rank = held[player], board.rank_of(player)
        board.apply([msgspec.structs.replace(line, version=_version(board, player) + 1)])
        held[player] = line
        steps.append(
            Step(
                player=player,
                name=line.name,
                q=q,
                count=count,
                gained=line.points - old.points,
                points=line.points,
                old_rank=old_rank,
                rank=board.rank_of(player),
                lines=(line,),
            )
        )
        if others:
            pending[player] = others
        else:
            del pending[player]
    return tuple(steps)


def after(frozen: Mapping[int, Standing], steps: Sequence[Step], done: int) -> dict[int, Standing]:
    """The lines that any step changes, as they are when `done` of them are done."""
    lines = {
        line.player: frozen[line.player] for step in steps for line in step.lines if line.player in frozen
    }
    for step in islice(steps, done):
        lines.update((line.player, line) for line in step.lines if line.player in frozen)
    return lines


def focus(board: Board, steps: Sequence[Step], done: int) -> Focus | None:
    """Whom the next step is about, on a board that stands as after `done`; None for the end, and for many at once."""
    player = steps[done].player if done < len(steps) else None
    standing, rank = (None, None) if player is None else (board.standing(player), board.rank_of(player))
    if standing is None or rank is None:
        return None
    return Focus(standing.player, standing.name, standing.points, rank)


def _pending(
    players: Iterable[int],
    before: Mapping[int, Standing],
    after: Mapping[int, Standing],
    changes: Iterable[Change],
) -> dict[int, list[tuple[Standing, int | None, int]]]:
    """By player: (line after it, question, how many changes) of each step. The last line is the final one."""
    made: dict[int, list[Change]] = {player: [] for player in players}
    for change in sorted(
        changes, key=lambda one: (one.at, one.player, one.q or 0, one.points, one.last or 0)
    ):
        if change.player in made:
            made[change.player].append(change)
    pending = {}
    for player, own in made.items():
        together = max(0, len(own) - MOST_EACH) + 1
        groups = [own[:together], *([one] for one in own[together:])]
        line, steps = before[player], []
        for group in groups:
            last = max((one.last for one in group if one.last is not None), default=line.last)
            line = msgspec.structs.replace(
                line, points=line.points + sum(one.points for one in group), last=last
            )
            q = group[-1].q if group else None
            steps.append((line, q, max(1, len(group))))
        steps[-1] = (_as(before[player], after[player]), *steps[-1][1:])
        pending[player] = steps
    return pending


def _among(lines: Iterable[Standing], top: int) -> set[int]:
    """Who stands among the first `top`."""
    visible = (line for line in lines if not line.hidden)
    return {line.player for line in sorted(visible, key=_key)[:top]}


def _as(before: Standing, after: Standing) -> Standing:
    """The row's final points and solves; its name, and whether it is hidden, are not what is revealed."""
    return msgspec.structs.replace(before, points=after.points, last=after.last, finished=after.finished)


def _facts(line: Standing) -> tuple[int, int | None, bool]:
    return line.points, line.last, line.finished


def _key(line: Standing) -> Key:
    return key(line.points, line.last, line.player)


def _newer(lines: Iterable[Standing]) -> list[Standing]:
    return [msgspec.structs.replace(line, version=line.version + 1) for line in lines]


def _version(board: Board, player: int) -> int:
    held = board.standing(player)
    return held.version if held else 0
