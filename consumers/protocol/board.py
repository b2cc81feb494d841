"""What everybody sees, the projector first: the board, its changes, the reveal, and the director's scenes."""

from typing import Literal, TypeAlias

from msgspec import Struct

from consumers.protocol.common import (
    Announcement,
    Error,
    HuntChanged,
    HuntInfo,
    Notice,
    Outbound,
    Ping,
    Pong,
    Restart,
    Resync,
)


class BoardRow(Struct, frozen=True, array_like=True):
    """[player, name, points, last solve or null, finished]."""

    player: int
    name: str
    points: int
    last: int | None
    finished: bool


class BoardMove(Struct, frozen=True, array_like=True):
    """[player, [points, last] before or null, [points, last] after or null, new rank or null]."""

    player: int
    old: tuple[int, int | None] | None
    new: tuple[int, int | None] | None
    rank: int | None


class BoardView(Struct, frozen=True):
    """A board snapshot: `id` names the hub that counts `version`; a delta of another id means resync.

    `top` best first. `me` is the reader's own [points, last solve] on the board, `rank` its place from 1;
    both null for spectators and for hidden players.
    """

    id: str
    version: int
    total: int
    size: int
    top: tuple[BoardRow, ...]
    me: tuple[int, int | None] | None = None
    rank: int | None = None


class TickerItem(Struct, frozen=True):
    """Something worth telling: `solve`, `first` (first to solve that question) or `finish`."""

    at: int
    kind: Literal["solve", "first", "finish"]
    player: int
    name: str
    q: int


class BoardDelta(Outbound, frozen=True, tag="board"):
    """What changed on the board since `base`. Clients count their own rank from `moves`; `rows` carry names.

    Apply when `board` and `base` are mine; ignore a `version` that is not above mine; else ask for `resync`.
    """

    board: str
    base: int
    version: int
    total: int
    moves: tuple[BoardMove, ...]
    rows: tuple[BoardRow, ...]


class BoardFrame(Outbound, frozen=True, tag="board_view"):
    """The board as it is now: the reply to a `resync` of the board alone."""

    board: BoardView


class RevealStep(Struct, frozen=True):
    """A row that was revealed: `gained` points by `count` changes, the last one on question `q` (null: on none).

    `player` null: all who are far from the top, `count` of them, at once.
    """

    player: int | None
    name: str
    q: int | None
    count: int
    gained: int
    points: int
    old_rank: int | None
    rank: int | None


class RevealFocus(Struct, frozen=True):
    """The row that is next, where it stands now."""

    player: int
    name: str
    points: int
    rank: int


class Reveal(Outbound, frozen=True, tag="reveal"):
    """How far the reveal of a frozen board is: after each step, and after the snapshot of who comes in the middle.

    `done` is what step `step` did, `next` whom the next one is about; `board` follows, as ever. `every_ms`: the clock
    goes on by itself. `podium`: the first three, when `state` is `over`; the board is the live one then. `off`: it was
    broken off, and the board is frozen as before.
    """

    state: Literal["on", "over", "off"]
    step: int
    steps: int
    every_ms: int | None
    done: RevealStep | None
    next: RevealFocus | None
    podium: tuple[BoardRow, ...] = ()


class Scene(Outbound, frozen=True, tag="scene"):
    """What all projectors are held on: when it changes, and after the snapshot. Null: each chooses by itself.

    `by` and `at` (who, since when) are told to organisers alone.
    """

    scene: str | None
    by: str | None = None
    at: int | None = None


class Beacon(Outbound, frozen=True, tag="beacon"):
    """Sent when the board has been quiet: a client that is behind asks for `resync`. Carries the time too."""

    board: str
    version: int
    now: int


class BoardSnapshot(Outbound, frozen=True, tag="board_snapshot"):
    """Everything the projector needs. `ticker` and `announcements` newest first, the latest of them."""

    protocol: int
    now: int
    hunt: HuntInfo
    board: BoardView
    ticker: tuple[TickerItem, ...]
    announcements: tuple[Notice, ...]


class Ticker(Outbound, frozen=True, tag="ticker"):
    """New items for the tape, oldest first."""

    items: tuple[TickerItem, ...]


class Post(Struct, frozen=True, array_like=True):
    """[question, players who have it before them, the play clock (see HuntInfo) when the last one got past it or null].

    Null: nobody has yet, or it is not among those with most players before them.
    """

    q: int
    here: int
    since: int | None


class Field(Outbound, frozen=True, tag="field"):
    """Where the players stand, by position: every few seconds at most, after the snapshot too. Not while the board is
    frozen. `posts` in the order of the chain, those with nobody left out."""

    now: int
    posts: tuple[Post, ...]


class CourseLine(Struct, frozen=True, array_like=True):
    """[player, name, instants, points]: from each instant (ms after the course's start) on they were those points."""

    player: int
    name: str
    after: tuple[int, ...]
    points: tuple[int, ...]


class Course(Outbound, frozen=True, tag="course"):
    """How the first ten of the board came to their points, from `start` until `until`: after the snapshot, and now and
    then when it has changed; meanwhile the board's deltas carry it on. While the board is frozen it ends there.

    `lines` best first. A course with very many steps is thinned; the last one of each is exact.
    """

    start: int
    until: int
    lines: tuple[CourseLine, ...]


class Opening(Outbound, frozen=True, tag="opening"):
    """The first block of the story, sanitised HTML, as everybody reads it once the hunt has begun; "" without one.
    After the snapshot, and when it changes; not before the start."""

    html: str


SpectatorCommand: TypeAlias = Resync | Ping
SpectatorFrame: TypeAlias = (
    BoardSnapshot
    | Ticker
    | Scene
    | Field
    | Course
    | Opening
    | BoardDelta
    | BoardFrame
    | Reveal
    | Beacon
    | Announcement
    | HuntChanged
    | Restart
    | Pong
    | Error
)
