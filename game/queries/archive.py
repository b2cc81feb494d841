"""A finished hunt for whoever comes later: its story and questions, its board, its replay. All of it of one moment.

What is held in memory grows with the players and with what they solved, not with what they tried.
"""

from pathlib import PurePosixPath

import msgspec
from django.utils.translation import gettext as _
from msgspec import Struct

from game import errors
from game.models import Attempt, Hunt, Player, Question
from game.queries import content, mine, replay
from game.queries.clock import now_ms
from game.queries.freeze import visible_until
from game.queries.moment import one_moment
from game.rules.moments import median
from game.rules.phases import Phase, phase
from leaderboard import queries as leaderboard
from leaderboard.ranking import key


class Step(Struct, frozen=True):
    """A question with its part of the story, as HTML. `image` is a path in the archive. `answers` are those that were
    accepted, or none where they are not released. `first` is a name, `median` ms; null where nobody solved it."""

    q: int
    title: str
    html: str
    image: str | None
    image_alt: str
    hint: str
    points: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    answers: tuple[str, ...]
    solvers: int
    skips: int
    first: str | None
    median: int | None


class Line(Struct, frozen=True, gc=False):
    """One line of the final board."""

    rank: int
    name: str
    points: int
    solves: int
    finished: bool


class Archive(Struct, frozen=True):
    """`ends_at` is when it really was over. `replay` is JSON (game.queries.replay), `pictures` are (path, data)."""

    slug: str
    title: str
    tagline: str
    starts_at: int
    ends_at: int
    released: bool
    steps: tuple[Step, ...]
    board: tuple[Line, ...]
    pictures: tuple[tuple[str, bytes], ...]
    replay: bytes

    @property
    def solves(self) -> int:
        return sum(step.solvers for step in self.steps)

    @property
    def finished(self) -> int:
        return sum(line.finished for line in self.board)


def check(hunt: Hunt) -> None:
    """Raises Invalid, and says what is to be done, unless the hunt is over and all of it is public."""
    now = now_ms()
    if phase(hunt.times, now) is not Phase.ENDED:
        raise errors.Invalid(_("The hunt is not over: end it, or wait for its end."))
    if visible_until(hunt, now) is not None:
        raise errors.Invalid(_("The board is frozen: reveal it, or unfreeze it, in the console first."))


def read(hunt_id: int, *, answers: bool) -> Archive:
    """Raises Invalid as `check` does, Hunt.DoesNotExist."""
    with one_moment():
        hunt = Hunt.objects.get(id=hunt_id)
        check(hunt)
        _state, played = replay.of(hunt, full=False)
        pictures = _pictures(hunt)
        return Archive(
            slug=hunt.slug,
            title=hunt.title,
            tagline=hunt.tagline,
            starts_at=hunt.starts_at,
            ends_at=hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at),
            released=answers,
            steps=_steps(hunt, {q: path for q, (path, _data) in pictures.items()}, answers),
            board=_board(hunt),
            pictures=tuple(dict(pictures.values()).items()),
            replay=msgspec.json.encode(played),
        )


def _steps(hunt: Hunt, pictures: dict[int, str], released: bool) -> tuple[Step, ...]:
    items = content.of(hunt).items
    places = {item.id: item.view.q for item in items}
    # As the board: who is hidden or banned is in none of it.
    names = dict(Player.objects.filter(hunt=hunt, hidden=False, banned=False).values_list("id", "name"))
    solved = mine.solves(hunt, names.keys(), places, now_ms())
    skips: dict[int, int] = {}
    skipped = Attempt.objects.filter(hunt=hunt, kind=Attempt.Kind.SKIP).values_list(
        "player_id", "question_id"
    )
    for player, question in skipped.iterator(chunk_size=5000):
        if player in names and question in places:
            skips[places[question]] = skips.get(places[question], 0) + 1
    right: dict[int, list[str]] = (
        dict(Question.objects.filter(hunt=hunt).values_list("position", "answers")) if released else {}
    )
    return tuple(
        Step(
            q=item.view.q,
            title=item.view.title,
            html=item.view.html,
            image=pictures.get(item.view.q),
            image_alt=item.view.image_alt or "",
            hint=item.hint_html,
            points=item.view.points,
            before=tuple(block.html for block in item.before),
            after=tuple(block.html for block in item.after),
            answers=tuple(right.get(item.view.q, ())),
            solvers=solved.count.get(item.view.q, 0),
            skips=skips.get(item.view.q, 0),
            first=names[solved.first[item.view.q]] if item.view.q in solved.first else None,
            median=median(times) if (times := solved.times.get(item.view.q)) else None,
        )
        for item in items
    )


def _board(hunt: Hunt) -> tuple[Line, ...]:
    """Everybody whom the live board had, as it ranked them."""
    solves = dict(Player.objects.filter(hunt=hunt).values_list("id", "solves"))
    shown = [line for line in leaderboard.standings(hunt.id) if not line.hidden]
    shown.sort(key=lambda line: key(line.points, line.last, line.player))
    return tuple(
        Line(rank, line.name, line.points, solves.get(line.player, 0), line.finished)
        for rank, line in enumerate(shown, start=1)
    )


def _pictures(hunt: Hunt) -> dict[int, tuple[str, bytes]]:
    """By question: (path, data). One that several questions show is there once."""
    found: dict[int, tuple[str, bytes]] = {}
    paths: dict[int, str] = {}
    for question in Question.objects.filter(hunt=hunt, image__isnull=False).select_related("image"):
        assert question.image is not None
        suffix = PurePosixPath(question.image.path).suffix
        path = paths.setdefault(question.image.id, f"pictures/{question.position}{suffix}")
        found[question.position] = (path, bytes(question.image.data))
    return found
