"""Until when the public may see what happens in a hunt, and how the board stood at an instant."""

from django.db.models import F, Max, Q, QuerySet, Sum

from game.models import Attempt, Hunt, LedgerEntry, Player
from game.queries.clock import now_ms
from game.rules import freeze
from game.rules.freeze import Curtain
from leaderboard.models import Standing
from leaderboard.ranking import Standing as Line

LEAD_MS = 10_000
"""A freeze is written down so long before it begins: twice as long as a process may not have looked at the hunt."""


def visible_until(hunt: Hunt, now: int | None = None) -> int | None:
    """The last instant whose standings the public may see, itself included; None: everything.

    For whatever shows players or spectators who stood where, or what was solved: what happened later than that is
    organisers' business until the board is unfrozen or has been revealed. `hunt` is to be not much older than the
    rows that it is asked for: a freeze is written down LEAD_MS before it begins.
    """
    return freeze.public_until(hunt.curtain, now_ms() if now is None else now)


def frozen_from(curtain: Curtain, now: int) -> int | None:
    """The instant of the freeze that is on or to come; None: there is none, or it is over."""
    return None if freeze.is_revealed(curtain, now) else curtain.freeze_at


def solved_until(hunt_id: int, instant: int) -> QuerySet[Attempt]:
    """What had been solved at that instant (included). What a regrade found counts from when it was booked, though it
    has its guess's instant."""
    solved = Attempt.objects.filter(hunt=hunt_id, verdict=Attempt.Verdict.CORRECT, at__lte=instant)
    booked_later = solved.filter(
        kind=Attempt.Kind.REGRADE, player__ledger__command=F("command"), player__ledger__at__gt=instant
    )
    return solved.exclude(id__in=booked_later.values("id"))


def standings_at(hunt_id: int, instant: int, since: int | None = None) -> list[Line]:
    """Everybody's line as it was at that instant (included), rebuilt from what is only ever added to.

    Names and who is hidden are those of now, and who has joined since stands where everybody begins. With `since`: only
    the lines that have changed at or after that instant. Two reads of the same instant differ by nothing else.
    """
    lines = Standing.objects.filter(hunt_id=hunt_id)
    if since is not None:
        lines = lines.filter(changed_at__gte=since)
    rows = list(
        lines.values_list(
            "player_id", "name", "points", "last_solve", "version", "finished", "hidden", "changed_at"
        )
    )
    later = Q(player__standing__changed_at__gt=instant)
    # Sums over what is as old as the instant: whatever is written while this is read is not in them.
    points = dict(
        LedgerEntry.objects.filter(later, player__hunt=hunt_id, at__lte=instant)
        .exclude(points=0)
        .values_list("player")
        .annotate(Sum("points"))
    )
    solved = solved_until(hunt_id, instant).filter(later)
    # A late solve leaves a player's last solve alone who had skipped the question.
    skipped = solved.filter(
        kind=Attempt.Kind.REGRADE,
        player__attempts__kind=Attempt.Kind.SKIP,
        player__attempts__question=F("question"),
    ).values("id")
    last = dict(solved.exclude(id__in=skipped).values_list("player").annotate(Max("at")))
    finished = set(Player.objects.filter(hunt=hunt_id, finished_at__lte=instant).values_list("id", flat=True))
    return [
        Line(player, name, was_points, was_last, version, was_finished, hidden)
        if changed_at <= instant
        else Line(player, name, points.get(player, 0), last.get(player), version, player in finished, hidden)
        for player, name, was_points, was_last, version, was_finished, hidden, changed_at in rows
    ]
