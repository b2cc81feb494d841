"""One tab's board, followed as the browser follows it, and compared whenever it can be."""

from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

from consumers.protocol import BoardDelta, BoardView
from enigma_rt.rehearsal.journal import Counts
from leaderboard import ranking


class Step(Struct, frozen=True, eq=False):
    """A `board` event as the client's rules read it. What everybody was sent is one object in a process."""

    board: str
    delta: ranking.Delta
    places: ranking.Delta
    """The same delta without its rows: all that one's own rank needs."""


def step(frame: BoardDelta) -> Step:
    delta = ranking.Delta(
        base=frame.base,
        version=frame.version,
        moves=tuple(ranking.Move(move.player, move.old, move.new, move.rank) for move in frame.moves),
        rows=tuple(
            ranking.Row(row.player, row.name, row.points, row.last, row.finished) for row in frame.rows
        ),
        total=frame.total,
    )
    return Step(frame.board, delta, replace(delta, rows=()))


class _Top:
    """What everybody sees of a board at one version. It is followed once for all tabs that stand there."""

    __slots__ = ("__weakref__", "_next", "_step", "board", "view")

    def __init__(self, board: str, view: ranking.View) -> None:
        self.board = board
        self.view = view
        self._step: Step | None = None
        self._next: _Top | None = None

    def after(self, step: Step) -> "_Top":
        if self._next is None or self._step is not step:
            self._step, self._next = step, _shared(self.board, ranking.follow(self.view, step.delta))
        return self._next


_tops: WeakValueDictionary[tuple[str, int], _Top] = WeakValueDictionary()


def _shared(board: str, view: ranking.View) -> _Top:
    """The same for who was told the same; a server may also tell two tabs different things."""
    known = _tops.get((board, view.version))
    if known is not None and known.view == view:
        return known
    top = _tops[board, view.version] = _Top(board, view)
    return top


class Follower:
    """What one tab holds of the board. Without a snapshot yet it holds nothing."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._top: _Top | None = None
        self._own: ranking.View | None = None
        self.checks = 0

    @property
    def view(self) -> ranking.View | None:
        """The whole of it: what everybody sees, and one's own place."""
        if self._top is None or self._own is None:
            return None
        own = self._own
        return replace(self._top.view, me=own.me, player=own.player, rank=own.rank)

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
        before = self.view
        if (
            self._top is not None
            and before is not None
            and (self._top.board, before.version) == (fresh.id, fresh.version)
        ):
            self.checks += 1
            self._counts.board_checks += 1
            self._counts.board_mismatches += before != view
        self._top = _shared(fresh.id, replace(view, me=None, player=None, rank=None))
        self._own = replace(view, top=())

    def follow(self, step: Step) -> bool:
        """Apply a delta; False when something is missing and only a snapshot helps."""
        top, own = self._top, self._own
        if top is None or own is None or step.board != top.board:
            return False
        if step.delta.version > own.version:
            if step.delta.base != own.version:
                return False
            self._top, self._own = top.after(step), ranking.follow(own, step.places)
            self._counts.deltas += 1
        return True

    def is_behind(self, board: str, version: int) -> bool:
        """Whether a beacon tells of something that never came."""
        return self._top is None or board != self._top.board or version > self._top.view.version
