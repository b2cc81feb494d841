"""Telling everybody or some: stored first, delivered at once, and in every later snapshot until seen; or written down
for an instant, and sent then by whichever process comes first."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from msgspec import Struct

from enigma_rt import rows
from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Announcement, Hunt, PlannedAnnouncement, Player, Told
from game.queries import announcements
from game.queries.clock import now_ms
from game.rendering import render
from game.rules.audiences import EVERYBODY, Audience
from game.rules.texts import storable
from game.services import audit, webhooks
from game.services.audit import Detail
from game.services.locks import own_hunt

LONGEST_TEXT = 2000
MOST_BYTES = 8 * 1024
"""Of the rendered text. Some lists and quotations grow to ten times their length."""
MOST_PLANNED = 50
FARTHEST_MS = 366 * 24 * 3_600_000


class Message(Struct, frozen=True):
    """`level`: info, important or urgent; `text`: Markdown. `hint`: an extra hint for question `to.q`, which stays
    beside it."""

    level: str
    text: str
    to: Audience = EVERYBODY
    hint: bool = False


def announce(
    user_id: int,
    hunt_id: int,
    level: str,
    text: str,
    command: UUID | None = None,
    *,
    to: Audience = EVERYBODY,
    hint: bool = False,
    at: int | None = None,
    instead_of: int | None = None,
) -> Detail:
    """Send an announcement, or write it down to be sent at the instant `at`, in place of the planned one `instead_of`.
    Idempotent per command.

    Whom it reaches is decided while the hunt is held alone: nobody moves on meanwhile. Raises Invalid for another
    level, for a text that is blank, too long, not storable or larger than MOST_BYTES when it is rendered, and for an
    audience or an instant that makes no sense; Outdated when what it should replace is not there any more; NotFound,
    IdConflict.
    """
    message = _checked(Message(level, text, to, hint))
    asked = _asked(message) | {
        name: value for name, value in {"at": at, "instead_of": instead_of}.items() if value is not None
    }

    def act(hunt: Hunt) -> Detail:
        now = now_ms()
        _check_audience(hunt, to)
        before: Detail = {} if instead_of is None else _withdrawn(hunt, instead_of)
        if at is None:
            return _send(hunt, user_id, message, now)
        return _plan(hunt, user_id, message, at, now, before)

    action = "announce" if at is None else "announce.plan" if instead_of is None else "announce.change"
    return audit.once(user_id, hunt_id, command, action, asked, act, player=to.player)


def call_off(user_id: int, hunt_id: int, planned: int, command: UUID | None = None) -> Detail:
    """A planned announcement is not sent. Idempotent per command. Raises Outdated when it is not there any more (it has
    been sent, changed or called off); NotFound, IdConflict."""

    def act(hunt: Hunt) -> Detail:
        before = _withdrawn(hunt, planned)
        publish_on_commit("announcement", {"hunt": hunt.id})
        return {"before": before}

    return audit.once(user_id, hunt_id, command, "announce.call_off", {"planned": planned}, act)


def send_due(hunt_id: int) -> int | None:
    """Send what is due, by the database's clock; returns the instant of the next one, or None.

    Any number of processes may call this at once, and again: under the hunt's lock the first one sends and deletes,
    and the others find nothing.
    """
    coming = announcements.next_due(hunt_id, now_ms())
    if coming is None or coming > now_ms():
        return coming
    with transaction.atomic():
        hunt = own_hunt(hunt_id)
        now = now_ms()
        for row in announcements.due(hunt_id, now).order_by("at", "id"):
            message = _message(row)
            done = _send(hunt, row.author_id, message, now)
            audit.write_down(
                row.author_id, hunt_id, "announce.due", _asked(message), done, player=row.player_id
            )
            row.delete()
    return announcements.next_due(hunt_id, now_ms())


def preview(text: str) -> str:
    """The announcement's Markdown as those would see it whom it reaches."""
    return render(text)


def told(pairs: Sequence[tuple[int, int]]) -> None:
    """Note that these (announcement, player) have been sent to a socket; repeats, and who or what is gone, are passed
    over. One statement, whatever their number."""
    records = [_Told(announcement, player) for announcement, player in set(pairs)]
    if records:
        rows.run((_TOLD.format(source=rows.source(_Told, Told)), [rows.as_json(records)]))


class _Told(Struct, frozen=True):
    announcement_id: int
    player_id: int


# CROSS: SQLite takes the tables in this order then.
_TOLD = """
    INSERT INTO game_told (announcement_id, player_id)
    SELECT v.announcement_id, v.player_id FROM {source} CROSS JOIN game_announcement a CROSS JOIN game_player p
    WHERE a.id = v.announcement_id AND p.id = v.player_id
    ON CONFLICT DO NOTHING
"""


def _checked(message: Message) -> Message:
    text, to = message.text, message.to
    if message.level not in Announcement.Level or not text.strip() or not storable(text, LONGEST_TEXT):
        raise errors.Invalid
    if len(render(text).encode()) > MOST_BYTES:
        raise errors.Invalid
    if not to.is_sound or (message.hint and to.q is None):
        raise errors.Invalid
    return message


def _check_audience(hunt: Hunt, to: Audience) -> None:
    if to.q is not None and not hunt.questions.filter(position=to.q).exists():
        raise errors.NotFound
    if to.player is not None and not Player.objects.filter(id=to.player, hunt=hunt).exists():
        raise errors.NotFound


def _send(hunt: Hunt, author: int | None, message: Message, now: int) -> Detail:
    to = message.to
    row = Announcement.objects.create(
        hunt=hunt,
        player_id=to.player,
        q=to.q,
        minutes=to.minutes,
        hint=message.hint,
        level=message.level,
        text=message.text,
        author_id=author,
        at=now,
    )
    publish_on_commit("announcement", {"hunt": hunt.id, "id": row.id})
    if to.q is not None:
        return {"announcement": row.id, "after": {"players": _address(row, hunt, to, now)}}
    if to.is_everybody:
        webhooks.tell_announcement(hunt, row.id, message.level, message.text, row.at)
    return {"announcement": row.id}


def _address(row: Announcement, hunt: Hunt, to: Audience, now: int) -> int:
    """Write down whom it is for; returns how many they are. One statement: answers wait for it."""
    chosen, parameters = announcements.audience(hunt, to, now).values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO game_recipient (announcement_id, player_id) "  # noqa: S608  # Django's own statement
            f"SELECT %s, chosen.id FROM ({chosen}) chosen",
            [row.id, *parameters],
        )
        return int(cursor.rowcount)


def _plan(hunt: Hunt, author: int, message: Message, at: int, now: int, before: Detail) -> Detail:
    if not now < at < now + FARTHEST_MS:
        raise errors.Invalid(_("Choose an instant to come."))
    if hunt.planned.count() >= MOST_PLANNED:
        raise errors.Invalid(_("At most %(n)d announcements wait at a time.") % {"n": MOST_PLANNED})
    row = PlannedAnnouncement.objects.create(
        hunt=hunt,
        player_id=message.to.player,
        q=message.to.q,
        minutes=message.to.minutes,
        hint=message.hint,
        level=message.level,
        text=message.text,
        author_id=author,
        at=at,
    )
    publish_on_commit("announcement", {"hunt": hunt.id})
    return {"planned": row.id, "before": before, "after": _described(row) if before else {"due_at": at}}


def _withdrawn(hunt: Hunt, planned: int) -> Detail:
    """What it was; it is gone now. Raises Outdated."""
    row = hunt.planned.filter(id=planned).first()
    if row is None:
        raise errors.Outdated
    before = _described(row)
    row.delete()
    return before


def _message(row: PlannedAnnouncement) -> Message:
    return Message(row.level, row.text, Audience(row.player_id, row.q, row.minutes), row.hint)


def _described(row: PlannedAnnouncement) -> Detail:
    return {"due_at": row.at} | _asked(_message(row))


def _asked(message: Message) -> Detail:
    """What it says and to whom, without what is as usual."""
    to = message.to
    chosen: Detail = {"player": to.player, "q": to.q, "minutes": to.minutes, "hint": message.hint or None}
    return {"level": message.level, "text": message.text} | {
        name: value for name, value in chosen.items() if value is not None
    }
