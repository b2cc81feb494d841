"""A rehearsal that could not fail would prove nothing: false histories, each of which has to be noticed."""

from uuid import uuid4

import msgspec
import pytest

from enigma_rt.rehearsal import database, truth
from enigma_rt.rehearsal.truth import Award, Effect, Outcome
from game.models import Attempt, LedgerEntry
from game.services.answers import submit
from tests.factories import make_hunt, make_player, submission

WRONG = Outcome("answer", q=1, verdict="wrong")
RIGHT = Outcome("answer", q=1, verdict="correct", points=97, xp=5)
HINT = Outcome("hint", q=2, verdict="done", charged="points")
SKIP = Outcome("skip", q=2, verdict="done")

TOLD = {"a": WRONG, "b": RIGHT, "c": HINT, "d": SKIP}
EFFECTS = [Effect(7, command, outcome) for command, outcome in TOLD.items()]
AWARDS = [Award(7, 1, "b")]


def found(
    told: dict[str, Outcome] = TOLD,
    effects: list[Effect] = EFFECTS,
    awards: list[Award] = AWARDS,
    unanswered: tuple[str, ...] = (),
) -> tuple[set[str], set[str]]:
    findings = truth.against_rows(told, unanswered, effects, awards)
    return set(findings.lost), set(findings.doubled)


def test_a_true_history_has_no_findings() -> None:
    assert found() == (set(), set())


def test_an_acknowledged_command_without_an_effect_is_lost() -> None:
    assert found(effects=EFFECTS[1:]) == ({"a"}, set())


def test_an_acknowledged_solve_without_an_award_is_lost() -> None:
    assert found(awards=[]) == ({"b"}, set())


def test_another_outcome_than_the_one_told_is_lost() -> None:
    other = msgspec.structs.replace(RIGHT, points=87)
    assert found(effects=[*EFFECTS[:1], Effect(7, "b", other), *EFFECTS[2:]]) == ({"b"}, set())


def test_a_command_that_is_stored_twice_is_doubled() -> None:
    assert found(effects=[EFFECTS[0], *EFFECTS]) == (set(), {"a"})


def test_a_command_that_is_awarded_twice_is_doubled() -> None:
    assert found(awards=AWARDS * 2) == (set(), {"b"})


def test_two_solves_of_one_question_are_doubled() -> None:
    again = Effect(7, "e", RIGHT)
    doubled = ({"player 7, question 1"}, {"player 7, question 1", "e"})
    assert found(TOLD | {"e": RIGHT}, [*EFFECTS, again], [*AWARDS, Award(7, 1, "e")])[1] == doubled[0]
    assert found(TOLD, [*EFFECTS, again], [*AWARDS, Award(7, 1, "e")])[1] == doubled[1]


def test_a_skip_of_a_solved_question_is_doubled() -> None:
    skip = msgspec.structs.replace(SKIP, q=1)
    assert found(TOLD | {"e": skip}, [*EFFECTS, Effect(7, "e", skip)]) == (set(), {"player 7, question 1"})


def test_an_effect_of_a_refused_command_is_doubled() -> None:
    assert found(effects=[*EFFECTS, Effect(7, "refused", WRONG)]) == (set(), {"refused"})


def test_an_award_for_a_wrong_answer_is_doubled() -> None:
    assert found(awards=[*AWARDS, Award(7, 1, "a")]) == (set(), {"a"})


@pytest.mark.parametrize("carried_out", [True, False])
def test_what_nobody_was_told_may_have_happened_or_not(carried_out: bool) -> None:
    silent = Outcome("answer", q=3, verdict="correct", points=90, xp=5)
    effects = [*EFFECTS, Effect(7, "e", silent)] if carried_out else EFFECTS
    awards = [*AWARDS, Award(7, 3, "e")] if carried_out else AWARDS
    assert found(effects=effects, awards=awards, unanswered=("e",)) == (set(), set())


def test_another_answer_to_the_same_id_is_lost() -> None:
    assert not truth.asked_again("b", RIGHT, RIGHT).lost
    assert set(truth.asked_again("b", RIGHT, "stale_question").lost) == {"b"}
    assert set(truth.asked_again("b", RIGHT, msgspec.structs.replace(RIGHT, repeat=True)).lost) == {"b"}


@pytest.mark.parametrize(
    ("solves", "points", "lost", "doubled"),
    [(1, 97, 0, 0), (0, 0, 1, 0), (2, 194, 0, 1), (1, 50, 1, 0), (1, 107, 0, 1)],
)
def test_balances_are_the_sum_of_what_was_told(solves: int, points: int, lost: int, doubled: int) -> None:
    findings = truth.against_totals(7, [WRONG, RIGHT], solves, points, unanswered=False)
    assert (len(findings.lost), len(findings.doubled)) == (lost, doubled)


def test_an_unanswered_command_may_explain_a_higher_balance() -> None:
    assert not truth.against_totals(7, [WRONG], 1, 97, unanswered=True).doubled
    assert truth.against_totals(7, [RIGHT], 0, 0, unanswered=True).lost


@pytest.mark.django_db
class TestAgainstRealRows:
    """What the database's side of the comparison reads is what a player was told."""

    def test_every_kind_of_command_is_recognised(self) -> None:
        told, player = self.played()
        assert found(told, *self.rows(player)) == (set(), set())
        assert {outcome.kind for outcome in told.values()} == {"answer", "accept_close", "hint", "skip"}

    def test_a_deleted_attempt_is_lost(self) -> None:
        told, player = self.played()
        Attempt.objects.filter(player=player, kind="skip").delete()
        lost, doubled = found(told, *self.rows(player))
        assert ({told[command].kind for command in lost}, doubled) == ({"skip"}, set())

    def test_a_deleted_award_is_lost(self) -> None:
        told, player = self.played()
        LedgerEntry.objects.filter(player=player, question__position=1, cause="solve").delete()
        lost, doubled = found(told, *self.rows(player))
        assert ([told[command].q for command in lost], doubled) == ([1], set())

    def test_an_attempt_that_nobody_made_is_doubled(self) -> None:
        told, player = self.played()
        attempt = Attempt.objects.filter(player=player, verdict="wrong").get()
        attempt.pk, attempt.command = None, uuid4()
        attempt.save()
        assert found(told, *self.rows(player)) == (set(), {str(attempt.command)})

    def rows(self, player: int) -> tuple[list[Effect], list[Award]]:
        return list(database.effects([player])), list(database.awards([player]))

    def played(self) -> tuple[dict[str, Outcome], int]:
        """What a player with plenty of XP was told, by command, and the player."""
        hunt = make_hunt(5, settings={"xp_start": 1000, "xp_cap": 1000})
        player, told = make_player(hunt), {}
        moves = [
            ("answer", "mistaken"),
            ("hint", "points"),
            ("answer", "right 1"),
            ("accept_close", "close 2"),
            ("hint", "xp"),
            ("skip", ""),
            ("accept_close", "right 4"),
            ("answer", "close 5"),
        ]
        for kind, text in moves:
            item = submission(player, kind, text=text)
            (judged,) = submit([item])
            assert not isinstance(judged, Exception)
            told[str(item.command)] = Outcome(
                kind=kind,
                q=item.q,
                verdict=judged.verdict or "done",
                repeat=judged.repeat,
                accepted_close=judged.accepted_close,
                points=judged.award.total if judged.award else 0,
                xp=judged.xp if judged.verdict else 0,
                charged=judged.charged or "",
            )
        return told, player.id
