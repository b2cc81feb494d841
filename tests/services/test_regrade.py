"""A question judged again: previewed without a trace, booked at once, proved by the ledger, told to each."""

import random
from functools import partial
from typing import Any

import pytest
from django.db.models import F

from game import errors
from game.models import Attempt, AuditEntry, Hunt, LedgerEntry, Player, Question
from game.services.answers import submit
from game.services.questions import Edits, judge_as, mend, source
from game.services.regrade import RegradeView, apply, preview
from tests.factories import enter, make_hunt
from tests.services.hunters import Hunter, assert_proved, new_id
from tests.services.threads import at_once

pytestmark = pytest.mark.django_db


def accept(hunt: Hunt, organiser: int, text: str = "left 1", q: int = 1) -> None:
    judge_as(organiser, hunt.id, q, text, "correct")


def regraded(hunt: Hunt, organiser: int, q: int = 1) -> RegradeView:
    """The preview that was then applied."""
    view = preview(hunt.id, q)
    apply(organiser, hunt.id, q, view.token, "it was right", new_id())
    return view


def told(hunter: Hunter) -> list[str]:
    """What this player has been told and has not seen."""
    return [notice.html for notice in enter(hunter.hunt.id, hunter.id).announcements]


def test_each_gets_what_the_first_right_guess_was_worth(hunt: Hunt, organiser: int) -> None:
    stuck, later, skipper, other = (Hunter.of(hunt, name) for name in ("Stuck", "Later", "Skipper", "Other"))
    for hunter in (stuck, later, skipper):
        hunter.has_xp(100)
        hunter.waits(60)
        hunter.answers("Left-1")
        hunter.waits(60)
    later.hints("xp")
    later.answers("right 1")
    skipper.skips()
    other.answers("right 1")
    guessed = Attempt.objects.get(player_id=stuck.id, normalised="left1").at
    before = {hunter.id: hunter.stored() for hunter in (stuck, later, skipper, other)}
    accept(hunt, organiser)

    view = regraded(hunt, organiser)
    assert (view.players, view.solves, view.moved) == (3, 2, 1)
    for line in view.rows:  # what was shown is what was done
        row = Player.objects.get(id=line.player)
        was = before[line.player]
        assert line.points == (was["points"], row.points)
        assert line.xp == (was["xp"], row.xp)
        assert line.position == (was["position"], row.position)
    assert (stuck.row.position, stuck.row.points, stuck.row.solves) == (2, 75, 1)
    assert stuck.row.last_solve == guessed
    assert (later.row.points, later.row.xp - before[later.id]["xp"]) == (75, 50)
    assert later.row.last_solve == before[later.id]["last_solve"]
    assert (skipper.row.position, skipper.row.points, skipper.row.solves) == (2, 75, 1)
    assert skipper.row.xp == before[skipper.id]["xp"] + 75
    assert skipper.row.last_solve is None
    assert other.stored() == before[other.id]
    assert "+75 points" in told(stuck)[0]
    assert "it was right" in told(stuck)[0]
    assert told(other) == []
    assert {entry.note for entry in LedgerEntry.objects.filter(cause="regrade")} == {"it was right"}
    assert_proved(hunt)


def test_a_preview_leaves_no_trace_and_twice_is_once(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("left 1")
    accept(hunt, organiser)
    rows, entries = ada.stored(), LedgerEntry.objects.count()
    view = preview(hunt.id, 1)
    assert preview(hunt.id, 1).token == view.token
    assert (ada.stored(), LedgerEntry.objects.count()) == (rows, entries)
    command = new_id()
    for _ in range(2):
        apply(organiser, hunt.id, 1, view.token, "why", command)
    after = ada.stored()
    again = preview(hunt.id, 1)
    assert (again.players, again.rows) == (0, ())
    with pytest.raises(errors.Outdated):
        apply(organiser, hunt.id, 1, view.token, "why", new_id())
    with pytest.raises(errors.Invalid):
        apply(organiser, hunt.id, 1, again.token, "why", new_id())
    assert ada.stored() == after
    assert AuditEntry.objects.filter(action="question.regrade").count() == 1
    assert_proved(hunt)


def test_another_list_than_the_one_that_was_seen_is_not_booked(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    ada.answers("left 1")
    bob.answers("wrong")
    bob.answers("left 1")
    accept(hunt, organiser)
    view = preview(hunt.id, 1)
    bob.answers("wrong again")  # changes nothing in the list
    assert preview(hunt.id, 1).token == view.token
    bob.answers("left 1")  # and this does: it is right now
    with pytest.raises(errors.Outdated):
        apply(organiser, hunt.id, 1, view.token, "why")
    regraded(hunt, organiser)
    assert (ada.row.position, bob.row.position) == (2, 2)
    assert_proved(hunt)


def test_changed_points_are_a_difference_for_every_solver(hunt: Hunt, organiser: int) -> None:
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(3)]
    for number, hunter in enumerate(hunters):
        hunter.waits(61 * number)
        hunter.answers("right 1")
    mend(organiser, hunt.id, 1, source(hunt.id, 1).token, Edits(points=50))
    view = regraded(hunt, organiser)
    assert (view.players, view.solves, view.moved) == (3, 0, 0)
    assert [hunter.row.points for hunter in hunters] == [50, 37, 31]
    assert_proved(hunt)


def test_the_last_question_finishes_and_the_order_counts_late_solves(organiser: int) -> None:
    hunt = make_hunt(
        1, settings={"curve": "solve_order", "solve_order_steps": [[1, 100]], "solve_order_rest": 50}
    )
    ada, bob, eve = (Hunter.of(hunt, name) for name in ("Ada", "Bob", "Eve"))
    ada.answers("left 1")
    bob.answers("right 1")
    accept(hunt, organiser)
    view = regraded(hunt, organiser)
    assert view.rows[0].rank == (2, 1)
    assert ada.row.finished_at is not None
    assert (ada.row.points, bob.row.points) == (100, 100)
    eve.answers("right 1")
    assert eve.row.points == 50
    assert_proved(hunt)


def test_attempts_of_before_times_were_kept_count_by_their_instants(
    hunt: Hunt, organiser: int, ada: Hunter
) -> None:
    ada.answers("right 1")
    ada.waits(60)
    ada.answers("left 2")
    Attempt.objects.update(elapsed_ms=None)
    accept(hunt, organiser, "left 2", 2)
    regraded(hunt, organiser, 2)
    assert ada.row.points == 175
    assert_proved(hunt)


def test_pages(hunt: Hunt, organiser: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from game.services import regrade as service

    monkeypatch.setattr(service, "PAGE", 2)
    for number in range(5):
        Hunter.of(hunt, f"Hunter {number}").answers("left 1")
    accept(hunt, organiser)
    pages = [preview(hunt.id, 1, page) for page in range(3)]
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert [page.next for page in pages] == [1, 2, None]
    assert len({page.token for page in pages}) == 1


@pytest.mark.parametrize("seed", range(3))
def test_whatever_they_did_the_ledger_proves_it(organiser: int, seed: int) -> None:
    chance = random.Random(seed)
    hunt = make_hunt(
        3, settings={"xp_start": 100, "wrong_burst": 100, "curve": chance.choice(["elapsed", "solve_order"])}
    )
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(6)]
    for number in range(70):
        hunter = chance.choice(hunters)
        at = hunter.row.position
        kind, text = chance.choice(
            [
                ("answer", f"right {at}"),
                ("answer", f"left {at}"),
                ("answer", f"wrong {number}"),
                ("hint", "points"),
                ("hint", "xp"),
                ("skip", ""),
                ("accept_close", f"close {at}"),
                ("answer", f"close {at}"),
            ]
        )
        hunter.does(kind, text)
        hunter.waits(chance.choice([1, 10, 60]))
    for q in (1, 2):
        judge_as(organiser, hunt.id, q, f"left {q}", "correct")
        mend(organiser, hunt.id, q, source(hunt.id, q).token, Edits(points=chance.choice([40, 150])))
        if preview(hunt.id, q).players:
            regraded(hunt, organiser, q)
        assert preview(hunt.id, q).players == 0
        assert_proved(hunt)
    judge_as(organiser, hunt.id, 1, "close 1", "correct")
    if preview(hunt.id, 1).players:
        regraded(hunt, organiser)
    assert preview(hunt.id, 1).players == 0
    assert_proved(hunt)


@pytest.mark.django_db(transaction=True)
def test_answers_that_arrive_while_it_is_applied(
    hunt: Hunt, organiser: int, events: list[dict[str, Any]]
) -> None:
    """Each is judged before it or after it, on the question that the player is at then; and boards move once."""
    crowd = [Hunter.of(hunt, f"Hunter {number}") for number in range(8)]
    for hunter in crowd:
        hunter.answers("left 1")
    accept(hunt, organiser)
    view = preview(hunt.id, 1)
    events.clear()
    commands = [hunter.command("answer", "not this either", q=1) for hunter in crowd]
    at_once(
        [partial(apply, organiser, hunt.id, 1, view.token, "why", new_id())]
        + [partial(submit, [command]) for command in commands]
    )
    assert [hunter.row.position for hunter in crowd] == [2] * 8
    assert Attempt.objects.filter(kind="regrade").count() == 8
    assert not Attempt.objects.filter(question__position=2).exists()
    assert sum(event["kind"] == "standings" for event in events) == 1
    assert_proved(hunt)


def test_refusals(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("left 1")
    accept(hunt, organiser)
    view = preview(hunt.id, 1)
    for q in (0, 4):
        with pytest.raises(errors.NotFound):
            preview(hunt.id, q)
    with pytest.raises(errors.NotFound):
        preview(0, 1)
    with pytest.raises(errors.Invalid):
        apply(organiser, hunt.id, 1, view.token, " ")
    Question.objects.update(points=F("points") + 1)
    Hunt.objects.update(version=F("version") + 1)
    with pytest.raises(errors.Outdated):
        apply(organiser, hunt.id, 1, view.token, "why")
    assert ada.row.position == 1
