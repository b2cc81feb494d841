"""What bots are like and what they do next: numbers, in one place."""

import math
from random import Random

from msgspec import Struct

QUICKEST_S = 0.7
"""Between two actions: a player may send two frames a second for long, and nobody types faster."""
SHARE_SOLVED = 0.6
"""Of the questions, by an average bot, by the end: the quick ones then finish and the slow ones are seen to trail."""
ACTIONS_PER_QUESTION = 4.5
WATCHING_S = 4.0
"""How often one looks up who has nothing to solve: before, between, after."""
HUMAN_THINK_S, HUMAN_WATCH_S = 45.0, 40.0
"""The same of people at a hunt: somebody who plays tries something about so often."""
RIGHT_ANSWERS = 0.3
"""That a bot's next action is a right answer, on the average."""
SPREAD = 0.6
"""Sigma of the log-normal think times: the median is the pace, one in twenty thinks 2.7 times as long."""


class Persona(Struct, frozen=True):
    """One bot's character. All but `tempo` (times the common pace) and `tabs` are chances.

    `skill`: that the first guess at a question is right. `flaky`: that the connection breaks after a command.
    `impatient`: that a guess is sent a second time before the verdict is there.
    """

    skill: float
    tempo: float
    tabs: int
    flaky: float
    impatient: float
    idle: bool


# What is rare is dealt out by number, so that any dozen of bots has some of each.
IDLE, FLAKY, TWO_TABS, THREE_TABS, IMPATIENT = (12, 7), (5, 1), (4, 2), (12, 5), (3, 0)

# (weight, what): what a player may do next. Those that cannot be done now are not drawn.
ACTIONS: tuple[tuple[int, str], ...] = (
    (66, "guess"),
    (5, "hint_for_points"),
    (6, "hint_for_xp"),
    (4, "skip"),
    (6, "accept_close"),
    (4, "read_story"),
    (4, "look_around"),
    (3, "reload"),
    (2, "double_up"),
)
POWER_UPS = ("hint_for_xp", "skip", "accept_close")
WISHFUL = 0.04
"""The chance that a power-up is asked for which the player cannot afford."""
FIDGETS = 0.2
"""The chance that somebody who only watches does something when they look up."""
REPEAT_GUESS = 0.12
CLOSE_GUESS = 0.25
"""Shares of the guesses that are not right."""
LEARNING = 0.12
"""What each try at the same question adds to the chance of being right; a hint is worth three tries."""


def is_dealt(deal: tuple[int, int], number: int) -> bool:
    every, place = deal
    return number % every == place


def tabs(number: int) -> int:
    """How many tabs bot `number` has open."""
    return 3 if is_dealt(THREE_TABS, number) else 2 if is_dealt(TWO_TABS, number) else 1


def persona(number: int, dice: Random) -> Persona:
    """The character of bot `number`, counted from 0."""
    return Persona(
        skill=dice.betavariate(2, 5),
        tempo=dice.lognormvariate(0, 0.35),
        tabs=tabs(number),
        flaky=0.25 if is_dealt(FLAKY, number) else 0.02,
        impatient=0.15 if is_dealt(IMPATIENT, number) else 0.01,
        idle=is_dealt(IDLE, number),
    )


class Pace(Struct, frozen=True):
    """The median time between two actions, in seconds: of who has something to solve, of who watches."""

    think: float
    watch: float = WATCHING_S


def pace_over(seconds: float, questions: int) -> Pace:
    """Such that an average bot gets `SHARE_SOLVED` of the way in so many seconds."""
    return Pace(max(QUICKEST_S, seconds / (questions * SHARE_SOLVED * ACTIONS_PER_QUESTION)))


def pace_of_people(speed: float) -> Pace:
    """So many times faster than people."""
    return Pace(max(QUICKEST_S, HUMAN_THINK_S / speed), max(QUICKEST_S, HUMAN_WATCH_S / speed))


def solves_per_s(players: int, pace: Pace) -> float:
    """How many right answers a second so many players are expected to find together."""
    return players * RIGHT_ANSWERS / (pace.think * math.exp(SPREAD**2 / 2))


def think(pace: float, tempo: float, dice: Random) -> float:
    return max(QUICKEST_S / 2, pace * tempo * dice.lognormvariate(0, SPREAD))
