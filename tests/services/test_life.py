"""One player's life through the database, move by move, against a model that knows nothing of the code it checks."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from game.models import Attempt, Hunt, LedgerEntry
from game.services import hunts, xp
from game.services.answers import Judged, Submission, submit
from tests.factories import make_hunt, make_user
from tests.services.hunters import Hunter, assert_proved, code, judged, outcome

pytestmark = pytest.mark.django_db

QUESTIONS = 4
CAP, PER_HOUR, PER_SOLVE, HINT, SKIP, CLOSE = 100, 10, 5, 20, 30, 40
BURST = 4  # and one a minute: the examples are over before another is allowed, unless the player waits
RULES = {
    "xp_start": 60,
    "hint_xp": HINT,
    "skip_xp": SKIP,
    "accept_close_xp": CLOSE,
    "wrong_burst": BURST,
    "wrong_per_minute": 1,
}
# What an award is after so many hours with the question (a moment more than the hours: 62.5 is rounded down).
AWARDS = (100, 75, 62, 56, 53, 52, 51, 50)


@dataclass
class Model:
    """What the rules page says, in plain words."""

    position: int = 1
    points: int = 0
    xp: int = 60
    owed: int = 0  # full hours not yet granted
    begun: bool = False
    hours: int = 0  # with the question
    hint: str = ""
    guesses: set[str] = field(default_factory=set)
    wrong: int = 0  # guesses that count, since the last rest
    paused: bool = False

    @property
    def finished(self) -> bool:
        return self.position > QUESTIONS

    def rich(self) -> int:
        """XP once the owed hours are granted."""
        return max(self.xp, min(CAP, self.xp + self.owed * PER_HOUR))

    def settle(self) -> None:
        self.xp, self.owed = self.rich(), 0

    def advance(self) -> None:
        self.position += 1
        self.hours, self.hint, self.guesses = 0, "", set()

    def award(self, *, close: bool) -> int:
        worth = AWARDS[min(self.hours, len(AWARDS) - 1)]
        return worth - (10 if self.hint == "points" else 0) - (10 if close else 0)

    def gate(self) -> str:
        if self.paused:
            return "hunt_paused"
        return "finished" if self.finished else ""

    def answer(self, kind: str, text: str) -> str:
        """The refusal, or the verdict."""
        if refusal := self.gate():
            return refusal
        if kind == "accept_close" and self.rich() < CLOSE:
            return "insufficient_xp"
        if text not in self.guesses and self.wrong >= BURST:
            return "too_many_guesses"
        self.settle()
        self.begun = True
        right, near = text == f"right {self.position}", text == f"close {self.position}"
        close = near and kind == "accept_close"
        if right or close:
            self.points += self.award(close=close)
            if close:
                self.xp -= CLOSE
            self.xp = max(self.xp, min(CAP, self.xp + PER_SOLVE))
            self.advance()
            return "correct"
        if text not in self.guesses:
            self.wrong += 1
            self.guesses.add(text)
        return "close" if near else "wrong"

    def take_hint(self, pay: str) -> str:
        if refusal := self.gate():
            return refusal
        if not self.hint:
            if pay == "xp":
                if self.rich() < HINT:
                    return "insufficient_xp"
                self.settle()
                self.xp -= HINT
            self.hint = pay
        self.settle()
        return "done"

    def skip(self) -> str:
        if refusal := self.gate():
            return refusal
        if self.rich() < SKIP:
            return "insufficient_xp"
        self.settle()
        self.xp -= SKIP
        self.advance()
        return "done"


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        Hunt.objects.update(current=False)
        self.hunt = make_hunt(QUESTIONS, settings=RULES)
        self.organiser = make_user(staff=True).pk
        self.ada = Hunter.of(self.hunt, f"Ada {self.hunt.id}")
        self.model = Model()
        self.done: list[tuple[Submission, Judged]] = []

    def act(self, kind: str, text: str, expected: str) -> None:
        command = self.ada.command(kind, text)
        (result,) = submit([command])
        if not isinstance(result, Judged):
            assert result.code == expected
            return
        assert (result.verdict or "done") == expected
        assert (result.me.points, result.me.xp) == (self.model.points, self.model.xp)
        if kind != "hint" or result.charged:
            self.done.append((command, result))

    @rule(
        kind=st.sampled_from(["answer", "answer", "accept_close"]),
        word=st.sampled_from(["right", "right", "close", "close", "wrong", "odd", "strange", "other"]),
    )
    def answers(self, kind: str, word: str) -> None:
        text = f"{word} {self.model.position}"
        self.act(kind, text, self.model.answer(kind, text))

    @rule(pay=st.sampled_from(["points", "xp"]))
    def hints(self, pay: str) -> None:
        self.act("hint", pay, self.model.take_hint(pay))

    @rule()
    def skips(self) -> None:
        self.act("skip", "", self.model.skip())

    @rule(q=st.sampled_from([0, 1, 2, 3, 4, 5, 99]), kind=st.sampled_from(["answer", "skip", "hint"]))
    def acts_on_another_question(self, q: int, kind: str) -> None:
        if q != self.model.position:
            text = {"hint": "xp", "answer": f"right {q}"}.get(kind, "")
            assert code(self.ada.does(kind, text, q)) == (self.model.gate() or "stale_question")

    @rule()
    def an_hour_passes(self) -> None:
        self.ada.waits(60)
        self.model.wrong = 0
        if not self.model.finished:
            self.model.hours += 1
            self.model.owed += self.model.begun

    @rule()
    def the_scheduler_runs(self) -> None:
        xp.settle_due()
        self.model.settle()

    @rule()
    def the_organiser_pauses_or_resumes(self) -> None:
        hunts.control(self.organiser, self.hunt.id, "resume" if self.model.paused else "pause")
        self.model.paused = not self.model.paused

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def an_earlier_command_comes_again(self, data: Any) -> None:
        command, first = data.draw(st.sampled_from(self.done))
        again = judged(submit([command])[0])
        assert outcome(again) == outcome(first)
        assert (again.me.points, again.me.xp) == (self.model.points, self.model.xp)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def an_earlier_id_comes_with_something_else(self, data: Any) -> None:
        command, _ = data.draw(st.sampled_from(self.done))
        other = msgspec.structs.replace(command, text=command.text + "!")
        assert code(submit([other])[0]) == "id_conflict"

    @invariant()
    def the_rows_are_as_the_model_says(self) -> None:
        row, model = self.ada.row, self.model
        assert (row.position, row.points, row.xp) == (model.position, model.points, model.xp)
        assert row.hint_paid == model.hint
        assert (row.finished_at is not None) == model.finished
        assert 0 <= row.xp <= CAP
        assert row.points >= 0

    @invariant()
    def the_ledger_proves_them(self) -> None:
        assert_proved(self.hunt)
        assert Attempt.objects.filter(player_id=self.ada.id).count() == len(self.done)
        awards = LedgerEntry.objects.filter(player_id=self.ada.id, cause="solve").values_list(
            "question_id", flat=True
        )
        assert len(awards) == len(set(awards))


def test_one_players_life_is_as_the_rules_say() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(max_examples=10, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
    )
