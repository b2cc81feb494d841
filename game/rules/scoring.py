"""What a right answer is worth."""

import math

from msgspec import Struct

from game.rules.settings import HuntSettings


class Award(Struct, frozen=True):
    """Points for one solve: what the curve gives, and what is taken off; the total is never below 0."""

    gross: int
    hint: int
    accept_close: int

    @property
    def total(self) -> int:
        return self.gross - self.hint - self.accept_close


def base_award(settings: HuntSettings, points: int, elapsed_s: float, prior_solves: int) -> int:
    """What the hunt's curve leaves of a question's points, halves rounded up.

    `elapsed_s`: seconds of play that the player has had the question. `prior_solves`: players who solved it
    before.
    """
    if settings.curve == "elapsed":
        percent = _elapsed_percent(settings, elapsed_s)
    else:
        percent = _solve_order_percent(settings, prior_solves)
    return math.floor(points * percent / 100 + 0.5)


def solves_that_count(settings: HuntSettings) -> int:
    """How many earlier solves of a question can make a difference to the next: to its award, or whether it is first."""
    if settings.curve == "elapsed" or not settings.solve_order_steps:
        return 1
    return settings.solve_order_steps[-1][0]


def award(
    settings: HuntSettings,
    points: int,
    elapsed_s: float,
    prior_solves: int,
    *,
    hint_for_points: bool,
    accepted_close: bool,
) -> Award:
    """The award for a solve. `hint_for_points`: the hint was paid for with points, not with XP."""
    gross = base_award(settings, points, elapsed_s, prior_solves)
    hint = min(settings.hint_points, gross) if hint_for_points else 0
    close = min(settings.accept_close_points, gross - hint) if accepted_close else 0
    return Award(gross=gross, hint=hint, accept_close=close)


def _elapsed_percent(settings: HuntSettings, elapsed_s: float) -> float:
    half_lives = max(0.0, elapsed_s) / (settings.half_life_minutes * 60)
    return settings.floor_percent + (100 - settings.floor_percent) * math.exp2(-half_lives)


def _solve_order_percent(settings: HuntSettings, prior_solves: int) -> int:
    for upto, percent in settings.solve_order_steps:
        if prior_solves < upto:
            return percent
    return settings.solve_order_rest
