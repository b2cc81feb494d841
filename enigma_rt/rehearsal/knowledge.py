"""What the bots know: the pack on disk. The server is never asked for an answer."""

import re
from random import Random

from msgspec import Struct

from game.packs import Pack
from game.rules.matching import AnswerKey, Verdict, answer_key, judge

WORD = re.compile(r"[A-Za-z]{4,12}")
TRIES = 20
NEAR_THE_TEXT = 0.8
"""The share of wrong guesses that are words of some puzzle; the others are answers to another one."""


class Guess(Struct, frozen=True):
    """A text as a player types it, and the verdict that the pack expects."""

    text: str
    expected: Verdict


class Riddle(Struct, frozen=True):
    """One question: texts that are right and close, and how they are judged."""

    key: AnswerKey
    right: tuple[str, ...]
    close: tuple[str, ...]


class Knowledge:
    """The riddles of a pack by position, from 1, and words that are nothing but wrong."""

    def __init__(self, pack: Pack) -> None:
        self.title = pack.title
        self.riddles = tuple(
            Riddle(
                answer_key(question.answers, question.close, question.threshold),
                question.answers,
                question.close,
            )
            for question in pack.questions
        )
        self._words = sorted(
            {word.lower() for question in pack.questions for word in WORD.findall(question.text)}
        )

    def __len__(self) -> int:
        return len(self.riddles)

    def guess(self, q: int, wanted: Verdict, dice: Random) -> Guess:
        """A guess at question `q` whose verdict is the wanted one, or correct if the question has none like that."""
        riddle = self.riddles[q - 1]
        for _ in range(TRIES):
            text = typed(self._draw(riddle, wanted, dice), dice)
            if judge(riddle.key, text) is wanted:
                return Guess(text, wanted)
        text = dice.choice(riddle.right)
        return Guess(text, judge(riddle.key, text))

    def _draw(self, riddle: Riddle, wanted: Verdict, dice: Random) -> str:
        if wanted is Verdict.CORRECT:
            return dice.choice(riddle.right)
        if wanted is Verdict.CLOSE:
            # A question with a threshold takes a slip of the finger for close.
            return dice.choice(riddle.close or tuple(_slip(text, dice) for text in riddle.right))
        if self._words and dice.random() < NEAR_THE_TEXT:
            return " ".join(dice.sample(self._words, k=min(len(self._words), dice.choice((1, 1, 2)))))
        return dice.choice(dice.choice(self.riddles).right) + dice.choice(("", "", "?", " or so"))


def typed(text: str, dice: Random) -> str:
    """The same answer as hands in a hurry type it."""
    ways = (
        str,
        str,
        str.title,
        str.upper,
        str.capitalize,
        lambda plain: f" {plain} ",
        lambda plain: f"{plain}!",
    )
    return dice.choice(ways)(text)


def _slip(text: str, dice: Random) -> str:
    place = dice.randrange(len(text))
    return text[:place] + dice.choice("aeinrst") + text[place + 1 :]
