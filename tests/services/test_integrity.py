"""Who may be playing together: the database finds what the rules find; a decision is written down, and that is all."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game import errors
from game.models import Attempt, AuditEntry, Hunt, IntegrityDecision, Player, PlayerAddress
from game.queries import history, integrity
from game.rules import integrity as rules
from game.rules.integrity import Guess, Solve
from game.rules.matching import normalise
from game.rules.roles import Role
from game.services.integrity import came_from, decide, digest
from tests.factories import make_hunt, make_player
from tests.services.hunters import new_id
from tests.support.hall import MINUTE, SECOND, Hall, full_hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(hunt: Hunt) -> Hall:
    return full_hall(hunt)


def test_who_plays_together_is_on_top_with_what_they_share(hall: Hall) -> None:
    ids = [player.id for player in hall.players]
    found = hall.pairs()
    assert {(pair.a, pair.b) for pair in found[:3]} == {
        (ids[0], ids[1]),
        (ids[0], ids[2]),
        (ids[1], ids[2]),
    }
    assert all(pair.bits < found[2].bits for pair in found[3:])
    best = found[0]
    assert (best.count(rules.Kind.GUESS), best.count(rules.Kind.STEP), best.run) == (4, 2, 2)
    (first, *_) = (part for part in best.parts if part.kind is rules.Kind.GUESS)
    assert (first.few, first.of) == (3, 40)


def test_a_pairs_sheet_weighs_what_the_list_says_and_lines_it_up(hall: Hall) -> None:
    best = hall.pairs()[0]
    sheet = hall.sheet(1, 0)
    assert (sheet.view.a, sheet.view.b) == (hall.players[0].id, hall.players[1].id)
    assert integrity.weighed(hall.hunt.id, best.b, best.a, integrity.everybody(hall.hunt.id)) == best
    both = [
        (line.left.text, line.right.text, line.parts[0].kind)
        for line in sheet.lines
        if line.left and line.right and line.q == 1
    ]
    assert both == [
        ("the red Herring", "The red herring!", "guess"),
        ("lighthouse keeper", "lighthouse keeper", "guess"),
        ("right 1", "right 1", "step"),
    ]
    assert sheet.decisions == ()


def test_a_guess_that_is_accepted_meanwhile_is_no_wrong_one(hall: Hall) -> None:
    before = hall.pairs()[0].count(rules.Kind.GUESS)
    question = hall.hunt.questions.get(position=1)
    question.answers = [*question.answers, "lighthouse keeper"]
    question.save()
    Hunt.objects.filter(id=hall.hunt.id).update(version=hall.hunt.version + 1)
    assert hall.pairs()[0].count(rules.Kind.GUESS) == before - 1
    assert hall.sheet(0, 1).view.guesses == before - 1


happenings = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.integers(1, 2),
        st.sampled_from(["lamp", "Lamp", "oil lamp", "ab", "the left one"]),
        st.integers(0, 90),
    ),
    max_size=40,
)
solutions = st.lists(
    st.tuples(st.integers(0, 7), st.integers(1, 2), st.integers(0, 60), st.integers(0, 9000)),
    max_size=16,
    unique_by=lambda each: each[:2],
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings, solutions)
def test_the_database_finds_what_the_rules_find(small: Hall, tried: Any, solved: Any) -> None:
    Attempt.objects.all().delete()
    guesses, solves, told = [], [], set()
    start = small.hunt.starts_at
    for who, q, text, second in tried:
        key = (who, q, normalise(text))
        if key not in told:
            told.add(key)
            small.did(who, q, text, second * SECOND)
            guesses.append(Guess(small.players[who].id, q, key[2], start + second * SECOND))
    for who, q, second, took in solved:
        small.solved(who, q, second * SECOND, took * SECOND)
        solves.append(Solve(small.players[who].id, q, start + second * SECOND, took * SECOND))
    small.written()
    all_do = integrity.everybody(small.hunt.id)
    field = rules.fields(guesses, solves)
    assert all_do.fields == field
    wanted = {
        pair: rules.weigh(pair, facts, field, rules.tries(guesses))
        for pair, facts in rules.coincidences(guesses, solves).items()
        if len(facts.guesses) + len(facts.steps) > 1
    }
    found = integrity.pairs(small.hunt.id, integrity.Everybody(field, 8, 0.0))
    assert {(pair.a, pair.b): pair for pair in found} == wanted
    for a, b in list(wanted)[:3]:
        assert integrity.weighed(small.hunt.id, a, b, all_do) == wanted[a, b]


@pytest.fixture
def small(hunt: Hunt) -> Hall:
    return Hall(hunt, 8)


# --- addresses ----------------------------------------------------------------------------------------------------


def test_an_address_is_kept_once_and_only_as_a_digest(small: Hall) -> None:
    one, two = small.players[0].id, small.players[1].id
    for _ in range(2):
        came_from(
            small.hunt.id, [(one, "192.0.2.7"), (two, "192.0.2.7"), (one, "192.0.2.7"), (10**9, "192.0.2.7")]
        )
    rows = list(PlayerAddress.objects.values_list("player_id", "digest"))
    assert sorted(player for player, _ in rows) == sorted((one, two))
    assert len({found for _, found in rows}) == 1
    assert re.fullmatch(r"[0-9a-f]+", rows[0][1])
    assert digest(small.hunt.id, "192.0.2.7") != digest(small.hunt.id + 1, "192.0.2.7")
    small.hunt.delete()
    assert not PlayerAddress.objects.exists()


def test_an_address_adds_to_a_pair_and_a_campus_adds_nothing(hall: Hall) -> None:
    bits = hall.sheet(0, 1).view.bits
    came_from(hall.hunt.id, [(player.id, "campus") for player in hall.players])
    assert hall.sheet(0, 1).view.bits == bits
    came_from(hall.hunt.id, [(hall.players[n].id, "a flat") for n in (0, 1)])
    assert hall.sheet(0, 1).view.bits == bits + 4
    assert hall.sheet(0, 1).view.address
    # Alone it is nothing.
    came_from(hall.hunt.id, [(hall.players[n].id, "another flat") for n in (20, 33)])
    assert not hall.sheet(20, 33).parts


# --- decisions ----------------------------------------------------------------------------------------------------


def decided(hall: Hall, organiser: int, decision: str, reason: str = "", **options: Any) -> None:
    ids = (hall.players[1].id, hall.players[0].id)
    decide(organiser, hall.hunt.id, ids, decision, reason, integrity.everybody(hall.hunt.id), **options)


def test_a_decision_is_written_down_with_its_evidence_and_changes_nobody(hall: Hall, organiser: int) -> None:
    people = list(Player.objects.order_by("id").values())
    best, command = hall.pairs()[0], new_id()
    for _ in range(2):
        decided(hall, organiser, "clear", " they are  sisters ", command=command)
    assert list(Player.objects.order_by("id").values()) == people
    (row,) = IntegrityDecision.objects.all()
    assert (row.decision, row.reason, row.user_id) == ("clear", "they are sisters", organiser)
    assert len(row.evidence) == len(hall.sheet(0, 1).parts)
    (entry,), _ = history.audit_trail(hall.hunt.id, None, Role.MODERATOR)
    assert (entry.action, entry.note, entry.undoable) == ("integrity.clear", "they are sisters", False)
    changes = {change.what: change.after for change in entry.changes}
    assert changes["state"] == "cleared"
    assert changes["pair"] == "Person 0 and Person 1"
    views = integrity.listed(hall.hunt.id, hall.pairs())
    assert [view.state for view in views].count("cleared") == 1
    assert views[-1].state == "cleared"
    assert best.bits > 0


def test_a_cleared_pair_comes_back_when_its_evidence_has_grown(hall: Hall, organiser: int) -> None:
    decided(hall, organiser, "clear", "sisters")
    for n in range(2):
        for who in (0, 1):
            hall.did(who, 3, f"one more odd thought {n}", 100 * MINUTE)
    hall.written()
    assert hall.sheet(0, 1).view.state == "cleared"  # of two who tried it, two is no wonder
    for who in range(3, 40):
        hall.did(who, 3, f"thought {who}", 100 * MINUTE)
    for n in range(2, 6):
        for who in (0, 1):
            hall.did(who, 3, f"one more odd thought {n}", 100 * MINUTE)
    hall.written()
    view = hall.sheet(0, 1).view
    assert view.state == "back"
    assert view.last is not None and view.bits >= view.last.bits + rules.BACK_BITS
    decided(hall, organiser, "confirm", "they said so")
    assert [row.decision for row in hall.sheet(0, 1).decisions] == ["confirm", "clear"]


def test_what_was_decided_stays_listed_although_it_weighs_less_now(hall: Hall, organiser: int) -> None:
    decided(hall, organiser, "watch")
    bits = IntegrityDecision.objects.get().bits
    (view,) = integrity.listed(hall.hunt.id, ())
    assert (view.state, view.bits, view.guesses) == ("watch", bits, 4)


@pytest.mark.parametrize(
    ("decision", "reason"), [("clear", " "), ("confirm", ""), ("ban", "why"), ("watch", "x" * 201)]
)
def test_no_decision_without_a_reason(hall: Hall, organiser: int, decision: str, reason: str) -> None:
    with pytest.raises(errors.Invalid):
        decided(hall, organiser, decision, reason)
    assert not AuditEntry.objects.exists()


def test_only_two_players_of_the_hunt_are_a_pair(hall: Hall, organiser: int) -> None:
    other = make_player(make_hunt(current=False), "Elsewhere")
    ada = hall.players[0].id
    all_do = integrity.everybody(hall.hunt.id)
    for two in ((ada, ada), (ada, other.id), (ada, 10**9)):
        with pytest.raises(errors.NotFound):
            integrity.sheet(hall.hunt.id, *two, all_do)
        with pytest.raises(errors.NotFound):
            decide(organiser, hall.hunt.id, two, "watch", "", all_do)


def test_a_hunt_without_anybody_has_no_pairs(hunt: Hunt) -> None:
    all_do = integrity.everybody(hunt.id)
    assert (all_do.players, integrity.pairs(hunt.id, all_do)) == (0, ())
    assert integrity.listed(hunt.id, ()) == ()
