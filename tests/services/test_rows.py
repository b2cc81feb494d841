"""Records and the tables that they are written to: the same names, the same values, on both databases."""

import re

import pytest
from django.db import IntegrityError, connection, models

from enigma_rt import rows
from game.models import Attempt, Hunt, LedgerEntry, Player, Question
from game.queries import hunts
from game.rules.play import State
from game.services import records
from game.services.records import AttemptRow, Guess, LedgerRow, PlayerRow, Wanted
from leaderboard.models import Standing
from leaderboard.services import StandingRow
from tests.factories import make_player
from tests.services.hunters import Hunter, new_id

pytestmark = pytest.mark.django_db

MODELS: list[type[models.Model]] = [Hunt, Question, Player, Attempt, LedgerEntry, Standing]


def attempt(hunter: Hunter, **fields: object) -> AttemptRow:
    member = hunter.row.members.get()
    question = Question.objects.get(hunt=hunter.hunt, position=1)
    given: dict[str, object] = {
        "kind": "answer",
        "text": "",
        "normalised": "",
        "verdict": "wrong",
        "repeat": False,
        "at": 1,
    }
    given |= {
        "accepted_close": False,
        "gross": 0,
        "hint_cost": 0,
        "close_cost": 0,
        "xp": 0,
        "elapsed_ms": None,
    }
    return AttemptRow(
        hunt_id=hunter.hunt.id,
        player_id=hunter.id,
        question_id=question.id,
        **{"member_id": member.id, "command": new_id().hex} | given | fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("model", MODELS)
def test_columns_have_the_names_of_their_attributes(model: type[models.Model]) -> None:
    assert [field.column for field in model._meta.concrete_fields] == [
        field.attname for field in model._meta.concrete_fields
    ]


def test_a_decided_state_is_written_whole() -> None:
    assert set(PlayerRow.__struct_fields__) == {"id", "changed_at", *State.__struct_fields__} - {"banned"}


@pytest.mark.parametrize(
    ("model", "record"), [(Attempt, AttemptRow), (LedgerEntry, LedgerRow), (Standing, StandingRow)]
)
def test_a_record_to_insert_has_every_column(model: type[models.Model], record: type) -> None:
    names = {field.attname for field in model._meta.concrete_fields if field is not model._meta.auto_field}
    assert set(record.__struct_fields__) == names  # type: ignore[attr-defined]


def test_a_record_that_lacks_a_column_or_has_one_too_many_is_refused() -> None:
    with pytest.raises(LookupError, match="lacks"):
        rows.insert(Attempt, [Wanted(1, "")])
    with pytest.raises(LookupError, match="no column player_id"):
        rows.source(Guess, Player)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "'; DROP TABLE game_attempt; --",
        "%s %(x)s %%",
        '"\\"',
        "\\u0041 \\x41",
        "\t\n\x7f",
        "🧩é\u202e{}[]",
    ],
)
def test_text_arrives_as_it_was(ada: Hunter, text: str) -> None:
    rows.run(rows.insert(Attempt, [attempt(ada, text=text, normalised=text)]))
    found = Attempt.objects.get(player_id=ada.id)
    assert (found.text, found.normalised) == (text, text)
    assert list(rows.run(records.guessed([Guess(ada.id, found.question_id, text)]))[0]) == [
        (ada.id, found.question_id, text)
    ]


def test_guesses_that_begin_alike_are_different_guesses(ada: Hunter) -> None:
    long = "ab" * 200
    rows.run(
        rows.insert(Attempt, [attempt(ada, text="a", normalised=long), attempt(ada, normalised=long[:40])])
    )
    question = Attempt.objects.first().question_id  # type: ignore[union-attr]
    asked = [Guess(ada.id, question, guess) for guess in (long, long[:40], long[:41], long + "c")]
    found = rows.run(records.guessed(asked))[0]
    assert sorted(guess for _, _, guess in found) == [long[:40], long]


def test_a_guess_is_looked_up_by_itself(ada: Hunter) -> None:
    """Not all that its player has tried on the question: the index has to be written as the statement says it."""
    rows.run(rows.insert(Attempt, [attempt(ada, normalised=f"guess {n}") for n in range(500)]))
    rows.run(("ANALYZE game_attempt", ()))
    sql, asked = records.guessed([Guess(ada.id, 1, "lamp")])
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    if connection.vendor == "postgresql":
        rows.run(rows.ROW_BY_ROW)
    plan = "\n".join(str(row[-1]) for row in rows.run((f"{explain} {sql}", asked))[0])
    assert re.search(
        r"guess_of_a_player \(.*<expr>=\?|guess_of_a_player on(.|\n)*Index Cond: .*\"left\"\(normalised", plan
    ), plan


def test_values_arrive_as_they_were(ada: Hunter, bob: Hunter) -> None:
    command = new_id()
    given = {"repeat": True, "accepted_close": False, "gross": 2**31 - 1, "xp": -7, "at": 2**53 - 1}
    rows.run(rows.insert(Attempt, [attempt(ada), attempt(bob, **given, command=command.hex)]))
    found = Attempt.objects.get(command=command)
    assert {name: getattr(found, name) for name in given} == given
    (stored,) = records.as_judged(
        rows.run(records.judged([Wanted(bob.id, command.hex), Wanted(ada.id, command.hex)]))[0]
    ).items()
    key, outcome = stored
    assert key == (bob.id, command.hex)
    assert (outcome.q, outcome.repeat, outcome.accepted_close, outcome.xp) == (1, True, False, -7)


def test_a_row_is_updated_by_its_key_and_no_other(ada: Hunter, bob: Hunter) -> None:
    before = bob.stored()
    state = State(
        position=3, points=7, hint_paid="xp", finished_at=None, first_attempt=5, next_tick=None, version=9
    )
    rows.run(rows.update(Player, [records.player_row(ada.id, state, 11)]))
    row = ada.row
    assert (row.position, row.points, row.hint_paid, row.first_attempt, row.version) == (3, 7, "xp", 5, 9)
    assert (row.finished_at, row.next_tick, row.changed_at) == (None, None, 11)
    assert bob.stored() == before


def test_each_player_is_seated_as_their_row_says(hunt: Hunt) -> None:
    made = [make_player(hunt, hidden=True, points=3), make_player(hunt, banned=True, wrong_tat=2**52)]
    seats = records.as_seats(rows.run(records.seats([player.id for player in made] + [10**9]))[0])
    assert seats == {player.id: records.seat_of(player) for player in made}
    (read,) = hunts.read(rows.run(hunts.statement([hunt.id, 10**9]))[0]).values()
    assert {f.attname: getattr(read, f.attname) for f in Hunt._meta.concrete_fields} == {
        f.attname: getattr(hunt, f.attname) for f in Hunt._meta.concrete_fields
    }


def test_solves_are_counted_as_far_as_they_count(hunt: Hunt) -> None:
    for number in range(4):
        Hunter.of(hunt, f"Hunter {number}").answers("right 1")
    first, second = Question.objects.filter(hunt=hunt, position__lte=2).order_by("position")
    found: list[dict[int, int]] = [
        dict(rows.run(records.solves([first.id, second.id], upto))[0]) for upto in (1, 3, 100)
    ]
    assert found == [{first.id: count, second.id: 0} for count in (1, 3, 4)]


def test_each_statement_of_a_trip_has_its_own_rows() -> None:
    with rows.one_transaction() as asking:
        asking.tell(("SELECT 1", ()))
        assert asking.ask(("SELECT 2", ()), ("SELECT 3 WHERE 1 = %s", [0]), ("SELECT 4", ())) == [
            [(2,)],
            [],
            [(4,)],
        ]
    assert rows.run() == []


@pytest.mark.django_db(transaction=True)
def test_an_error_takes_back_what_was_written_before_it(ada: Hunter) -> None:
    written = rows.insert(Attempt, [attempt(ada)])
    with pytest.raises(ZeroDivisionError), rows.one_transaction() as asking:
        asking.ask(written)
        raise ZeroDivisionError
    with pytest.raises(IntegrityError), rows.one_transaction() as asking:
        asking.tell(written, written)
    with pytest.raises(IntegrityError), rows.one_transaction() as asking:
        asking.tell(rows.insert(Attempt, [attempt(ada, member_id=10**9)]))  # noticed at COMMIT
    assert ada.attempts() == 0
    with rows.one_transaction() as asking:
        asking.tell(written)
    assert ada.attempts() == 1
    assert connection.get_autocommit()


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_again_and_again_is_planned_anew_ever_more_seldom(ada: Hunter) -> None:
    if connection.vendor != "postgresql":
        with rows.one_transaction() as asking:
            assert asking.ask(("SELECT 1 + %s", [1])) == [[(2,)]]
        return
    made, repeated = [], "SELECT 2 * %s"
    for number in range(100):
        with rows.one_transaction() as asking:
            assert asking.ask((repeated, [number])) == [[(2 * number,)]]
            name = rows._plans[connection.connection][repeated].use.removeprefix("EXECUTE ").partition("(")[0]
            [[(when,)]] = asking.ask(
                ("SELECT prepare_time FROM pg_prepared_statements WHERE name = %s", [name])
            )
            made.append(when)
    assert [made.count(when) for when in sorted(set(made))] == [7, 8, 16, 32, 37]
    # An error forgets what was planned, and the next one plans again.
    with pytest.raises(IntegrityError), rows.one_transaction() as asking:
        asking.tell(rows.insert(Attempt, [attempt(ada, member_id=10**9)]))
    with rows.one_transaction() as asking:
        assert asking.ask(("SELECT 1 + %s", [1])) == [[(2,)]]
