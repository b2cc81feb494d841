"""One command at a time, and batches: verdicts, prices, refusals, and ids that make a repeat harmless."""

import uuid
from collections.abc import Callable

import msgspec
import pytest
from django.db import InterfaceError, OperationalError
from django.db.models import F

from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Member, Player, Question
from game.services import answers, hunts, players
from game.services.answers import AwardView, Submission, submit
from leaderboard.models import Standing
from tests.factories import HOUR, enter, make_hunt, make_player, make_user, now_ms, submission
from tests.services.hunters import Hunter, assert_proved, code, judged, new_id, outcome

pytestmark = pytest.mark.django_db

FULL = AwardView(gross=100, hint=0, accept_close=0, total=100)
COMMANDS = ["answer", "accept_close", "hint", "skip"]
TEXTS = {"answer": "right 1", "accept_close": "close 1", "hint": "xp", "skip": ""}


def set_rules(hunt: Hunt, **settings: object) -> None:
    Hunt.objects.filter(id=hunt.id).update(settings=settings)


# --- verdicts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["right 1", "  RIGHT-1 ", "Ríght　１", "r.i.g.h.t 1!"])
def test_a_right_answer_leads_to_the_next_question_and_its_story(hunt: Hunt, ada: Hunter, text: str) -> None:
    told = ada.answers(text)
    assert (told.verdict, told.award, told.xp, told.repeat) == ("correct", FULL, 5, False)
    assert (told.me.position, told.me.points, told.me.xp, told.me.solves) == (2, 100, 5, 1)
    assert told.question is not None
    assert (told.question.q, told.question.title) == (2, "Title 2")
    assert [(block.q, block.when) for block in told.story] == [(1, "after"), (2, "before")]
    row = ada.row
    assert (row.position, row.points, row.xp, row.solves) == (2, 100, 5, 1)
    assert ada.entries() == [("solve", 100, 5)]
    assert Attempt.objects.get(player=row).text == text
    standing = ada.standing
    assert (standing.points, standing.last_solve, standing.version) == (100, row.last_solve, row.version)
    assert_proved(hunt)


@pytest.mark.parametrize(
    ("text", "verdict"), [("close 1", "close"), ("anything else", "wrong"), ("right 2", "wrong")]
)
def test_any_other_answer_stays_on_the_question_and_costs_no_points(
    hunt: Hunt, ada: Hunter, text: str, verdict: str
) -> None:
    told = ada.answers(text)
    assert (told.verdict, told.award, told.xp, told.question, told.story) == (verdict, None, 0, None, ())
    assert (told.me.position, told.me.points) == (1, 0)
    assert ada.entries() == []
    assert Attempt.objects.get(player_id=ada.id).verdict == verdict
    assert ada.standing.version == 1, "nothing that the board shows has changed"


def test_a_close_answer_by_likeness_is_close(hunt: Hunt, ada: Hunter) -> None:
    Question.objects.filter(hunt=hunt, position=1).update(answers=["lighthouse"], threshold=85)
    Hunt.objects.filter(id=hunt.id).update(version=2)
    assert ada.answers("lighthuose").verdict == "close"
    assert ada.answers("lamp").verdict == "wrong"


def test_the_first_attempt_of_any_verdict_starts_the_hours(hunt: Hunt, ada: Hunter) -> None:
    assert ada.row.first_attempt is None
    ada.answers("wrong")
    row = ada.row
    assert row.first_attempt == Attempt.objects.get(player=row).at
    assert row.next_tick == row.first_attempt + HOUR
    ada.answers("wrong again")
    assert ada.row.first_attempt == row.first_attempt


def test_every_change_raises_the_version_by_one(hunt: Hunt, ada: Hunter) -> None:
    versions = [ada.row.version]
    for text in ("wrong", "close 1", "right 1", "right 2"):
        versions.append(ada.answers(text).me.version)
        assert ada.row.version == versions[-1]
    assert versions == list(range(versions[0], versions[0] + 5))


# --- repeats of a guess -------------------------------------------------------------------------------------


def test_the_same_guess_again_says_so_and_costs_nothing(hunt: Hunt, ada: Hunter) -> None:
    first = ada.answers("A lamp")
    spent = ada.row.wrong_tat
    assert not first.repeat
    for text in ("A lamp", "a LAMP!", " á-lamp "):
        again = ada.answers(text)
        assert (again.verdict, again.repeat, again.me.wait_ms) == ("wrong", True, 0)
    assert ada.row.wrong_tat == spent
    assert ada.attempts() == 4
    assert ada.attempts(repeat=True) == 3


def test_a_guess_of_somebody_else_or_on_another_question_is_no_repeat(
    hunt: Hunt, ada: Hunter, bob: Hunter
) -> None:
    ada.answers("lamp")
    assert not bob.answers("lamp").repeat
    ada.answers("right 1")
    assert not ada.answers("lamp").repeat


def test_a_guess_repeated_inside_one_batch_is_a_repeat(hunt: Hunt, ada: Hunter) -> None:
    told = [judged(result).repeat for result in submit([ada.command("answer", "lamp") for _ in range(3)])]
    assert told == [False, True, True]


# --- the wrong-answer limit ---------------------------------------------------------------------------------


def test_five_wrong_answers_at_once_and_then_one_each_six_seconds(hunt: Hunt, ada: Hunter) -> None:
    for number in range(5):
        wait = ada.answers(f"wrong {number}").me.wait_ms
    assert 0 < wait <= 6000
    refused = ada.does("answer", "wrong 5")
    assert isinstance(refused, errors.TooManyGuesses)
    assert refused.wait_ms is not None
    assert 0 < refused.wait_ms <= wait
    ada.waits(0.1)
    assert ada.answers("wrong 5").verdict == "wrong"
    assert code(ada.does("answer", "wrong 6")) == "too_many_guesses"
    ada.waits(0.5)
    assert [code(ada.does("answer", f"more {number}")) for number in range(6)] == ["judged"] * 5 + [
        "too_many_guesses"
    ]


def test_the_limit_refuses_right_answers_too_and_tells_nothing(hunt: Hunt, ada: Hunter) -> None:
    for number in range(5):
        ada.answers(f"wrong {number}")
    before = ada.row
    refused = {code(ada.does("answer", text)) for text in ("right 1", "close 1", "wrong 9")}
    assert refused == {"too_many_guesses"}
    assert ada.attempts() == 5
    assert (ada.row.version, ada.row.position, ada.row.wrong_tat) == (before.version, 1, before.wrong_tat)


def test_who_must_wait_may_still_repeat_a_guess_take_a_hint_or_skip(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    for number in range(5):
        ada.answers(f"wrong {number}")
    assert ada.answers("wrong 0").repeat
    assert ada.hints("points").charged == "points"
    assert ada.skips().me.position == 2
    assert code(ada.does("answer", "wrong")) == "too_many_guesses", "another question does not rest anybody"


def test_close_and_accept_close_share_the_limit(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    ada.answers("close 1")
    for number in range(4):
        ada.does("accept_close", f"wrong {number}")
    assert code(ada.does("answer", "wrong 9")) == "too_many_guesses"
    assert code(ada.does("accept_close", "wrong 9")) == "too_many_guesses"
    assert ada.row.xp == 100


def test_right_answers_cost_nothing_of_the_limit(hunt: Hunt, ada: Hunter) -> None:
    for number in range(4):
        ada.answers(f"wrong {number}")
    ada.answers("right 1")
    ada.answers("right 2")
    assert ada.answers("wrong").verdict == "wrong"
    assert code(ada.does("answer", "wrong 9")) == "too_many_guesses"


def test_the_limit_is_kept_in_the_row_so_that_a_reconnect_does_not_reset_it(hunt: Hunt, ada: Hunter) -> None:
    for number in range(5):
        ada.answers(f"wrong {number}")
    assert enter(hunt.id, ada.id).play.me.wait_ms > 0
    assert code(Hunter(Player.objects.get(id=ada.id)).does("answer", "other")) == "too_many_guesses"


def test_the_limit_is_the_hunts_setting_and_holds_inside_a_batch(hunt: Hunt, ada: Hunter) -> None:
    set_rules(hunt, wrong_burst=2, wrong_per_minute=1)
    batch = [ada.command("answer", f"wrong {number}") for number in range(4)]
    assert [code(result) for result in submit(batch)] == [
        "judged",
        "judged",
        "too_many_guesses",
        "too_many_guesses",
    ]
    last = submit(batch[3:])[0]
    assert isinstance(last, errors.TooManyGuesses)
    assert last.wait_ms is not None
    assert 50_000 < last.wait_ms <= 60_000


# --- accept close -------------------------------------------------------------------------------------------


def test_accept_close_makes_a_close_answer_right_for_its_price(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    told = ada.accepts_close("close 1")
    assert (told.verdict, told.accepted_close, told.xp) == ("correct", True, 5 - 100)
    assert told.award == AwardView(gross=100, hint=0, accept_close=10, total=90)
    assert (told.me.points, told.me.xp, told.me.position) == (90, 5, 2)
    assert ada.entries(command=told.submission.command) == [("solve", 100, 5), ("accept_close", -10, -100)]
    assert_proved(hunt)


def test_accept_close_may_be_used_for_the_close_answer_just_given(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    for number in range(4):
        ada.answers(f"wrong {number}")
    ada.answers("close 1")
    assert ada.row.wrong_tat is not None
    told = ada.accepts_close("close 1")
    assert (told.verdict, told.accepted_close) == ("correct", True)


def test_accept_close_costs_nothing_when_the_answer_is_right(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    told = ada.accepts_close("right 1")
    assert (told.verdict, told.accepted_close, told.award, told.me.xp) == ("correct", False, FULL, 100)
    assert ada.entries(command=told.submission.command) == [("solve", 100, 0)]


def test_accept_close_of_a_wrong_answer_is_an_ordinary_wrong_answer(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    told = ada.accepts_close("nonsense")
    assert (told.verdict, told.accepted_close, told.xp, told.me.xp, told.me.position) == (
        "wrong",
        False,
        0,
        100,
        1,
    )
    assert ada.attempts(kind="accept_close", verdict="wrong") == 1
    assert ada.row.wrong_tat is not None
    assert ada.answers("nonsense").repeat


def test_without_the_xp_accept_close_tells_nothing_of_the_answer(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(99)
    before = ada.stored()
    refusals = [ada.does("accept_close", text) for text in ("right 1", "close 1", "wrong")]
    assert {type(refusal) for refusal in refusals} == {errors.InsufficientXP}
    assert (
        len(
            {
                (str(refusal.text), refusal.wait_ms)
                for refusal in refusals
                if isinstance(refusal, errors.GameError)
            }
        )
        == 1
    )
    assert ada.attempts() == 0
    assert ada.stored() == before


# --- hints --------------------------------------------------------------------------------------------------


def test_a_hint_for_points_lowers_that_questions_award_and_no_other(hunt: Hunt, ada: Hunter) -> None:
    told = ada.hints("points")
    assert (told.charged, told.xp, told.verdict, told.question, told.story) == ("points", 0, None, None, ())
    assert told.hint_html == "<p>Hint 1</p>\n"
    assert (told.me.hint, told.me.hint_html) == ("points", told.hint_html)
    assert ada.entries() == [], "what it costs is known with the award"
    assert ada.answers("right 1").award == AwardView(gross=100, hint=10, accept_close=0, total=90)
    assert ada.entries() == [("solve", 100, 5), ("hint", -10, 0)]
    assert ada.answers("right 2").award == FULL
    assert ada.row.points == 190
    assert_proved(hunt)


def test_a_hint_for_xp_costs_no_points(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(60)
    told = ada.hints("xp")
    assert (told.charged, told.xp, told.me.xp, told.me.hint) == ("xp", -50, 10, "xp")
    assert ada.answers("right 1").award == FULL
    assert_proved(hunt)


@pytest.mark.parametrize("first", ["points", "xp"])
@pytest.mark.parametrize("second", ["points", "xp"])
def test_only_one_price_is_ever_charged_for_a_hint(hunt: Hunt, ada: Hunter, first: str, second: str) -> None:
    ada.has_xp(100)
    ada.hints(first)
    xp = ada.row.xp
    again = ada.hints(second)
    assert (again.charged, again.xp, again.hint_html, again.me.hint) == (None, 0, "<p>Hint 1</p>\n", first)
    assert ada.row.xp == xp
    award = ada.answers("right 1").award
    assert award is not None
    assert award.hint == (10 if first == "points" else 0)


def test_two_hints_in_one_batch_are_charged_once(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    told = [judged(result) for result in submit([ada.command("hint", "xp"), ada.command("hint", "xp")])]
    assert [one.charged for one in told] == ["xp", None]
    assert ada.row.xp == 50


def test_a_hint_is_refused_without_the_xp_or_without_a_hint(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(49)
    assert code(ada.does("hint", "xp")) == "insufficient_xp"
    Question.objects.filter(hunt=hunt, position=1).update(hint="")
    Hunt.objects.filter(id=hunt.id).update(version=2)
    assert code(ada.does("hint", "points")) == "no_hint"
    assert (ada.row.xp, ada.row.hint_paid, ada.attempts()) == (49, "", 0)


def test_a_hint_is_paid_with_points_or_xp_and_nothing_else(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    assert code(ada.does("hint", "gold")) == "invalid"
    assert code(ada.does("hint", "")) == "invalid"
    assert (ada.row.xp, ada.attempts()) == (100, 0)


def test_deductions_never_make_an_award_negative(hunt: Hunt, ada: Hunter) -> None:
    Question.objects.filter(hunt=hunt, position=1).update(points=13)
    Hunt.objects.filter(id=hunt.id).update(version=2)
    ada.has_xp(100)
    ada.hints("points")
    told = ada.accepts_close("close 1")
    assert told.award == AwardView(gross=13, hint=10, accept_close=3, total=0)
    assert ada.entries(command=told.submission.command) == [
        ("solve", 13, 5),
        ("hint", -10, 0),
        ("accept_close", -3, -100),
    ]
    assert ada.row.points == 0
    assert_proved(hunt)


# --- skip and the end of the chain --------------------------------------------------------------------------


def test_a_skip_costs_xp_earns_nothing_and_shows_the_next_question(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(80)
    told = ada.skips()
    assert (told.verdict, told.award, told.xp, told.me.xp, told.me.points, told.me.solves) == (
        None,
        None,
        -75,
        5,
        0,
        0,
    )
    assert told.question is not None
    assert told.question.q == 2
    assert [(block.q, block.when) for block in told.story] == [(1, "after"), (2, "before")]
    assert ada.attempts(verdict="correct") == 0
    assert (ada.row.last_solve, ada.standing.last_solve) == (None, None)
    assert_proved(hunt)


def test_a_skip_without_the_xp_is_refused(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(74)
    assert code(ada.does("skip")) == "insufficient_xp"
    assert (ada.row.position, ada.row.xp) == (1, 74)


@pytest.mark.parametrize("last", ["answer", "skip"])
def test_after_the_last_question_there_is_nothing_left_to_do(hunt: Hunt, ada: Hunter, last: str) -> None:
    ada.solves_until(3)
    ada.has_xp(100)
    told = judged(ada.does(last, "right 3" if last == "answer" else ""))
    assert (told.me.finished, told.me.position, told.me.next_tick, told.question) == (True, 4, None, None)
    assert [(block.q, block.when) for block in told.story] == [(3, "after")]
    row = ada.row
    assert (row.next_tick, row.shown_clock) == (None, None)
    assert row.finished_at is not None
    assert ada.standing.finished
    for kind in COMMANDS:
        for q in (3, 4):
            assert code(ada.does(kind, TEXTS[kind], q)) == "finished"
    assert_proved(hunt)


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("q", [0, 1, 3, 99])
def test_a_command_for_another_question_is_never_judged_against_this_one(
    hunt: Hunt, ada: Hunter, kind: str, q: int
) -> None:
    ada.solves_until(2)
    ada.has_xp(100)
    attempts, before = ada.attempts(), ada.stored()
    assert code(ada.does(kind, "right 2" if kind == "answer" else TEXTS[kind], q)) == "stale_question"
    assert (ada.attempts(), ada.stored()) == (attempts, before)


def before_the_start(hunt: Hunt) -> None:
    Hunt.objects.filter(id=hunt.id).update(starts_at=now_ms() + HOUR)


def paused(hunt: Hunt) -> None:
    hunts.control(make_user(staff=True).pk, hunt.id, "pause")


def ended_by_hand(hunt: Hunt) -> None:
    hunts.control(make_user(staff=True).pk, hunt.id, "end")


def ended_by_the_clock(hunt: Hunt) -> None:
    Hunt.objects.filter(id=hunt.id).update(ends_at=now_ms() - 1)


def banned(hunt: Hunt) -> None:
    Player.objects.filter(hunt=hunt).update(banned=True)
    Standing.objects.filter(hunt=hunt).update(hidden=True)


@pytest.mark.parametrize(
    ("come", "refusal"),
    [
        (before_the_start, "hunt_scheduled"),
        (paused, "hunt_paused"),
        (ended_by_hand, "hunt_ended"),
        (ended_by_the_clock, "hunt_ended"),
        (banned, "banned"),
    ],
)
@pytest.mark.parametrize("kind", COMMANDS)
def test_outside_play_nothing_is_judged_and_nothing_written(
    hunt: Hunt, ada: Hunter, kind: str, come: Callable[[Hunt], None], refusal: str
) -> None:
    ada.has_xp(100)
    before = ada.stored()
    come(hunt)
    before["banned"] = refusal == "banned"
    command = ada.command(kind, TEXTS[kind])
    assert code(submit([command])[0]) == refusal
    assert (ada.attempts(), ada.stored()) == (0, before)
    assert LedgerEntry.objects.filter(player_id=ada.id, command=command.command).count() == 0


def test_a_refused_command_is_judged_again_when_it_is_resent(hunt: Hunt, ada: Hunter) -> None:
    staff = make_user(staff=True).pk
    hunts.control(staff, hunt.id, "pause")
    command = ada.command("answer", "right 1")
    assert code(submit([command])[0]) == "hunt_paused"
    hunts.control(staff, hunt.id, "resume")
    assert judged(submit([command])[0]).verdict == "correct"


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u200b\u2060", "\ufeff", "\u3164"])
@pytest.mark.parametrize("kind", ["answer", "accept_close"])
def test_what_shows_nothing_is_no_answer(hunt: Hunt, ada: Hunter, kind: str, text: str) -> None:
    ada.has_xp(100)
    assert code(ada.does(kind, text)) == "empty_answer"
    assert (ada.attempts(), ada.row.first_attempt, ada.row.wrong_tat) == (0, None, None)


def test_nobody_acts_for_a_player_of_another_hunt_or_for_none(hunt: Hunt, ada: Hunter) -> None:
    other = make_hunt(current=False)
    stranger = make_player(other, "Eve")
    command = submission(stranger, text="right 1")
    crossed = msgspec.structs.replace(command, hunt=hunt.id)
    nobody = msgspec.structs.replace(command, player=10**9)
    mine = ada.command("answer", "right 1")
    assert [code(result) for result in submit([crossed, nobody, mine])] == [
        "not_found",
        "not_found",
        "judged",
    ]
    assert Player.objects.get(id=stranger.id).position == 1


def test_a_command_for_a_hunt_that_is_gone_fails_alone(hunt: Hunt, ada: Hunter) -> None:
    gone = msgspec.structs.replace(ada.command("answer", "right 1"), hunt=10**9)
    assert [code(result) for result in submit([gone, ada.command("answer", "right 1")])] == [
        "not_found",
        "judged",
    ]


def test_a_hunt_that_goes_is_gone_for_who_still_plays_it(hunt: Hunt, ada: Hunter) -> None:
    """Although this process remembers what its answers were."""
    other = make_hunt(current=False)
    eve = Hunter.of(other, "Eve")
    command = eve.command("answer", "right 1")
    other.delete()
    assert [code(result) for result in submit([command, ada.command("answer", "right 1")])] == [
        "not_found",
        "judged",
    ]


def test_an_answer_that_was_put_right_meanwhile_counts_who_solved_it(
    hunt: Hunt, ada: Hunter, bob: Hunter
) -> None:
    """Solves are counted where this process expects some; content that it did not know of makes it look again."""
    set_rules(hunt, curve="solve_order", solve_order_steps=[[1, 100]], solve_order_rest=50)
    assert ada.answers("right 1").award == FULL
    Question.objects.filter(hunt=hunt, position=1).update(answers=["lighthouse"])
    Hunt.objects.filter(id=hunt.id).update(version=2)
    award = bob.answers("lighthouse").award
    assert award is not None
    assert award.total == 50


# --- what people type ---------------------------------------------------------------------------------------

TYPED = {
    "256 characters": "x" * 256,
    "256 four-byte characters": "🧩" * 256,
    "one that folds to eighteen": "\ufdfa" * 256,
    "combining marks": "a" + "\u0301" * 255,
    "right to left": "\u202eמפתח\u202c",
    "SQL": "'; DROP TABLE game_attempt; --",
    "patterns": "100% %s %(x)s {0} \\x00 \\",
    "markup": "<script>alert(1)</script>",
    "a tab and a line break": "two\twords\nhere",
}


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED)
def test_whatever_is_typed_is_judged_stored_as_it_was_and_known_again(
    hunt: Hunt, ada: Hunter, text: str
) -> None:
    command = ada.command("answer", text)
    first = judged(submit([command])[0])
    assert first.verdict == "wrong"
    assert Attempt.objects.get(command=command.command).text == text
    assert outcome(judged(submit([command])[0])) == outcome(first)
    assert ada.answers(text).repeat


UNSTORABLE = {"NUL": "right\x00 1", "a lone surrogate": "right \ud8001", "257 characters": "x" * 257}


@pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
@pytest.mark.parametrize("kind", COMMANDS)
def test_text_that_no_row_can_hold_fails_alone_and_costs_nothing(
    hunt: Hunt, ada: Hunter, bob: Hunter, kind: str, text: str
) -> None:
    ada.has_xp(100)
    before = ada.stored()
    batch = [bob.command("answer", "wrong"), ada.command(kind, text), bob.command("answer", "right 1")]
    assert [code(result) for result in submit(batch)] == ["judged", "invalid", "judged"]
    assert (ada.attempts(), ada.stored()) == (0, before)


# --- curves -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "points"), [(0, 100), (60, 75), (30, 85), (179, 56), (60 * 24, 50)])
def test_elapsed_awards_fall_with_the_time_the_player_had_the_question(
    hunt: Hunt, ada: Hunter, minutes: int, points: int
) -> None:
    ada.waits(minutes)
    award = ada.answers("right 1").award
    assert award is not None
    assert award.total == points
    again = ada.answers("right 2").award
    assert again is not None
    assert again.total == 100, "the next question's clock begins with it"


def test_a_pause_does_not_count_as_time_with_the_question(hunt: Hunt, ada: Hunter) -> None:
    staff = make_user(staff=True).pk
    ada.waits(60)
    hunts.control(staff, hunt.id, "pause")
    Hunt.objects.filter(id=hunt.id).update(paused_at=F("paused_at") - HOUR // 2)
    hunts.control(staff, hunt.id, "resume")
    award = ada.answers("right 1").award
    assert award is not None
    assert award.total == 85, "half an hour of the hour was a pause"


def test_the_clock_starts_when_the_question_is_first_shown_not_with_joining(hunt: Hunt) -> None:
    cleo = Hunter.of(hunt, "Cleo", entered=False)
    Player.objects.filter(id=cleo.id).update(created_at=now_ms() - HOUR)
    assert cleo.stored()["shown_clock"] is None
    enter(hunt.id, cleo.id)
    shown = cleo.stored()["shown_clock"]
    assert abs(shown - (now_ms() - hunt.starts_at)) < 5000
    assert cleo.answers("right 1").award == FULL


def test_a_reload_does_not_restart_the_clock(hunt: Hunt, ada: Hunter) -> None:
    ada.waits(60)
    shown, version = ada.row.shown_clock, ada.row.version
    for _ in range(3):
        enter(hunt.id, ada.id)
    assert (ada.row.shown_clock, ada.row.version) == (shown, version)
    award = ada.answers("right 1").award
    assert award is not None
    assert award.total == 75


def test_who_waits_for_the_start_has_no_clock_until_the_question_is_shown() -> None:
    hunt = make_hunt(started_h=-1)
    dora = Hunter.of(hunt, "Dora")
    assert dora.row.shown_clock is None
    hunts.control(make_user(staff=True).pk, hunt.id, "start")
    assert dora.row.shown_clock is None
    enter(hunt.id, dora.id)
    assert dora.row.shown_clock is not None


def test_who_answers_without_ever_looking_had_no_time(hunt: Hunt) -> None:
    assert Hunter.of(hunt, "Eli", entered=False).answers("right 1").award == FULL


def test_solve_order_awards_by_prior_solves_whatever_the_time(hunt: Hunt) -> None:
    set_rules(hunt, curve="solve_order", solve_order_steps=[[2, 100], [3, 90]], solve_order_rest=75)
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(5)]
    hunters[0].waits(600)
    awards = [hunters[number].answers("right 1").award for number in (0, 1)]
    batch = [hunters[number].command("answer", "right 1") for number in (2, 3, 4)]
    awards += [judged(result).award for result in submit(batch)]
    assert [award.total for award in awards if award] == [100, 100, 90, 75, 75]
    skipper = Hunter.of(hunt, "Skipper")
    skipper.has_xp(100)
    skipper.skips()
    assert judged(hunters[0].does("answer", "right 2")).award == FULL


# --- XP with a command --------------------------------------------------------------------------------------


def test_players_begin_with_the_start_xp_in_the_ledger(hunt: Hunt) -> None:
    set_rules(hunt, xp_start=40)
    cleo = Hunter.of(hunt, "Cleo")
    assert (cleo.row.xp, cleo.entries()) == (40, [("start", 0, 40)])
    assert_proved(hunt)


@pytest.mark.parametrize(("xp", "granted"), [(0, 5), (95, 5), (97, 3), (100, 0), (130, 0)])
def test_a_solve_grants_xp_up_to_the_cap(hunt: Hunt, ada: Hunter, xp: int, granted: int) -> None:
    ada.has_xp(xp)
    told = ada.answers("right 1")
    assert (told.xp, told.me.xp) == (granted, xp + granted)
    assert_proved(hunt)


# --- ids ----------------------------------------------------------------------------------------------------

DEEDS = [
    ("answer", "wrong"),
    ("answer", "close 1"),
    ("answer", "right 1"),
    ("accept_close", "wrong"),
    ("accept_close", "close 1"),
    ("accept_close", "right 1"),
    ("hint", "points"),
    ("hint", "xp"),
    ("skip", ""),
]


@pytest.mark.parametrize(("kind", "text"), DEEDS)
def test_a_repeated_id_is_told_its_stored_outcome_and_nothing_happens(
    hunt: Hunt, ada: Hunter, kind: str, text: str
) -> None:
    ada.has_xp(100)
    command = ada.command(kind, text)
    first = judged(submit([command])[0])
    attempts, entries, row = ada.attempts(), ada.entries(), ada.stored()
    again = judged(submit([command])[0])
    assert outcome(again) == outcome(first)
    assert (again.me, again.question, again.story) == (first.me, first.question, first.story)
    assert (ada.attempts(), ada.entries(), ada.stored()) == (attempts, entries, row)


@pytest.mark.parametrize(("kind", "text"), DEEDS)
def test_a_repeated_id_is_told_its_stored_outcome_after_more_has_happened(
    hunt: Hunt, ada: Hunter, kind: str, text: str
) -> None:
    ada.has_xp(100)
    command = ada.command(kind, text)
    first = judged(submit([command])[0])
    ada.solves_until(3)
    for come in (
        lambda: ada.answers("right 3"),
        lambda: paused(hunt),
        lambda: ended_by_hand(hunt),
        lambda: banned(hunt),
    ):
        come()
        again = judged(submit([command])[0])
        assert outcome(again) == outcome(first)
        assert (again.me.finished, again.me.points) == (True, ada.row.points), "me is as it is now"
    assert_proved(hunt)


@pytest.mark.parametrize(("kind", "text"), DEEDS)
def test_the_same_id_for_something_else_is_a_conflict(hunt: Hunt, ada: Hunter, kind: str, text: str) -> None:
    ada.has_xp(100)
    command = ada.command(kind, text)
    submit([command])
    attempts, row = ada.attempts(), ada.stored()
    others: list[Submission] = [
        msgspec.structs.replace(command, text=text + "?"),
        msgspec.structs.replace(command, q=2),
        msgspec.structs.replace(command, kind=type(command.kind)("skip" if kind != "skip" else "answer")),
    ]
    for other in others:
        assert code(submit([other])[0]) == "id_conflict"
    assert (ada.attempts(), ada.stored()) == (attempts, row)


def test_two_players_may_use_the_same_id(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    shared = new_id()
    assert ada.answers("right 1", command=shared).verdict == "correct"
    assert bob.answers("wrong", command=shared).verdict == "wrong"


def test_an_id_repeated_inside_one_batch_has_one_effect(hunt: Hunt, ada: Hunter) -> None:
    command = ada.command("answer", "right 1")
    other = msgspec.structs.replace(command, text="wrong")
    results = submit([command, command, other, command])
    assert [code(result) for result in results] == ["judged", "judged", "id_conflict", "judged"]
    assert len({outcome(judged(results[place])) for place in (0, 1, 3)}) == 1
    assert (ada.attempts(), ada.row.points) == (1, 100)
    assert_proved(hunt)


def test_a_hint_that_was_free_is_free_again_under_its_id(hunt: Hunt, ada: Hunter) -> None:
    ada.hints("points")
    command = ada.command("hint", "points")
    assert [judged(submit([command])[0]).charged for _ in range(2)] == [None, None]


# --- batches ------------------------------------------------------------------------------------------------


def test_one_players_commands_are_judged_in_their_order(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    batch = [
        ada.command("answer", "right 2", q=2),
        ada.command("answer", "wrong"),
        ada.command("hint", "points"),
        ada.command("answer", "right 1"),
        ada.command("answer", "right 1"),
        ada.command("skip", q=2),
        ada.command("answer", "right 3", q=3),
        ada.command("answer", "right 3", q=3),
    ]
    results = submit(batch)
    assert [code(result) for result in results] == [
        "stale_question",
        "judged",
        "judged",
        "judged",
        "stale_question",
        "judged",
        "judged",
        "finished",
    ]
    assert [judged(results[place]).me.position for place in (1, 2, 3, 5, 6)] == [1, 1, 2, 3, 4]
    assert judged(results[3]).award == AwardView(gross=100, hint=10, accept_close=0, total=90)
    assert ada.row.points == 190
    assert_proved(hunt)


def test_a_batch_of_many_players_and_hunts_is_told_apart(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    other = make_hunt(1, current=False)
    eve = Hunter.of(other, "Eve")
    batch = [
        bob.command("answer", "close 1"),
        eve.command("answer", "right 1"),
        ada.command("answer", "right 1"),
    ]
    told = [judged(result) for result in submit(batch)]
    assert [(one.me.player, one.verdict) for one in told] == [
        (bob.id, "close"),
        (eve.id, "correct"),
        (ada.id, "correct"),
    ]
    assert [one.me.finished for one in told] == [False, True, False]
    assert Standing.objects.get(player_id=eve.id).hunt_id == other.id
    assert_proved(hunt)
    assert_proved(other)


def test_an_empty_batch_is_no_work() -> None:
    assert submit([]) == []


def test_members_of_one_player_share_the_position_and_each_attempt_names_its_own(
    hunt: Hunt, ada: Hunter
) -> None:
    mine = ada.command("answer", "right 1")
    mate = Member.objects.create(hunt=hunt, player=ada.row, user=make_user("mate"))
    mates = msgspec.structs.replace(mine, member=mate.id, command=str(new_id()))
    assert [code(result) for result in submit([mine, mates])] == ["judged", "stale_question"]
    next_one = msgspec.structs.replace(mates, q=2, text="right 2")
    assert judged(submit([next_one])[0]).me.position == 3
    assert list(Attempt.objects.order_by("id").values_list("member_id", flat=True)) == [mine.member, mate.id]
    assert set(LedgerEntry.objects.values_list("member_id", flat=True)) == {mine.member, mate.id}


def test_one_account_is_one_player_in_each_hunt(hunt: Hunt) -> None:
    user = make_user("both")
    other = make_hunt(current=False)
    here, there = players.join(user, hunt, "Here"), players.join(user, other, "There")
    assert players.join(user, hunt, "Elsewhere").id == here.id
    command = new_id()
    results = submit([submission(player, text="right 1", command=command) for player in (here, there)])
    assert [code(result) for result in results] == ["judged", "judged"]
    assert Attempt.objects.filter(command=command).count() == 2


# --- what the database refuses ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_row_that_the_database_refuses_fails_alone(hunt: Hunt, place: int) -> None:
    """An account is deleted while its socket still sends: its member is gone, and the foreign key says so at COMMIT."""
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(20)]
    batch = [hunter.command("answer", "right 1") for hunter in hunters]
    batch[place] = msgspec.structs.replace(batch[place], member=10**9)
    expected = ["invalid" if number == place else "judged" for number in range(20)]
    assert [code(result) for result in submit(batch)] == expected
    assert [hunter.row.position for hunter in hunters] == [
        1 if number == place else 2 for number in range(20)
    ]
    assert hunters[place].attempts() == 0
    assert [code(result) for result in submit(batch)] == expected, "and again: the others are repeats now"
    assert Attempt.objects.count() == 19
    assert_proved(hunt)


@pytest.mark.django_db(transaction=True)
def test_several_refused_rows_leave_the_others_standing(hunt: Hunt) -> None:
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(12)]
    batch = [
        msgspec.structs.replace(hunter.command("answer", "right 1"), member=10**9)
        if number % 3 == 0
        else hunter.command("answer", "right 1")
        for number, hunter in enumerate(hunters)
    ]
    assert [code(result) for result in submit(batch)] == [
        "invalid" if number % 3 == 0 else "judged" for number in range(12)
    ]
    assert_proved(hunt)


@pytest.mark.django_db(transaction=True)
def test_a_solve_that_is_there_already_is_not_awarded_twice(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    """Rows set back by hand: the constraints are the last word, and only this player's command fails."""
    ada.answers("right 1")
    Player.objects.filter(id=ada.id).update(position=1)
    batch = [bob.command("answer", "right 1"), ada.command("answer", "right 1")]
    assert [code(result) for result in submit(batch)] == ["judged", "invalid"]
    assert ada.entries() == [("solve", 100, 5)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("failures", [1, 2])
def test_a_connection_that_breaks_twice_is_retry_later_whatever_it_is_called(
    hunt: Hunt,
    ada: Hunter,
    bob: Hunter,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    failures: int,
) -> None:
    batch = [ada.command("answer", "right 1"), bob.command("answer", "wrong")]
    judge, left = answers._submit, [failures]

    def broken(commands: list[Submission]) -> list[answers.Result]:
        if left[0]:
            left[0] -= 1
            raise error
        return judge(commands)

    monkeypatch.setattr(answers, "_submit", broken)
    expected = "judged" if failures == 1 else "retry_later"
    assert [code(result) for result in submit(batch)] == [expected] * 2
    assert Attempt.objects.count() == (2 if failures == 1 else 0)


def test_a_batch_over_what_one_statement_takes_is_written_whole(hunt: Hunt) -> None:
    """SQLite allows 32,766 parameters in a statement."""
    row = Hunter.of(hunt, "Model").row
    many = 300
    Player.objects.bulk_create(
        Player(hunt=hunt, name=f"P {number}", name_key=f"p {number}", changed_at=row.changed_at, created_at=0)
        for number in range(many)
    )
    everybody = Player.objects.filter(name_key__startswith="p ").order_by("id")
    member = Member.objects.get(player=row).id
    batch = [
        Submission(hunt.id, player.id, member, str(uuid.uuid4()), ada_kind, 1, f"wrong {number}")
        for player in everybody
        for number, ada_kind in enumerate([type(submission(row).kind)("answer")] * 5)
    ]
    results = submit(batch)
    assert {code(result) for result in results} == {"judged"}
    assert Attempt.objects.count() == many * 5
    assert set(everybody.values_list("version", flat=True)) == {6}
