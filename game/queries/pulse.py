"""Counts for the console's pulse, asked each second while somebody looks: nothing that was counted is read again."""

from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from msgspec import Struct

from game.models import Attempt, Hunt, Player
from game.queries import content
from game.queries.clock import now_ms
from game.queries.past import PAST

MINUTE_MS = 60_000
SETTLED_MS = 20_000
"""Older than this, all rows are visible: no transaction that judges lasts as long."""
AT_ONCE = 500_000
"""Ids of attempts that one statement counts: a fraction of a second."""

ANSWERS = Q(kind__in=(Attempt.Kind.ANSWER, Attempt.Kind.ACCEPT_CLOSE))
COUNTED = {
    "right": Count("id", filter=ANSWERS & Q(verdict=Attempt.Verdict.CORRECT)),
    "close": Count("id", filter=Q(verdict=Attempt.Verdict.CLOSE)),
    "wrong": Count("id", filter=Q(verdict=Attempt.Verdict.WRONG)),
    "hints": Count("id", filter=Q(kind=Attempt.Kind.HINT)),
    "skips": Count("id", filter=Q(kind=Attempt.Kind.SKIP)),
    "accepted": Count("id", filter=Q(accepted_close=True)),
    "regraded": Count("id", filter=Q(kind=Attempt.Kind.REGRADE)),
    "past": Coalesce(Max("at", filter=PAST), 0),
}

Numbers = tuple[int, ...]
"""In the order of COUNTED."""


class GroupView(Struct, frozen=True):
    """Attempts on one question in one minute since the epoch; `below`: those up to the id that was asked about."""

    question: int
    minute: int
    below: bool
    count: Numbers


class RoomView(Struct, frozen=True):
    """A question and how many have it before them."""

    id: int
    q: int
    title: str
    here: int


class PeopleView(Struct, frozen=True):
    players: int
    finished: int
    questions: tuple[RoomView, ...]


def people(hunt_id: int) -> PeopleView:
    """Who is where. One grouped query."""
    hunt = Hunt.objects.get(id=hunt_id)
    through = Count("id", filter=Q(finished_at__isnull=False))
    rows = Player.objects.filter(hunt=hunt).values("position").annotate(number=Count("id"), through=through)
    counted = {row["position"]: (row["number"], row["through"]) for row in rows}

    def here(q: int) -> int:
        number, finished = counted.get(q, (0, 0))
        return int(number - finished)

    return PeopleView(
        players=sum(number for number, _ in counted.values()),
        finished=sum(finished for _, finished in counted.values()),
        questions=tuple(
            RoomView(item.id, item.view.q, item.view.title, here(item.view.q))
            for item in content.of(hunt).items
        ),
    )


def mark(hunt_id: int) -> int:
    """An id up to which all attempts are visible."""
    # What a regrade writes carries the instant of its guess, however new it is.
    old = Attempt.objects.filter(hunt_id=hunt_id, at__lte=now_ms() - SETTLED_MS).exclude(
        kind=Attempt.Kind.REGRADE
    )
    newest: Attempt | None = old.order_by("-at").only("id").first()
    return int(newest.pk) if newest else 0


def by_question(hunt_id: int, after: int, until: int) -> dict[int, Numbers]:
    """Attempts with ids above `after` and up to `until`, by their question's id."""
    rows = Attempt.objects.filter(hunt_id=hunt_id, id__gt=after, id__lte=until)
    return {key: tuple(numbers) for key, *numbers in _counted(rows, "question_id")}


def by_minute(hunt_id: int, first: int, end: int, until: int) -> dict[int, Numbers]:
    """Attempts of the minutes from `first` to before `end`, ids up to `until`. One query on the index (hunt, at)."""
    rows = Attempt.objects.filter(
        hunt_id=hunt_id, at__gte=first * MINUTE_MS, at__lt=end * MINUTE_MS, id__lte=until
    )
    return {key: tuple(numbers) for key, *numbers in _counted(rows.annotate(minute=_MINUTE), "minute")}


def above(hunt_id: int, mark: int, next_mark: int) -> tuple[tuple[GroupView, ...], int]:
    """All attempts above `mark`, in groups, told apart by `next_mark`; and the highest id."""
    rows = Attempt.objects.filter(hunt_id=hunt_id, id__gt=mark).annotate(
        minute=_MINUTE,
        below=ExpressionWrapper(Q(id__lte=Value(next_mark)), output_field=BooleanField()),
    )
    groups, highest = [], mark
    for question, minute, below, *numbers, last in _counted(
        rows, "question_id", "minute", "below", last=Max("id")
    ):
        groups.append(GroupView(question, minute, bool(below), tuple(numbers)))
        highest = max(highest, last)
    return tuple(groups), highest


_MINUTE = F("at") / MINUTE_MS


def _counted(rows: QuerySet[Attempt], *keys: str, **more: Any) -> Any:
    return rows.values_list(*keys).annotate(**COUNTED, **more).values_list(*keys, *COUNTED, *more)
