"""Test play: any question, any time, as often as one likes; and the real hunt is as if nothing had been."""

import pytest

from game import errors
from game.models import Attempt, Hunt, Image, LedgerEntry, Player, Question
from game.models import TestPlay as Copy
from game.queries.play import joinable_hunt
from game.services import authoring, desk, packs, testplay
from game.services.answers import Judged, submit
from leaderboard.models import Standing
from tests.factories import add_image, make_hunt, make_user, submission
from tests.services.hunters import Hunter, assert_proved

pytestmark = pytest.mark.django_db


def seated(hunt: Hunt, user: int) -> Hunter:
    seat = testplay.seat(user, hunt.id)
    assert seat is not None
    return Hunter(Player.objects.get(id=seat.player))


def rows(hunt: Hunt) -> tuple[int, ...]:
    """How much there is of all that is counted."""
    return tuple(
        model._default_manager.filter(hunt=hunt).count()
        for model in (Player, Attempt, LedgerEntry, Standing, Question, Image)
    )


def test_from_any_question_before_the_start(organiser: int) -> None:
    early = make_hunt(started_h=-1)
    add_image(early, 2)
    early.refresh_from_db()
    before = (rows(early), early.version, packs.export_pack(early))
    testplay.begin(organiser, early.id, 2)
    me = seated(early, organiser)
    assert (me.row.position, me.row.xp, me.row.hidden) == (2, 100, True)
    assert me.answers("close 2").verdict == "close"
    assert me.hints("xp").charged == "xp"
    won = me.answers("right 2")
    assert won.question is not None
    assert (won.question.q, won.award is not None) == (3, True)
    assert me.answers("right 3").me.finished
    assert_proved(me.hunt)
    early.refresh_from_db()
    assert (rows(early), early.version, packs.export_pack(early)) == before
    assert joinable_hunt() == early
    assert not me.hunt.current


def test_it_never_touches_who_was_first(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    Hunt.objects.filter(id=hunt.id).update(
        settings={"curve": "solve_order", "solve_order_steps": [[1, 100]], "solve_order_rest": 10}
    )
    testplay.begin(organiser, hunt.id, 1)
    me = seated(hunt, organiser)
    # In one batch, as two sockets of a process would be judged.
    mine, hers = submit(
        [submission(me.row, "answer", text="right 1"), submission(ada.row, "answer", text="right 1")]
    )
    assert isinstance(mine, Judged)
    assert isinstance(hers, Judged)
    assert hers.award is not None
    assert hers.award.gross == 100
    assert_proved(hunt)


def test_again_is_afresh_and_of_what_is_saved_now(organiser: int) -> None:
    early = make_hunt(started_h=-1)
    testplay.begin(organiser, early.id, 1)
    seated(early, organiser).answers("right 1")
    question = desk.desk(early.id).questions[0]
    authoring.remove(organiser, early.id, question.id, question.token)
    testplay.begin(organiser, early.id, 1)
    me = seated(early, organiser)
    assert (me.row.position, me.row.points, me.attempts()) == (1, 0, 0)
    assert me.answers("right 2").verdict == "correct"
    assert Copy.objects.count() == 1
    # Another author has a copy of their own, at the same time.
    other = int(make_user(staff=True).pk)
    testplay.begin(other, early.id, 2)
    assert (seated(early, other).row.position, seated(early, organiser).row.points > 0) == (2, True)


def test_only_what_is_there_can_be_played(organiser: int) -> None:
    early = make_hunt(started_h=-1)
    for q in (0, 4):
        with pytest.raises(errors.Invalid):
            testplay.begin(organiser, early.id, q)
    with pytest.raises(errors.NotFound):
        testplay.begin(organiser, early.id + 99, 1)
    assert testplay.seat(organiser, early.id) is None
    assert Hunt.objects.count() == 1
    testplay.begin(organiser, early.id, 1)
    copy = Copy.objects.get().hunt
    # A copy is nobody's hunt: not written at, not copied again.
    with pytest.raises(errors.NotFound):
        desk.desk(copy.id)
    with pytest.raises(errors.NotFound):
        testplay.begin(organiser, copy.id, 1)
    assert desk.hunt_by(copy.slug) is None
