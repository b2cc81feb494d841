"""Why a guess is judged as it is: the verdict is the game's own, and the reason names what decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules.matching import Verdict, answer_key, judge, normalise
from game.rules.tester import trial

WORDS = st.text("abcdeé -!", min_size=0, max_size=8)


@given(
    answers=st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=4, unique=True),
    threshold=st.integers(0, 100),
    guess=WORDS,
)
def test_the_verdict_is_that_of_the_game(answers: list[str], threshold: int, guess: str) -> None:
    told = trial(answers, ["near by"], threshold, guess)
    if told.folded:
        assert told.verdict is judge(answer_key(answers, ["near by"], threshold), guess)
    assert told.folded == normalise(guess)
    assert (told.why == "same") == (told.folded in {"nearby", *answers})


@pytest.mark.parametrize(
    ("guess", "verdict", "why", "by", "percent"),
    [
        ("BÉ-ta!", Verdict.CORRECT, "same", "beta", 100),
        ("ga mma", Verdict.CLOSE, "same", "Gamma", 100),
        ("betas", Verdict.CLOSE, "similar", "beta", 88),
        ("zzz", Verdict.WRONG, "different", "alpha", 0),
        (" \u200b", Verdict.WRONG, "blank", "", 0),
    ],
)
def test_the_reason_names_what_decided(guess: str, verdict: Verdict, why: str, by: str, percent: int) -> None:
    told = trial(["alpha", "beta"], ["Gamma"], 80, guess)
    assert (told.verdict, told.why, told.by, told.percent) == (verdict, why, by, percent)


def test_answers_that_are_no_key_are_said_to_be() -> None:
    with pytest.raises(ValueError, match="at least one"):
        trial([], [], 0, "x")
