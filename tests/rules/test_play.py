"""`decide`: who may do what when, and a long life of one player against a model that is written in plain words."""

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from game import errors
from game.rules.matching import Verdict, answer_key
from game.rules.phases import Times
from game.rules.play import Cause, Command, Entry, Kind, Moment, Outcome, Puzzle, State, decide, settle
from game.rules.settings import HuntSettings

START = 1_772_820_000_000
MINUTE, HOUR = 60_000, 3_600_000
TIMES = Times(starts_at=START, ends_at=START + 48 * HOUR)
NOW = START + HOUR
DEFAULTS = HuntSettings()
PUZZLE = Puzzle(answer_key(["right"], ["close"]), points=100, has_hint=True)
BEGUN = State(shown_clock=HOUR)
RICH = State(xp=100, shown_clock=HOUR)

RIGHT = Command(Kind.ANSWER, 1, "right")
CLOSE = Command(Kind.ACCEPT_CLOSE, 1, "close")
HINT = Command(Kind.HINT, 1, "xp")
SKIP = Command(Kind.SKIP, 1)
EVERYTHING = [RIGHT, CLOSE, HINT, SKIP]


def moment(now: int = NOW, **fields: object) -> Moment:
    given = {"times": TIMES, "settings": DEFAULTS, "questions": 3} | fields
    return Moment(now=now, **given)  # type: ignore[arg-type]


def refusal(state: State, command: Command, at: Moment, puzzle: Puzzle | None = PUZZLE) -> str:
    with pytest.raises(errors.GameError) as caught:
        decide(state, command, puzzle, at)
    return caught.value.code


# --- who may act ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", EVERYTHING)
@pytest.mark.parametrize(
    ("state", "times", "puzzle", "expected"),
    [
        (RICH, Times(START + 2 * HOUR, START + 3 * HOUR), PUZZLE, "hunt_scheduled"),
        (RICH, Times(START, START + 3 * HOUR, paused_at=NOW), PUZZLE, "hunt_paused"),
        (RICH, Times(START, NOW), PUZZLE, "hunt_ended"),
        (RICH, Times(START, START + 3 * HOUR, ended_at=NOW), PUZZLE, "hunt_ended"),
        (msgspec.structs.replace(RICH, finished_at=NOW - 1, position=4), TIMES, None, "finished"),
        (msgspec.structs.replace(RICH, position=2), TIMES, PUZZLE, "stale_question"),
        (RICH, TIMES, None, "finished"),
        # The first reason of several is told: a banned player learns nothing of the hunt.
        (msgspec.structs.replace(RICH, banned=True, position=2), Times(START, NOW), None, "banned"),
        (msgspec.structs.replace(RICH, position=2), Times(START, NOW), PUZZLE, "hunt_ended"),
    ],
)
def test_who_may_not_act(
    command: Command, state: State, times: Times, puzzle: Puzzle | None, expected: str
) -> None:
    assert refusal(state, command, moment(times=times), puzzle) == expected


@pytest.mark.parametrize("offset", [0, 1, HOUR, 48 * HOUR - 1])
def test_the_start_is_in_the_hunt_and_the_end_is_not(offset: int) -> None:
    assert decide(State(), RIGHT, PUZZLE, moment(START + offset)).verdict is Verdict.CORRECT
    assert refusal(State(), RIGHT, moment(START - 1)) == "hunt_scheduled"
    assert refusal(State(), RIGHT, moment(START + 48 * HOUR)) == "hunt_ended"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Command(Kind.ANSWER, 1, ""), "empty_answer"),
        (Command(Kind.ACCEPT_CLOSE, 1, " \u200b"), "empty_answer"),
        (Command(Kind.ANSWER, 1, "a\x00"), "invalid"),
        (Command(Kind.ANSWER, 1, "\udfff"), "invalid"),
        (Command(Kind.ANSWER, 1, "x" * 257), "invalid"),
        (Command(Kind.HINT, 1, ""), "invalid"),
        (Command(Kind.HINT, 1, "POINTS"), "invalid"),
        (Command(Kind.SKIP, 1, "x" * 257), "invalid"),
    ],
)
def test_what_is_no_command(command: Command, expected: str) -> None:
    assert refusal(RICH, command, moment()) == expected


@pytest.mark.parametrize(
    ("command", "price"),
    [(HINT, 50), (SKIP, 75), (CLOSE, 100), (Command(Kind.ACCEPT_CLOSE, 1, "right"), 100)],
)
def test_the_price_must_be_there_beforehand(command: Command, price: int) -> None:
    poor = msgspec.structs.replace(RICH, xp=price - 1)
    assert refusal(poor, command, moment()) == "insufficient_xp"
    decide(msgspec.structs.replace(RICH, xp=price), command, PUZZLE, moment())


def test_owed_hours_are_granted_before_the_price_is_asked_for() -> None:
    state = State(xp=0, first_attempt=START, next_tick=START + HOUR, shown_clock=0)
    outcome = decide(state, HINT, PUZZLE, moment(START + 5 * HOUR))
    assert outcome.state.xp == 0
    assert outcome.entries == (
        *(Entry(Cause.TICK, xp=10, tick=number) for number in range(1, 6)),
        Entry(Cause.HINT, xp=-50),
    )
    assert refusal(state, HINT, moment(START + 5 * HOUR - 1)) == "insufficient_xp"


def test_who_answers_during_a_limit_is_told_how_long_to_wait() -> None:
    tat = NOW + 5 * 6000
    with pytest.raises(errors.TooManyGuesses) as caught:
        decide(msgspec.structs.replace(BEGUN, wrong_tat=tat), RIGHT, PUZZLE, moment())
    assert caught.value.wait_ms == 6000
    decide(msgspec.structs.replace(BEGUN, wrong_tat=tat), RIGHT, PUZZLE, moment(NOW + 6000))
    decide(msgspec.structs.replace(BEGUN, wrong_tat=tat), RIGHT, PUZZLE, moment(guessed=frozenset({"right"})))


states = st.builds(
    State,
    position=st.just(1),
    points=st.integers(0, 1000),
    xp=st.integers(0, 200),
    first_attempt=st.none() | st.integers(START, NOW),
    shown_clock=st.none() | st.integers(0, HOUR),
    hint_paid=st.sampled_from(["", "points", "xp"]),
    wrong_tat=st.none() | st.integers(NOW - HOUR, NOW + HOUR),
)
commands = st.sampled_from([*EVERYTHING, Command(Kind.HINT, 1, "points"), Command(Kind.ANSWER, 1, "wrong")])
nows = st.integers(NOW, START + 48 * HOUR - 1)


@settings(max_examples=300)
@given(states, commands, nows, st.builds(HuntSettings, curve=st.sampled_from(["elapsed", "solve_order"])))
def test_a_move_changes_the_balances_by_exactly_its_entries(
    state: State, command: Command, now: int, rules: HuntSettings
) -> None:
    try:
        outcome = decide(state, command, PUZZLE, moment(now, settings=rules))
    except errors.GameError:
        return
    after = outcome.state
    assert after.points - state.points == sum(entry.points for entry in outcome.entries)
    assert after.xp - state.xp == sum(entry.xp for entry in outcome.entries)
    assert after.version == state.version + (after != state)
    assert after.points >= state.points, "an award is never below nothing"
    assert (after.position, after.solves) == (
        (2, state.solves + 1)
        if outcome.verdict is Verdict.CORRECT
        else (1 + (command.kind is Kind.SKIP), state.solves)
    )
    if outcome.award is not None:
        earned = [entry.points for entry in outcome.entries if entry.cause is not Cause.TICK]
        assert sum(earned) == outcome.award.total
    ticks = sum(entry.xp for entry in outcome.entries if entry.cause is Cause.TICK)
    assert outcome.xp == after.xp - state.xp - ticks


@given(states, nows)
def test_settling_twice_is_settling_once(state: State, now: int) -> None:
    once, _ = settle(state, DEFAULTS, TIMES, now)
    assert settle(once, DEFAULTS, TIMES, now) == (once, ())


# --- one life ---------------------------------------------------------------------------------------------------

QUESTIONS = 5


@dataclass
class Plain:
    """The rules page, kept by hand."""

    position: int = 1
    points: int = 0
    xp: int = 0
    begun_at: int | None = None
    granted: int = 0
    shown_at: int = 0
    hint: str = ""
    guesses: set[str] = field(default_factory=set)
    # The wrong guesses' bucket: one drop each, one drop leaks out every six seconds, five fit.
    bucket_ms: int = 0
    bucket_at: int = 0


class Life(RuleBasedStateMachine):
    now: int
    state: State
    plain: Plain

    @initialize()
    def begin(self) -> None:
        self.now = START
        self.state = State(shown_clock=0)
        self.plain = Plain(shown_at=START, bucket_at=START)
        self.ledger: list[Entry] = []

    def hours(self) -> int:
        plain = self.plain
        owed = 0 if plain.begun_at is None else (self.now - plain.begun_at) // HOUR - plain.granted
        return 0 if plain.position > QUESTIONS else owed

    def rich(self) -> int:
        return max(self.plain.xp, min(100, self.plain.xp + 10 * self.hours()))

    def grant(self) -> None:
        hours = self.hours()
        self.plain.xp, self.plain.granted = self.rich(), self.plain.granted + hours

    def advance(self) -> None:
        plain = self.plain
        plain.position, plain.shown_at, plain.hint, plain.guesses = plain.position + 1, self.now, "", set()

    def move(self, kind: Kind, text: str = "") -> Outcome | str:
        plain = self.plain
        key = answer_key([f"right {plain.position}"], [f"close {plain.position}"])
        puzzle = Puzzle(key, 100, has_hint=True) if plain.position <= QUESTIONS else None
        at = moment(
            self.now,
            questions=QUESTIONS,
            guessed=frozenset(guess.replace(" ", "") for guess in plain.guesses),
        )
        try:
            outcome = decide(self.state, Command(kind, plain.position, text), puzzle, at)
        except errors.GameError as refused:
            return refused.code
        self.state = outcome.state
        self.ledger.extend(outcome.entries)
        return outcome

    @rule(minutes=st.sampled_from([0.02, 0.1, 0.5, 1, 20, 60, 200]))
    def wait(self, minutes: float) -> None:
        self.now = min(self.now + int(minutes * MINUTE), START + 48 * HOUR - 1)

    @rule(
        kind=st.sampled_from([Kind.ANSWER, Kind.ANSWER, Kind.ACCEPT_CLOSE]),
        word=st.sampled_from(["right", "close", "w1", "w2", "w3", "w4", "w5", "w6", "w7"]),
    )
    def answer(self, kind: Kind, word: str) -> None:
        plain = self.plain
        text = f"{word} {plain.position}"
        done = self.move(kind, text)
        level = max(0, plain.bucket_ms - (self.now - plain.bucket_at))
        if plain.position > QUESTIONS:
            assert done == "finished"
        elif kind is Kind.ACCEPT_CLOSE and self.rich() < 100:
            assert done == "insufficient_xp"
        elif text not in plain.guesses and level > 4 * 6000:
            assert done == "too_many_guesses"
        else:
            assert isinstance(done, Outcome)
            self.grant()
            if plain.begun_at is None:
                plain.begun_at = self.now
            close = word == "close" and kind is Kind.ACCEPT_CLOSE
            assert (done.verdict, done.accepted_close) == (
                {"right": Verdict.CORRECT, "close": Verdict.CORRECT if close else Verdict.CLOSE}.get(
                    word, Verdict.WRONG
                ),
                close,
            )
            if word == "right" or close:
                share = 50 + 50 * 0.5 ** ((self.now - plain.shown_at) / HOUR)
                plain.points += int(share + 0.5) - 10 * (plain.hint == "points") - 10 * close
                plain.xp = max(plain.xp - 100 * close, min(100, plain.xp - 100 * close + 5))
                self.advance()
            else:
                assert done.repeat == (text in plain.guesses)
                if not done.repeat:
                    plain.bucket_ms, plain.bucket_at = level + 6000, self.now
                    plain.guesses.add(text)

    @rule(pay=st.sampled_from(["points", "xp"]))
    def hint(self, pay: str) -> None:
        plain = self.plain
        done = self.move(Kind.HINT, pay)
        if plain.position > QUESTIONS:
            assert done == "finished"
        elif not plain.hint and pay == "xp" and self.rich() < 50:
            assert done == "insufficient_xp"
        else:
            assert isinstance(done, Outcome)
            assert done.stored == (not plain.hint)
            self.grant()
            if not plain.hint:
                plain.hint, plain.xp = pay, plain.xp - 50 * (pay == "xp")

    @rule()
    def skip(self) -> None:
        done = self.move(Kind.SKIP)
        if self.plain.position > QUESTIONS:
            assert done == "finished"
        elif self.rich() < 75:
            assert done == "insufficient_xp"
        else:
            assert isinstance(done, Outcome)
            self.grant()
            self.plain.xp -= 75
            self.advance()

    @rule()
    def the_scheduler_runs(self) -> None:
        self.state, entries = settle(self.state, DEFAULTS, TIMES, self.now)
        self.ledger.extend(entries)
        self.grant()

    @invariant()
    def state_and_model_agree(self) -> None:
        state, plain = self.state, self.plain
        assert (state.position, state.points, state.xp, state.hint_paid) == (
            plain.position,
            plain.points,
            plain.xp,
            plain.hint,
        )
        assert (state.first_attempt, state.ticks) == (plain.begun_at, plain.granted)
        assert (state.finished_at is not None) == (plain.position > QUESTIONS)

    @invariant()
    def the_ledger_is_the_balance(self) -> None:
        assert sum(entry.points for entry in self.ledger) == self.state.points
        assert sum(entry.xp for entry in self.ledger) == self.state.xp
        assert 0 <= self.state.xp <= 100
        ticks = [entry.tick for entry in self.ledger if entry.cause is Cause.TICK]
        assert ticks == list(range(1, self.state.ticks + 1))


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=50)
TestLife = Life.TestCase
