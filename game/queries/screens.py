"""What projectors show beside the board: where the field stands, and how the first ones came to their points."""

from collections.abc import Sequence

from django.db.models import Count, Sum
from msgspec import Struct

from game.models import Hunt, LedgerEntry, Player, Question
from game.queries import content
from game.queries.clock import now_ms
from game.queries.freeze import visible_until
from game.queries.past import last_past
from game.queries.pauses import clocks
from game.rules.phases import Phase, phase
from game.rules.scenes import Pin
from leaderboard.course import Scored, thinned

__all__ = ["Course", "Line", "Pin", "Post", "course", "field", "opening"]

POSTS = 60
"""Questions that are told: those with most players before them."""
DATED = 3
"""Of how many of them it is told since when nobody got past: a look at all who did, for each."""
STEPS = 120
"""Of a player's course: more than can be told apart on a screen."""


class Post(Struct, frozen=True):
    """`here` players have question `q` before them; the last one got past it when the play clock was `since` (null:
    nobody has, or it is not told)."""

    q: int
    here: int
    since: int | None


class Line(Struct, frozen=True):
    """The points of a player, as steps: from the first of `after` (ms after the course's start) on they were the
    first of `points`."""

    player: int
    after: tuple[int, ...]
    points: tuple[int, ...]


class Course(Struct, frozen=True):
    """From the start of the hunt until `until`, of these players, in their order."""

    start: int
    until: int
    lines: tuple[Line, ...]


def opening(hunt_id: int) -> str:
    """The first block of the story as HTML, and no other; "" without one, and before the hunt has begun. Raises
    Hunt.DoesNotExist."""
    hunt = Hunt.objects.get(id=hunt_id)
    if phase(hunt.times, now_ms()) is Phase.SCHEDULED:
        return ""
    first = content.of(hunt).items[:1]
    return first[0].before[0].html if first and first[0].before else ""


def field(hunt_id: int) -> tuple[Post, ...]:
    """Where those stand who are still on the way, in the order of the chain. For the live board only: whoever asks
    makes sure that nothing is frozen. Raises Hunt.DoesNotExist."""
    hunt, now = Hunt.objects.get(id=hunt_id), now_ms()
    here = Player.objects.filter(
        hunt=hunt, finished_at=None, banned=False, hidden=False, shown_clock__isnull=False
    )
    counts = dict(here.values_list("position").annotate(Count("id")))
    most = sorted(counts, key=lambda q: (-counts[q], q))[:POSTS]
    dated = dict(Question.objects.filter(hunt=hunt, position__in=most[:DATED]).values_list("id", "position"))
    since = clocks(hunt, last_past(hunt_id, dated), now)
    told = {dated[question]: clock for question, clock in since.items()}
    return tuple(Post(q, counts[q], told.get(q)) for q in sorted(most))


def course(hunt_id: int, players: Sequence[int]) -> Course:
    """How they came to their points; while the board is frozen, until then and no further. Raises Hunt.DoesNotExist."""
    hunt = Hunt.objects.get(id=hunt_id)
    now = now_ms()
    frozen = visible_until(hunt, now)
    until = now if frozen is None else frozen
    entries = LedgerEntry.objects.filter(player__in=players, at__lte=until).exclude(points=0)
    scored = [
        Scored(at, player, points)
        for player, at, points in entries.values_list("player", "at").annotate(Sum("points")).order_by("at")
    ]
    start = min([hunt.starts_at, *(event.at for event in scored[:1])])
    end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
    until = max(start, min(until, end), *(event.at for event in scored[-1:]))
    lines = []
    for player in players:
        steps = thinned([event for event in scored if event.player == player], start, until - start, STEPS)
        lines.append(Line(player, tuple(at for at, _ in steps), tuple(points for _, points in steps)))
    return Course(start, until, tuple(lines))
