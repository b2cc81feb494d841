"""A player's own hunt, for their page: the path, the times beside everybody's, the rank over time.

What is the same for all is worked out once for all, from three reads of the whole hunt, and kept; a page of its own
costs five small queries, whatever the number of players. Ranks and times of others are those that the public may see.
"""

import threading
import time
from collections.abc import Iterator, Sequence, Set
from typing import TypeAlias

from django.db.models import Count, Q, Sum
from msgspec import Struct

from game.models import Attempt, AuditEntry, Hunt, LedgerEntry, Member, Player
from game.queries import content
from game.queries.clock import now_ms
from game.queries.freeze import solved_until, visible_until
from game.rules.moments import Moment, Step, against, moments
from game.rules.phases import Phase, phase
from leaderboard.course import Scored, ranks

INSTANTS = 48
"""Instants of the curve: of a hunt of 48 hours, each hour."""
KEPT_S = 30.0
SHARE = 20
Cause = LedgerEntry.Cause
Kind = Attempt.Kind
# Hourly XP is most of a ledger, and no points.
SCORING = tuple(cause for cause in Cause.values if cause not in (Cause.TICK, Cause.START))
Points: TypeAlias = dict[int | None, tuple[tuple[str, int], ...]]


class Field(Struct, frozen=True):
    """What the hunt as a whole says. `times`: of each question, how long those had it who solved it, in order;
    `first`: who solved it first; `course`: everybody's rank at `instants`."""

    times: dict[int, Sequence[int]]
    first: dict[int, int]
    instants: tuple[int, ...]
    course: dict[int, Sequence[int]]


class MineView(Struct, frozen=True):
    """`final`: the rank is the last word. `rank` is null where nobody may see it, or while it still changes; `ranks`
    are those at `instants`, of `total` players. `others`: points that no question brought, by cause."""

    name: str
    phase: str
    final: bool
    frozen: bool
    points: int
    solves: int
    questions: int
    finished_at: int | None
    rank: int | None
    total: int
    steps: tuple[Step, ...]
    moments: tuple[Moment, ...]
    instants: tuple[int, ...]
    ranks: Sequence[int]
    others: tuple[tuple[str, int], ...]


def mine(hunt: Hunt, user_id: int) -> MineView | None:
    """The hunt as this account has played it; None when it does not."""
    member = Member.objects.select_related("player").filter(hunt=hunt, user_id=user_id).first()
    if member is None:
        return None
    player, now = member.player, now_ms()
    until, present = visible_until(hunt, now), phase(hunt.times, now)
    field = of(hunt, until, now)
    course = field.course.get(player.id, ())
    points = _points(player)
    steps = _steps(hunt, player, field, points) if present is not Phase.SCHEDULED else ()
    final = present is Phase.ENDED and until is None
    return MineView(
        name=player.name,
        phase=present.value,
        final=final,
        frozen=until is not None,
        points=player.points,
        solves=player.solves,
        questions=len(content.of(hunt).items),
        finished_at=player.finished_at,
        rank=course[-1] if course and final else None,
        total=len(field.course),
        steps=steps,
        moments=moments(steps, course, field.instants),
        instants=field.instants if course else (),
        ranks=course,
        others=points.get(None, ()),
    )


def _steps(hunt: Hunt, player: Player, field: Field, points: Points) -> tuple[Step, ...]:
    mine = Attempt.objects.filter(player=player)
    wrong, close = Attempt.Verdict.WRONG, Attempt.Verdict.CLOSE
    tries = {
        question: (guesses, near)
        for question, guesses, near in mine.filter(verdict__in=(wrong, close), repeat=False)
        .values_list("question_id")
        .annotate(guesses=Count("id"), near=Count("id", filter=Q(verdict=close)))
    }
    ways: dict[int, dict[str, Attempt]] = {}
    for row in mine.filter(verdict__in=(Attempt.Verdict.CORRECT, Attempt.Verdict.DONE)).order_by("id"):
        what = "solved" if row.verdict == Attempt.Verdict.CORRECT else row.kind
        ways.setdefault(row.question_id, {})[what] = row
    steps = []
    for item in content.of(hunt).items[: player.position]:
        way = ways.get(item.id, {})
        done = way.get("solved") or way.get(Kind.SKIP)
        times = field.times.get(item.view.q, ())
        elapsed = done.elapsed_ms if done else None
        median, faster = against(elapsed, times) if elapsed is not None and times else (None, None)
        causes = points.get(item.id, ())
        steps.append(
            Step(
                q=item.view.q,
                title=item.view.title,
                outcome="solved" if "solved" in way else "skipped" if done else "open",
                elapsed=elapsed,
                median=median,
                faster=faster if "solved" in way else None,
                solvers=len(times),
                guesses=tries.get(item.id, (0, 0))[0],
                close=tries.get(item.id, (0, 0))[1],
                hint=way[Kind.HINT].text if Kind.HINT in way else "",
                first=field.first.get(item.view.q) == player.id,
                points=sum(points for _, points in causes),
                causes=causes,
                at=done.at if done else None,
            )
        )
    return tuple(steps)


def _points(player: Player) -> Points:
    """By question, or None: (cause, points)."""
    rows = (
        LedgerEntry.objects.filter(player=player, cause__in=SCORING)
        .values_list("question_id", "cause")
        .annotate(points=Sum("points"))
        .exclude(points=0)
        .order_by("question_id", "-points")
    )
    found: Points = {}
    for question, cause, points in rows:
        found[question] = (*found.get(question, ()), (cause, points))
    return found


# --- what is the same for all ---------------------------------------------------------------------------------------


class _Kept(Struct, frozen=True):
    state: tuple[int | None, ...]
    good_until: float
    field: Field


_kept: dict[int, _Kept] = {}
_lock = threading.Lock()


def of(hunt: Hunt, until: int | None, now: int) -> Field:
    """As it is, or was some seconds ago while the hunt is on. Who asks while it is being worked out waits for that."""
    if (field := _held(hunt, until)) is not None:
        return field
    with _lock:
        if (field := _held(hunt, until)) is not None:
            return field
        state, began = _state(hunt, until), time.monotonic()
        field = _field(hunt, now if until is None else min(until, now), now)
        ended = time.monotonic()
        _kept[hunt.id] = _Kept(state, ended + max(KEPT_S, SHARE * (ended - began)), field)
    return field


def _held(hunt: Hunt, until: int | None) -> Field | None:
    held = _kept.get(hunt.id)
    if held is None or held.state[1] != until:
        return None  # what was public yesterday may be hidden today
    if time.monotonic() < held.good_until or held.state == _state(hunt, until):
        return held.field
    return None


def _state(hunt: Hunt, until: int | None) -> tuple[int | None, ...]:
    """While it is the same, so is the field of a hunt that is over."""
    entry = LedgerEntry.objects.filter(hunt=hunt).order_by("-id").values_list("id", flat=True).first()
    action = AuditEntry.objects.filter(hunt=hunt).order_by("-id").values_list("id", flat=True).first()
    return hunt.version, until, entry, action


def _field(hunt: Hunt, limit: int, now: int) -> Field:
    places = {item.id: item.view.q for item in content.of(hunt).items}
    shown = set(
        Player.objects.filter(hunt=hunt, hidden=False, banned=False, created_at__lte=limit).values_list(
            "id", flat=True
        )
    )
    solved = solves(hunt, shown, places, limit)
    end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
    reached = min(limit, max(end, hunt.starts_at + 1))
    instants = [
        hunt.starts_at + (reached - hunt.starts_at) * step // INSTANTS for step in range(1, INSTANTS + 1)
    ]
    # What organisers booked after the end counts at the end of the curve.
    events = _scored(hunt, limit, solved.late)
    course = ranks(shown, events, [*instants[:-1], limit]) if reached > hunt.starts_at else {}
    return Field(solved.times, solved.first, tuple(instants) if course else (), course)


class Solves(Struct, frozen=True):
    """`times` and `first` as of `Field`; `count`: how many have solved each question; `late`: (player, id of the
    question) -> the guess's instant of what a regrade found."""

    times: dict[int, Sequence[int]]
    first: dict[int, int]
    count: dict[int, int]
    late: dict[tuple[int, int], int]


def solves(hunt: Hunt, shown: Set[int], places: dict[int, int], limit: int) -> Solves:
    """What was solved until `limit`, by the players `shown`; `places`: the questions' positions by id. In one pass."""
    times: dict[int, list[int]] = {}
    first: dict[int, int] = {}
    count: dict[int, int] = {}
    late: dict[tuple[int, int], int] = {}
    found = solved_until(hunt.id, limit)
    for player, question, kind, elapsed, at in (
        found.order_by("at", "id")
        .values_list("player_id", "question_id", "kind", "elapsed_ms", "at")
        .iterator(chunk_size=5000)
    ):
        if kind == Kind.REGRADE:
            late[player, question] = at
        if player not in shown or question not in places:
            continue
        q = places[question]
        first.setdefault(q, player)
        count[q] = count.get(q, 0) + 1
        if elapsed is not None:
            times.setdefault(q, []).append(elapsed)
    return Solves({q: sorted(each) for q, each in times.items()}, first, count, late)


def _scored(hunt: Hunt, limit: int, late: dict[tuple[int, int], int]) -> Iterator[Scored]:
    """Every change of points in its order. A late solve is a player's last one, but not who had skipped it."""
    skipped = (
        set(
            Attempt.objects.filter(
                hunt=hunt, kind=Kind.SKIP, player__in={player for player, _ in late}
            ).values_list("player_id", "question_id")
        )
        if late
        else set()
    )
    entries = LedgerEntry.objects.filter(hunt=hunt, cause__in=SCORING, at__lte=limit).order_by("at", "id")
    rows = entries.values_list("player_id", "question_id", "cause", "command", "points", "at")
    for player, question, cause, command, points, at in rows.iterator(chunk_size=5000):
        last = at if cause == Cause.SOLVE else None
        if cause == Cause.REGRADE and command is not None and (player, question) not in skipped:
            last = late.get((player, question))
        yield Scored(at, player, points, last)
