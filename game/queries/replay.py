"""The whole hunt's board, to be played again: who scored what, and when.

What is told is every change of points and every last solve, at the instant at which it was booked. From them follows
who stood where at any instant (leaderboard.ranking.key), which is for the client to work out: there it costs nobody
but its viewer. A regrade's compensation stands where it was booked, and so the board of before stays what it was.
"""

import gzip
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import Struct

from game.models import Attempt, AuditEntry, Hunt, LedgerEntry, Member, Player, Question
from game.queries.clock import now_ms
from game.queries.freeze import visible_until
from game.queries.moment import one_moment
from game.queries.pauses import Stretch, pauses
from game.rules.phases import Phase, phase

Cause = LedgerEntry.Cause
# Hourly XP is most of a ledger, and no points.
SCORING = tuple(cause for cause in Cause.values if cause not in (Cause.TICK, Cause.START))
PIECE = 2_000
"""Entries read at a time: a few milliseconds."""
LONGEST_REST_S = 0.02


class Players(Struct, frozen=True):
    """Columns, by id. `joined` and `finished`: instants after the replay's first; a player's finish is null without."""

    id: list[int]
    name: list[str]
    joined: list[int]
    finished: list[int | None]


class Events(Struct, frozen=True):
    """Columns, in their order: the instant after the event before (of the first: after the replay's first), the player
    as a place in `Players`, the change of points, and the question.

    A question above 0 was solved: the player's last solve is that instant. Below 0 its points were changed by
    organisers, 0 is none. `late`: (place in these columns, instant of the last solve) where a regrade has made it one.
    """

    after: list[int]
    player: list[int]
    points: list[int]
    q: list[int]
    late: list[tuple[int, int]]


class Replay(Struct, frozen=True):
    """From `start` to `until`, both included. `frozen`: what happened later is not public yet."""

    hunt: int
    title: str
    phase: str
    start: int
    ends: int
    until: int
    frozen: bool
    questions: int
    pauses: list[Stretch]
    players: Players
    events: Events


class State(Struct, frozen=True):
    """What a replay follows from: while it is the same, so is the replay."""

    hunt: int
    version: int
    phase: str
    entry: int
    action: int
    player: int
    until: int | None


def state(hunt: Hunt, *, full: bool) -> State:
    """In a few queries that each read one row. `full`: for organisers, whom no freeze concerns."""
    now = now_ms()

    def last(rows: Any) -> int:
        return int(rows.filter(hunt=hunt).order_by("-id").values_list("id", flat=True).first() or 0)

    return State(
        hunt=hunt.id,
        version=hunt.version,
        phase=phase(hunt.times, now).value,
        entry=last(LedgerEntry.objects),
        # Hiding, banning, pausing: whatever else changes a board is an organiser's action.
        action=last(AuditEntry.objects),
        player=last(Player.objects),
        until=None if full else visible_until(hunt, now),
    )


def player_of(user_id: int, hunt_id: int) -> int | None:
    """As whom this account plays."""
    return Member.objects.filter(hunt_id=hunt_id, user_id=user_id).values_list("player_id", flat=True).first()


def encoded(hunt_id: int, *, full: bool) -> tuple[State, bytes]:
    """(what it follows from, the replay as JSON in gzip). Raises Hunt.DoesNotExist."""
    made, replay = build(hunt_id, full=full)
    return made, gzip.compress(msgspec.json.encode(replay), 6, mtime=0)


def build(hunt_id: int, *, full: bool) -> tuple[State, Replay]:
    """The replay of one moment. Raises Hunt.DoesNotExist."""
    with one_moment():
        return of(Hunt.objects.get(id=hunt_id), full=full)


def of(hunt: Hunt, *, full: bool) -> tuple[State, Replay]:
    """The same, of the moment that its caller reads."""
    made, now = state(hunt, full=full), now_ms()
    return made, _replay(hunt, made.until, now)


def _replay(hunt: Hunt, until: int | None, now: int) -> Replay:
    limit = now if until is None else min(until, now)
    # As the board: who is hidden or banned is on none of it.
    people = Player.objects.filter(hunt=hunt, hidden=False, banned=False, created_at__lte=limit).order_by(
        "id"
    )
    rows = list(people.values_list("id", "name", "created_at", "finished_at"))
    places = {row[0]: place for place, row in enumerate(rows)}
    found = _events(hunt, places, limit)
    first = next(found, None)
    start = min(hunt.starts_at, first[0]) if first else hunt.starts_at
    events, last = _columns(chain([first] if first else [], found), start)
    end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
    present = phase(hunt.times, now)
    if until is not None or present is not Phase.ENDED:
        shown = min(limit, end) if present is not Phase.SCHEDULED else start
    else:
        shown = end
    return Replay(
        hunt=hunt.id,
        title=hunt.title,
        phase=present.value,
        start=start,
        ends=end,
        until=max(start, shown, last),
        frozen=until is not None,
        questions=hunt.questions.count(),
        pauses=list(pauses(hunt, limit)),
        players=Players(
            id=[row[0] for row in rows],
            name=[row[1] for row in rows],
            joined=[max(0, row[2] - start) for row in rows],
            finished=[None if row[3] is None or row[3] > limit else row[3] - start for row in rows],
        ),
        events=events,
    )


class _Sum(Struct):
    """What happened to one player at one instant."""

    points: int = 0
    q: int = 0
    late: int | None = None


Event = tuple[int, int, int, int, int | None]
"""(instant, player's place, points, question, instant of a last solve that a regrade made)."""


def _columns(found: Iterable[Event], start: int) -> tuple[Events, int]:
    """(the events, the instant of the last one)."""
    events, before = Events([], [], [], [], []), start
    for at, player, points, q, late in found:
        if late is not None:
            events.late.append((len(events.q), late))
        events.after.append(at - before)
        events.player.append(player)
        events.points.append(points)
        events.q.append(q)
        before = at
    return events, before


def _events(hunt: Hunt, places: dict[int, int], limit: int) -> Iterator[Event]:
    """One for each player and instant, in their order."""
    positions: dict[int | None, int] = {
        None: 0,
        **dict(Question.objects.filter(hunt=hunt).values_list("id", "position")),
    }
    late = _late(hunt)
    fields = ("at", "player_id", "points", "question_id", "cause", "command")
    # Sorted by the database: a sort in here would hold up every socket of this process for as long as it takes.
    entries = LedgerEntry.objects.filter(hunt=hunt, cause__in=SCORING, at__lte=limit).order_by("at", "id")
    found = _at_rest(entries.values_list(*fields).iterator(chunk_size=PIECE))
    for at, together in groupby(found, key=itemgetter(0)):
        # What one answer earned is up to three entries: the award, and what a hint and a close answer take off.
        merged: dict[int, _Sum] = {}
        for _, player, points, question, cause, command in together:
            if player not in places or not (points or cause == Cause.SOLVE):
                continue
            one = merged.setdefault(player, _Sum())
            one.points += points
            if cause == Cause.SOLVE:
                one.q = positions[question]
            elif cause == Cause.REGRADE:
                one.q = one.q or -positions[question]
                one.late = late.get((player, command), one.late)
        for player, one in merged.items():
            yield at, places[player], one.points, one.q, one.late


def _late(hunt: Hunt) -> dict[tuple[int, Any], int]:
    """(player, command) -> the guess's instant, of guesses that a regrade made solves and that moved their player on.
    Who had skipped the question stays where they are, and their last solve what it was (rules.regrade)."""
    found = Attempt.objects.filter(hunt=hunt, kind=Attempt.Kind.REGRADE)
    rows = list(found.values_list("player_id", "command", "question_id", "at"))
    skipped = set(
        Attempt.objects.filter(
            kind=Attempt.Kind.SKIP,
            verdict=Attempt.Verdict.DONE,
            question_id__in={row[2] for row in rows},
            player_id__in=[row[0] for row in rows],
        ).values_list("player_id", "question_id")
    )
    return {(player, command): at for player, command, q, at in rows if (player, q) not in skipped}


def _at_rest(rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """As they come, but in no more than half of the time: while they are made into a replay, this process's sockets run
    slower."""
    while True:
        began = time.monotonic()
        piece = list(islice(rows, PIECE))
        yield from piece
        if len(piece) < PIECE:
            return
        time.sleep(min(time.monotonic() - began, LONGEST_REST_S))
