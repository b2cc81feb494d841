"""Announcements: stored, told at once, in every snapshot until seen, and harmless whatever is typed."""

from typing import Any

import pytest

from game import errors
from game.models import Announcement, AuditEntry, Hunt, Seen
from game.queries import play
from game.services import players
from game.services.announcements import announce, preview
from tests.factories import enter, make_hunt, now_ms
from tests.services.hunters import Hunter, new_id

pytestmark = pytest.mark.django_db


def tell(hunt: Hunt, organiser: int, text: str, level: str = "info") -> int:
    done = announce(organiser, hunt.id, level, text)
    number = done["announcement"]
    assert isinstance(number, int)
    return number


def unseen(hunter: Hunter) -> list[str]:
    snapshot = enter(hunter.hunt.id, hunter.id)
    return [notice.html for notice in snapshot.announcements]


@pytest.mark.parametrize("level", ["info", "important", "urgent"])
def test_an_announcement_is_stored_with_its_author_and_instant(
    hunt: Hunt, organiser: int, level: str
) -> None:
    number = tell(hunt, organiser, "The **cafeteria** closes", level)
    row = Announcement.objects.get(id=number)
    assert (row.hunt_id, row.level, row.text, row.author_id) == (
        hunt.id,
        level,
        "The **cafeteria** closes",
        organiser,
    )
    assert abs(row.at - now_ms()) < 5000
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail["done"]) == ("announce", {"announcement": number})


def test_it_is_in_every_snapshot_of_each_player_until_that_player_has_seen_it(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    first, second = tell(hunt, organiser, "One"), tell(hunt, organiser, "Two")
    for _ in range(2):
        assert unseen(ada) == unseen(bob) == ["<p>One</p>\n", "<p>Two</p>\n"]
    players.seen(hunt.id, ada.id, (first,))
    assert unseen(ada) == ["<p>Two</p>\n"]
    assert unseen(bob) == ["<p>One</p>\n", "<p>Two</p>\n"]
    players.seen(hunt.id, ada.id, (first, second, first))
    assert unseen(ada) == []
    assert Seen.objects.filter(player_id=ada.id).count() == 2


def test_who_joins_late_is_told_what_still_holds(hunt: Hunt, organiser: int) -> None:
    tell(hunt, organiser, "One")
    assert unseen(Hunter.of(hunt, "Late")) == ["<p>One</p>\n"]


def test_unknown_ids_and_those_of_other_hunts_are_ignored(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    other = make_hunt(current=False)
    elsewhere = tell(other, organiser, "Elsewhere")
    players.seen(hunt.id, ada.id, (elsewhere, 10**9, 2**53 - 1, elsewhere))
    assert Seen.objects.count() == 0
    assert unseen(ada) == []


def test_each_of_many_gets_what_they_have_not_seen(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    one, two, three = (tell(hunt, organiser, text) for text in ("One", "Two", "Three"))
    tell(make_hunt(current=False), organiser, "Elsewhere")
    players.seen(hunt.id, ada.id, (two,))
    players.seen(hunt.id, bob.id, (one, two, three))
    cleo = Hunter.of(hunt, "Cleo")
    found = play.player_snapshots(hunt.id, [ada.id, bob.id, cleo.id])
    assert {player: [notice.id for notice in found[player].announcements] for player in found} == {
        ada.id: [one, three],
        bob.id: [],
        cleo.id: [one, two, three],
    }


def test_many_come_oldest_first_twenty_at_a_time(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    numbers = [tell(hunt, organiser, f"Number {number}") for number in range(25)]
    shown = enter(hunt.id, ada.id).announcements
    assert [notice.id for notice in shown] == numbers[:20]
    players.seen(hunt.id, ada.id, tuple(numbers[:20]))
    shown = enter(hunt.id, ada.id).announcements
    assert [notice.id for notice in shown] == numbers[20:]


def test_the_latest_are_newest_first_and_only_this_hunts(hunt: Hunt, organiser: int) -> None:
    numbers = [tell(hunt, organiser, f"Number {number}") for number in range(3)]
    tell(make_hunt(current=False), organiser, "Elsewhere")
    assert [notice.id for notice in play.latest_notices(hunt.id)] == numbers[::-1]
    assert [notice.id for notice in play.latest_notices(hunt.id, after=numbers[1])] == numbers[2:]
    assert [notice.id for notice in play.latest_notices(hunt.id, limit=1)] == numbers[2:]


NASTY = """<script>alert(1)</script> **bold** <img src=x onerror=alert(1)> [a](javascript:alert(1))

<iframe src="https://example.org"></iframe>"""


def test_what_is_shown_is_sanitised_and_the_preview_is_what_is_shown(
    hunt: Hunt, organiser: int, ada: Hunter
) -> None:
    tell(hunt, organiser, NASTY)
    (shown,) = unseen(ada)
    assert shown == preview(NASTY) == play.latest_notices(hunt.id)[0].html
    assert "<strong>bold</strong>" in shown
    for trap in ("<script", "<img", "<iframe", 'href="javascript'):
        assert trap not in shown.lower()
    assert Announcement.objects.get().text == NASTY


@pytest.mark.parametrize(
    ("level", "text"),
    [("loud", "Hello"), ("", "Hello"), ("info", ""), ("info", " \n"), ("info", "a\x00b"), ("info", "\ud800")],
)
def test_what_cannot_be_told_is_invalid(hunt: Hunt, organiser: int, level: str, text: str) -> None:
    with pytest.raises(errors.Invalid):
        announce(organiser, hunt.id, level, text)
    assert Announcement.objects.count() == AuditEntry.objects.count() == 0


def test_the_same_id_again_tells_nobody_anything(hunt: Hunt, organiser: int) -> None:
    command = new_id()
    done = announce(organiser, hunt.id, "info", "Hello", command)
    assert announce(organiser, hunt.id, "info", "Hello", command) == done
    assert Announcement.objects.count() == 1
    for level, text in (("urgent", "Hello"), ("info", "Goodbye")):
        with pytest.raises(errors.IdConflict):
            announce(organiser, hunt.id, level, text, command)


@pytest.mark.django_db(transaction=True)
def test_every_process_hears_of_it_once_it_is_durable(
    hunt: Hunt, organiser: int, events: list[dict[str, Any]]
) -> None:
    number = tell(hunt, organiser, "Hello")
    assert [(event["kind"], event["hunt"], event["id"]) for event in events] == [
        ("announcement", hunt.id, number)
    ]
