"""A player's own page: their path, and the others as far as the public may see them."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from game.models import Hunt, Player
from game.queries import mine as queries
from game.queries.mine import MineView
from game.services import moderation
from game.services.answers import submit
from leaderboard import queries as leaderboard
from leaderboard.ranking import Board
from tests.factories import (
    grant_xp,
    leave_behind,
    make_hunt,
    make_player,
    make_user,
    now_ms,
    submission,
    user_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    queries._kept.clear()
    yield
    queries._kept.clear()


def answer(player: Player, *texts: str) -> None:
    for text in texts:
        submit([submission(player, "answer", text=text)])


def seen(player: Player) -> MineView:
    queries._kept.clear()
    view = queries.mine(Hunt.objects.get(id=player.hunt_id), user_of(player).pk)
    assert view is not None
    return view


def ended(hunt: Hunt, **fields: int) -> None:
    Hunt.objects.filter(id=hunt.id).update(ended_at=now_ms(), **fields)


def test_the_path_is_told_question_by_question() -> None:
    hunt = make_hunt(3)
    ada, bob = make_player(hunt, "Ada"), make_player(hunt, "Bob")
    answer(ada, "nonsense", "NONSENSE", "close 1", "right 1")
    grant_xp(ada, 200)
    submit([submission(ada, "hint", text="xp")])
    submit([submission(ada, "skip")])
    answer(bob, "right 1", "right 2", "right 3")
    one, two, three = seen(ada).steps
    assert (one.outcome, one.guesses, one.close, one.first, one.points) == ("solved", 2, 1, True, 100)
    assert (two.outcome, two.hint, two.points, two.solvers) == ("skipped", "xp", 0, 1)
    assert (three.outcome, three.title, three.at) == ("open", "Title 3", None)
    assert one.median is not None
    view = seen(bob)
    assert [(step.outcome, step.first) for step in view.steps] == [
        ("solved", False),
        ("solved", True),
        ("solved", True),
    ]
    assert [(moment.kind, moment.q) for moment in view.moments][:2] == [("first", 2), ("first", 3)]
    # While the hunt is on, the place is not told; nobody's steps go beyond the question that they have reached.
    assert (view.rank, view.final) == (None, False)
    assert len(seen(make_player(hunt, "Cleo")).steps) == 1


def test_the_last_rank_is_the_boards() -> None:
    hunt = make_hunt(2)
    people = [make_player(hunt, f"Player {n}") for n in range(6)]
    for n, texts in enumerate([(), ("right 1",), ("right 1", "right 2"), (), ("right 1",), ("right 1",)]):
        answer(people[n], *texts)
    organiser = make_user(staff=True)
    moderation.grant(organiser.pk, hunt.id, people[0].id, 30, 0, "for the joke")
    moderation.moderate(organiser.pk, hunt.id, people[5].id, "hide", "a test account")
    ended(hunt)
    board = Board(leaderboard.standings(hunt.id))
    for person in people[:5]:
        view = seen(person)
        assert view.rank == board.rank_of(person.id)
        assert (view.total, view.final) == (board.total, True)
    assert seen(people[5]).rank is None
    assert seen(people[0]).others == (("grant", 30),)


def test_a_frozen_board_keeps_its_secret() -> None:
    hunt = make_hunt(2)
    ada, bob = make_player(hunt, "Ada"), make_player(hunt, "Bob")
    answer(ada, "right 1")
    frozen = leave_behind(now_ms())
    Player.objects.filter(hunt=hunt).update(created_at=hunt.starts_at)
    answer(bob, "right 1", "right 2")
    ended(hunt, freeze_at=frozen)
    view = seen(ada)
    assert (view.frozen, view.final, view.rank) == (True, False, None)
    assert view.ranks[-1] == 1  # as it was
    assert [step.solvers for step in seen(bob).steps] == [1, 0]
    assert [step.first for step in seen(bob).steps] == [False, False]
    assert seen(bob).points == 200  # one's own points are no secret
    Hunt.objects.filter(id=hunt.id).update(freeze_at=None)
    assert seen(ada).rank == 2


def test_a_page_costs_the_same_however_many_play() -> None:
    hunt = make_hunt(3)
    people = [make_player(hunt, f"Player {n}") for n in range(12)]
    for person in people:
        answer(person, "wrong", "right 1", "right 2")
    ended(hunt)
    first: list[int] = []
    later: list[int] = []
    for person, counts in ((people[0], first), (people[1], later), (people[2], later)):
        client = Client()
        client.force_login(user_of(person))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get("/me")
        assert page.status_code == 200
        counts.append(len(asked))
    assert first[0] > later[0] == later[1]
    assert later[0] <= 12


def test_what_is_kept_follows_what_is_booked_after_the_end() -> None:
    hunt = make_hunt(1)
    ada, bob = make_player(hunt, "Ada"), make_player(hunt, "Bob")
    answer(ada, "right 1")
    ended(hunt)
    hunt.refresh_from_db()
    assert seen(bob).rank == 2
    moderation.grant(make_user(staff=True).pk, hunt.id, bob.id, 500, 0, "found the door")
    held = queries._kept[hunt.id]
    queries._kept[hunt.id] = type(held)(held.state, 0.0, held.field)  # its time is over
    view = queries.mine(hunt, user_of(bob).pk)
    assert view is not None
    assert view.rank == 1
