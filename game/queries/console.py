"""What organisers see: the feed of attempts, players and why they have their score."""

from collections.abc import Iterable

from django.db.models import Count, Min, Q, QuerySet, Sum
from msgspec import Struct

from game.errors import NotFound
from game.models import Attempt, LedgerEntry, Player
from game.queries import content
from game.queries.clock import now_ms
from game.queries.play import MeView, play_view, state_of
from game.queries.room import fitting

FEED, FEED_BYTES = 60, 10 * 1024
FOUND = 50
SCORE_BYTES = 32 * 1024


class FeedView(Struct, frozen=True):
    """One attempt."""

    id: int
    at: int
    player: int
    name: str
    q: int
    kind: str
    text: str
    verdict: str
    repeat: bool


class LineView(Struct, frozen=True):
    """A player in a list of search results."""

    player: int
    name: str
    email: str
    position: int
    points: int
    xp: int
    finished: bool
    hidden: bool
    banned: bool


class ScoreView(Struct, frozen=True):
    """Ledger entries of one cause on one question (null: on none) with one note, added up."""

    cause: str
    q: int | None
    note: str
    times: int
    points: int
    xp: int


class PlayerView(Struct, frozen=True):
    """One player in full. `score`: the whole ledger, added up, in the order in which it began."""

    line: LineView
    me: MeView
    score: tuple[ScoreView, ...]


def feed(hunt_id: int, after: int = 0, overlap: Iterable[int] = ()) -> tuple[FeedView, ...]:
    """The newest attempts, newest first, at most FEED and FEED_BYTES: those above id `after` and not among `overlap`.

    Ids become visible out of order when several processes write: a reader passes an `after` somewhat below the
    highest id it has seen, and the ids it has already shown as `overlap`.
    """
    rows = Attempt.objects.filter(hunt_id=hunt_id, id__gt=after).exclude(id__in=list(overlap))
    return _feed(rows.order_by("-id")[:FEED], FEED_BYTES)


def newest(hunt_id: int, number: int) -> tuple[int, ...]:
    """The ids of so many of the newest attempts."""
    ids = Attempt.objects.filter(hunt_id=hunt_id).order_by("-id").values_list("id", flat=True)
    return tuple(ids[:number])


def find(hunt_id: int, text: str, addresses: bool = True) -> tuple[int, tuple[LineView, ...]]:
    """(how many match, the first FOUND): players whose name or (if `addresses`) e-mail contains `text`; empty text:
    everybody."""
    players = Player.objects.filter(hunt_id=hunt_id)
    if text := text.strip():
        matches = Q(name__icontains=text) | Q(name_key__contains=text.casefold())
        if addresses:
            matches |= Q(members__user__email__icontains=text)
        players = players.filter(matches).distinct()
    return players.count(), tuple(
        _line(player) for player in _with_members(players).order_by("-points", "id")[:FOUND]
    )


def player(hunt_id: int, player_id: int) -> PlayerView:
    """Raises NotFound."""
    found = _with_members(Player.objects.filter(hunt_id=hunt_id, id=player_id)).select_related("hunt").first()
    if found is None:
        raise NotFound
    held = content.of(found.hunt)
    sums = (
        LedgerEntry.objects.filter(player=found)
        .values_list("cause", "question__position", "note")
        .annotate(Count("id"), Sum("points"), Sum("xp"), began=Min("id"))
        .order_by("began")
    )
    return PlayerView(
        line=_line(found),
        me=play_view(found.hunt, held, found.id, found.name, state_of(found), now_ms()).me,
        score=fitting((ScoreView(*row[:-1]) for row in sums), SCORE_BYTES),
    )


def _feed(attempts: QuerySet[Attempt], room: int) -> tuple[FeedView, ...]:
    return fitting(map(attempt_view, attempts.select_related("player", "question")), room)


def attempt_view(row: Attempt) -> FeedView:
    """As the feed shows it; `row` comes with its player and question."""
    return FeedView(
        row.id,
        row.at,
        row.player_id,
        row.player.name,
        row.question.position,
        row.kind,
        row.text,
        row.verdict,
        row.repeat,
    )


def _with_members(players: QuerySet[Player]) -> QuerySet[Player]:
    return players.prefetch_related("members__user")


def _line(row: Player) -> LineView:
    return LineView(
        player=row.id,
        name=row.name,
        email=", ".join(member.user.email for member in row.members.all()),
        position=row.position,
        points=row.points,
        xp=row.xp,
        finished=row.finished_at is not None,
        hidden=row.hidden,
        banned=row.banned,
    )
