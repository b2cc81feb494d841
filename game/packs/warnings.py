"""What is allowed in a hunt but is seldom meant: a question without a hint, an answer that its own text gives away."""

from collections.abc import Iterator, Sequence

from game.packs.checks import THRESHOLD, Fault, question_faults
from game.packs.records import PackQuestion
from game.rules.matching import AnswerKey, Verdict, answer_key, judge_normalised, normalise
from game.rules.settings import HuntSettings

SHORT = 3
"""Of so few characters every second guess is similar."""
TELLING = 4
"""An answer of fewer characters stands in any text by chance."""


def question_warnings(each: PackQuestion) -> Iterator[Fault]:
    """Of one question by itself. Nothing is said of a part that is faulty."""
    faulty = {fault.place.partition("[")[0] for fault in question_faults(each)}
    if not each.title:
        yield Fault("title", "is missing", "Organisers and the story so far call it by its number alone")
    if not each.hint:
        yield Fault("hint", "is missing", "Who is stuck can only skip")
    if not each.points:
        yield Fault("points", "are 0", "Solving it moves nobody on the board")
    if not (each.before or each.after):
        yield Fault("before", "and after it there is no story", "Write a block, or leave it as it is")
    if "answers" not in faulty and "close" not in faulty and "threshold" not in faulty:
        yield from _answers(each, answer_key(each.answers, each.close, each.threshold))


def hunt_warnings(
    questions: Sequence[PackQuestion], settings: HuntSettings
) -> Iterator[tuple[int | None, Fault]]:
    """Of all of them together: (which one, counted from 0, or None for the hunt, what)."""
    owners: dict[str, int] = {}
    titles: dict[str, int] = {}
    for index, each in enumerate(questions):
        for number, text in enumerate(each.answers, start=1):
            first = owners.setdefault(normalise(text), index)
            if first != index:
                yield (
                    index,
                    Fault(
                        f"answers[{number}]",
                        f"({text!r:.40}) is right for question {first + 1}, too",
                        "Fine, if it is meant",
                    ),
                )
        title = normalise(each.title)
        if title and titles.setdefault(title, index) != index:
            yield (
                index,
                Fault(
                    "title", f"is that of question {titles[title] + 1}, too", "Organisers will mix them up"
                ),
            )
    if questions and not questions[0].before:
        yield 0, Fault("before", "is empty", "The hunt opens without a word of story")
    if questions and not questions[-1].after:
        yield len(questions) - 1, Fault("after", "is empty", "Who finishes the hunt is told no ending")
    for name in ("hint_xp", "skip_xp", "accept_close_xp"):
        if getattr(settings, name) > settings.xp_cap:
            yield (
                None,
                Fault(f"settings.{name}", f"is above the cap of {settings.xp_cap} XP", "Nobody can buy it"),
            )


def _answers(each: PackQuestion, key: AnswerKey) -> Iterator[Fault]:
    if not each.close and not each.threshold:
        yield Fault("close", "is empty", "No guess is ever close; name some, or set a threshold")
    shown = {
        "text": each.text,
        "title": each.title,
        "hint": each.hint,
        "image_alt": each.image_alt,
        "before": " ".join(each.before),
    }
    folded = {place: normalise(text) for place, text in shown.items()}
    for number, text in enumerate(each.answers, start=1):
        answer = normalise(text)
        for place, where in folded.items():
            if len(answer) >= TELLING and answer in where:
                yield Fault(
                    f"answers[{number}]", f"({text!r:.40}) stands in its {place}", "Fine, if it is meant"
                )
        if each.threshold and len(answer) <= SHORT and each.threshold < THRESHOLD:
            yield Fault(
                "threshold", f"is used with an answer as short as {text!r:.40}", "Many guesses will be close"
            )
    without = AnswerKey(key.accepted, frozenset(), key.threshold)
    for number, text in enumerate(each.close, start=1):
        if judge_normalised(without, normalise(text)) is Verdict.CLOSE:
            yield Fault(f"close[{number}]", f"({text!r:.40}) is close by the threshold already", "Delete it")
