"""Hourly XP: owed by the clock, granted once, whoever settles it and however late."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F
from django.utils.module_loading import import_string
from django_q.models import Schedule

from game.models import Heartbeat, Hunt, LedgerEntry, Player
from game.services import hunts, xp
from tests.factories import HOUR, make_hunt, now_ms
from tests.services.hunters import Hunter, assert_proved, code

pytestmark = pytest.mark.django_db


def begun(hunt: Hunt, name: str, hours: float) -> Hunter:
    """A player whose first attempt was that long ago."""
    hunter = Hunter.of(hunt, name)
    hunter.answers("wrong")
    hunter.waits_hours(hours)
    return hunter


def ticks(hunter: Hunter) -> list[tuple[int | None, int]]:
    rows = LedgerEntry.objects.filter(player_id=hunter.id, cause="tick").order_by("tick")
    return list(rows.values_list("tick", "xp"))


def test_a_scheduler_that_was_down_for_five_hours_changes_nothing(hunt: Hunt) -> None:
    ada = begun(hunt, "Ada", 5.2)
    assert xp.settle_due() == 1
    row = ada.row
    assert (row.xp, row.ticks) == (50, 5)
    assert ticks(ada) == [(1, 10), (2, 10), (3, 10), (4, 10), (5, 10)]
    assert row.first_attempt is not None
    assert row.next_tick == row.first_attempt + 6 * HOUR
    assert xp.settle_due() == 0
    assert ada.row.version == row.version
    assert_proved(hunt)


@pytest.mark.parametrize(("hours", "expected"), [(0, 0), (0.99, 0), (1.001, 10), (1.99, 10), (2.001, 20)])
def test_only_full_hours_since_the_first_attempt_count(hunt: Hunt, hours: float, expected: int) -> None:
    ada = begun(hunt, "Ada", hours)
    xp.settle_due()
    assert ada.row.xp == expected


def test_settled_hour_by_hour_or_at_once_is_the_same(hunt: Hunt) -> None:
    often, once = begun(hunt, "Often", 0), begun(hunt, "Once", 7.5)
    for _ in range(15):
        often.waits_hours(0.5)
        xp.settle_due()
    assert ticks(often) == ticks(once)
    assert often.row.xp == once.row.xp == 70


def test_a_grant_that_would_pass_the_cap_is_cut_and_the_hour_is_used_up(hunt: Hunt) -> None:
    ada = begun(hunt, "Ada", 3.5)
    ada.has_xp(85)
    xp.settle_due()
    assert ada.row.xp == 100
    assert ticks(ada) == [(1, 10), (2, 5), (3, 0)]
    ada.solves_until(2)
    assert ada.row.xp == 100
    ada.skips()
    xp.settle_due()
    assert ada.row.xp == 25, "what the cap cut is not owed"
    assert_proved(hunt)


def test_who_has_not_begun_is_owed_nothing(hunt: Hunt, ada: Hunter) -> None:
    Player.objects.filter(id=ada.id).update(created_at=now_ms() - 10 * HOUR)
    assert xp.settle_due() == 0
    assert (ada.row.xp, ada.row.next_tick) == (0, None)


def test_the_hours_until_finishing_are_owed_and_none_after(hunt: Hunt) -> None:
    ada = begun(hunt, "Ada", 2.5)
    ada.solves_until(4)
    assert ada.row.xp == 20 + 3 * 5
    Player.objects.filter(id=ada.id).update(
        first_attempt=F("first_attempt") - 5 * HOUR, finished_at=F("finished_at") - 5 * HOUR
    )
    assert xp.settle_due() == 0
    assert ada.row.xp == 35
    assert_proved(hunt)


def test_the_hours_until_the_hunts_end_are_owed_and_none_after(hunt: Hunt) -> None:
    ada = begun(hunt, "Ada", 6.5)
    Hunt.objects.filter(id=hunt.id).update(starts_at=F("starts_at") - 8 * HOUR, ends_at=now_ms() - 2 * HOUR)
    xp.settle_due()
    assert ticks(ada) == [(number, 10) for number in (1, 2, 3, 4)]
    assert xp.settle_due() == 0
    assert_proved(hunt)


def test_an_end_by_hand_counts_like_the_end(hunt: Hunt, organiser: int) -> None:
    ada = begun(hunt, "Ada", 6.5)
    hunts.control(organiser, hunt.id, "end")
    Hunt.objects.filter(id=hunt.id).update(ended_at=F("ended_at") - 2 * HOUR)
    xp.settle_due()
    assert ada.row.xp == 40


def test_a_reopened_hunt_owes_the_hours_of_the_clock_each_once(hunt: Hunt, organiser: int) -> None:
    ada = begun(hunt, "Ada", 6.5)
    Hunt.objects.filter(id=hunt.id).update(starts_at=F("starts_at") - 8 * HOUR, ended_at=now_ms() - 2 * HOUR)
    xp.settle_due()
    assert ada.row.xp == 40
    hunts.control(organiser, hunt.id, "extend", 60)
    xp.settle_due()
    assert ticks(ada) == [(number, 10) for number in range(1, 7)]
    assert_proved(hunt)


def test_pauses_do_not_stop_the_hours(hunt: Hunt, organiser: int) -> None:
    ada = begun(hunt, "Ada", 0)
    hunts.control(organiser, hunt.id, "pause")
    ada.waits_hours(2.5)
    xp.settle_due()
    assert ada.row.xp == 20


def test_a_command_settles_its_own_player_first(hunt: Hunt) -> None:
    ada, bob = begun(hunt, "Ada", 5.5), begun(hunt, "Bob", 5.5)
    told = ada.hints("xp")
    assert (told.xp, told.me.xp, told.charged) == (-50, 0, "xp")
    assert [cause for cause, _, _ in ada.entries()] == ["tick"] * 5 + ["hint"]
    assert bob.row.xp == 0
    assert xp.settle_due() == 1
    assert (ada.row.xp, bob.row.xp) == (0, 50)
    assert_proved(hunt)


def test_a_refused_command_settles_nothing_and_a_later_one_everything(hunt: Hunt) -> None:
    ada = begun(hunt, "Ada", 2.5)
    assert code(ada.does("skip")) == "insufficient_xp"
    assert (ada.row.xp, ada.row.ticks, ada.entries()) == (0, 0, [])
    ada.answers("wrong again")
    assert (ada.row.xp, ada.row.ticks) == (20, 2)


def test_a_free_hint_settles_too(hunt: Hunt, ada: Hunter) -> None:
    ada.hints("points")
    ada.answers("wrong")
    ada.waits_hours(1.5)
    assert ada.hints("points").me.xp == 10
    assert_proved(hunt)


def test_changed_rules_hold_for_ticks_to_come(hunt: Hunt) -> None:
    ada = begun(hunt, "Ada", 1.5)
    xp.settle_due()
    Hunt.objects.filter(id=hunt.id).update(settings={"xp_per_hour": 3, "xp_cap": 12})
    ada.waits_hours(1)
    xp.settle_due()
    assert ticks(ada) == [(1, 10), (2, 2)]


def test_more_players_than_one_transaction_takes_are_all_settled(
    hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xp, "CHUNK", 7)
    now = now_ms()
    Player.objects.bulk_create(
        Player(
            hunt=hunt,
            name=f"P{number}",
            name_key=f"p{number}",
            first_attempt=now - int(2.5 * HOUR),
            next_tick=now - int(1.5 * HOUR),
            changed_at=now,
            created_at=now,
        )
        for number in range(40)
    )
    assert xp.settle_due() == 40
    assert set(Player.objects.values_list("xp", "ticks")) == {(20, 2)}
    assert LedgerEntry.objects.count() == 80


def test_a_thousand_players_are_settled_in_the_chunks_that_are_used(hunt: Hunt) -> None:
    now = now_ms()
    many = xp.CHUNK * 2 + 1
    Player.objects.bulk_create(
        [
            Player(
                hunt=hunt,
                name=f"P{number}",
                name_key=f"p{number}",
                first_attempt=now - HOUR - 1,
                next_tick=now - 1,
                changed_at=now,
                created_at=now,
            )
            for number in range(many)
        ],
        batch_size=500,
    )
    assert xp.settle_due() == many
    assert set(Player.objects.values_list("xp", "version", "next_tick")) == {(10, 2, now + HOUR - 1)}


def test_every_hunt_is_settled_by_its_own_rules(hunt: Hunt) -> None:
    other = make_hunt(current=False, settings={"xp_per_hour": 1})
    here, there = begun(hunt, "Here", 2.5), begun(other, "There", 2.5)
    assert xp.settle_due() == 2
    assert (here.row.xp, there.row.xp) == (20, 2)


def test_one_hunt_with_broken_settings_does_not_keep_the_others_from_theirs(hunt: Hunt) -> None:
    broken = make_hunt(current=False)
    begun(broken, "There", 2.5)
    here = begun(hunt, "Here", 2.5)
    for target, other in ((broken, hunt), (hunt, broken)):
        Hunt.objects.filter(id=target.id).update(settings={"xp_per_hour": "ten"})
        Hunt.objects.filter(id=other.id).update(settings={})
        xp.settle_due()
    assert here.row.xp == 20


def test_a_run_that_reached_its_end_leaves_a_heartbeat(hunt: Hunt) -> None:
    xp.settle_due()
    first = Heartbeat.objects.get(job=xp.HEARTBEAT)
    assert abs(first.at - now_ms()) < 5000
    Heartbeat.objects.update(at=0)
    xp.settle_due()
    assert Heartbeat.objects.get().at >= first.at


@pytest.mark.django_db(transaction=True)
def test_sockets_are_told_who_was_granted_something(hunt: Hunt, events: list[dict[str, Any]]) -> None:
    ada = begun(hunt, "Ada", 1.5)
    events.clear()
    xp.settle_due()
    assert [(event["kind"], event["versions"]) for event in events] == [
        ("players", [[ada.id, ada.row.version]])
    ]
    events.clear()
    xp.settle_due()
    assert events == []


def test_the_schedule_runs_each_minute_and_names_a_function_that_exists() -> None:
    # Tests that empty the tables take it along with everything else; here it is made as the migration makes it.
    import_module("game.migrations.0002_schedule").add(apps, None)
    schedule = Schedule.objects.get(name="settle_xp")
    assert (schedule.schedule_type, schedule.minutes, schedule.repeats) == (Schedule.MINUTES, 1, -1)
    assert import_string(schedule.func)() == 0
