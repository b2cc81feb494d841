"""Judged again: each as at their first right guess, nobody the worse for somebody else's, and twice is once."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rules import scoring
from game.rules.matching import answer_key
from game.rules.phases import Times
from game.rules.play import Moment, Puzzle, State
from game.rules.regrade import Case, Change, Try, regrade
from game.rules.settings import HuntSettings

HOUR = 3_600_000
MINUTE = 60_000
NOW = 10 * HOUR
SETTINGS = HuntSettings()
BY_ORDER = HuntSettings(curve="solve_order", solve_order_steps=((1, 100), (2, 80)), solve_order_rest=60)
OLD = Puzzle(answer_key(["right"], ["near"]), 100, True)
NEW = Puzzle(answer_key(["right", "left"], ["near"]), 100, True)


def moment(rules: HuntSettings = SETTINGS) -> Moment:
    return Moment(now=NOW, times=Times(starts_at=0, ends_at=100 * HOUR), settings=rules, questions=3)


def guess(number: int, text: str, minutes: int, **more: Any) -> Try:
    return Try(number, "answer", text, text, minutes * MINUTE, minutes * MINUTE, **more)


def hint(number: int, pay: str, minutes: int) -> Try:
    return Try(number, "hint", pay, "", minutes * MINUTE, None, spent=50 if pay == "xp" else 0)


def skip(number: int, minutes: int) -> Try:
    return Try(number, "skip", "", "", minutes * MINUTE, None, spent=75)


def case(player: int, *tries: Try, puzzle: Puzzle = OLD, **state: Any) -> Case:
    """A player of whom the tries were judged by `puzzle`, alone and on the elapsed curve."""
    points = xp = 0
    paid = False
    for one in tries:
        xp += one.earned - one.spent
        paid = paid or (one.kind == "hint" and one.text == "points")
        if one.solved:
            points += scoring.award(
                SETTINGS,
                puzzle.points,
                (one.elapsed_ms or 0) / 1000,
                0,
                hint_for_points=paid,
                accepted_close=one.accepted_close,
            ).total
    on = 1 if not any(one.solved or one.kind == "skip" for one in tries) else 2
    held = State(**{"position": on, "points": points, "xp": 200 + xp, "shown_clock": 0, **state})
    return Case(player, held, tries, points, xp)


def booked(before: Case, change: Change | None, number: int = 10**6) -> Case:
    """The player after the change was booked, as the rows say it the next time."""
    if change is None:
        return before
    tries = before.tries
    if change.guess is not None:
        row = msgspec.structs.replace(
            change.guess, id=number, kind="regrade", solved=True, accepted_close=False, earned=change.solve_xp
        )
        tries = (*tries, msgspec.structs.replace(row, spent=0))
    return Case(before.player, change.state, tries, before.points + change.points, before.xp + change.xp)


def one(change: list[Change]) -> Change:
    (only,) = change
    return only


# --- each case of it --------------------------------------------------------------------------------------------


def test_who_is_still_on_it_moves_on_with_the_award_of_then() -> None:
    stuck = case(1, guess(1, "left", 60), guess(2, "left", 120), last_solve=5 * MINUTE, xp=0)
    change = one(regrade([stuck], 1, NEW, moment()))
    assert (change.points, change.xp, change.moved) == (75, 5, True)  # an hour is a half-life above the floor
    assert change.state.position == 2
    assert change.state.solves == 1
    assert change.state.last_solve == 60 * MINUTE
    assert change.state.shown_clock == NOW
    assert change.state.hint_paid == ""
    late = case(2, guess(1, "left", 60), last_solve=90 * MINUTE)
    assert one(regrade([late], 1, NEW, moment())).state.last_solve == 90 * MINUTE


def test_the_last_question_finishes() -> None:
    stuck = case(1, guess(1, "left", 60), position=3)
    change = one(regrade([stuck], 3, NEW, moment()))
    assert (change.state.position, change.state.finished_at) == (4, NOW)


def test_who_solved_it_later_gets_the_difference_and_stays() -> None:
    solver = case(1, guess(1, "left", 0), guess(2, "right", 60, solved=True, earned=5))
    change = one(regrade([solver], 1, NEW, moment()))
    assert (solver.points, change.points, change.xp, change.moved) == (75, 25, 0, False)
    assert msgspec.structs.replace(change.state, points=75, version=1) == solver.state


def test_what_was_bought_after_that_guess_is_given_back() -> None:
    accepted = guess(3, "near", 60, solved=True, accepted_close=True, earned=5, spent=100)
    solver = case(1, guess(1, "left", 0), hint(2, "xp", 30), accepted)
    change = one(regrade([solver], 1, NEW, moment()))
    assert (change.points, change.xp) == (35, 150)
    before = case(1, hint(1, "points", 1), guess(2, "left", 2), guess(3, "right", 2, solved=True))
    assert regrade([before], 1, NEW, moment()) == []


def test_a_close_answer_that_is_accepted_now_was_right_by_itself() -> None:
    solver = case(1, guess(1, "near", 0, solved=True, accepted_close=True, earned=5, spent=100))
    change = one(regrade([solver], 1, Puzzle(answer_key(["right", "near"], []), 100, True), moment()))
    assert (change.points, change.xp) == (10, 100)


def test_who_skipped_gets_the_award_and_the_skip_back_and_stays() -> None:
    skipper = case(1, guess(1, "left", 60), skip(2, 90), xp=0)
    change = one(regrade([skipper], 1, NEW, moment()))
    assert (change.points, change.xp, change.moved) == (75, 80, False)
    assert (change.state.position, change.state.solves, change.state.last_solve) == (2, 1, None)


def test_the_xp_of_a_solve_is_cut_to_the_cap_but_what_is_given_back_is_not() -> None:
    skipper = case(1, guess(1, "left", 60), skip(2, 90), xp=90)
    change = one(regrade([skipper], 1, NEW, moment()))
    assert (change.xp, change.state.xp) == (75, 165)


def test_changed_points_are_a_difference_for_every_solver() -> None:
    solvers = [case(n, guess(n, "right", 60 * n, solved=True)) for n in (1, 2)]
    dearer = msgspec.structs.replace(OLD, points=200)
    assert [(change.player, change.points) for change in regrade(solvers, 1, dearer, moment())] == [
        (1, 75),
        (2, 62),
    ]
    cheaper = msgspec.structs.replace(OLD, points=50)
    poor = case(1, guess(1, "right", 0, solved=True), points=20)
    change = one(regrade([poor], 1, cheaper, moment()))
    assert (change.points, change.state.points) == (-20, 0)  # no balance below nothing


def test_what_was_judged_before_times_were_kept_stays() -> None:
    old = guess(1, "right", 60, solved=True)
    solver = case(1, msgspec.structs.replace(old, elapsed_ms=None))
    assert regrade([solver], 1, msgspec.structs.replace(OLD, points=200), moment()) == []


def test_what_was_right_stays_right() -> None:
    solver = case(1, guess(1, "right", 60, solved=True))
    assert regrade([solver], 1, Puzzle(answer_key(["left"], []), 100, True), moment()) == []


def test_by_order_of_solves_the_late_take_their_place_and_nobody_loses_one() -> None:
    first = Case(1, State(position=2, points=100), (guess(5, "right", 50, solved=True),), 100, 0)
    second = Case(2, State(position=2, points=80), (guess(6, "right", 60, solved=True),), 80, 0)
    early = case(3, guess(1, "left", 10))
    between = case(4, guess(7, "left", 55))
    changes = regrade([first, second, early, between], 1, NEW, moment(BY_ORDER))
    assert [(change.player, change.points) for change in changes] == [(3, 100), (4, 60)]


def test_hours_that_are_owed_come_first() -> None:
    stuck = case(1, guess(1, "left", 60), first_attempt=NOW - 3 * HOUR, next_tick=NOW - 2 * HOUR, xp=0)
    change = one(regrade([stuck], 1, NEW, moment()))
    assert [entry.xp for entry in change.ticks] == [10, 10, 10]
    assert (change.xp, change.state.xp) == (5, 35)


# --- whatever they did ------------------------------------------------------------------------------------------


@st.composite
def players(draw: st.DrawFn, number: int) -> Case:
    """Guesses, hints, then perhaps a solve or a skip, in a strict order of instants."""
    made: list[Try] = []
    minutes = 0
    hinted = False
    for _ in range(draw(st.integers(0, 5))):
        minutes += draw(st.integers(1, 90))
        kind = draw(st.sampled_from(["left", "wrong", "near", "hint"]))
        where = number * 100 + len(made)
        if kind != "hint":
            made.append(guess(where, kind, minutes))
        elif not hinted:
            made.append(hint(where, draw(st.sampled_from(["points", "xp"])), minutes))
            hinted = True
    minutes += draw(st.integers(1, 90))
    end = draw(st.sampled_from(["", "right", "near", "skip"]))
    where = number * 100 + len(made)
    if end == "right":
        made.append(guess(where, "right", minutes, solved=True, earned=5))
    elif end == "near":
        made.append(guess(where, "near", minutes, solved=True, accepted_close=True, earned=5, spent=100))
    elif end == "skip":
        made.append(skip(where, minutes))
    return case(number, *made)


crowds = st.integers(0, 5).flatmap(lambda n: st.tuples(*(players(number) for number in range(1, n + 1))))
keys = st.sampled_from([["right"], ["right", "left"], ["left"], ["right", "left", "near"]])


@settings(max_examples=200)
@given(crowds, keys, st.integers(0, 300), st.sampled_from([SETTINGS, BY_ORDER]))
def test_twice_is_once_and_no_award_is_above_the_question(
    crowd: tuple[Case, ...], accepted: list[str], points: int, rules: HuntSettings
) -> None:
    puzzle = Puzzle(answer_key(accepted, []), points, True)
    changes = {change.player: change for change in regrade(crowd, 1, puzzle, moment(rules))}
    after = []
    late = sorted(
        (change for change in changes.values() if change.guess),
        key=lambda each: (each.guess.at, each.guess.id),  # type: ignore[union-attr]
    )
    numbers = {change.player: 10**6 + place for place, change in enumerate(late)}
    for before in crowd:
        change = changes.get(before.player)
        held = booked(before, change, numbers.get(before.player, 0))
        after.append(held)
        if change is None:
            continue
        assert 0 <= held.points <= max(points, before.points)
        assert held.state.points - before.state.points == change.points == held.points - before.points
        assert held.state.xp - before.state.xp == change.xp + sum(entry.xp for entry in change.ticks)
        assert held.state.xp >= 0
        assert change.award is None or change.award.total == change.points
    assert regrade(after, 1, puzzle, moment(rules)) == []


@given(crowds)
def test_by_the_same_answers_and_points_nobody_is_touched(crowd: tuple[Case, ...]) -> None:
    assert regrade(crowd, 1, OLD, moment()) == []
