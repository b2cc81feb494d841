"""A question judged again by the answers and points that it has now: shown first, then booked in one transaction.

Nothing is edited. A late solve is an attempt of its own (kind `regrade`, at the instant of the guess that it awards),
and every difference a ledger entry of cause `regrade`. `rules.regrade` decides; here is what it reads and is written.
"""

import hashlib
import uuid
from collections import defaultdict
from uuid import UUID

import msgspec
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from msgspec import Struct

from enigma_rt import rows
from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Player
from game.queries import content
from game.queries.clock import now_ms
from game.queries.play import state_of
from game.rules.play import Moment
from game.rules.regrade import Case, Change, Try, regrade
from game.services import audit
from game.services.answers import standing_of
from game.services.audit import Detail
from game.services.locks import lock_players
from game.services.moderation import amounts, checked_reason, tell
from game.services.records import player_row, store
from game.services.xp import tick_entries
from leaderboard import queries as standings
from leaderboard import services as leaderboard
from leaderboard.ranking import Board

PAGE = 100


class LineView(Struct, frozen=True):
    """A player whom it touches, before and after. Ranks are null off the board."""

    player: int
    name: str
    points: tuple[int, int]
    xp: tuple[int, int]
    position: tuple[int, int]
    rank: tuple[int | None, int | None]


class RegradeView(Struct, frozen=True):
    """What regrading question `q` would do now: totals, and a page of the players. `next`: the page after it, or null.

    `token` stands for all the changes, and belongs to `apply`.
    """

    q: int
    title: str
    token: str
    players: int
    solves: int
    moved: int
    points: int
    xp: int
    rows: tuple[LineView, ...]
    next: int | None


class _Plan(Struct, frozen=True):
    question: int
    title: str
    changes: list[Change]
    players: dict[int, Player]
    now: int

    @property
    def token(self) -> str:
        told = [(one.player, one.points, one.xp, one.moved, one.award is not None) for one in self.changes]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


def preview(hunt_id: int, q: int, page: int = 0) -> RegradeView:
    """Computed afresh, without writing. Raises NotFound."""
    try:
        hunt = Hunt.objects.get(id=hunt_id)
    except Hunt.DoesNotExist:
        raise errors.NotFound from None
    plan = _plan(hunt, q)
    board = Board(standings.standings(hunt_id))
    before = {one.player: board.rank_of(one.player) for one in plan.changes}
    after_rows = []
    was = {player: state_of(row) for player, row in plan.players.items()}
    for one in plan.changes:
        row = plan.players[one.player]
        store(row, one.state, plan.now)  # in memory: nothing is saved
        after_rows.append(standing_of(row))
    board.apply(after_rows)
    lines = [
        LineView(
            player=one.player,
            name=plan.players[one.player].name,
            points=(was[one.player].points, one.state.points),
            xp=(was[one.player].xp, one.state.xp),
            position=(was[one.player].position, one.state.position),
            rank=(before[one.player], board.rank_of(one.player)),
        )
        for one in plan.changes[page * PAGE : (page + 1) * PAGE]
    ]
    return RegradeView(
        q=q,
        title=plan.title,
        token=plan.token,
        players=len(plan.changes),
        solves=sum(one.award is not None for one in plan.changes),
        moved=sum(one.moved for one in plan.changes),
        points=sum(one.points for one in plan.changes),
        xp=sum(one.xp for one in plan.changes),
        rows=tuple(lines),
        next=page + 1 if len(plan.changes) > (page + 1) * PAGE else None,
    )


def apply(user_id: int, hunt_id: int, q: int, token: str, reason: str, command: UUID | None = None) -> Detail:
    """Book what the preview of `token` showed. Idempotent per command.

    Raises Outdated when it would do something else now, Invalid without a reason or when it does nothing; NotFound,
    IdConflict. Holds the hunt alone, so nothing is judged between the look and the booking.
    """
    reason = checked_reason(reason)

    def act(hunt: Hunt) -> Detail:
        plan = _plan(hunt, q)
        if plan.token != token:
            raise errors.Outdated
        if not plan.changes:
            raise errors.Invalid(_("That would change nothing."))
        _write(hunt, q, plan, reason)
        return {
            "before": {},
            "after": {
                "players": len(plan.changes),
                "points": sum(one.points for one in plan.changes),
                "xp": sum(one.xp for one in plan.changes),
            },
        }

    asked: Detail = {"q": q, "token": token, "reason": reason}
    return audit.once(user_id, hunt_id, command, "question.regrade", asked, act)


def _plan(hunt: Hunt, q: int) -> _Plan:
    held = content.of(hunt)
    item = held.item(q)
    if item is None:
        raise errors.NotFound
    now = now_ms()
    # Every verdict: the index begins with it.
    on_it = Attempt.objects.filter(verdict__in=Attempt.Verdict.values, question_id=item.id)
    right = Q(verdict=Attempt.Verdict.CORRECT) | Q(normalised__in=item.puzzle.key.accepted)
    # Only of those whom it can touch: a wall may have hundreds of thousands of other guesses.
    concerned = set(on_it.filter(right).values_list("player_id", flat=True))
    attempts = (
        on_it.filter(right | Q(kind__in=(Attempt.Kind.HINT, Attempt.Kind.SKIP)))
        .filter(player_id__in=concerned)
        .order_by("id")
    )
    earned = dict(
        LedgerEntry.objects.filter(question_id=item.id, cause=LedgerEntry.Cause.SOLVE).values_list(
            "player_id", "xp"
        )
    )
    booked = {
        player: (points, xp)
        for player, points, xp in LedgerEntry.objects.filter(question_id=item.id)
        .values_list("player_id")
        .annotate(points=Sum("points"), xp=Sum("xp"))
    }
    tries: dict[int, list[Try]] = defaultdict(list)
    unknown = []
    for row in attempts:
        if row.elapsed_ms is None and row.kind in (Attempt.Kind.ANSWER, Attempt.Kind.ACCEPT_CLOSE):
            unknown.append(row.player_id)
        tries[row.player_id].append(_try(row, earned.get(row.player_id, 0)))
    if unknown:
        tries = _with_times(hunt, q, tries, set(unknown))
    players = {row.id: row for row in Player.objects.filter(id__in=concerned)}
    cases = [
        Case(player, state_of(row), tuple(tries[player]), *booked.get(player, (0, 0)))
        for player, row in players.items()
    ]
    moment = Moment(now=now, times=hunt.times, settings=held.settings, questions=len(held.items))
    changes = regrade(cases, q, item.puzzle, moment)
    return _Plan(item.id, item.view.title, changes, players, now)


def _try(row: Attempt, earned: int) -> Try:
    solved = row.verdict == Attempt.Verdict.CORRECT
    gained = 0
    if solved:
        gained = row.xp if row.kind == Attempt.Kind.REGRADE else earned
    return Try(
        id=row.id,
        kind=row.kind,
        text=row.text,
        normalised=row.normalised,
        at=row.at,
        elapsed_ms=row.elapsed_ms,
        solved=solved,
        accepted_close=row.accepted_close,
        earned=gained,
        spent=gained - row.xp,
    )


def _with_times(hunt: Hunt, q: int, tries: dict[int, list[Try]], players: set[int]) -> dict[int, list[Try]]:
    """Attempts of before times were kept: by the instants, from when the question before was left, pauses included.
    A solve stays without: its award stays."""
    left: dict[int, int] = {}
    before = Attempt.objects.filter(
        question__hunt=hunt, question__position=q - 1, player_id__in=players
    ).filter(Q(verdict=Attempt.Verdict.CORRECT) | Q(kind=Attempt.Kind.SKIP))
    for player, at in before.values_list("player_id", "at"):
        left[player] = max(at, left.get(player, 0))
    if q == 1:
        joined = Player.objects.filter(id__in=players).values_list("id", "created_at")
        left = {player: max(hunt.starts_at, at) for player, at in joined}
    return {
        player: [
            one
            if one.elapsed_ms is not None or one.solved
            else msgspec.structs.replace(one, elapsed_ms=max(0, one.at - left.get(player, one.at)))
            for one in made
        ]
        for player, made in tries.items()
    }


def _write(hunt: Hunt, q: int, plan: _Plan, reason: str) -> None:
    held = lock_players(change.player for change in plan.changes)
    members = dict(
        Attempt.objects.filter(id__in=[one.guess.id for one in plan.changes if one.guess]).values_list(
            "player_id", "member_id"
        )
    )
    attempts: list[Attempt] = []
    entries: list[LedgerEntry] = []
    told: list[tuple[int, str]] = []
    # By the instants of the guesses: the order of these rows is the order in which they were solved.
    for change in sorted(plan.changes, key=lambda one: (one.guess.at, one.guess.id) if one.guess else (0, 0)):
        player = held[change.player]
        entries += tick_entries(player, change.ticks, plan.now)
        points, xp, command = change.points, change.xp, None
        if change.guess is not None and change.award is not None:
            command = uuid.uuid4()
            attempts.append(_late_solve(hunt, plan, change, members[change.player], command))
            entries.append(_entry(hunt, plan, change, change.award.total, change.solve_xp, reason, command))
            points, xp = points - change.award.total, xp - change.solve_xp
        if points or xp:
            entries.append(_entry(hunt, plan, change, points, xp, reason, None))
        store(player, change.state, plan.now)
        told.append((change.player, _told(q, change, reason)))
    Attempt.objects.bulk_create(attempts, batch_size=1000)
    LedgerEntry.objects.bulk_create(entries, batch_size=1000)
    changed = [held[change.player] for change in plan.changes]
    rows.run(rows.update(Player, [player_row(one.player, one.state, plan.now) for one in plan.changes]))
    leaderboard.record(hunt.id, [standing_of(row) for row in changed], plan.now)
    publish_on_commit("players", {"hunt": hunt.id, "versions": [[row.id, row.version] for row in changed]})
    tell(hunt.id, told, plan.now)


def _late_solve(hunt: Hunt, plan: _Plan, change: Change, member: int, command: UUID) -> Attempt:
    assert change.guess is not None and change.award is not None
    return Attempt(
        hunt=hunt,
        player_id=change.player,
        member_id=member,
        question_id=plan.question,
        command=command,
        kind=Attempt.Kind.REGRADE,
        text=change.guess.text,
        normalised=change.guess.normalised,
        verdict=Attempt.Verdict.CORRECT,
        gross=change.award.gross,
        hint_cost=change.award.hint,
        close_cost=change.award.accept_close,
        xp=change.solve_xp,
        elapsed_ms=change.guess.elapsed_ms,
        at=change.guess.at,
    )


def _entry(
    hunt: Hunt, plan: _Plan, change: Change, points: int, xp: int, reason: str, command: UUID | None
) -> LedgerEntry:
    return LedgerEntry(
        hunt=hunt,
        player_id=change.player,
        question_id=plan.question,
        cause=LedgerEntry.Cause.REGRADE,
        points=points,
        xp=xp,
        command=command,
        note=reason,
        at=plan.now,
    )


def _told(q: int, change: Change, reason: str) -> str:
    what = amounts(change.points, change.xp) or _("your answer was right")
    words = _("Question %(q)d was judged again: **%(what)s**. %(reason)s")
    if change.moved:
        words += " " + _("Here is the next page.")
    return words % {"q": q, "what": what, "reason": reason}
