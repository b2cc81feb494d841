"""Where players are stuck, and what they try there."""

import pytest

from game import errors
from game.models import Attempt, Hunt, Player
from game.queries import pulse, screens
from game.queries.clock import now_ms
from game.queries.past import last_past
from game.queries.walls import (
    GROUPS,
    GuessesView,
    WallView,
    guesses,
    lately,
    newest,
    questions,
    tried,
    tried_above,
    walls,
)
from game.rules.guesses import Tried
from game.rules.phases import play_clock
from game.services.hunts import control
from game.services.moderation import moderate
from game.services.questions import judge_as
from game.services.regrade import apply, preview
from tests.factories import make_hunt
from tests.services.hunters import Hunter

pytestmark = pytest.mark.django_db

MINUTE = 60_000
SLACK = 5_000


def clock(hunt: Hunt) -> int:
    hunt.refresh_from_db()
    return play_clock(hunt.times, now_ms())


def looked(hunt: Hunt) -> tuple[WallView, ...]:
    """The walls as a process sees them that has counted what happened."""
    counted = pulse.by_question(hunt.id, 0, newest(hunt.id))
    past = {question: numbers[-1] for question, numbers in counted.items() if numbers[-1]}
    return walls(hunt.id, past, lately(hunt.id))


def counted(hunt: Hunt, q: int) -> GuessesView:
    """The guesses as a process sees them that has counted the first half of them, and looks at the others afresh."""
    half = (newest(hunt.id) + 1) // 2
    row = questions(hunt.id)[q]
    held = Tried(GROUPS)
    held.fill(tried(row, 0, half))
    for mark, reached in ((half, newest(hunt.id)), (newest(hunt.id), newest(hunt.id))):
        above = tried_above(hunt.id, mark, reached, [row])
        held.take((group.normalised, group.below, group.group) for group in above)
    return guesses(hunt.id, q, len(held), held.first())


def test_how_many_for_how_long_and_who_came_through(hunt: Hunt, organiser: int) -> None:
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(5)]
    for minutes, hunter in zip((1, 10, 30, 40, 50), hunters, strict=True):
        hunter.answers("wrong")
        hunter.waits(minutes)
    Hunter.of(hunt, "Absent", entered=False)
    moderate(organiser, hunt.id, Hunter.of(hunt, "Banned").id, "ban", "why")
    hunters[0].answers("right 1")
    hunters[1].answers("wrong", q=1)
    first, second, third = looked(hunt)
    assert (first.here, first.tried, first.solved) == (4, 5, 1)
    now = clock(hunt)
    assert first.median_since is not None and first.longest_since is not None
    assert 0 <= now - first.median_since - 40 * MINUTE < SLACK  # of four the longer of the middle two
    assert 0 <= now - first.longest_since - 50 * MINUTE < SLACK
    assert first.past_since is not None and 0 <= now - first.past_since < SLACK
    assert (second.here, second.tried, second.past_since) == (1, 0, None)
    assert second.longest_since is not None and now - second.longest_since < SLACK
    assert (third.here, third.median_since, third.longest_since) == (0, None, None)


def paused_for(organiser: int, hunt: Hunt, minutes: int) -> None:
    """A pause of that length is over now."""
    control(organiser, hunt.id, "pause")
    paused_at = Hunt.objects.get(id=hunt.id).paused_at
    assert paused_at is not None
    Hunt.objects.filter(id=hunt.id).update(paused_at=paused_at - minutes * MINUTE)
    control(organiser, hunt.id, "resume")


def test_pauses_do_not_count_and_an_hour_is_the_last_one(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("wrong")
    ada.waits(70)
    control(organiser, hunt.id, "pause")
    Hunt.objects.update(paused_at=Hunt.objects.get().paused_at - 5 * MINUTE)  # type: ignore[operator]
    (first, *_) = looked(hunt)
    assert first.tried == 0
    assert first.longest_since is not None
    assert abs(clock(hunt) - first.longest_since - 65 * MINUTE) < SLACK


def test_since_when_nobody_got_past_does_not_count_pauses_either(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    ada.answers("right 1")
    ada.waits(50)
    paused_for(organiser, hunt, 30)
    (first, *_) = looked(hunt)
    assert first.past_since is not None
    assert abs(clock(hunt) - first.past_since - 20 * MINUTE) < SLACK
    # The projector's wall says the same.
    assert screens.field(hunt.id)[0].since == first.past_since
    # A pause that is on counts as little as one that is over.
    control(organiser, hunt.id, "pause")
    assert looked(hunt)[0].past_since == first.past_since
    assert abs(clock(hunt) - first.past_since - 20 * MINUTE) < SLACK


def test_whom_a_regrade_moves_on_gets_past_then_and_who_skips_does_too(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    ada.answers("left lamp")
    ada.waits(30)
    assert looked(hunt)[0].past_since is None
    judge_as(organiser, hunt.id, 1, "left lamp", "correct")
    apply(organiser, hunt.id, 1, preview(hunt.id, 1).token, "it is right, too")
    now = now_ms()
    (first, *_) = looked(hunt)
    assert first.past_since is not None and clock(hunt) - first.past_since < SLACK
    row = questions(hunt.id)[1]
    assert 0 <= now - last_past(hunt.id, [row])[row] < SLACK
    bob.has_xp(1_000)
    bob.skips()
    assert last_past(hunt.id, [row])[row] >= Attempt.objects.get(player_id=bob.id).at


def test_who_has_finished_is_nowhere(ada: Hunter) -> None:
    ada.solves_until(4)
    assert Player.objects.get().finished_at
    assert [wall.here for wall in looked(ada.hunt)] == [0, 0, 0]


def test_guesses_are_grouped_as_they_are_compared(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    for guess in ("Left 1", "LEFT-1", "something else", "close 1"):
        ada.answers(guess)
    bob.answers("left 1!")
    bob.answers("right 1")
    view = counted(hunt, 1)
    found = [(group.players, group.tries, group.verdict) for group in view.groups]
    assert found == [(2, 3, "wrong"), (1, 1, "close"), (1, 1, "wrong")]
    assert (view.q, view.title, view.total) == (1, "Title 1", 3)
    left, close, other = view.groups
    assert left.text in ("Left 1", "LEFT-1", "left 1!")
    assert close.text == "close 1"
    assert 0 <= other.closeness < left.closeness < 100
    assert counted(hunt, 2).groups == ()


def test_no_question_no_guesses(hunt: Hunt) -> None:
    for q in (0, 4):
        with pytest.raises(errors.NotFound):
            guesses(hunt.id, q, 0, ())


def test_another_hunt_is_another_matter(hunt: Hunt, ada: Hunter) -> None:
    ada.answers("wrong")
    other = make_hunt(current=False)
    assert [wall.here for wall in looked(other)] == [0, 0, 0]
    assert counted(other, 1).groups == ()
