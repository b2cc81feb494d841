"""What players send and are sent."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from consumers.protocol.board import Beacon, BoardDelta, BoardFrame, BoardRow, BoardView, Reveal
from consumers.protocol.common import (
    Announcement,
    AnswerText,
    CommandId,
    Error,
    HuntChanged,
    HuntInfo,
    Inbound,
    Notice,
    Ok,
    Outbound,
    Ping,
    PlayerId,
    Pong,
    Position,
    Restart,
    Resync,
)


class Answer(Inbound, frozen=True, tag="answer"):
    """Judge `text` as the answer to question `q`. Replied with `verdict`. Once per id."""

    id: CommandId
    q: Position
    text: AnswerText


class AcceptClose(Inbound, frozen=True, tag="accept_close"):
    """As `answer`, but a close answer counts as right, for XP. Replied with `verdict`. Once per id."""

    id: CommandId
    q: Position
    text: AnswerText


class Hint(Inbound, frozen=True, tag="hint"):
    """Show the hint of question `q`, for points off its award or for XP. Replied with `hint`. Once per id."""

    id: CommandId
    q: Position
    pay: Literal["points", "xp"]


class Skip(Inbound, frozen=True, tag="skip"):
    """Leave question `q` for the next one, for XP and no points. Replied with `skipped`. Once per id."""

    id: CommandId
    q: Position


class Story(Inbound, frozen=True, tag="story"):
    """A page of the story so far; `before` is the cursor of an earlier reply. Replied with `story`."""

    id: CommandId
    before: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class Around(Inbound, frozen=True, tag="around"):
    """The rows around the player's own rank, from the server's memory. Replied with `around`."""

    id: CommandId


class Crowd(Inbound, frozen=True, tag="crowd"):
    """What the others do: how many have the player's own question `q` before them, how many have tried `text` on it,
    and where `rival` stands on the public board. Replied with `crowd`."""

    id: CommandId
    q: Position
    text: AnswerText | None
    rival: PlayerId | None


class Seen(Inbound, frozen=True, tag="seen"):
    """The player has seen these announcements. Replied with `ok`; harmless to repeat."""

    id: CommandId
    ids: Annotated[tuple[Annotated[int, Meta(ge=1, le=2**53 - 1)], ...], Meta(min_length=1, max_length=100)]


class Prices(Struct, frozen=True):
    """What things cost in this hunt: `*_xp` in XP, `*_points` in points off the question's award."""

    hint_points: int
    hint_xp: int
    skip_xp: int
    accept_close_xp: int
    accept_close_points: int
    xp_cap: int
    xp_per_hour: int
    xp_per_solve: int


class Me(Struct, frozen=True):
    """The player's own state, absolute: of two, the one with the higher `version` holds.

    `position` is questions + 1 once finished. `next_tick` is the instant of the next hourly XP grant (null
    before the first attempt, after the last question and at the end). `wait_ms`: how long until a wrong guess
    is allowed again. `hint` says how the hint of the current question was paid; `hint_html` then is its text.
    """

    player: int
    name: str
    version: int
    position: int
    points: int
    xp: int
    solves: int
    first_attempt: int | None
    next_tick: int | None
    finished: bool
    wait_ms: int
    hint: Literal["points", "xp"] | None
    hint_html: str | None


class QuestionView(Struct, frozen=True):
    """The current question. `html` is sanitised. `points` is what a right answer earns at most."""

    q: int
    title: str
    html: str
    image: str | None
    image_alt: str | None
    points: int
    has_hint: bool


class Block(Struct, frozen=True):
    """A story block; `n` is its place in the whole story, from 1; `q` the question it belongs to."""

    n: int
    q: int
    when: Literal["before", "after"]
    html: str


class Award(Struct, frozen=True):
    """What a right answer earned: total = gross - hint - accept_close, never below 0."""

    gross: int
    hint: int
    accept_close: int
    total: int


class Snapshot(Outbound, frozen=True, tag="snapshot"):
    """Everything a player's page needs, on connect and on `resync`.

    `question` is null before the start, once finished and after the end; while paused it is there, and may be hidden.
    `story` holds the blocks between the previous question and the current one (the epilogue once finished).
    `announcements` are those the player has not seen yet, oldest first, at most 20
    and as many as there is room for. `hints` are the extra hints for `question` that they have seen, newest first.
    """

    protocol: int
    now: int
    hunt: HuntInfo
    prices: Prices
    me: Me
    question: QuestionView | None
    story: tuple[Block, ...]
    board: BoardView
    announcements: tuple[Notice, ...]
    hints: tuple[Notice, ...] = ()


class VerdictReply(Outbound, frozen=True, tag="verdict"):
    """The outcome of `answer` or `accept_close`, sent only after it is durable.

    `repeat`: this guess was made before on this question and cost nothing. `accepted_close`: it was close and
    XP was paid to let it count. When correct, `award` says why, and `question` and `story` are what comes
    next (null and the epilogue after the last). `xp` is the change of XP: earned less paid.
    """

    id: str
    q: int
    verdict: Literal["correct", "close", "wrong"]
    repeat: bool
    accepted_close: bool
    award: Award | None
    xp: int
    me: Me
    question: QuestionView | None
    story: tuple[Block, ...]


class HintReply(Outbound, frozen=True, tag="hint"):
    """The hint of question `q`. `charged` is null when it had been paid for before."""

    id: str
    q: int
    html: str
    charged: Literal["points", "xp"] | None
    me: Me


class SkipReply(Outbound, frozen=True, tag="skipped"):
    """Question `q` was skipped; what comes next."""

    id: str
    q: int
    me: Me
    question: QuestionView | None
    story: tuple[Block, ...]


class StoryReply(Outbound, frozen=True, tag="story"):
    """A page of the story so far, in reading order. `before`: the cursor of the page before it, or null."""

    id: str
    blocks: tuple[Block, ...]
    before: int | None


class AroundReply(Outbound, frozen=True, tag="around"):
    """The rows around the player, best first, `ranks` beside `rows`, as of `version` of board `board`."""

    id: str
    board: str
    version: int
    rank: int | None
    ranks: tuple[int, ...]
    rows: tuple[BoardRow, ...]


class CrowdReply(Outbound, frozen=True, tag="crowd"):
    """`here`: how many have question `q` before them. `tried`: how many players have tried the guess, the one who asks
    among them; null when none was asked about. Both may be some seconds old, and are null while the board is frozen.
    `rival`: null when not on the board."""

    id: str
    q: int
    here: int | None
    tried: int | None
    rival: BoardRow | None


class Progress(Outbound, frozen=True, tag="progress"):
    """The player's state changed elsewhere: another tab, an XP grant, an organiser.

    `question` null: unchanged, or none. A client whose question is not at `me.position` after this asks for
    `resync`.
    """

    me: Me
    question: QuestionView | None = None
    story: tuple[Block, ...] = ()


PlayerCommand: TypeAlias = Answer | AcceptClose | Hint | Skip | Story | Around | Crowd | Seen | Resync | Ping
PlayerFrame: TypeAlias = (
    Snapshot
    | VerdictReply
    | HintReply
    | SkipReply
    | StoryReply
    | AroundReply
    | CrowdReply
    | Ok
    | Error
    | Progress
    | BoardDelta
    | BoardFrame
    | Reveal
    | Beacon
    | Announcement
    | HuntChanged
    | Restart
    | Pong
)
