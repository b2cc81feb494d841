"""One tab's board, followed as the browser follows it, and compared whenever it can be."""

from msgspec import Struct

from consumers.protocol import BoardDelta, BoardView
from enigma_rt.rehearsal.journal import Counts
from leaderboard import ranking


class Step(Struct, frozen=True):
    """A `board` event as the client's rules read it."""

    board: str
    delta: ranking.Delta


def step(frame: BoardDelta) -> Step:
    return Step(
        frame.board,
        ranking.Delta(
            base=frame.base,
            version=frame.version,
            moves=tuple(ranking.Move(move.player, move.old, move.new, move.rank) for move in frame.moves),
            rows=tuple(
                ranking.Row(row.player, row.name, row.points, row.last, row.finished) for row in frame.rows
            ),
            total=frame.total,
        ),
    )


class Follower:
    """What one tab holds of the board. Without a snapshot yet it holds nothing."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._board = ""
        self.view: ranking.View | None = None
        self.checks = 0

    def load(self, fresh: BoardView, player: int) -> None:
        """Take a snapshot. One of the very version that was followed to must be what was followed to."""
        view = ranking.View(
            version=fresh.version,
            total=fresh.total,
            top=tuple(
                ranking.Row(row.player, row.name, row.points, row.last, row.finished) for row in fresh.top
            ),
            me=fresh.me,
            player=player,
            rank=fresh.rank,
            size=fresh.size,
        )
        if self.view is not None and (self._board, self.view.version) == (fresh.id, fresh.version):
            self.checks += 1
            self._counts.board_checks += 1
            self._counts.board_mismatches += self.view != view
        self._board, self.view = fresh.id, view

    def follow(self, step: Step) -> bool:
        """Apply a delta; False when something is missing and only a snapshot helps."""
        view = self.view
        if view is None or step.board != self._board:
            return False
        if step.delta.version > view.version:
            if step.delta.base != view.version:
                return False
            self.view = ranking.follow(view, step.delta)
            self._counts.deltas += 1
        return True

    def is_behind(self, board: str, version: int) -> bool:
        """Whether a beacon tells of something that never came."""
        return self.view is None or board != self._board or version > self.view.version
