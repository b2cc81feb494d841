"""The board in memory: who stands where, what a change tells everybody, and how a client follows it.

PURE: no I/O, no clock. The server keeps a `Board` and sends `Delta`s; a client keeps a `View` and follows
them. One delta, encoded once, serves every client: it carries each mover's old and new place, and each client
counts who crossed its own. Instants are milliseconds since the Unix epoch (UTC).
"""

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct
from sortedcontainers import SortedList

NEVER = 2**53 - 1
"""Sorts after every instant, and is still exact as a JavaScript number."""

Key: TypeAlias = tuple[int, int, int]
Place: TypeAlias = tuple[int, int | None]
"""Points and the instant of the last solve (None = never solved)."""


class Standing(Struct, frozen=True, gc=False):
    """One player's line as the database has it. `version` is that line's own counter."""

    player: int
    name: str
    points: int
    last: int | None
    version: int
    finished: bool = False
    hidden: bool = False


class Row(Struct, frozen=True, array_like=True, gc=False):
    """What everybody may see of a standing."""

    player: int
    name: str
    points: int
    last: int | None
    finished: bool


class Move(Struct, frozen=True, array_like=True):
    """A player's place before and after (None = not on the board), and the rank after, from 1."""

    player: int
    old: Place | None
    new: Place | None
    rank: int | None


class Delta(Struct, frozen=True):
    """From version `base` to `version`, always the next one.

    `rows` are those rows of the new top that the old top did not have, or not like this.
    """

    base: int
    version: int
    moves: tuple[Move, ...]
    rows: tuple[Row, ...]
    total: int


class View(Struct, frozen=True):
    """What one client holds. `me` and `rank` are None for spectators and for who is not on the board.

    `size` is how many rows `top` may have; while it has fewer, it is everybody.
    """

    version: int
    total: int
    top: tuple[Row, ...]
    me: Place | None
    player: int | None
    rank: int | None
    size: int


def key(points: int, last: int | None, player: int) -> Key:
    """What orders the board, best first: more points, then the earlier last solve, then the older player."""
    return (-points, NEVER if last is None else last, player)


class Board:
    """Everybody's standing, in order. A move and a rank cost about the logarithm of the players."""

    def __init__(self, standings: Iterable[Standing], top: int = 25) -> None:
        """Of several standings of one player the newest counts. `top`: how many rows everybody is shown."""
        if top < 1:
            raise ValueError("a board shows at least one row")
        self.version = 0
        self.size = top
        self._standings: dict[int, Standing] = {}
        for standing in standings:
            if self._is_news(standing):
                self._standings[standing.player] = standing
        self._keys: SortedList[Key] = SortedList(
            _standing_key(standing) for standing in self._standings.values() if not standing.hidden
        )
        self._top: tuple[Row, ...] = ()
        # The last place in a full top: who stays beyond it on both sides of a move leaves the top as it is.
        self._edge: Key | None = None
        self._read_top()

    def copy(self) -> "Board":
        """Another board that stands as this one, at the same version, and goes its own way from here."""
        other = Board(self._standings.values(), self.size)
        other.version = self.version
        return other

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def total(self) -> int:
        """How many are on the board; hidden players are not."""
        return len(self._keys)

    def standing(self, player: int) -> Standing | None:
        """The newest standing known, hidden or not."""
        return self._standings.get(player)

    def rank_of(self, player: int) -> int | None:
        """From 1; None for who is not on the board."""
        return self._rank(_visible_key(self._standings.get(player)))

    def top_rows(self) -> tuple[Row, ...]:
        return self._top

    def around(self, player: int, reach: int = 2) -> tuple[tuple[int, Row], ...]:
        """(rank, row) of a player and up to `reach` neighbours on either side; empty if not on the board."""
        rank = self.rank_of(player)
        if rank is None:
            return ()
        first = max(1, rank - reach)
        return tuple(
            (ranked, self._row(held))
            for ranked, held in enumerate(self._slice(first - 1, rank + reach), start=first)
        )

    def apply(self, changes: Iterable[Standing]) -> Delta | None:
        """Take over what is newer than what is held, as one step; None if nobody can see a difference.

        Applying the same changes again, or older ones after newer ones, does nothing. A new name outside the
        top is remembered but makes no step: nobody's view holds it.
        """
        before: dict[int, Standing | None] = {}
        for change in changes:
            if self._is_news(change):
                before.setdefault(change.player, self._standings.get(change.player))
                self._standings[change.player] = change

        moved: list[tuple[int, Key | None, Key | None]] = []
        touches_top = False
        for player, old in before.items():
            old_key = _visible_key(old)
            new_key = _visible_key(self._standings[player])
            touches_top = touches_top or self._reaches_top(old_key) or self._reaches_top(new_key)
            if old_key == new_key:
                continue
            if old_key is not None:
                self._keys.remove(old_key)
            if new_key is not None:
                self._keys.add(new_key)
            moved.append((player, old_key, new_key))

        rows = self._read_top() if touches_top else ()
        if not moved and not rows:
            return None
        # Ranks are read only now: they are those after the whole step.
        moves = tuple(Move(player, _place(old), _place(new), self._rank(new)) for player, old, new in moved)
        self.version += 1
        return Delta(base=self.version - 1, version=self.version, moves=moves, rows=rows, total=self.total)

    def _is_news(self, standing: Standing) -> bool:
        held = self._standings.get(standing.player)
        return held is None or standing.version > held.version

    def _reaches_top(self, held: Key | None) -> bool:
        return held is not None and (self._edge is None or held <= self._edge)

    def _read_top(self) -> tuple[Row, ...]:
        """Read the top anew; returns the rows that are new in it or changed."""
        keys = self._slice(0, self.size)
        known = set(self._top)
        self._top = tuple(self._row(held) for held in keys)
        self._edge = keys[-1] if len(keys) == self.size else None
        return tuple(row for row in self._top if row not in known)

    def _rank(self, held: Key | None) -> int | None:
        if held is None:
            return None
        better: int = self._keys.bisect_left(held)
        return better + 1

    def _slice(self, start: int, stop: int) -> list[Key]:
        return list(self._keys.islice(start, stop))

    def _row(self, held: Key) -> Row:
        standing = self._standings[held[2]]
        return Row(standing.player, standing.name, standing.points, standing.last, standing.finished)


def view(board: Board, player: int | None = None) -> View:
    """A snapshot for a player, or for a spectator (None)."""
    return View(
        version=board.version,
        total=board.total,
        top=board.top_rows(),
        me=_place(_visible_key(None if player is None else board.standing(player))),
        player=player,
        rank=None if player is None else board.rank_of(player),
        size=board.size,
    )


def follow(view: View, delta: Delta) -> View:
    """The client's next view. Raises ValueError if the delta does not start at the view's version: resync."""
    if delta.base != view.version:
        raise ValueError(f"the delta starts at version {delta.base}, the view is at {view.version}")
    me, rank = view.me, view.rank
    own = next((move for move in delta.moves if move.player == view.player), None)
    if own is not None:
        me, rank = own.new, own.rank
    elif view.player is not None and me is not None and rank is not None:
        mine = key(*me, view.player)
        rank += sum(
            _is_better(move.player, move.new, mine) - _is_better(move.player, move.old, mine)
            for move in delta.moves
        )
    return View(
        version=delta.version,
        total=delta.total,
        top=_follow_top(view, delta),
        me=me,
        player=view.player,
        rank=rank,
        size=view.size,
    )


def _follow_top(view: View, delta: Delta) -> tuple[Row, ...]:
    # A mover who is still in the top comes back with its row; who was pushed out unmoved is cut off.
    movers = {move.player for move in delta.moves}
    rows = {row.player: row for row in view.top if row.player not in movers}
    rows.update((row.player, row) for row in delta.rows)
    ordered = sorted(rows.values(), key=lambda row: key(row.points, row.last, row.player))
    return tuple(ordered[: view.size])


def _is_better(player: int, place: Place | None, mine: Key) -> bool:
    return place is not None and key(*place, player) < mine


def _standing_key(standing: Standing) -> Key:
    return key(standing.points, standing.last, standing.player)


def _visible_key(standing: Standing | None) -> Key | None:
    return None if standing is None or standing.hidden else _standing_key(standing)


def _place(held: Key | None) -> Place | None:
    if held is None:
        return None
    return (-held[0], None if held[1] == NEVER else held[1])
