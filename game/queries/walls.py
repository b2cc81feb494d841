"""Where players are stuck, and what they try there. Asked every second or so while somebody looks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from msgspec import Struct

from game.errors import NotFound
from game.models import Attempt, Hunt, Player
from game.queries import content
from game.queries.clock import now_ms
from game.queries.past import later, moved_on
from game.queries.pauses import clocks
from game.queries.room import fitting
from game.rules.guesses import Group, Tried
from game.rules.matching import closeness, judge_normalised

__all__ = ["Group", "Tried", "guesses", "lately", "newest", "questions", "tried", "tried_above", "walls"]

HOUR_MS = 3_600_000
GROUPS, GROUPS_BYTES = 60, 32 * 1024
ANSWERS = (Attempt.Kind.ANSWER, Attempt.Kind.ACCEPT_CLOSE)
NOT_RIGHT = (Attempt.Verdict.WRONG, Attempt.Verdict.CLOSE)


class WallView(Struct, frozen=True):
    """A question and who is before it. By the play clock: since when half of those have had it, since when the first
    has, since when nobody has got past it; null where there is nobody. `tried` and `solved`: players who answered it in
    the last hour, and who solved it then."""

    q: int
    title: str
    here: int
    median_since: int | None
    longest_since: int | None
    past_since: int | None
    tried: int
    solved: int


class TriedView(Struct, frozen=True):
    """Guesses on one question (its row) that are the same once normalised, and were not right; `below`: those up to the
    id that was asked about."""

    question: int
    normalised: str
    below: bool
    group: Group


class GuessView(Struct, frozen=True):
    """What several players have typed, the same once normalised. `text` is one of them; `tries` counts repeats too.

    `closeness`: 0 to 100 to the nearest accepted answer; `verdict`: what it would be by the key as it is now.
    """

    text: str
    players: int
    tries: int
    closeness: int
    verdict: str
    last: int


class GuessesView(Struct, frozen=True):
    """Those of one question that most players have typed; `total` is how many different ones there are."""

    q: int
    title: str
    total: int
    groups: tuple[GuessView, ...]


def questions(hunt_id: int) -> dict[int, int]:
    """The row of each question, by its position. Raises Hunt.DoesNotExist."""
    return {item.view.q: item.id for item in content.of(Hunt.objects.get(id=hunt_id)).items}


def lately(hunt_id: int) -> dict[int, tuple[int, int]]:
    """By the question's row: players who answered it in the last hour, and who solved it then. A look at all that was
    answered in it."""
    answers = Attempt.objects.filter(hunt_id=hunt_id, at__gte=now_ms() - HOUR_MS, kind__in=ANSWERS)
    counted = answers.values_list("question_id").annotate(
        tried=Count("player", distinct=True),
        solved=Count("id", filter=Q(verdict=Attempt.Verdict.CORRECT)),
    )
    return {question: (tried, solved) for question, tried, solved in counted}


def walls(
    hunt_id: int, past: Mapping[int, int], answered: Mapping[int, tuple[int, int]]
) -> tuple[WallView, ...]:
    """Every question, in the order of the chain. `past`: when somebody last got past a question (its row), without a
    regrade; `answered`: what `lately` says. A look at all players. Raises Hunt.DoesNotExist."""
    hunt = Hunt.objects.get(id=hunt_id)
    held, now = content.of(hunt), now_ms()
    # The median is the middle row of each question's players, so that one row a question leaves the database.
    on_it = Player.objects.filter(
        hunt=hunt, finished_at=None, banned=False, shown_clock__isnull=False
    ).annotate(
        place=Window(RowNumber(), partition_by=F("position"), order_by=F("shown_clock").asc()),
        here=Window(Count("id"), partition_by=F("position")),
        first=Window(Min("shown_clock"), partition_by=F("position")),
    )
    stuck = {
        position: (here, shown, first)
        for position, here, shown, first in on_it.filter(place=(F("here") + 1) / 2).values_list(
            "position", "here", "shown_clock", "first"
        )
    }
    since = clocks(hunt, later(dict(past), moved_on(hunt_id), [item.id for item in held.items]), now)
    return tuple(
        WallView(
            item.view.q,
            item.view.title,
            *stuck.get(item.view.q, (0, None, None)),
            since.get(item.id),
            *answered.get(item.id, (0, 0)),
        )
        for item in held.items
    )


def newest(hunt_id: int) -> int:
    """The highest id of an attempt that is visible."""
    last = Attempt.objects.filter(hunt_id=hunt_id).order_by("-id").values_list("id", flat=True).first()
    return int(last or 0)


def tried(question: int, after: int, until: int) -> dict[str, Group]:
    """What was not right on a question (its row), ids above `after` and up to `until`, by its normalised text."""
    rows = Attempt.objects.filter(
        question_id=question, verdict__in=NOT_RIGHT, id__gt=after, id__lte=until
    ).values_list("normalised")
    return {normalised: Group(*group) for normalised, *group in _grouped(rows, "normalised")}


def tried_above(hunt_id: int, mark: int, next_mark: int, asked: Sequence[int]) -> tuple[TriedView, ...]:
    """The same of all questions in `asked` for all ids above `mark`, told apart by `next_mark`."""
    rows = (
        Attempt.objects.filter(hunt_id=hunt_id, id__gt=mark)
        # By what an index does not know: the few newest rows are to be looked at, not all that was ever wrong.
        .annotate(
            judged=Coalesce("verdict", Value(""), output_field=CharField()),
            on=Coalesce("question_id", Value(0), output_field=IntegerField()),
            below=ExpressionWrapper(Q(id__lte=Value(next_mark)), output_field=BooleanField()),
        )
        .filter(judged__in=NOT_RIGHT, on__in=list(asked))
    )
    return tuple(
        TriedView(question, normalised, bool(below), Group(*group))
        for question, normalised, below, *group in _grouped(rows, "question_id", "normalised", "below")
    )


def _grouped(rows: QuerySet[Any], *keys: str) -> Any:
    # A repeat is marked as such when it is judged: what is not one is a player, and nobody has to be counted apart.
    counted = {
        "players": Count("id", filter=Q(repeat=False)),
        "tries": Count("id"),
        "typed": Max("text"),
        "last": Max("at"),
    }
    return rows.values_list(*keys).annotate(**counted).values_list(*keys, *counted)


def guesses(hunt_id: int, q: int, total: int, most: Sequence[tuple[str, Group]]) -> GuessesView:
    """What players have tried on question `q`, as it would be judged now. Raises NotFound."""
    item = content.of(Hunt.objects.get(id=hunt_id)).item(q)
    if item is None:
        raise NotFound
    key = item.puzzle.key
    return GuessesView(
        q=q,
        title=item.view.title,
        total=total,
        groups=fitting(
            (
                GuessView(
                    text=group.text,
                    players=group.players,
                    tries=group.tries,
                    closeness=closeness(key, normalised),
                    verdict=judge_normalised(key, normalised).value,
                    last=group.last,
                )
                for normalised, group in most
            ),
            GROUPS_BYTES,
        ),
    )
