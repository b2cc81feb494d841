"""What a question's awards should be by the answers and points that it has now, and the difference to what was booked.

PURE. Everything follows from the attempts as they were made, so that regrading twice changes nothing:

- A player has the question from the first guess that is right now, or that was right when it was judged: what was right
  stays right. The award is that of that guess's instant: the time that had passed then, a hint that had been paid for
  with points before it, the hunt's settings as they are.
- By order of solves: those count who were before them by instant and had been awarded before them. Who is awarded late
  takes a place in the order, and nobody loses one by it.
- XP that was paid after that guess (hint, accept-close, skip) is given back. Who had not solved the question gets the
  XP of a solve, cut to the cap.
- Who is still on the question moves on, as after a solve, and their last solve is that guess's instant if it is later;
  for all others it stays. Who skipped it has it solved, where they are.
- Closeness is not judged again: it has no award, and accept-close was never bought.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from game.rules import scoring, xp
from game.rules.play import Entry, Moment, Puzzle, State, advance, settle

GUESSES = frozenset({"answer", "accept_close", "regrade"})

Instant = tuple[int, int]
"""When, and which of that moment: (ms since the epoch, attempt id)."""


class Try(Struct, frozen=True):
    """One attempt on the question. `elapsed_ms`: how long the player had had it, in play; null where nobody knows.
    `solved`: it was judged right, or awarded by a regrade; `earned` then is the XP of the solve. `spent`: XP paid."""

    id: int
    kind: str
    text: str
    normalised: str
    at: int
    elapsed_ms: int | None
    solved: bool = False
    accepted_close: bool = False
    earned: int = 0
    spent: int = 0


class Case(Struct, frozen=True):
    """A player and the question: where they are, what they did on it in its order, and what is booked for it."""

    player: int
    state: State
    tries: tuple[Try, ...]
    points: int
    xp: int


class Change(Struct, frozen=True):
    """What regrading does to a player: `points` and `xp` in all. `guess` and `award` when it makes a solve, of which
    `solve_xp` is the XP; `ticks` are the hourly grants that were owed."""

    player: int
    state: State
    points: int
    xp: int
    moved: bool
    ticks: tuple[Entry, ...]
    guess: Try | None = None
    award: scoring.Award | None = None
    solve_xp: int = 0


class _Solver(Struct, frozen=True):
    case: Case
    first: Try
    plain: bool  # the first guess is right by itself, and not because a close one was accepted
    solve: Try | None  # what has been awarded so far

    @property
    def instant(self) -> Instant:
        return self.first.at, self.first.id


def regrade(cases: Iterable[Case], position: int, puzzle: Puzzle, moment: Moment) -> list[Change]:
    """The changes of the players whom it touches, by player. `position` is the question's place; of `moment` the
    guesses and prior solves are not looked at."""
    solvers = [solver for case in cases if (solver := _solver(case, puzzle)) is not None]
    prior = _prior_solves(solvers)
    changes = (_change(solver, position, puzzle, moment, prior[solver.case.player]) for solver in solvers)
    return sorted((change for change in changes if change is not None), key=lambda change: change.player)


def _solver(case: Case, puzzle: Puzzle) -> _Solver | None:
    solve = next((one for one in case.tries if one.solved), None)
    right = [one for one in case.tries if one.kind in GUESSES and one.normalised in puzzle.key.accepted]
    first = min([*right, *([solve] if solve else [])], key=lambda one: (one.at, one.id), default=None)
    if first is None:
        return None
    return _Solver(case, first, first.normalised in puzzle.key.accepted, solve)


def _prior_solves(solvers: Sequence[_Solver]) -> dict[int, int]:
    """How many count as before each player."""
    awarded = sorted((one for one in solvers if one.solve), key=lambda one: one.solve.id)  # type: ignore[union-attr]
    late = sorted((one for one in solvers if one.solve is None), key=lambda one: one.instant)
    prior: dict[int, int] = {}
    instants: list[Instant] = []
    for solver in [*awarded, *late]:
        prior[solver.case.player] = bisect_left(instants, solver.instant)
        insort(instants, solver.instant)
    return prior


def _change(solver: _Solver, position: int, puzzle: Puzzle, moment: Moment, prior: int) -> Change | None:
    case, first, settings = solver.case, solver.first, moment.settings
    earlier = [one for one in case.tries if (one.at, one.id) < solver.instant]
    bought_close = first.accepted_close and not solver.plain
    award = scoring.award(
        settings,
        puzzle.points,
        (first.elapsed_ms or 0) / 1000,
        prior,
        hint_for_points=any(one.kind == "hint" and one.text == "points" for one in earlier),
        accepted_close=bought_close,
    )
    # Of what was judged before elapsed times were kept nobody knows what the curve had left: it stays.
    known = first is not solver.solve or first.elapsed_ms is not None
    state, ticks = settle(case.state, settings, moment.times, moment.now)
    points = max(award.total - case.points, -state.points) if known else 0
    kept = -sum(one.spent for one in earlier) - (first.spent if bought_close else 0)
    if solver.solve is not None:
        gained = max(kept + solver.solve.earned - case.xp, -state.xp)
        if not points and not gained:
            return None
        return Change(case.player, _booked(state, case, points, gained), points, gained, False, ticks)
    back = kept - case.xp
    earned = xp.solve_grant(settings, state.xp + back)
    state = _booked(state, case, points, back + earned)
    state = msgspec.structs.replace(state, solves=state.solves + 1)
    moved = state.position == position
    if moved:
        last = first.at if state.last_solve is None else max(state.last_solve, first.at)
        state = advance(msgspec.structs.replace(state, last_solve=last), moment)
    return Change(case.player, state, points, back + earned, moved, ticks, first, award, earned)


def _booked(state: State, case: Case, points: int, gained: int) -> State:
    return msgspec.structs.replace(
        state, points=state.points + points, xp=state.xp + gained, version=case.state.version + 1
    )
