"""Everybody at once: threads with connections of their own, against one database."""

import itertools
import threading
import time
from collections import Counter
from functools import partial

import pytest
from django.db import connection

from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Member, Player
from game.queries.clock import now_ms
from game.services import hunts, players, xp
from game.services.answers import Result, Submission, submit
from leaderboard.models import Standing
from tests.factories import HOUR, make_hunt, make_user
from tests.services.hunters import Hunter, assert_proved, code, judged, outcome
from tests.services.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

# No limit on wrong answers: these players type faster than anybody.
UNLIMITED = {"wrong_burst": 1000, "wrong_per_minute": 600}


@pytest.fixture
def crowd(hunt: Hunt) -> list[Hunter]:
    return [Hunter.of(hunt, f"Hunter {number}") for number in range(12)]


def submit_one(command: Submission) -> Result:
    (result,) = submit([command])
    return result


# --- one player -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "text"), [("answer", "right 1"), ("hint", "xp"), ("skip", "")])
def test_one_command_from_twenty_sockets_has_one_effect(
    hunt: Hunt, ada: Hunter, kind: str, text: str
) -> None:
    ada.has_xp(100)
    entries = len(ada.entries())
    command = ada.command(kind, text)
    results = at_once([partial(submit_one, command)] * 20)
    assert len({outcome(judged(result)) for result in results}) == 1
    assert ada.attempts() == 1
    assert len(ada.entries()) == entries + 1
    assert_proved(hunt)


def test_twenty_right_answers_at_once_are_one_solve(hunt: Hunt, ada: Hunter) -> None:
    results = at_once([partial(submit_one, ada.command("answer", "right 1")) for _ in range(20)])
    assert Counter(map(code, results)) == {"judged": 1, "stale_question": 19}
    assert (ada.row.position, ada.row.points, ada.attempts()) == (2, 100, 1)
    assert_proved(hunt)


def test_power_ups_at_once_never_spend_the_same_xp_twice(hunt: Hunt, ada: Hunter) -> None:
    ada.has_xp(100)
    commands = [
        ada.command(kind, text) for kind, text in (("hint", "xp"), ("skip", ""), ("accept_close", "close 1"))
    ]
    results = at_once([partial(submit_one, command) for command in commands * 4])
    assert "judged" in map(code, results)
    assert 0 <= ada.row.xp <= 55
    assert_proved(hunt)


def test_wrong_answers_from_many_sockets_share_one_limit(hunt: Hunt, ada: Hunter) -> None:
    commands = [ada.command("answer", f"wrong {number}") for number in range(20)]
    results = at_once([partial(submit_one, command) for command in commands])
    assert Counter(map(code, results)) == {"judged": 5, "too_many_guesses": 15}


# --- an organiser's hand ----------------------------------------------------------------------------------------


def test_nothing_is_judged_after_a_pause(hunt: Hunt, crowd: list[Hunter]) -> None:
    """Fifty pauses against fifty batches: whatever was judged was judged before the pause, by the same clock."""
    Hunt.objects.filter(id=hunt.id).update(settings=UNLIMITED)
    staff = make_user(staff=True).pk
    for trial in range(50):
        batch = [hunter.command("answer", f"wrong {trial}") for hunter in crowd]
        results, _ = at_once([partial(submit, batch), partial(hunts.control, staff, hunt.id, "pause")])
        paused_at = Hunt.objects.get(id=hunt.id).paused_at
        assert paused_at is not None
        codes = {code(result) for result in results}
        assert codes in ({"judged"}, {"hunt_paused"})
        judged_at = Attempt.objects.filter(command__in=[command.command for command in batch]).values_list(
            "at", flat=True
        )
        assert len(judged_at) == (len(batch) if codes == {"judged"} else 0)
        assert all(at <= paused_at for at in judged_at)
        assert code(submit_one(crowd[0].command("answer", "right 1"))) == "hunt_paused"
        hunts.control(staff, hunt.id, "resume")
    assert_proved(hunt)


def test_nothing_is_judged_at_or_after_the_end(hunt: Hunt, crowd: list[Hunter]) -> None:
    """Answers stream over the ending instant; the last one judged is before it, every one after it is refused."""
    Hunt.objects.filter(id=hunt.id).update(settings=UNLIMITED, ends_at=now_ms() + 400)
    end = Hunt.objects.get(id=hunt.id).ends_at

    def stream(hunter: Hunter) -> list[str]:
        codes = []
        for number in itertools.count():
            codes.append(code(hunter.does("answer", f"wrong {number}")))
            if codes[-1] != "judged":
                return codes
        raise AssertionError

    streams = at_once([partial(stream, hunter) for hunter in crowd[:4]])
    assert {codes[-1] for codes in streams} == {"hunt_ended"}
    assert sum(map(len, streams)) > 2 * len(streams), "some were in time"
    assert now_ms() >= end
    assert Attempt.objects.filter(at__gte=end).count() == 0
    assert code(crowd[5].does("answer", "right 1")) == "hunt_ended"


def test_a_pause_gets_its_turn_under_a_continuous_stream_of_answers(hunt: Hunt, crowd: list[Hunter]) -> None:
    """Sharers that keep arriving must not pass by whoever waits to own the hunt; six never leave it alone."""
    Hunt.objects.filter(id=hunt.id).update(settings=UNLIMITED)
    staff = make_user(staff=True).pk
    stop = threading.Event()

    def stream(number: int) -> int:
        mine, judged_count = crowd[number * 2 : number * 2 + 2], 0
        for guess in itertools.count():
            if stop.is_set():
                return judged_count
            results = submit([hunter.command("answer", f"wrong {number} {guess}") for hunter in mine])
            judged_count += sum(code(result) == "judged" for result in results)
        raise AssertionError

    def organise() -> list[float]:
        took = []
        try:
            for action in ("pause", "resume") * 5:
                time.sleep(0.05)
                begun = time.monotonic()
                hunts.control(staff, hunt.id, action)
                took.append(time.monotonic() - begun)
            return took
        finally:
            stop.set()

    jobs = [partial(stream, number) for number in range(6)]
    *counts, took = at_once([*jobs, organise])
    assert all(count > 0 for count in counts)
    assert max(took) < (1 if connection.vendor == "postgresql" else 5)
    assert_proved(hunt)


# --- players among each other -----------------------------------------------------------------------------------


def test_batches_that_overlap_in_opposite_orders_do_not_deadlock(hunt: Hunt, crowd: list[Hunter]) -> None:
    Hunt.objects.filter(id=hunt.id).update(settings=UNLIMITED | {"curve": "solve_order"})

    def play(name: str, order: list[Hunter]) -> Counter[str]:
        codes: Counter[str] = Counter()
        for number in range(12):
            texts = [f"wrong {name} {number}", f"right {number % 3 + 1}"]
            codes.update(
                code(result)
                for text in texts
                for result in submit([hunter.command("answer", text) for hunter in order])
            )
        return codes

    told = at_once(
        [partial(play, "one", crowd), partial(play, "other", crowd[::-1]), partial(play, "third", crowd[5:])]
    )
    assert "retry_later" not in {refusal for codes in told for refusal in codes}
    assert LedgerEntry.objects.filter(cause="solve").count() == 36
    assert_proved(hunt)


def test_of_twelve_who_solve_at_once_exactly_ten_are_among_the_first_ten(
    hunt: Hunt, crowd: list[Hunter]
) -> None:
    Hunt.objects.filter(id=hunt.id).update(settings={"curve": "solve_order"})
    results = at_once([partial(submit_one, hunter.command("answer", "right 1")) for hunter in crowd])
    awards = [told.award.total for told in map(judged, results) if told.award]
    assert sorted(awards, reverse=True) == [100] * 10 + [90] * 2
    assert_proved(hunt)


def test_every_standing_is_its_players_last_word(hunt: Hunt, crowd: list[Hunter]) -> None:
    def play(hunter: Hunter) -> None:
        for position in (1, 2, 3):
            judged(hunter.does("answer", f"right {position}"))

    at_once([partial(play, hunter) for hunter in crowd])
    for standing in Standing.objects.filter(hunt=hunt).select_related("player"):
        player = standing.player
        assert (standing.points, standing.finished, standing.version) == (player.points, True, player.version)


# --- XP ---------------------------------------------------------------------------------------------------------


def test_two_schedulers_at_once_grant_each_tick_once(hunt: Hunt, crowd: list[Hunter]) -> None:
    for hunter in crowd:
        hunter.answers("wrong")
        hunter.waits_hours(3.5)
    settled = at_once([xp.settle_due] * 4)
    assert sum(settled) == len(crowd)
    assert {hunter.row.xp for hunter in crowd} == {30}
    assert LedgerEntry.objects.filter(cause="tick").count() == 3 * len(crowd)
    assert_proved(hunt)


def test_the_scheduler_and_the_players_own_commands_settle_each_tick_once(
    hunt: Hunt, crowd: list[Hunter]
) -> None:
    for hunter in crowd:
        hunter.answers("wrong")
        hunter.waits_hours(3.5)
    commands = [hunter.command("answer", "right 1") for hunter in crowd]
    at_once([xp.settle_due, partial(submit, commands[:6]), xp.settle_due, partial(submit, commands[6:])])
    assert {hunter.row.xp for hunter in crowd} == {35}
    assert_proved(hunt)


# --- joining ----------------------------------------------------------------------------------------------------


def test_of_ten_who_want_one_name_one_gets_it(hunt: Hunt) -> None:
    users = [make_user() for _ in range(10)]
    names = ["Ada L", "ADA L", "ada l", " Ada  L "]

    def join(number: int) -> str:
        try:
            return players.join(users[number], hunt, names[number % len(names)]).name
        except errors.NameTaken as refusal:
            return refusal.code

    told = Counter(at_once([partial(join, number) for number in range(10)]))
    assert told["name_taken"] == 9
    assert Player.objects.count() == Member.objects.count() == Standing.objects.count() == 1


def test_two_tabs_that_join_at_once_are_one_player(hunt: Hunt) -> None:
    user = make_user()
    tabs = [partial(players.join, user, hunt, f"Ada {number % 3}") for number in range(8)]
    assert len({player.id for player in at_once(tabs)}) == 1
    assert Player.objects.count() == Member.objects.count() == 1


def test_two_tabs_that_enter_at_once_start_one_clock(hunt: Hunt) -> None:
    ada = Hunter.of(hunt, "Ada", entered=False)
    at_once([partial(players.enter, hunt.id, [ada.id])] * 8)
    shown = ada.row.shown_clock
    assert shown is not None
    assert abs(shown - HOUR) < 10_000


def test_two_tabs_that_close_an_announcement_have_seen_it_once(hunt: Hunt, ada: Hunter) -> None:
    from game.models import Seen
    from game.services.announcements import announce

    told = announce(make_user(staff=True).pk, hunt.id, "info", "Hello")
    number = told["announcement"]
    assert isinstance(number, int)
    at_once([partial(players.seen, hunt.id, ada.id, (number,))] * 8)
    assert Seen.objects.count() == 1


# --- organisers among each other --------------------------------------------------------------------------------


def test_one_announcement_sent_from_ten_sockets_is_stored_once(hunt: Hunt) -> None:
    from uuid import uuid4

    from game.models import Announcement, AuditEntry
    from game.services.announcements import announce

    staff, command = make_user(staff=True).pk, uuid4()
    told = at_once([partial(announce, staff, hunt.id, "info", "Hello", command)] * 10)
    assert all(one == told[0] for one in told)
    assert Announcement.objects.count() == AuditEntry.objects.count() == 1


def test_two_organisers_who_pause_at_once_make_one_pause() -> None:
    hunt = make_hunt()
    staff = [make_user(staff=True).pk for _ in range(4)]

    def pause(user: int) -> str:
        try:
            hunts.control(user, hunt.id, "pause")
        except errors.Invalid as refusal:
            return refusal.code
        return "done"

    told = Counter(at_once([partial(pause, user) for user in staff]))
    assert told == {"done": 1, "invalid": 3}
