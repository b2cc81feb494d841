"""Where players are stuck, and what they try there."""

import pytest

from game import errors
from game.models import Hunt, Player
from game.queries.walls import guesses, walls
from game.services.hunts import control
from game.services.moderation import moderate
from tests.factories import make_hunt
from tests.services.hunters import Hunter

pytestmark = pytest.mark.django_db

MINUTE = 60_000
SLACK = 5_000


def test_how_many_for_how_long_and_who_came_through(hunt: Hunt, organiser: int) -> None:
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(5)]
    for minutes, hunter in zip((1, 10, 30, 40, 50), hunters, strict=True):
        hunter.answers("wrong")
        hunter.waits(minutes)
    Hunter.of(hunt, "Absent", entered=False)
    moderate(organiser, hunt.id, Hunter.of(hunt, "Banned").id, "ban", "why")
    hunters[0].answers("right 1")
    hunters[1].answers("wrong", q=1)
    first, second, third = walls(hunt.id)
    assert (first.here, first.tried, first.solved) == (4, 5, 1)
    assert 0 <= first.median_ms - 40 * MINUTE < SLACK  # of four the longer of the middle two
    assert 0 <= first.longest_ms - 50 * MINUTE < SLACK
    assert (second.here, second.tried) == (1, 0)
    assert second.longest_ms < SLACK
    assert (third.here, third.median_ms, third.longest_ms) == (0, 0, 0)


def test_pauses_do_not_count_and_an_hour_is_the_last_one(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("wrong")
    ada.waits(70)
    control(organiser, hunt.id, "pause")
    Hunt.objects.update(paused_at=Hunt.objects.get().paused_at - 5 * MINUTE)  # type: ignore[operator]
    (first, *_) = walls(hunt.id)
    assert first.tried == 0
    assert abs(first.longest_ms - 65 * MINUTE) < SLACK


def test_who_has_finished_is_nowhere(ada: Hunter) -> None:
    ada.solves_until(4)
    assert Player.objects.get().finished_at
    assert [wall.here for wall in walls(ada.hunt.id)] == [0, 0, 0]


def test_guesses_are_grouped_as_they_are_compared(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    for guess in ("Left 1", "LEFT-1", "something else", "close 1"):
        ada.answers(guess)
    bob.answers("left 1!")
    bob.answers("right 1")
    view = guesses(hunt.id, 1)
    found = [(group.players, group.tries, group.verdict) for group in view.groups]
    assert found == [(2, 3, "wrong"), (1, 1, "close"), (1, 1, "wrong")]
    assert (view.q, view.title, view.total) == (1, "Title 1", 3)
    left, close, other = view.groups
    assert left.text in ("Left 1", "LEFT-1", "left 1!")
    assert close.text == "close 1"
    assert 0 <= other.closeness < left.closeness < 100
    assert guesses(hunt.id, 2).groups == ()


def test_no_question_no_guesses(hunt: Hunt) -> None:
    for q in (0, 4):
        with pytest.raises(errors.NotFound):
            guesses(hunt.id, q)


def test_another_hunt_is_another_matter(hunt: Hunt, ada: Hunter) -> None:
    ada.answers("wrong")
    other = make_hunt(current=False)
    assert [wall.here for wall in walls(other.id)] == [0, 0, 0]
    assert guesses(other.id, 1).groups == ()
