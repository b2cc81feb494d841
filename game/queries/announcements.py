"""What organisers see of their announcements: whom one would reach, who got it and saw it, and what is to come."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from msgspec import Struct

from game.models import Announcement, Attempt, Hunt, PlannedAnnouncement, Player, Recipient, Seen, Told
from game.queries.clock import now_ms
from game.queries.room import fitting
from game.rendering import render
from game.rules.audiences import MINUTE_MS, Audience
from game.rules.phases import play_clock

__all__ = [
    "Audience",
    "CountsView",
    "PlannedView",
    "SentView",
    "audience",
    "counts",
    "due",
    "for_player",
    "listed",
    "next_due",
    "reach",
    "recipients",
]

LISTED, SENT_BYTES, PLANNED_BYTES = 30, 22 * 1024, 20 * 1024
LATE_MS = 3_600_000
"""What could not be sent for so long is not sent by itself any more: by then it may say what is not so."""


class SentView(Struct, frozen=True):
    """An announcement, rendered. `name`: of the one player whom it was for; `q`, `minutes`: see Announcement."""

    id: int
    at: int
    level: str
    html: str
    who: str
    player: int | None
    name: str
    q: int | None
    minutes: int | None
    hint: bool


class PlannedView(Struct, frozen=True):
    """One that is to come, as its author wrote it. `late`: its instant is long past, and it was not sent."""

    id: int
    at: int
    late: bool
    level: str
    text: str
    who: str
    player: int | None
    name: str
    q: int | None
    minutes: int | None
    hint: bool


class CountsView(Struct, frozen=True):
    """Of the `people` whom it is for: how many were told and have seen it, and how many of those with question `q`
    before them have solved it since."""

    people: int
    told: int
    seen: int
    solved: int | None


def audience(hunt: Hunt, to: Audience, now: int) -> QuerySet[Player]:
    """Whom it would reach at this moment. On a question is who has been shown it, as the walls count."""
    players = Player.objects.filter(hunt=hunt, banned=False)
    if to.player is not None:
        return players.filter(id=to.player)
    if to.q is None:
        return players
    on_it = players.filter(position=to.q, finished_at=None, shown_clock__isnull=False)
    if to.minutes is None:
        return on_it
    return on_it.filter(shown_clock__lte=play_clock(hunt.times, now) - to.minutes * MINUTE_MS)


def reach(hunt_id: int, to: Audience) -> list[int]:
    """The ids of those whom it would reach at this moment."""
    return list(audience(Hunt.objects.get(id=hunt_id), to, now_ms()).values_list("id", flat=True))


def listed(hunt_id: int) -> tuple[tuple[SentView, ...], tuple[PlannedView, ...], int]:
    """(the latest ones that organisers wrote, newest first; those to come, nearest first; how many of these had no
    room)."""
    now = now_ms()
    planned = list(
        PlannedAnnouncement.objects.filter(hunt_id=hunt_id)
        .select_related("author", "player")
        .order_by("at", "id")
    )
    shown = fitting(
        (
            PlannedView(
                id=row.id,
                at=row.at,
                late=row.at < now - LATE_MS,
                level=row.level,
                text=row.text,
                **_about(row),
            )
            for row in planned
        ),
        PLANNED_BYTES,
    )
    sent = fitting(
        (
            SentView(id=row.id, at=row.at, level=row.level, html=render(row.text), **_about(row))
            for row in _written(hunt_id).select_related("author", "player").order_by("-id")[:LISTED]
        ),
        SENT_BYTES,
    )
    return sent, shown, len(planned) - len(shown)


def counts(hunt_id: int) -> dict[int, CountsView]:
    """Of the latest ones. A handful of grouped queries, whatever the number of players."""
    found = list(_written(hunt_id).order_by("-id").values_list("id", "player_id", "q")[:LISTED])
    ids = [announcement for announcement, _, _ in found]
    some = [announcement for announcement, _, q in found if q is not None]
    everybody = Player.objects.filter(hunt_id=hunt_id, banned=False).count()
    told, seen = (_by_announcement(model.objects.filter(announcement__in=ids)) for model in (Told, Seen))
    meant = _by_announcement(Recipient.objects.filter(announcement__in=some))
    solved = _by_announcement(
        Recipient.objects.filter(
            announcement__in=some,
            player__attempts__verdict=Attempt.Verdict.CORRECT,
            player__attempts__question__hunt_id=hunt_id,
            player__attempts__question__position=F("announcement__q"),
            player__attempts__at__gte=F("announcement__at"),
        )
    )

    def people(announcement: int, player: int | None, q: int | None) -> int:
        if player is not None:
            return 1
        return everybody if q is None else meant.get(announcement, 0)

    return {
        announcement: CountsView(
            people=people(announcement, player, q),
            # Whoever has seen it was told, also where a process ended before it had written that down.
            told=max(told.get(announcement, 0), seen.get(announcement, 0)),
            seen=seen.get(announcement, 0),
            solved=None if q is None else solved.get(announcement, 0),
        )
        for announcement, player, q in found
    }


def due(hunt_id: int, now: int) -> QuerySet[PlannedAnnouncement]:
    """Those whose instant has come, and not too long ago."""
    return PlannedAnnouncement.objects.filter(hunt_id=hunt_id, at__lte=now, at__gt=now - LATE_MS)


def next_due(hunt_id: int, now: int) -> int | None:
    """The instant of the next one that will be sent, which may have passed; None without one."""
    coming = PlannedAnnouncement.objects.filter(hunt_id=hunt_id, at__gt=now - LATE_MS)
    instant: int | None = coming.aggregate(next=Min("at"))["next"]
    return instant


def _written(hunt_id: int) -> QuerySet[Announcement]:
    """What organisers wrote: not the machine's own words to one player."""
    return Announcement.objects.filter(hunt_id=hunt_id).exclude(player__isnull=False, author=None)


def _about(row: Announcement | PlannedAnnouncement) -> dict[str, Any]:
    return {
        "who": row.author.get_username() if row.author else "",
        "player": row.player_id,
        "name": row.player.name if row.player else "",
        "q": row.q,
        "minutes": row.minutes,
        "hint": row.hint,
    }


def _by_announcement(rows: QuerySet[Recipient] | QuerySet[Told] | QuerySet[Seen]) -> dict[int, int]:
    return dict(rows.order_by().values_list("announcement_id").annotate(Count("id")))


def recipients(announcements: Iterable[int]) -> dict[int, list[int]]:
    """Of those that are for some alone: for whom."""
    found: dict[int, list[int]] = {}
    rows = Recipient.objects.filter(announcement_id__in=list(announcements))
    for announcement, player in rows.values_list("announcement_id", "player_id"):
        found.setdefault(announcement, []).append(player)
    return found


def for_player(player_id: int) -> Q:
    """Announcements that are for this player."""
    meant = Recipient.objects.filter(player_id=player_id).values("announcement_id")
    return Q(player=None, q=None) | Q(player_id=player_id) | Q(id__in=meant)
