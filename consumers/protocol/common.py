"""What every role's frames share: the limits, the close codes, the types of members, and the frames that all may get.

PURE, as the whole package.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

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


class Resync(Inbound, frozen=True, tag="resync"):
    """Ask for a fresh snapshot, or for the board alone, which costs the server no query (`board_view`)."""

    only: Literal["board"] | None = None


class Ping(Inbound, frozen=True, tag="ping"):
    """Measure the way there and back. Replied with `pong` carrying the same `n`."""

    n: Annotated[int, Meta(ge=0, le=2**53 - 1)]


class HuntInfo(Struct, frozen=True):
    """The hunt as everybody may know it: `phase` at the frame's `now`; clients count on by the instants.

    `freeze_at`: from that instant on the board of players and spectators stands still; null: it does not, or no more.
    `paused_at`: since when the pause that is on lasts; `paused_ms`: sum of those that are over. The *play clock* is the
    time since the start without pauses: min(now, `ends_at`, `paused_at`) - `starts_at` - `paused_ms`, at least 0.
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
    paused_at: int | None = None
    paused_ms: int = 0


class Notice(Struct, frozen=True):
    """A stored announcement; shown once per player, over all their tabs, by its id. `hint_for`: it is an extra hint for
    that question, and stays beside it."""

    id: int
    at: int
    level: Level
    html: str
    hint_for: int | None = None


class Ok(Outbound, frozen=True, tag="ok"):
    """The command was applied (or had been before)."""

    id: str


class Error(Outbound, frozen=True, tag="error"):
    """The command was not applied. `id`: null when none could be read. `wait_ms`: when to try again."""

    id: str | None
    code: str
    text: str
    wait_ms: int | None = None


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
