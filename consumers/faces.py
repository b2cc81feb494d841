"""A board as those see it who are shown this one: its name, its frames, and its top encoded once for all."""

import time
from typing import Any

import msgspec

from consumers import protocol
from consumers.protocol import BoardMove, BoardRow, BoardView
from leaderboard.ranking import Board, Delta, Row


class Face:
    """`id` names it for clients: a delta of another one means resync.

    `quiet_since`: when something was last told of this one (time.monotonic); that the live board moves must not be
    heard in the silence of a frozen one.
    """

    __slots__ = ("_rows", "_top", "board", "id", "quiet_since")

    def __init__(self, board: Board, name: str) -> None:
        self.board, self.id = board, name
        self.quiet_since = time.monotonic()
        self._rows: tuple[Row, ...] | None = None
        self._top = msgspec.Raw()

    def view(self, player: int | None) -> BoardView:
        """For one reader."""
        board = self.board
        standing = board.standing(player) if player is not None else None
        rank = board.rank_of(player) if player is not None else None
        return BoardView(
            id=self.id,
            version=board.version,
            total=board.total,
            size=board.size,
            top=self._encoded_top(),
            me=(standing.points, standing.last) if standing is not None and rank is not None else None,
            rank=rank,
        )

    def delta(self, delta: Delta) -> protocol.BoardDelta:
        return protocol.BoardDelta(
            board=self.id,
            base=delta.base,
            version=delta.version,
            total=delta.total,
            moves=tuple(BoardMove(move.player, move.old, move.new, move.rank) for move in delta.moves),
            rows=tuple(board_row(row) for row in delta.rows),
        )

    def _encoded_top(self) -> Any:
        """The rows that everybody is shown, encoded once for all who come before they change."""
        rows = self.board.top_rows()
        if rows is not self._rows:
            self._rows = rows
            self._top = msgspec.Raw(msgspec.json.encode([board_row(row) for row in rows]))
        return self._top


def board_row(row: Row) -> BoardRow:
    return BoardRow(row.player, row.name, row.points, row.last, row.finished)
