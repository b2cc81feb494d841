"""Announcements for an instant: sent then, once, by whoever comes first; changed and called off before."""

from functools import partial
from typing import Any

import pytest

from game import errors
from game.models import Announcement, AuditEntry, Delivery, Hunt, PlannedAnnouncement, Recipient
from game.queries import announcements as announced
from game.queries import play
from game.queries.announcements import LATE_MS, Audience
from game.services import webhooks
from game.services.announcements import MOST_PLANNED, announce, call_off, send_due
from tests.factories import HOUR, now_ms
from tests.services.hunters import Hunter, new_id
from tests.services.threads import at_once

pytestmark = pytest.mark.django_db


def plan(hunt: Hunt, organiser: int, text: str = "Soup", *, in_ms: int = HOUR, **members: Any) -> int:
    done = announce(organiser, hunt.id, "info", text, at=now_ms() + in_ms, **members)
    number = done["planned"]
    assert isinstance(number, int)
    return number


def as_if_it_were_time(overdue_ms: int = 1) -> None:
    PlannedAnnouncement.objects.update(at=now_ms() - overdue_ms)


def texts(hunt: Hunt) -> list[str]:
    return list(Announcement.objects.filter(hunt=hunt).order_by("id").values_list("text", flat=True))


def test_it_is_sent_when_its_instant_has_come_and_not_before(hunt: Hunt, organiser: int) -> None:
    webhooks.add(organiser, hunt.id, "https://example.org/", "json", ("announcement",), 30, 5)
    plan(hunt, organiser)
    due = PlannedAnnouncement.objects.get().at
    assert send_due(hunt.id) == due
    assert (texts(hunt), play.latest_notices(hunt.id)) == ([], ())
    as_if_it_were_time()
    assert send_due(hunt.id) is None
    row = Announcement.objects.get()
    assert (row.text, row.author_id, row.player_id, row.q) == ("Soup", organiser, None, None)
    assert abs(row.at - now_ms()) < 5_000
    assert [delivery.payload["text"] for delivery in Delivery.objects.all()] == ["Soup"]
    assert send_due(hunt.id) is None
    assert len(texts(hunt)) == 1
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)[1:]) == [
        "announce.plan",
        "announce.due",
    ]


def test_whom_it_reaches_is_decided_when_it_is_sent(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    plan(hunt, organiser, to=Audience(q=2, minutes=10), hint=True)
    bob = Hunter.of(hunt, "Bob")
    for hunter in (ada, bob):
        hunter.solves_until(2)
    ada.waits(15)
    as_if_it_were_time()
    send_due(hunt.id)
    assert [row.player_id for row in Recipient.objects.all()] == [ada.id]
    assert Announcement.objects.get().hint


def test_several_are_sent_in_their_order_and_the_next_one_is_told(hunt: Hunt, organiser: int) -> None:
    for number, minutes in enumerate((3, 1, 2, 90)):
        plan(hunt, organiser, f"{number}", in_ms=minutes * 60_000)
    last = PlannedAnnouncement.objects.get(text="3").at
    for row in PlannedAnnouncement.objects.exclude(text="3"):
        PlannedAnnouncement.objects.filter(id=row.id).update(at=row.at - 10 * 60_000)
    assert send_due(hunt.id) == last
    assert texts(hunt) == ["1", "2", "0"]


def test_what_is_long_past_is_not_sent_by_itself_and_is_shown_as_late(hunt: Hunt, organiser: int) -> None:
    number = plan(hunt, organiser)
    as_if_it_were_time(LATE_MS + 1)
    assert send_due(hunt.id) is None
    _, planned, left_out = announced.listed(hunt.id)
    assert ([(line.id, line.late) for line in planned], left_out) == ([(number, True)], 0)
    # Whoever still wants it sends it.
    announce(organiser, hunt.id, "info", "Soup", instead_of=number)
    assert texts(hunt) == ["Soup"]
    assert not PlannedAnnouncement.objects.exists()


def test_it_is_changed_by_another_in_its_place(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    number = plan(hunt, organiser)
    later = now_ms() + 2 * HOUR
    done = announce(
        organiser, hunt.id, "urgent", "Supper", at=later, to=Audience(player=ada.id), instead_of=number
    )
    _, (line,), _ = announced.listed(hunt.id)
    assert (line.id, line.at, line.level, line.text, line.name) == (
        done["planned"],
        later,
        "urgent",
        "Supper",
        "Ada",
    )
    entry = AuditEntry.objects.get(action="announce.change")
    assert entry.detail["done"]["before"]["text"] == "Soup"
    assert entry.detail["done"]["after"] == {
        "due_at": later,
        "level": "urgent",
        "text": "Supper",
        "player": ada.id,
    }
    # Somebody who still looks at the first one.
    with pytest.raises(errors.Outdated):
        announce(organiser, hunt.id, "info", "Soup at last", at=later, instead_of=number)
    with pytest.raises(errors.Outdated):
        call_off(organiser, hunt.id, number)
    assert PlannedAnnouncement.objects.count() == 1


def test_called_off_it_is_not_sent(hunt: Hunt, organiser: int) -> None:
    number, command = plan(hunt, organiser), new_id()
    call_off(organiser, hunt.id, number, command)
    call_off(organiser, hunt.id, number, command)
    assert send_due(hunt.id) is None
    assert texts(hunt) == []
    assert AuditEntry.objects.get(action="announce.call_off").detail["done"]["before"]["text"] == "Soup"


def test_the_same_id_again_plans_nothing(hunt: Hunt, organiser: int) -> None:
    command, at = new_id(), now_ms() + HOUR
    done = announce(organiser, hunt.id, "info", "Soup", command, at=at)
    assert announce(organiser, hunt.id, "info", "Soup", command, at=at) == done
    with pytest.raises(errors.IdConflict):
        announce(organiser, hunt.id, "info", "Soup", command, at=at + 1)
    # As if the reply had been lost and it has been sent meanwhile.
    as_if_it_were_time()
    send_due(hunt.id)
    assert announce(organiser, hunt.id, "info", "Soup", command, at=at) == done
    assert texts(hunt) == ["Soup"]


@pytest.mark.parametrize("in_ms", [-1, -HOUR, 400 * 24 * HOUR])
def test_an_instant_that_is_past_or_far_away_is_refused(hunt: Hunt, organiser: int, in_ms: int) -> None:
    with pytest.raises(errors.Invalid):
        plan(hunt, organiser, in_ms=in_ms)


def test_so_many_wait_at_a_time(hunt: Hunt, organiser: int) -> None:
    numbers = [plan(hunt, organiser, f"{n}") for n in range(MOST_PLANNED)]
    with pytest.raises(errors.Invalid):
        plan(hunt, organiser)
    plan(hunt, organiser, "in the place of one", instead_of=numbers[0])


@pytest.mark.django_db(transaction=True)
def test_many_processes_send_it_once(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    for number in range(3):
        plan(hunt, organiser, f"{number}", to=Audience(q=1))
    as_if_it_were_time()
    assert at_once([partial(send_due, hunt.id)] * 6) == [None] * 6
    assert sorted(texts(hunt)) == ["0", "1", "2"]
    assert Recipient.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_called_off_while_it_is_sent_it_is_one_of_both(hunt: Hunt, organiser: int) -> None:
    number = plan(hunt, organiser)
    as_if_it_were_time()

    def off() -> bool:
        try:
            call_off(organiser, hunt.id, number)
        except errors.Outdated:
            return False
        return True

    called_off, *_ = at_once([off, partial(send_due, hunt.id)])
    assert texts(hunt) == ([] if called_off else ["Soup"])


@pytest.mark.django_db(transaction=True)
def test_every_process_hears_of_a_plan(hunt: Hunt, organiser: int, events: list[dict[str, Any]]) -> None:
    call_off(organiser, hunt.id, plan(hunt, organiser))
    assert [(event["kind"], event["hunt"]) for event in events] == [("announcement", hunt.id)] * 2
