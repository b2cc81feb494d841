"""Where players are stuck, and what they try there. Asked every few seconds while somebody looks."""

from django.db.models import Count, F, Max, Min, Q, Window
from django.db.models.functions import RowNumber
from msgspec import Struct

from game.errors import NotFound
from game.models import Attempt, Hunt, Player
from game.queries import content
from game.queries.clock import now_ms
from game.queries.room import fitting
from game.rules.matching import closeness, judge_normalised
from game.rules.phases import play_clock

HOUR_MS = 3_600_000
GROUPS, GROUPS_BYTES = 60, 32 * 1024
ANSWERS = (Attempt.Kind.ANSWER, Attempt.Kind.ACCEPT_CLOSE)


class WallView(Struct, frozen=True):
    """A question and who is before it. `median_ms`, `longest_ms`: how long those have had it, in play (pauses do not
    count); `tried` and `solved`: players who answered it in the last hour, and who solved it then."""

    q: int
    title: str
    here: int
    median_ms: int
    longest_ms: int
    tried: int
    solved: int


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


def walls(hunt_id: int) -> tuple[WallView, ...]:
    """Every question, in the order of the chain. Two queries, whatever the number of players."""
    hunt = Hunt.objects.get(id=hunt_id)
    held, now = content.of(hunt), now_ms()
    clock = play_clock(hunt.times, now)
    # The median is the middle row of each question's players, so that one row a question leaves the database.
    on_it = Player.objects.filter(
        hunt=hunt, finished_at=None, banned=False, shown_clock__isnull=False
    ).annotate(
        place=Window(RowNumber(), partition_by=F("position"), order_by=F("shown_clock").asc()),
        here=Window(Count("id"), partition_by=F("position")),
        first=Window(Min("shown_clock"), partition_by=F("position")),
    )
    stuck = {
        position: (here, clock - (shown or 0), clock - first)
        for position, here, shown, first in on_it.filter(place=(F("here") + 1) / 2).values_list(
            "position", "here", "shown_clock", "first"
        )
    }
    lately = {
        question: (tried, solved)
        for question, tried, solved in Attempt.objects.filter(
            hunt=hunt, at__gte=now - HOUR_MS, kind__in=ANSWERS
        )
        .values_list("question_id")
        .annotate(
            tried=Count("player", distinct=True),
            solved=Count("id", filter=Q(verdict=Attempt.Verdict.CORRECT)),
        )
    }
    return tuple(
        WallView(
            item.view.q,
            item.view.title,
            *stuck.get(item.view.q, (0, 0, 0)),
            *lately.get(item.id, (0, 0)),
        )
        for item in held.items
    )


def guesses(hunt_id: int, q: int) -> GuessesView:
    """What was not right on question `q`, grouped, most players first. Raises NotFound.

    One query on the index (question, verdict). A repeat is marked as such when it is judged: what is not one is a
    player, so that nobody has to be counted apart.
    """
    hunt = Hunt.objects.get(id=hunt_id)
    item = content.of(hunt).item(q)
    if item is None:
        raise NotFound
    groups = (
        Attempt.objects.filter(
            question_id=item.id, verdict__in=(Attempt.Verdict.WRONG, Attempt.Verdict.CLOSE)
        )
        .values("normalised")
        .annotate(
            players=Count("id", filter=Q(repeat=False)),
            tries=Count("id"),
            text=Max("text"),
            last=Max("at"),
            total=Window(Count("*")),
        )
        .order_by("-players", "-tries", "normalised")[:GROUPS]
    )
    rows = list(groups)
    key = item.puzzle.key
    return GuessesView(
        q=q,
        title=item.view.title,
        total=rows[0]["total"] if rows else 0,
        groups=fitting(
            (
                GuessView(
                    text=row["text"],
                    players=row["players"],
                    tries=row["tries"],
                    closeness=closeness(key, row["normalised"]),
                    verdict=judge_normalised(key, row["normalised"]).value,
                    last=row["last"],
                )
                for row in rows
            ),
            GROUPS_BYTES,
        ),
    )
