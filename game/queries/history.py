"""What has happened, newest first and in pages: everything to one player, and everything that organisers did."""

import heapq
import json
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
from django.db.models import Q, QuerySet
from msgspec import Struct

from game.errors import NotFound
from game.models import Attempt, AuditEntry, LedgerEntry, Player
from game.queries.console import FeedView, attempt_view
from game.queries.room import fitting
from game.rules.roles import Role, may
from game.rules.trail import UNDOABLE, needed_to_read

PAGE, PAGE_BYTES = 60, 36 * 1024
LONGEST_VALUE = 300

Cursor = tuple[int, int, int]
"""Where a page of a timeline ends: instant, source, id. Sources of one instant: 2 organisers, 1 attempts, 0 ledger."""


class EntryView(Struct, frozen=True):
    """A ledger entry: change of points and of XP, and its cause."""

    at: int
    points: int
    xp: int
    cause: str
    q: int | None
    note: str


class ChangeView(Struct, frozen=True):
    """A value before and after, as text; "" is none. Instants (`…_at`) are milliseconds since the epoch."""

    what: str
    before: str
    after: str


class AuditView(Struct, frozen=True):
    """Something that an organiser did. `undoes`: the entry that it takes back; `undoable`: it can be taken back."""

    id: int
    at: int
    who: str
    action: str
    player: int | None
    name: str
    q: int | None
    note: str
    changes: tuple[ChangeView, ...]
    undoes: int | None
    undone: bool
    undoable: bool


class HappeningView(Struct, frozen=True):
    """One of the three."""

    attempt: FeedView | None = None
    entry: EntryView | None = None
    action: AuditView | None = None


def audit_trail(hunt_id: int, before: int | None, role: Role) -> tuple[tuple[AuditView, ...], int | None]:
    """(a page of what organisers did, newest first, as `role` may read it; the `before` of the next page or None)."""
    rows = _audit(Q(hunt_id=hunt_id) if before is None else Q(hunt_id=hunt_id, id__lt=before))
    found = [_readable(_action(row), role) for row in rows.order_by("-id")[: PAGE + 1]]
    page = fitting(found[:PAGE], PAGE_BYTES)
    return page, page[-1].id if len(page) < len(found) else None


def timeline(
    hunt_id: int, player_id: int, before: Cursor | None
) -> tuple[tuple[HappeningView, ...], Cursor | None]:
    """(a page of all that happened to a player, newest first; the cursor of the next page or None). Raises NotFound."""
    if not Player.objects.filter(id=player_id, hunt_id=hunt_id).exists():
        raise NotFound
    attempts = Attempt.objects.filter(_older(before, 1), player_id=player_id)
    entries = LedgerEntry.objects.filter(_older(before, 0), player_id=player_id).select_related("question")
    actions = _audit(_older(before, 2) & Q(player_id=player_id))
    sources: list[Iterable[tuple[Cursor, HappeningView]]] = [
        [
            ((row.at, 2, row.id), HappeningView(action=_action(row)))
            for row in actions.order_by("-at", "-id")[: PAGE + 1]
        ],
        [
            ((row.at, 1, row.id), HappeningView(attempt=attempt_view(row)))
            for row in attempts.select_related("player", "question").order_by("-at", "-id")[: PAGE + 1]
        ],
        [
            ((row.at, 0, row.id), HappeningView(entry=_entry(row)))
            for row in entries.order_by("-at", "-id")[: PAGE + 1]
        ],
    ]
    merged = list(islice(heapq.merge(*sources, key=lambda one: one[0], reverse=True), PAGE + 1))
    page = fitting((view for _, view in merged[:PAGE]), PAGE_BYTES)
    return page, merged[len(page) - 1][0] if 0 < len(page) < len(merged) else None


def _older(cursor: Cursor | None, source: int) -> Q:
    if cursor is None:
        return Q()
    at, last_source, last_id = cursor
    if source == last_source:
        return Q(at__lt=at) | Q(at=at, id__lt=last_id)
    return Q(at__lte=at) if source < last_source else Q(at__lt=at)


def _audit(which: Q) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(which).select_related("user", "player", "undone_by")


def _entry(row: LedgerEntry) -> EntryView:
    q = row.question.position if row.question else None
    return EntryView(row.at, row.points, row.xp, row.cause, q, row.note)


def _action(row: AuditEntry) -> AuditView:
    asked, done = row.detail.get("asked") or {}, row.detail.get("done") or {}
    undone = hasattr(row, "undone_by")
    return AuditView(
        id=row.id,
        at=row.at,
        who=row.user.get_username() if row.user else "",
        action=row.action,
        player=row.player_id,
        name=row.player.name if row.player else "",
        q=asked.get("q"),
        note=_shown(asked.get("reason") or asked.get("text") or done.get("who")),
        changes=tuple(_changes(done.get("before") or {}, done.get("after") or {})),
        undoes=row.undoes_id,
        undone=undone,
        undoable=not undone
        and row.action in UNDOABLE
        and (row.player_id is not None or not row.action.startswith("player.")),
    )


def _readable(action: AuditView, role: Role) -> AuditView:
    needed = needed_to_read(action.action)
    if needed is None or may(role, needed):
        return action
    return msgspec.structs.replace(action, note="", changes=())


def _changes(before: dict[str, object], after: dict[str, object]) -> Iterator[ChangeView]:
    for what in before | after:
        if before.get(what) != after.get(what):
            yield ChangeView(what, _shown(before.get(what)), _shown(after.get(what)))


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
