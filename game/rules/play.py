"""One player's move: a state and a command in, a new state and what to write down out. PURE.

Everything that decides an award or a price is here or in the rules that this file calls; the services only lock, read,
call `decide` and write what it returns. The same function judges on PostgreSQL and on SQLite, in tests and in batches.
"""

from collections.abc import Set
from enum import StrEnum

import msgspec
from msgspec import Struct

from game import errors
from game.rules import scoring, throttle, xp
from game.rules.matching import AnswerKey, Verdict, judge_normalised, normalise
from game.rules.phases import Phase, Times, phase, play_clock
from game.rules.powerups import PowerUp, price
from game.rules.settings import HuntSettings
from game.rules.texts import storable

LONGEST_TEXT = 256
PAYMENTS = ("points", "xp")


class Kind(StrEnum):
    """What a command asks for."""

    ANSWER = "answer"
    ACCEPT_CLOSE = "accept_close"
    HINT = "hint"
    SKIP = "skip"


class Cause(StrEnum):
    """Why a balance changed."""

    SOLVE = "solve"
    HINT = "hint"
    SKIP = "skip"
    ACCEPT_CLOSE = "accept_close"
    TICK = "tick"


class State(Struct, frozen=True):
    """What the rules need to know of a player. Instants in ms since the epoch, `shown_clock` in ms of play clock."""

    position: int = 1
    points: int = 0
    xp: int = 0
    solves: int = 0
    last_solve: int | None = None
    first_attempt: int | None = None
    ticks: int = 0
    next_tick: int | None = None
    shown_clock: int | None = None
    hint_paid: str = ""
    wrong_tat: int | None = None
    finished_at: int | None = None
    banned: bool = False
    version: int = 1


class Command(Struct, frozen=True):
    """`text` is the answer as typed, or for a hint "points" or "xp"."""

    kind: Kind
    q: int
    text: str = ""


class Puzzle(Struct, frozen=True):
    """The player's current question."""

    key: AnswerKey
    points: int
    has_hint: bool


class Moment(Struct, frozen=True):
    """The circumstances: the database's clock, the hunt, and what others and this player have done before.

    `prior_solves`: how many have solved this question, or as many of them as count (`scoring.solves_that_count`);
    `guessed`: the player's earlier guesses on it, normalised.
    """

    now: int
    times: Times
    settings: HuntSettings
    questions: int
    prior_solves: int = 0
    guessed: Set[str] = frozenset()


class Entry(Struct, frozen=True):
    """A ledger entry to be."""

    cause: Cause
    points: int = 0
    xp: int = 0
    tick: int | None = None


class Outcome(Struct, frozen=True):
    """What a command did. `verdict` is null for a hint or a skip; `award` is null unless the question was solved.

    `stored` is False when nothing was done that a repeat must be protected from (a hint that had been paid for).
    """

    state: State
    entries: tuple[Entry, ...]
    verdict: Verdict | None = None
    normalised: str = ""
    repeat: bool = False
    accepted_close: bool = False
    award: scoring.Award | None = None
    xp: int = 0
    stored: bool = True


def decide(state: State, command: Command, puzzle: Puzzle | None, moment: Moment) -> Outcome:
    """Judge one command. `puzzle` is the player's current question, None once finished.

    Raises the errors of `game.errors` for what is not allowed now; then nothing has happened.
    """
    _gate(state, command, moment)
    if puzzle is None:
        raise errors.PlayerFinished
    settled, ticks = settle(state, moment.settings, moment.times, moment.now)
    outcome = _ACTS[command.kind](settled, command, puzzle, moment)
    if outcome.state == state:
        return outcome
    return msgspec.structs.replace(
        outcome,
        state=msgspec.structs.replace(outcome.state, version=state.version + 1),
        entries=ticks + outcome.entries,
    )


def settle(state: State, settings: HuntSettings, times: Times, now: int) -> tuple[State, tuple[Entry, ...]]:
    """Grant the hourly XP that is owed at `now`: none after finishing, none after the hunt's end."""
    if state.first_attempt is None:
        return state, ()
    until = min(now, times.ends_at, times.ended_at or now, state.finished_at or now)
    due = xp.ticks_due(state.first_attempt, until) - state.ticks
    if due <= 0:
        return state, ()
    grants = xp.grants(settings, state.xp, due)
    entries = tuple(
        Entry(Cause.TICK, xp=grant, tick=state.ticks + number) for number, grant in enumerate(grants, start=1)
    )
    ticks = state.ticks + due
    next_tick = None if state.finished_at is not None else xp.next_tick(state.first_attempt, ticks)
    return msgspec.structs.replace(
        state, xp=state.xp + sum(grants), ticks=ticks, next_tick=next_tick
    ), entries


def writable(command: Command) -> bool:
    """Whether a row can hold this command. Others are Invalid."""
    return storable(command.text, LONGEST_TEXT) and (
        command.kind is not Kind.HINT or command.text in PAYMENTS
    )


def wrong_rate(settings: HuntSettings) -> throttle.Rate:
    """The limit on wrong answers of a hunt."""
    return throttle.Rate(burst=settings.wrong_burst, per_minute=settings.wrong_per_minute)


def wait_ms(state: State, settings: HuntSettings, now: int) -> int:
    """How long this player must wait before another guess is judged; 0 is not at all."""
    return throttle.check(wrong_rate(settings), state.wrong_tat, now)


def elapsed_ms(state: State, times: Times, now: int) -> int:
    """How long this player has had the question, in play."""
    # Never shown by us (an API client that did not look): no time has passed.
    return 0 if state.shown_clock is None else play_clock(times, now) - state.shown_clock


_REFUSALS = {
    Phase.SCHEDULED: errors.HuntScheduled,
    Phase.PAUSED: errors.HuntPaused,
    Phase.ENDED: errors.HuntEnded,
}


def _gate(state: State, command: Command, moment: Moment) -> None:
    if state.banned:
        raise errors.PlayerBanned
    if refusal := _REFUSALS.get(phase(moment.times, moment.now)):
        raise refusal
    if state.finished_at is not None:
        raise errors.PlayerFinished
    if command.q != state.position:
        raise errors.StaleQuestion
    if not writable(command):
        raise errors.Invalid


def _pay(state: State, power_up: PowerUp, settings: HuntSettings) -> tuple[State, int]:
    cost = price(settings, power_up)
    if state.xp < cost:
        raise errors.InsufficientXP
    return msgspec.structs.replace(state, xp=state.xp - cost), cost


def _answer(state: State, command: Command, puzzle: Puzzle, moment: Moment) -> Outcome:
    if not command.text.strip():
        raise errors.EmptyAnswer
    guess = normalise(command.text)
    if not guess:
        raise errors.EmptyAnswer
    wants_close = command.kind is Kind.ACCEPT_CLOSE
    if wants_close:
        _pay(
            state, PowerUp.ACCEPT_CLOSE, moment.settings
        )  # refused before judging: a refusal must not tell a verdict
    repeat = guess in moment.guessed
    if not repeat and (wait := wait_ms(state, moment.settings, moment.now)):
        raise errors.TooManyGuesses(wait_ms=wait)
    if state.first_attempt is None:
        state = msgspec.structs.replace(
            state, first_attempt=moment.now, next_tick=xp.next_tick(moment.now, settled=0)
        )
    verdict = judge_normalised(puzzle.key, guess)
    if verdict is Verdict.CORRECT:
        return _solve(state, puzzle, moment, guess, accepted_close=False)
    if verdict is Verdict.CLOSE and wants_close:
        return _solve(state, puzzle, moment, guess, accepted_close=True)
    if not repeat:
        tat = throttle.spend(wrong_rate(moment.settings), state.wrong_tat, moment.now)
        state = msgspec.structs.replace(state, wrong_tat=tat)
    return Outcome(state, (), verdict=verdict, normalised=guess, repeat=repeat)


def _solve(state: State, puzzle: Puzzle, moment: Moment, guess: str, *, accepted_close: bool) -> Outcome:
    settings = moment.settings
    award = scoring.award(
        settings,
        puzzle.points,
        elapsed_ms(state, moment.times, moment.now) / 1000,
        moment.prior_solves,
        hint_for_points=state.hint_paid == "points",
        accepted_close=accepted_close,
    )
    entries = [Entry(Cause.SOLVE, points=award.gross)]
    if award.hint:
        entries.append(Entry(Cause.HINT, points=-award.hint))
    spent = 0
    if accepted_close:
        state, spent = _pay(state, PowerUp.ACCEPT_CLOSE, settings)
        entries.append(Entry(Cause.ACCEPT_CLOSE, points=-award.accept_close, xp=-spent))
    gained = xp.solve_grant(settings, state.xp)
    entries[0] = Entry(Cause.SOLVE, points=award.gross, xp=gained)
    state = msgspec.structs.replace(
        state,
        points=state.points + award.total,
        xp=state.xp + gained,
        solves=state.solves + 1,
        last_solve=moment.now,
    )
    return Outcome(
        advance(state, moment),
        tuple(entries),
        verdict=Verdict.CORRECT,
        normalised=guess,
        accepted_close=accepted_close,
        award=award,
        xp=gained - spent,
    )


def _hint(state: State, command: Command, puzzle: Puzzle, moment: Moment) -> Outcome:
    if not puzzle.has_hint:
        raise errors.NoHint
    if state.hint_paid:
        return Outcome(state, (), stored=False)
    if command.text == "points":
        return Outcome(msgspec.structs.replace(state, hint_paid="points"), ())
    state, cost = _pay(state, PowerUp.HINT, moment.settings)
    state = msgspec.structs.replace(state, hint_paid="xp")
    return Outcome(state, (Entry(Cause.HINT, xp=-cost),), xp=-cost)


def _skip(state: State, command: Command, puzzle: Puzzle, moment: Moment) -> Outcome:
    state, cost = _pay(state, PowerUp.SKIP, moment.settings)
    return Outcome(advance(state, moment), (Entry(Cause.SKIP, xp=-cost),), xp=-cost)


def advance(state: State, moment: Moment) -> State:
    """On to the next question, whose clock starts now; behind the last one the player has finished."""
    position = state.position + 1
    last = position > moment.questions
    return msgspec.structs.replace(
        state,
        position=position,
        hint_paid="",
        shown_clock=None if last else play_clock(moment.times, moment.now),
        finished_at=moment.now if last else None,
        next_tick=None if last else state.next_tick,
    )


_ACTS = {Kind.ANSWER: _answer, Kind.ACCEPT_CLOSE: _answer, Kind.HINT: _hint, Kind.SKIP: _skip}
