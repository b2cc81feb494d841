"""When somebody last got past a question: solved it, skipped it, or was moved on by a regrade."""

from collections.abc import Iterable

from django.db.models import Max, Q

from game.models import Attempt, LedgerEntry

# The attempt of a regrade carries the instant of its guess: its player got past when it was booked.
PAST = Q(verdict=Attempt.Verdict.CORRECT) & ~Q(kind=Attempt.Kind.REGRADE)
PAST |= Q(kind=Attempt.Kind.SKIP, verdict=Attempt.Verdict.DONE)


def last_past(hunt_id: int, questions: Iterable[int]) -> dict[int, int]:
    """The instant, by the question's row; a look at all who did."""
    found = {
        question: Attempt.objects.filter(PAST, question_id=question).aggregate(last=Max("at"))["last"]
        for question in questions
    }
    return later({question: at for question, at in found.items() if at is not None}, moved_on(hunt_id), found)


def moved_on(hunt_id: int) -> dict[int, int]:
    """The last booking of a late solve, by the question's row. Few rows: an index knows the causes."""
    late = LedgerEntry.objects.filter(
        hunt_id=hunt_id, cause=LedgerEntry.Cause.REGRADE, command__isnull=False, question_id__isnull=False
    )
    return dict(late.values_list("question_id").annotate(Max("at")))


def later(one: dict[int, int], other: dict[int, int], questions: Iterable[int]) -> dict[int, int]:
    """Of both the later instant of each of these questions that has one."""
    return {
        question: max(one.get(question, 0), other.get(question, 0))
        for question in questions
        if question in one or question in other
    }
