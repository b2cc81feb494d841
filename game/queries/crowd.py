"""What a player is told of the others on the same question: how many they are, how many have tried the same guess."""

from django.db.models import Count

from game.models import Attempt, Player, Question
from game.rules.matching import normalise

MOST = 5_000
"""Different guesses of one question that are counted: those that most players have tried."""


def here(hunt_id: int) -> dict[int, int]:
    """By question: how many have it before them."""
    on_it = Player.objects.filter(hunt_id=hunt_id, finished_at=None, banned=False, shown_clock__isnull=False)
    return dict(on_it.values_list("position").annotate(Count("id")))


def tried(hunt_id: int, q: int) -> dict[str, int]:
    """How many players have tried what on question `q`, of what at least two have tried and was not right.

    A repeat is marked when it is judged: what is not one is a player.
    """
    question = Question.objects.filter(hunt_id=hunt_id, position=q).first()
    guesses = Attempt.objects.filter(
        question=question, verdict__in=(Attempt.Verdict.WRONG, Attempt.Verdict.CLOSE), repeat=False
    )
    counted = guesses.values_list("normalised").annotate(players=Count("id")).filter(players__gt=1)
    return dict(counted.order_by("-players")[:MOST])


def guess(text: str) -> str:
    """What `tried` knows it by."""
    return normalise(text)
