"""What organisers are sent."""

from typing import Literal, TypeAlias

from msgspec import Struct

from consumers.protocol.board import Beacon, BoardDelta, BoardFrame, BoardView, Reveal, Scene
from consumers.protocol.common import (
    Announcement,
    Error,
    HuntChanged,
    HuntInfo,
    Level,
    Notice,
    Ok,
    Outbound,
    Phase,
    Pong,
    Restart,
    RoleName,
)
from consumers.protocol.play import Me


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
    """Rendered, sanitised Markdown. It would reach so many `players` at this moment; `online` of them have a socket
    on any server process, as these said a few seconds ago."""

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
    """A search result. `online`: has a socket on any server process, as these said a few seconds ago."""

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
    """A question and the players before it. `…_since` are play clocks (see HuntInfo): since then half of them have had
    it, the first of them has, and nobody has got past it. Null: there is nobody, and nobody ever has.

    `tried`: players who answered it in the last hour; `solved`: who solved it then.
    """

    q: int
    title: str
    here: int
    median_since: int | None
    longest_since: int | None
    past_since: int | None
    tried: int
    solved: int


class Walls(Outbound, frozen=True, tag="walls"):
    """To who watches the walls: every question, in the order of the chain. At least each 10 s, also when nothing has
    changed."""

    now: int
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


class Guesses(Outbound, frozen=True, tag="guesses"):
    """To who watches question `q`: what was tried on it and was not right then, most players first; `total` different
    guesses in all."""

    q: int
    title: str
    total: int
    groups: tuple[Guess, ...]


class QuestionReply(Outbound, frozen=True, tag="question"):
    """A question as its author wrote it: `text` and `hint` are Markdown, `image` is the address of its picture.
    `token`: see `mend`."""

    id: str
    q: int
    token: str
    title: str
    text: str
    hint: str
    image: str | None
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
    socket on any server process, as these said a few seconds ago.
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
    | Walls
    | Guesses
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
