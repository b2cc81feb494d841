"""Every frame of the realtime protocol, as a frozen typed record, and its one decoder and encoder.

PURE: no I/O, no clock. A frame is one JSON object in one WebSocket text message; its member `t` names the
record. Instants are integers, milliseconds since the Unix epoch (UTC), by the database's clock. Points and XP
are integers. `docs/protocol.md` explains every frame; its reference and `docs/asyncapi.json` are generated
from these records, docstrings included (`manage.py asyncapi`).
"""

import re
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from consumers import wire

PROTOCOL = 1
"""Raised when a frame changes so that an older client cannot read it; clients of PROTOCOL - 1 are served too.
"""

MAX_INBOUND = 4096
"""Bytes of one inbound text message (UTF-8). Larger ones are answered `too_large` and count as bad frames."""

MAX_OUTBOUND = 48 * 1024
"""Bytes of one outbound text message. Larger contents are paged (`story`)."""

LINE = "enigma.line"
"""The ASGI extension of our own server: a function that takes a frame as `pack` makes it."""


class Close:
    """WebSocket close codes. The client reconnects on every code but those in `FINAL`."""

    NORMAL = 1000
    RESTART = 1012
    REPLACED = 4009
    BAD_FRAMES = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403  # a foreign Origin, or an account without the right to this socket
    NO_HUNT = 4404
    NOT_JOINED = 4405
    NOT_READING = 4408
    BANNED = 4410
    FLOOD = 4429
    BUSY = 4503

    FINAL = frozenset({REPLACED, SIGNED_OUT, FORBIDDEN, NO_HUNT, NOT_JOINED, BANNED})


class ProtocolError(ValueError):
    """A frame that cannot be read. `code`: bad_json, bad_frame, unknown_command, too_large or binary."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


# --- what both directions share -----------------------------------------------------------------------------

# `$` also matches before a final line break, hence the lengths; JSON Schema does not know \A and \Z.
CommandId: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        min_length=36,
        max_length=36,
        description="A UUID in lower case, made by the client: one per command, kept when it is resent.",
    ),
]
Position: TypeAlias = Annotated[
    int, Meta(ge=1, le=10_000, description="A question's place in the chain, from 1.")
]
AnswerText: TypeAlias = Annotated[str, Meta(max_length=256, description="What the player typed, as typed.")]
Markdown: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000)]
PlayerId: TypeAlias = Annotated[int, Meta(ge=1, le=2**53 - 1)]
RowId: TypeAlias = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Amount: TypeAlias = Annotated[int, Meta(ge=-100_000, le=100_000)]
Reason: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=200, description="Why: the player is told, and it is written down.")
]
Minutes: TypeAlias = Annotated[int, Meta(ge=1, le=7 * 24 * 60)]
Level: TypeAlias = Literal["info", "important", "urgent"]
Phase: TypeAlias = Literal["scheduled", "live", "paused", "ended"]
RoleName: TypeAlias = Literal["viewer", "moderator", "author", "owner"]
SceneName: TypeAlias = Literal["board", "race", "moments", "wall", "story", "notice"]
Whole: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Cursor: TypeAlias = Annotated[
    tuple[Whole, Whole, Whole], Meta(description="Where a page ended: the `before` of the next one.")
]


class Inbound(Struct, frozen=True, forbid_unknown_fields=True, tag_field="t"):
    """Client to server. Exact members: an unknown one is a bad frame."""


class Outbound(Struct, frozen=True, tag_field="t"):
    """Server to client. Clients ignore members that they do not know."""


# --- commands: client to server -----------------------------------------------------------------------------


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


class Resync(Inbound, frozen=True, tag="resync"):
    """Ask for a fresh snapshot, or for the board alone, which costs the server no query (`board_view`)."""

    only: Literal["board"] | None = None


class Ping(Inbound, frozen=True, tag="ping"):
    """Measure the way there and back. Replied with `pong` carrying the same `n`."""

    n: Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Audience(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom: one `player`; or who has question `q` before them at the moment of sending, with `minutes` those who have
    had it for so long of play; or everybody, also who comes later."""

    player: PlayerId | None = None
    q: Position | None = None
    minutes: Minutes | None = None

    def __post_init__(self) -> None:
        if self.player is not None and self.q is not None:
            raise ValueError("one of `player` and `q`")
        if self.minutes is not None and self.q is None:
            raise ValueError("`minutes` belongs to `q`")


class Preview(Inbound, frozen=True, tag="preview"):
    """Organiser: render Markdown as an announcement would be, and count whom it would reach. Replied with `preview`."""

    id: CommandId
    text: Markdown
    to: Audience = Audience()


class Announce(Inbound, frozen=True, tag="announce"):
    """Organiser: store and deliver an announcement, now or at the instant `at`. Replied with `ok`. Once per id.

    `hint`: it is an extra hint for question `to.q`, and stays beside it. `instead_of`: the planned one that this takes
    the place of; refused when that has been sent, changed or called off meanwhile.
    """

    id: CommandId
    level: Level
    text: Markdown
    to: Audience = Audience()
    hint: bool = False
    at: Whole | None = None
    instead_of: RowId | None = None

    def __post_init__(self) -> None:
        if self.hint and self.to.q is None:
            raise ValueError("`hint` belongs to `to.q`")


class CallOff(Inbound, frozen=True, tag="call_off"):
    """Organiser: the planned announcement `planned` is not sent. Replied with `ok`. Once per id."""

    id: CommandId
    planned: RowId


class Announcements(Inbound, frozen=True, tag="announcements"):
    """Organiser: what was announced, whom it reached, and what is planned. Replied with `announcements`."""

    id: CommandId


ControlAction: TypeAlias = Literal["start", "pause", "resume", "end", "extend", "reschedule", "reopen"]


class ControlPreview(Inbound, frozen=True, tag="control_preview"):
    """Owner: what `control` of the same members would do, and to how many. Replied with `control_preview`."""

    id: CommandId
    action: ControlAction
    minutes: Minutes | None = None
    at: Whole | None = None

    def __post_init__(self) -> None:
        _fits(self.action, self.minutes, self.at)


class Control(Inbound, frozen=True, tag="control"):
    """Owner: change the hunt's phase, its start or its end. Replied with `ok`. Once per id.

    `minutes` belongs to `extend`, `at` (the new start) to `reschedule`; `reopen` takes back an `end`. With the `token`
    of a `control_preview` it is refused when the phase or an instant has changed since.
    """

    id: CommandId
    action: ControlAction
    minutes: Minutes | None = None
    at: Whole | None = None
    token: Annotated[str, Meta(max_length=64)] | None = None

    def __post_init__(self) -> None:
        _fits(self.action, self.minutes, self.at)


def _fits(action: str, minutes: int | None, at: int | None) -> None:
    if (action == "extend") != (minutes is not None):
        raise ValueError("`minutes` belongs to `extend`, and only to it")
    if (action == "reschedule") != (at is not None):
        raise ValueError("`at` belongs to `reschedule`, and only to it")


class Freeze(Inbound, frozen=True, tag="freeze"):
    """Organiser: the public's board stands still from instant `at` on (null: as soon as all processes know).

    Replied with `ok`. Once per id.
    """

    id: CommandId
    at: Whole | None = None


class Unfreeze(Inbound, frozen=True, tag="unfreeze"):
    """Organiser: the public's board is the live one again, or will not freeze. Replied with `ok`. Once per id."""

    id: CommandId


class RevealAct(Inbound, frozen=True, tag="reveal_act"):
    """Organiser: begin the reveal of a frozen board, go a step on or back, let the clock go on, hold it, break it off.

    Replied with `ok`. Once per id. `step`: how many were done when it was asked for; refused when it is another number
    by now. `seconds` belongs to `auto`.
    """

    id: CommandId
    action: Literal["start", "next", "back", "auto", "hold", "abort"]
    step: Whole | None = None
    seconds: Annotated[int, Meta(ge=2, le=60)] | None = None


class Pin(Inbound, frozen=True, tag="pin"):
    """Organiser: all projectors show this scene (null: what their director chooses). Replied with `ok`. Once per id.

    `board` standings, `race` points over time, `moments` first solves and overtakes, `wall` where most are stuck,
    `story` how it begins, `notice` the announcements.
    """

    id: CommandId
    scene: SceneName | None


class Find(Inbound, frozen=True, tag="find"):
    """Organiser: players with `text` in their name or e-mail (empty: the leaders). Replied with `players`."""

    id: CommandId
    text: Annotated[str, Meta(max_length=100)]


class Inspect(Inbound, frozen=True, tag="inspect"):
    """Organiser: one player's state and why they have their score. Replied with `player`."""

    id: CommandId
    player: PlayerId


class Walls(Inbound, frozen=True, tag="walls"):
    """Organiser: where players are stuck. Replied with `walls`."""

    id: CommandId


class Guesses(Inbound, frozen=True, tag="guesses"):
    """Organiser: what players have tried on question `q`, grouped. Replied with `guesses`."""

    id: CommandId
    q: Position


class QuestionSource(Inbound, frozen=True, tag="question"):
    """Organiser: question `q` as its author wrote it. Replied with `question`."""

    id: CommandId
    q: Position


class Splice(Struct, frozen=True, forbid_unknown_fields=True):
    """A change of a text: from code point `at` on, `cut` of them give way to `put`."""

    at: Annotated[int, Meta(ge=0, le=10_000)]
    cut: Annotated[int, Meta(ge=0, le=10_000)]
    put: Annotated[str, Meta(max_length=3000)]


class Edits(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change of a question; what is left out stays as it is. Texts but `title` and `image_alt`: Markdown."""

    title: Splice | None = None
    text: Splice | None = None
    hint: Splice | None = None
    image_alt: Splice | None = None
    points: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    threshold: Annotated[int, Meta(ge=0, le=100)] | None = None


class PreviewMend(Inbound, frozen=True, tag="mend_preview"):
    """Organiser: what question `q` would look like after `edits`. Replied with `mend_preview`."""

    id: CommandId
    q: Position
    token: Annotated[str, Meta(max_length=64)]
    edits: Edits


class Mend(Inbound, frozen=True, tag="mend"):
    """Organiser: change question `q` while it is played. Replied with `ok`. Once per id.

    `token` is that of the `question` which the edits were made from: refused when it has changed since. Everybody is
    told by `hunt` that the content changed, and asks for it.
    """

    id: CommandId
    q: Position
    token: Annotated[str, Meta(max_length=64)]
    edits: Edits


class JudgeAs(Inbound, frozen=True, tag="judge_as"):
    """Organiser: from now on `text` is accepted, close or neither on question `q`. Replied with `ok`. Once per id.

    What has been judged stays judged.
    """

    id: CommandId
    q: Position
    text: Annotated[str, Meta(min_length=1, max_length=256)]
    verdict: Literal["correct", "close", "wrong"]


class Regrade(Inbound, frozen=True, tag="regrade"):
    """Organiser: whom judging question `q` again would touch, and how; nothing is written. Replied with `regrade`."""

    id: CommandId
    q: Position
    page: Annotated[int, Meta(ge=0, le=100_000, description="From 0.")]


class RegradeApply(Inbound, frozen=True, tag="regrade_apply"):
    """Organiser: book what the preview of `token` showed. Replied with `ok`. Once per id.

    Refused when it would do something else now. Each player whom it touches is told, with the reason.
    """

    id: CommandId
    q: Position
    token: Annotated[str, Meta(max_length=64)]
    reason: Reason


class Exports(Inbound, frozen=True, tag="exports"):
    """Organiser: what can be exported, and how large it is. Replied with `exports`."""

    id: CommandId


class Timeline(Inbound, frozen=True, tag="timeline"):
    """Organiser: a page of all that happened to a player, newest first. Replied with `timeline`."""

    id: CommandId
    player: PlayerId
    before: Cursor | None = None


class Grant(Inbound, frozen=True, tag="grant"):
    """Organiser: give a player points and XP, or take them (negative). Replied with `ok`. Once per id.

    No balance falls below 0: who asks for more than there is gets `invalid`.
    """

    id: CommandId
    player: PlayerId
    points: Amount
    xp: Amount
    reason: Reason


class Moderate(Inbound, frozen=True, tag="moderate"):
    """Organiser: take a player off the board or put them on it, remove or readmit them. Replied with `ok`. Once per id.

    A ban closes the player's sockets with 4410 and refuses their commands.
    """

    id: CommandId
    player: PlayerId
    action: Literal["hide", "show", "ban", "unban"]
    reason: Reason


class Undo(Inbound, frozen=True, tag="undo"):
    """Organiser: do the contrary of what audit entry `entry` did to a player. Replied with `ok`. Once per id."""

    id: CommandId
    entry: RowId


class AuditTrail(Inbound, frozen=True, tag="audit"):
    """Organiser: a page of what organisers did, newest first. Replied with `audit`."""

    id: CommandId
    before: RowId | None = None


class Webhooks(Inbound, frozen=True, tag="webhooks"):
    """Organiser: the hunt's webhooks and their latest deliveries. Replied with `webhooks`."""

    id: CommandId


class WebhookAdd(Inbound, frozen=True, tag="webhook_add"):
    """Organiser: tell an address what happens from now on. Replied with `webhook_added`. Once per id.

    `wall_*`: a wall is a question that so many players have had for so many minutes while nobody has solved it.
    """

    id: CommandId
    url: Annotated[str, Meta(max_length=500)]
    format: Literal["json", "discord", "slack"]
    events: Annotated[
        tuple[Literal["solve", "first_solve", "finish", "wall", "announcement"], ...],
        Meta(min_length=1, max_length=5),
    ]
    wall_minutes: Annotated[int, Meta(ge=1, le=24 * 60)]
    wall_players: Annotated[int, Meta(ge=1, le=10_000)]


class WebhookAct(Inbound, frozen=True, tag="webhook_act"):
    """Organiser: pause, resume or delete a webhook, or send it a test event. Replied with `ok`. Once per id."""

    id: CommandId
    webhook: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    action: Literal["pause", "resume", "delete", "test"]


class DeliveryAgain(Inbound, frozen=True, tag="delivery_again"):
    """Organiser: try a delivery that has failed from the beginning. Replied with `ok`. Once per id."""

    id: CommandId
    delivery: Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Organisers(Inbound, frozen=True, tag="organisers"):
    """Owner: who organises; with `text`, the accounts with it in their name or e-mail. Replied with `organisers`."""

    id: CommandId
    text: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class Appoint(Inbound, frozen=True, tag="appoint"):
    """Owner: give account `account` the role `role`, or take its role away (null). Replied with `ok`. Once per id.

    `was` is the role that it had when it was looked at: refused when somebody has changed it since. There is always an
    owner left.
    """

    id: CommandId
    account: RowId
    role: RoleName | None
    was: RoleName | None


class PulseHistory(Inbound, frozen=True, tag="pulse_history"):
    """Organiser: how the last hour went, minute by minute, or the whole hunt in steps. Replied with `pulse_history`."""

    id: CommandId
    span: Literal["hour", "hunt"]


class IntegrityPairs(Inbound, frozen=True, tag="integrity"):
    """Organiser: pairs of players who may be playing together. Replied with `integrity`."""

    id: CommandId


class IntegritySheet(Inbound, frozen=True, tag="integrity_pair"):
    """Organiser: the evidence about two players, side by side. Replied with `integrity_pair`."""

    id: CommandId
    a: PlayerId
    b: PlayerId


class IntegrityDecide(Inbound, frozen=True, tag="integrity_decide"):
    """Organiser: watch a pair, clear or confirm it. Replied with `ok`. Once per id.

    It is written down with the evidence of this moment; nothing else happens, and no player is told. `reason` may be
    empty for `watch` alone.
    """

    id: CommandId
    a: PlayerId
    b: PlayerId
    decision: Literal["watch", "clear", "confirm"]
    reason: Annotated[str, Meta(max_length=200)]


PlayerCommand: TypeAlias = Answer | AcceptClose | Hint | Skip | Story | Around | Crowd | Seen | Resync | Ping
SpectatorCommand: TypeAlias = Resync | Ping
OrganiserCommand: TypeAlias = (
    Preview
    | Announce
    | CallOff
    | Announcements
    | ControlPreview
    | Control
    | Freeze
    | Unfreeze
    | RevealAct
    | Pin
    | Find
    | Inspect
    | Timeline
    | Grant
    | Moderate
    | Undo
    | AuditTrail
    | PulseHistory
    | Walls
    | Guesses
    | QuestionSource
    | PreviewMend
    | Mend
    | JudgeAs
    | Regrade
    | RegradeApply
    | Exports
    | Webhooks
    | WebhookAdd
    | WebhookAct
    | DeliveryAgain
    | Organisers
    | Appoint
    | IntegrityPairs
    | IntegritySheet
    | IntegrityDecide
    | Resync
    | Ping
)


# --- parts of frames ----------------------------------------------------------------------------------------


class HuntInfo(Struct, frozen=True):
    """The hunt as everybody may know it: `phase` at the frame's `now`; clients count on by the instants.

    `freeze_at`: from that instant on the board of players and spectators stands still; null: it does not, or no more.
    """

    id: int
    title: str
    tagline: str
    phase: Phase
    starts_at: int
    ends_at: int
    questions: int
    curve: Literal["elapsed", "solve_order"]
    freeze_at: int | None = None


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


class Notice(Struct, frozen=True):
    """A stored announcement; shown once per player, over all their tabs, by its id. `hint_for`: it is an extra hint for
    that question, and stays beside it."""

    id: int
    at: int
    level: Level
    html: str
    hint_for: int | None = None


class Award(Struct, frozen=True):
    """What a right answer earned: total = gross - hint - accept_close, never below 0."""

    gross: int
    hint: int
    accept_close: int
    total: int


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


# --- replies and events for players -------------------------------------------------------------------------


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


class Ok(Outbound, frozen=True, tag="ok"):
    """The command was applied (or had been before)."""

    id: str


class Error(Outbound, frozen=True, tag="error"):
    """The command was not applied. `id`: null when none could be read. `wait_ms`: when to try again."""

    id: str | None
    code: str
    text: str
    wait_ms: int | None = None


class Progress(Outbound, frozen=True, tag="progress"):
    """The player's state changed elsewhere: another tab, an XP grant, an organiser.

    `question` null: unchanged, or none. A client whose question is not at `me.position` after this asks for
    `resync`.
    """

    me: Me
    question: QuestionView | None = None
    story: tuple[Block, ...] = ()


# --- events for everybody -----------------------------------------------------------------------------------


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


class Announcement(Outbound, frozen=True, tag="announcement"):
    """A new announcement."""

    notice: Notice


class HuntChanged(Outbound, frozen=True, tag="hunt"):
    """The phase, the instants or the content changed. A player asks for `resync` some time within `spread_ms`."""

    now: int
    hunt: HuntInfo
    spread_ms: int


class Restart(Outbound, frozen=True, tag="restart"):
    """This server is going away: reconnect after `in_ms`, with the outbox intact."""

    in_ms: int


class Pong(Outbound, frozen=True, tag="pong"):
    """The reply to `ping`."""

    n: int
    now: int


# --- the projector ------------------------------------------------------------------------------------------


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
    """[question, players who have it before them, instant at which the last one got past it or null].

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


# --- the console --------------------------------------------------------------------------------------------


class FeedItem(Struct, frozen=True):
    """One attempt as organisers see it. `text` is empty for a hint and a skip; their verdict is `done`.

    `regrade`: a guess that was right after all, at its instant.
    """

    id: int
    at: int
    player: int
    name: str
    q: int
    kind: Literal["answer", "accept_close", "hint", "skip", "regrade"]
    text: str
    verdict: Literal["correct", "close", "wrong", "done"]
    repeat: bool


class QuestionStats(Struct, frozen=True):
    """Counts of one question; `here` players are on it now."""

    q: int
    title: str
    here: int
    attempts: int
    wrong: int
    close: int
    solves: int
    hints: int
    skips: int


class Sockets(Struct, frozen=True):
    """Open sockets of this server process by kind."""

    players: int
    spectators: int
    organisers: int


class ConsoleSnapshot(Outbound, frozen=True, tag="console_snapshot"):
    """Everything the console needs. `feed` and `announcements` newest first, as many as there is room for."""

    protocol: int
    now: int
    hunt: HuntInfo
    players: int
    finished: int
    sockets: Sockets
    questions: tuple[QuestionStats, ...]
    feed: tuple[FeedItem, ...]
    announcements: tuple[Notice, ...]
    board: BoardView


class Rights(Outbound, frozen=True, tag="rights"):
    """What the account may do, after each snapshot and whenever its role has changed. `may`: the commands that are not
    refused, by their tags, and what else a role decides.
    """

    role: RoleName
    may: tuple[str, ...]


class Minute(Struct, frozen=True, array_like=True):
    """[minute since the Unix epoch, right, close and wrong answers, hints, skips, close answers accepted for XP]."""

    minute: int
    right: int
    close: int
    wrong: int
    hints: int
    skips: int
    accepted: int


class Pulse(Outbound, frozen=True, tag="pulse"):
    """About once a second, while somebody watches: what is new. `feed` oldest first; `minutes`: those of the last hour
    that have other counts than a second ago; `accepted`: how many close answers XP has been paid for in the whole hunt.
    """

    now: int
    players: int
    finished: int
    sockets: Sockets
    questions: tuple[QuestionStats, ...]
    feed: tuple[FeedItem, ...]
    minutes: tuple[Minute, ...] = ()
    accepted: int = 0


class PulseHistoryReply(Outbound, frozen=True, tag="pulse_history"):
    """A point for every `step` minutes from minute `first` on, the last one unfinished. What happened before minute
    `since` is not counted yet while not `complete`: ask again. `sockets` of all processes, `p50` and `p99`: what half
    and 99 % of the verdicts took, in milliseconds, in the first minute of each step; null: nobody has told.
    """

    id: str
    span: Literal["hour", "hunt"]
    first: int
    step: int
    since: int
    complete: bool
    counts: tuple[Minute, ...]
    sockets: tuple[Sockets | None, ...]
    p50: tuple[float | None, ...]
    p99: tuple[float | None, ...]


class Link(Struct, frozen=True):
    """What a process needs: the last way there and back (null: no answer), and what went wrong last, and when."""

    ms: float | None
    error: str
    error_at: int | None


class Process(Struct, frozen=True):
    """A server process, or the scheduled work's, as it said itself at instant `at`; `here`: the one that says so.

    `silent`: it should have said something since. `waiting` and `judging`: commands, in `lanes` batches at once; of a
    worker, tasks. `door`: sockets that wait for their first snapshot; `reading`: reads under way. `verdicts` of the
    last minute, what half and 99 % of them took, and how late the event loop came to 99 % of what was due, in ms.
    `rss`: its memory in bytes. `bus` null: it has none. `settled`: seconds since the scheduled work was last done.
    """

    process: str
    kind: Literal["web", "worker"]
    host: str
    pid: int
    started: int
    at: int
    state: Literal["up", "draining", "stopped", "silent"]
    here: bool
    sockets: Sockets
    waiting: int
    judging: int
    lanes: int
    door: int
    reading: int
    verdicts: int
    p50: float | None
    p99: float | None
    lag_ms: float | None
    rss: int | None
    database: Link
    bus: Link | None
    settled: float | None


class Health(Outbound, frozen=True, tag="health"):
    """Every other second, while somebody watches: all processes, as of the instant `as_of` (0: never) at which the
    database was last read. `sockets`, `verdicts` of the last minute, `p50` and `p99` are of all of them together;
    `here`: (position, players with a socket).
    """

    now: int
    as_of: int
    sockets: Sockets
    verdicts: int
    p50: float | None
    p99: float | None
    here: tuple[tuple[int, int], ...]
    processes: tuple[Process, ...]


class PreviewReply(Outbound, frozen=True, tag="preview"):
    """Rendered, sanitised Markdown. It would reach so many `players` at this moment; `online` of them have a socket on
    this server process."""

    id: str
    html: str
    players: int
    online: int


class SentLine(Struct, frozen=True):
    """An announcement that organisers have sent, and to whom: `player` and `name`, or who stood at `q` (for `minutes`),
    or everybody. Of the `people` it was for, so many were `told` on a socket and have `seen` it; with `q`, so many have
    `solved` that question since.
    """

    id: int
    at: int
    level: Level
    html: str
    who: str
    player: int | None
    name: str
    q: int | None
    minutes: int | None
    hint: bool
    people: int
    told: int
    seen: int
    solved: int | None


class PlannedLine(Struct, frozen=True):
    """An announcement that will be sent at the instant `at`. `late`: it could not be for more than an hour, and is not
    sent by itself any more. `text` is Markdown.
    """

    id: int
    at: int
    late: bool
    level: Level
    text: str
    who: str
    player: int | None
    name: str
    q: int | None
    minutes: int | None
    hint: bool


class AnnouncementsReply(Outbound, frozen=True, tag="announcements"):
    """The latest ones, newest first, and those to come, nearest first. `left_out`: planned ones without room here."""

    id: str
    sent: tuple[SentLine, ...]
    planned: tuple[PlannedLine, ...]
    left_out: int


class PlayerLine(Struct, frozen=True):
    """A search result. `online`: has a socket on this server process."""

    player: int
    name: str
    email: str
    position: int
    points: int
    xp: int
    rank: int | None
    finished: bool
    hidden: bool
    banned: bool
    online: bool


class PlayersReply(Outbound, frozen=True, tag="players"):
    """Search results, at most 50; `total` is how many match."""

    id: str
    total: int
    rows: tuple[PlayerLine, ...]


class ScoreLine(Struct, frozen=True):
    """Ledger entries of one cause on one question (null: on none) with one note, added up: `times` of them."""

    cause: str
    q: int | None
    note: str
    times: int
    points: int
    xp: int


class PlayerReply(Outbound, frozen=True, tag="player"):
    """One player in full. `score` adds up to `me.points` and `me.xp`: the whole ledger, oldest first."""

    id: str
    line: PlayerLine
    me: Me
    score: tuple[ScoreLine, ...]


class LedgerLine(Struct, frozen=True):
    """One ledger entry: change of points and of XP, and its cause."""

    at: int
    points: int
    xp: int
    cause: str
    q: int | None
    note: str


class Change(Struct, frozen=True):
    """A value before and after, as text; "" is none."""

    what: str
    before: str
    after: str


class AuditLine(Struct, frozen=True):
    """What an organiser did. `player` and `name`: to whom, if it was one player; `q`: to which question.

    `undoes`: the entry that it takes back. `undone`: another takes it back. `undoable`: it can be taken back.
    """

    id: int
    at: int
    who: str
    action: str
    player: int | None
    name: str
    q: int | None
    note: str
    changes: tuple[Change, ...]
    undoes: int | None
    undone: bool
    undoable: bool


class Happening(Struct, frozen=True):
    """Exactly one of the three is not null."""

    attempt: FeedItem | None
    entry: LedgerLine | None
    action: AuditLine | None


class TimelineReply(Outbound, frozen=True, tag="timeline"):
    """A page of all that happened to a player, newest first. `before`: the cursor of the next page, or null."""

    id: str
    player: int
    rows: tuple[Happening, ...]
    before: tuple[int, int, int] | None


class AuditReply(Outbound, frozen=True, tag="audit"):
    """A page of what organisers did, newest first. `before`: the cursor of the next page, or null."""

    id: str
    rows: tuple[AuditLine, ...]
    before: int | None


class Wall(Struct, frozen=True):
    """A question and the players before it. `median_ms`, `longest_ms`: how long they have had it; pauses do not count.

    `tried`: players who answered it in the last hour; `solved`: who solved it then.
    """

    q: int
    title: str
    here: int
    median_ms: int
    longest_ms: int
    tried: int
    solved: int


class WallsReply(Outbound, frozen=True, tag="walls"):
    """Every question, in the order of the chain."""

    id: str
    rows: tuple[Wall, ...]


class Guess(Struct, frozen=True):
    """Guesses that are the same once normalised; `text` is one of them. `tries` counts repeats, `players` does not.

    `closeness`: 0 to 100, to the nearest accepted answer. `verdict`: what it would be by the answers as they are now.
    """

    text: str
    players: int
    tries: int
    closeness: int
    verdict: Literal["correct", "close", "wrong"]
    last: int


class GuessesReply(Outbound, frozen=True, tag="guesses"):
    """What was tried on question `q` and was not right then, most players first; `total` different guesses in all."""

    id: str
    q: int
    title: str
    total: int
    groups: tuple[Guess, ...]


class QuestionReply(Outbound, frozen=True, tag="question"):
    """A question as its author wrote it: `text` and `hint` are Markdown; `image`: it has one. `token`: see `mend`."""

    id: str
    q: int
    token: str
    title: str
    text: str
    hint: str
    image: bool
    image_alt: str
    answers: tuple[str, ...]
    close: tuple[str, ...]
    threshold: int
    points: int


class MendPreviewReply(Outbound, frozen=True, tag="mend_preview"):
    """Text and hint as players would see them: rendered, sanitised."""

    id: str
    html: str
    hint_html: str


class RegradeLine(Struct, frozen=True):
    """A player whom it touches: each pair is before and after. Ranks are null off the board."""

    player: int
    name: str
    points: tuple[int, int]
    xp: tuple[int, int]
    position: tuple[int, int]
    rank: tuple[int | None, int | None]


class RegradeReply(Outbound, frozen=True, tag="regrade"):
    """What judging again would do: `players` touched, `solves` more, `moved` on to the next question, sums of points
    and XP; then a page of the players. `next`: the `page` after it, or null. `token` stands for all of it.
    """

    id: str
    q: int
    title: str
    token: str
    players: int
    solves: int
    moved: int
    points: int
    xp: int
    rows: tuple[RegradeLine, ...]
    next: int | None


class ExportSize(Struct, frozen=True):
    """A table that `/console/export/WHAT.csv` and `.json` deliver: its rows, and about how many bytes it is in each."""

    what: Literal["results", "attempts", "ledger"]
    rows: int
    csv: int
    json: int


class ExportsReply(Outbound, frozen=True, tag="exports"):
    """What can be exported."""

    id: str
    tables: tuple[ExportSize, ...]


class WebhookLine(Struct, frozen=True):
    """A webhook. `url` without what is secret in it; `waiting` and `failed` count its deliveries."""

    webhook: int
    url: str
    format: Literal["json", "discord", "slack"]
    events: tuple[str, ...]
    active: bool
    wall_minutes: int
    wall_players: int
    waiting: int
    failed: int


class DeliveryLine(Struct, frozen=True):
    """A delivery: what it tells, in words, and how far it is. `next_at`: when a waiting one is tried (again)."""

    delivery: int
    webhook: int
    at: int
    text: str
    status: Literal["waiting", "delivered", "failed"]
    tries: int
    next_at: int
    error: str


class WebhooksReply(Outbound, frozen=True, tag="webhooks"):
    """All webhooks of the hunt, and the latest deliveries of each, newest first."""

    id: str
    webhooks: tuple[WebhookLine, ...]
    deliveries: tuple[DeliveryLine, ...]


class WebhookAdded(Outbound, frozen=True, tag="webhook_added"):
    """The webhook is there. `secret`: what its deliveries are signed with; shown this once."""

    id: str
    webhook: int
    secret: str


class ControlPreviewReply(Outbound, frozen=True, tag="control_preview"):
    """What it would do: `phase`, start and end before and after. Of all `players`: `started` have answered something,
    `answering` have a question before them, `clocks` are paid XP by the hour, `finished` are through; `online` have a
    socket on this server process.
    """

    id: str
    token: str
    phase: tuple[Phase, Phase]
    starts_at: tuple[int, int]
    ends_at: tuple[int, int]
    players: int
    online: int
    started: int
    answering: int
    clocks: int
    finished: int


class OrganiserLine(Struct, frozen=True):
    """An account. `role` null: it does not organise. `fixed`: made an owner at the server's shell, and changed
    there alone. `last_login` null: never.
    """

    account: int
    name: str
    email: str
    role: RoleName | None
    fixed: bool
    last_login: int | None


class OrganisersReply(Outbound, frozen=True, tag="organisers"):
    """All organisers, owners first; or the first accounts that were looked for."""

    id: str
    rows: tuple[OrganiserLine, ...]


class Decision(Struct, frozen=True):
    """What an organiser decided about a pair, and the bits of the evidence then."""

    at: int
    who: str
    decision: Literal["watch", "clear", "confirm"]
    reason: str
    bits: float


class IntegrityPair(Struct, frozen=True):
    """Two players who share what others do not. `names` of `a` and `b`; `bits`: what all of it weighs together.

    `guesses`, `steps`: how many of each; `run`: questions in a row that they solved in step; `address`: one that few
    others have. `state` `back`: cleared, but the evidence has grown since. `last`: the decision that holds.
    """

    a: int
    b: int
    names: tuple[str, str]
    bits: float
    guesses: int
    steps: int
    run: int
    address: bool
    state: Literal["new", "watch", "cleared", "confirmed", "back"]
    last: Decision | None


class IntegrityReply(Outbound, frozen=True, tag="integrity"):
    """Pairs from `floor` bits on, and those that were decided on; open ones first, heaviest first.

    Weighed every 20 s at most. `players`: how many there are to compare with.
    """

    id: str
    floor: float
    players: int
    pairs: tuple[IntegrityPair, ...]


class Evidence(Struct, frozen=True):
    """Something that they share and its weight: `few` of `of` players would share it by chance.

    `guess`: both typed the wrong guess `text`. `step`: both solved it, `gap_ms` apart. `clean`: the later of the two
    without a wrong guess, and quickly. `address`: `few` players have it. `at`: the two instants.
    """

    kind: Literal["guess", "step", "clean", "address"]
    bits: float
    few: int
    of: int
    q: int | None
    text: str
    at: tuple[int, int] | None
    gap_ms: int | None


class PairAct(Struct, frozen=True):
    """A guess or a solve."""

    q: int
    at: int
    text: str
    verdict: Literal["correct", "close", "wrong"]


class PairLine(Struct, frozen=True):
    """One moment of both timelines: what coincides is on one line, with what it says."""

    q: int
    left: PairAct | None
    right: PairAct | None
    parts: tuple[Evidence, ...]


class IntegrityPairReply(Outbound, frozen=True, tag="integrity_pair"):
    """A pair's evidence, heaviest first, and both timelines on the questions of it, in the order of the chain.

    `left_out`: acts that are not shown. `decisions`: newest first.
    """

    id: str
    pair: IntegrityPair
    parts: tuple[Evidence, ...]
    lines: tuple[PairLine, ...]
    left_out: int
    decisions: tuple[Decision, ...]


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
OrganiserFrame: TypeAlias = (
    ConsoleSnapshot
    | Rights
    | Scene
    | Pulse
    | PulseHistoryReply
    | Health
    | PreviewReply
    | AnnouncementsReply
    | PlayersReply
    | PlayerReply
    | ExportsReply
    | TimelineReply
    | AuditReply
    | WallsReply
    | GuessesReply
    | QuestionReply
    | MendPreviewReply
    | WebhooksReply
    | WebhookAdded
    | RegradeReply
    | OrganisersReply
    | ControlPreviewReply
    | IntegrityReply
    | IntegrityPairReply
    | Ok
    | Error
    | BoardDelta
    | BoardFrame
    | Reveal
    | Beacon
    | Announcement
    | HuntChanged
    | Restart
    | Pong
)


# --- decode, encode -----------------------------------------------------------------------------------------

T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "player": msgspec.json.Decoder(PlayerCommand, strict=True),
    "spectator": msgspec.json.Decoder(SpectatorCommand, strict=True),
    "organiser": msgspec.json.Decoder(OrganiserCommand, strict=True),
}
# A lone surrogate can only arrive as an escape (the socket's text is valid UTF-8); NUL and the other control
# characters likewise. Databases refuse the first two and people cannot see the rest.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ID = re.compile(r'"id"\s*:\s*"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')

Role: TypeAlias = Literal["player", "spectator", "organiser"]


def decode(role: Role, text: str | None) -> Any:
    """The command in `text` (None: the frame was binary) that `role` may send, as its frozen record.

    Raises ProtocolError with a code; never anything else, whatever the text.
    """
    if text is None:
        raise ProtocolError("binary", "Only text frames are understood.")
    # A character is at most 4 bytes: the cheap test first.
    if len(text) > MAX_INBOUND or (
        len(text) > MAX_INBOUND // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_INBOUND
    ):
        raise ProtocolError("too_large", f"A frame may have at most {MAX_INBOUND} bytes.")
    try:
        command = _DECODERS[role].decode(text)
    except msgspec.ValidationError as error:
        reason = str(error)
        # The whole path: `$.text` begins like `$.t`.
        unknown = reason.endswith(" - at `$.t`") or reason == "Object missing required field `t`"
        raise ProtocolError("unknown_command" if unknown else "bad_frame", reason[:200]) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise ProtocolError("bad_json", "The frame is not a JSON object.") from None
    for name in ("text", "reason"):
        value = getattr(command, name, None)
        if value is not None and _FORBIDDEN.search(value):
            raise ProtocolError(
                "bad_frame", f"Control characters and lone surrogates are not allowed - at `$.{name}`"
            )
    return command


def command_id(text: str | None) -> str | None:
    """The command id in a frame that could not be decoded, if it has one: so that its error can name it."""
    match = _ID.search(text or "", 0, MAX_INBOUND)
    return match.group(1) if match else None


def encode(frame: Outbound) -> bytes:
    """The frame as UTF-8 JSON bytes."""
    return _encoder.encode(frame)


def pack(frame: Outbound) -> bytes:
    """The frame as it goes over the wire, the same for every socket."""
    return wire.wrap(_encoder.encode(frame))
