"""What organisers send. `game/rules/roles.py` says which role may send what."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from consumers.protocol.common import (
    Amount,
    CommandId,
    Cursor,
    Inbound,
    Level,
    Markdown,
    Minutes,
    Ping,
    PlayerId,
    Position,
    Reason,
    Resync,
    RoleName,
    RowId,
    SceneName,
    Whole,
)


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


class Watch(Inbound, frozen=True, tag="watch"):
    """Organiser: from now on this socket is told what `view` shows, at once and then whenever it has changed, once a
    second at most; null: nothing any more. Replied with `ok`, after what is known already.

    `walls`: where players are stuck (`walls`) and, if there is a `q`, what they try on that question (`guesses`).
    """

    id: CommandId
    view: Literal["walls"] | None
    q: Position | None


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
    | Watch
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
