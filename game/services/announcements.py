"""Telling everybody: stored first, delivered at once, and in every later snapshot until seen."""

from uuid import UUID

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Announcement, Hunt
from game.queries.clock import now_ms
from game.rendering import render
from game.rules.texts import storable
from game.services import audit, webhooks
from game.services.audit import Detail

LONGEST_TEXT = 2000
MOST_BYTES = 8 * 1024
"""Of the rendered text. Some lists and quotations grow to ten times their length."""


def announce(user_id: int, hunt_id: int, level: str, text: str, command: UUID | None = None) -> Detail:
    """Store an announcement (level info, important or urgent; Markdown) and publish it. Idempotent per command.

    Raises Invalid for another level and for a text that is blank, too long, not storable or larger than MOST_BYTES
    when it is rendered; IdConflict, NotFound.
    """
    if level not in Announcement.Level or not text.strip() or not storable(text, LONGEST_TEXT):
        raise errors.Invalid
    if len(render(text).encode()) > MOST_BYTES:
        raise errors.Invalid

    def act(hunt: Hunt) -> Detail:
        row = Announcement.objects.create(hunt=hunt, level=level, text=text, author_id=user_id, at=now_ms())
        webhooks.tell_announcement(hunt, row.id, level, text, row.at)
        publish_on_commit("announcement", {"hunt": hunt_id, "id": row.id})
        return {"announcement": row.id}

    return audit.once(user_id, hunt_id, command, "announce", {"level": level, "text": text}, act)


def preview(text: str) -> str:
    """The announcement's Markdown as everybody would see it."""
    return render(text)
