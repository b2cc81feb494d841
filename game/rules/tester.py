"""Why a guess is judged as it is, for authors who try their own answers."""

from collections.abc import Sequence

from msgspec import Struct

from game.rules.matching import Verdict, answer_key, closeness, judge_normalised, normalise


class Trial(Struct, frozen=True):
    """`folded` is what is compared. `by` is the text that decided: an accepted or close answer, or for a guess that is
    close by the threshold, or wrong, the nearest accepted one with `percent` of similarity."""

    verdict: Verdict
    folded: str
    why: str  # "same" as an accepted or close answer, "similar" enough, "different", or "blank"
    by: str
    percent: int


def trial(answers: Sequence[str], close: Sequence[str], threshold: int, guess: str) -> Trial:
    """Judge `guess` as a player's would be. Raises ValueError for answers that are no key (matching.answer_key)."""
    key, folded = answer_key(answers, close, threshold), normalise(guess)
    if not folded:
        return Trial(Verdict.WRONG, "", "blank", "", 0)
    verdict = judge_normalised(key, folded)
    same = {normalise(text): text for text in [*close, *answers]}
    if folded in same:
        return Trial(verdict, folded, "same", same[folded], 100)
    near = max(answers, key=lambda text: closeness(answer_key([text], []), folded))
    why = "similar" if verdict is Verdict.CLOSE else "different"
    return Trial(verdict, folded, why, near, closeness(key, folded))
