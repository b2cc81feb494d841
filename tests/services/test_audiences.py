"""Announcements to some: those who stand there when it is sent, and nobody else; extra hints beside their question."""

import threading
from functools import partial
from typing import Any

import pytest

from game import errors
from game.models import Announcement, AuditEntry, Delivery, Hunt, Player, Recipient, Seen
from game.queries import announcements as announced
from game.queries import play
from game.queries.announcements import Audience
from game.services import announcements, players, webhooks
from game.services.announcements import announce
from game.services.hunts import control
from game.services.moderation import grant, moderate
from tests.factories import enter, make_hunt
from tests.services.hunters import Hunter, new_id
from tests.services.threads import at_once

pytestmark = pytest.mark.django_db

ON_1, ON_2 = Audience(q=1), Audience(q=2)


def number_of(done: dict[str, object]) -> int:
    number = done["announcement"]
    assert isinstance(number, int)
    return number


def told(hunter: Hunter) -> list[int]:
    return [notice.id for notice in enter(hunter.hunt.id, hunter.id).announcements]


def beside(hunter: Hunter) -> list[int]:
    """The extra hints that this player's page shows beside the question."""
    snapshot = enter(hunter.hunt.id, hunter.id)
    question = snapshot.play.question
    assert question is not None
    fresh = [notice.id for notice in snapshot.announcements if notice.hint_for == question.q]
    return [*fresh, *(notice.id for notice in snapshot.hints)]


def test_those_on_the_question_get_it_and_nobody_who_comes_later(hunt: Hunt, organiser: int) -> None:
    here, ahead, behind = (Hunter.of(hunt, name) for name in ("Here", "Ahead", "Behind"))
    here.solves_until(2)
    ahead.solves_until(3)
    banned = Hunter.of(hunt, "Banned")
    banned.solves_until(2)
    moderate(organiser, hunt.id, banned.id, "ban", "why")
    assert announced.reach(hunt.id, ON_2) == [here.id]
    number = number_of(announce(organiser, hunt.id, "info", "A typo was mended.", to=ON_2))
    behind.solves_until(2)
    here.solves_until(3)
    assert told(here) == [number]
    assert told(ahead) == told(behind) == told(Hunter.of(hunt, "New")) == []
    assert {notice.id: notice.only for notice in play.next_notices(hunt.id, number - 1)} == {
        number: (here.id,)
    }
    # The projector and who comes to it knows of none of it.
    assert play.latest_notices(hunt.id) == ()


def test_who_has_not_seen_the_question_is_not_on_it(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    absent = Hunter.of(hunt, "Absent", entered=False)
    announce(organiser, hunt.id, "info", "Hello", to=ON_1)
    assert set(Recipient.objects.values_list("player_id", flat=True)) == {ada.id}
    assert told(absent) == []


def test_those_who_are_stuck_for_so_long_of_play(hunt: Hunt, organiser: int) -> None:
    for minutes in (5, 19, 21, 40):
        Hunter.of(hunt, f"Stuck {minutes}").waits(minutes)

    def reached(minutes: int) -> set[str]:
        found = announced.reach(hunt.id, Audience(q=1, minutes=minutes))
        return set(Player.objects.filter(id__in=found).values_list("name", flat=True))

    assert reached(20) == {"Stuck 21", "Stuck 40"}
    # A pause is no time of play, and while it lasts nobody's grows.
    control(organiser, hunt.id, "pause")
    Hunt.objects.update(paused_at=Hunt.objects.get().paused_at - 2 * 60_000)  # type: ignore[operator]
    assert reached(20) == {"Stuck 40"}
    announce(organiser, hunt.id, "info", "Look up", to=Audience(q=1, minutes=20), hint=True)
    assert [row.player.name for row in Recipient.objects.select_related("player")] == ["Stuck 40"]


def test_one_player_alone(hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter) -> None:
    number = number_of(announce(organiser, hunt.id, "important", "Your umbrella", to=Audience(player=ada.id)))
    assert (told(ada), told(bob)) == ([number], [])
    assert AuditEntry.objects.get().player_id == ada.id


def test_an_extra_hint_stays_beside_its_question_and_costs_nothing(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    bob.solves_until(2)
    before = ada.stored()
    number = number_of(announce(organiser, hunt.id, "info", "Look *up*", to=ON_1, hint=True))
    assert ada.stored() == before
    assert (beside(ada), beside(bob)) == ([number], [])
    players.seen(hunt.id, ada.id, (number,))
    # Seen on this device: still there, on any.
    assert (told(ada), beside(ada)) == ([], [number])
    ada.solves_until(2)
    assert beside(ada) == []


def test_only_those_whom_it_is_for_can_have_seen_it(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    bob.solves_until(2)
    mine = number_of(announce(organiser, hunt.id, "info", "On 1", to=ON_1))
    his = number_of(announce(organiser, hunt.id, "info", "Bob", to=Audience(player=bob.id)))
    players.seen(hunt.id, ada.id, (mine, his))
    players.seen(hunt.id, bob.id, (mine, his))
    assert set(Seen.objects.values_list("player_id", "announcement_id")) == {(ada.id, mine), (bob.id, his)}


def test_who_got_it_who_saw_it_and_who_has_solved_since(hunt: Hunt, organiser: int) -> None:
    people = [Hunter.of(hunt, f"Hunter {number}") for number in range(4)]
    people[3].solves_until(2)
    hint = number_of(announce(organiser, hunt.id, "info", "Look up", to=ON_1, hint=True))
    everybody = number_of(announce(organiser, hunt.id, "info", "Soup"))
    # A machine's own word to one player is no announcement of an organiser's.
    grant(organiser, hunt.id, people[0].id, 5, 0, "for the joke")
    announcements.told([(hint, people[0].id), (hint, people[1].id), (everybody, people[0].id)])
    announcements.told([(hint, people[0].id), (10**9, people[0].id), (hint, 10**9)])
    players.seen(hunt.id, people[0].id, (hint,))
    players.seen(hunt.id, people[3].id, (everybody,))
    people[0].answers("right 1")
    people[2].answers("wrong")
    people[3].answers("right 2")
    counts = announced.counts(hunt.id)
    as_tuples = {number: (c.people, c.told, c.seen, c.solved) for number, c in counts.items()}
    assert as_tuples == {hint: (3, 2, 1, 1), everybody: (4, 1, 1, None)}
    sent, _, _ = announced.listed(hunt.id)
    assert [(line.id, line.q, line.hint) for line in sent] == [(everybody, None, False), (hint, 1, True)]


def test_programs_outside_hear_of_what_is_for_everybody_alone(
    hunt: Hunt, organiser: int, ada: Hunter
) -> None:
    webhooks.add(organiser, hunt.id, "https://example.org/", "json", ("announcement",), 30, 5)
    for to in (ON_1, Audience(player=ada.id), Audience()):
        announce(organiser, hunt.id, "info", f"To {to.q} {to.player}", to=to)
    assert [row.payload["text"] for row in Delivery.objects.all()] == ["To None None"]


@pytest.mark.parametrize(
    ("to", "hint", "refusal"),
    [
        (Audience(player=1, q=1), False, errors.Invalid),
        (Audience(minutes=5), False, errors.Invalid),
        (Audience(), True, errors.Invalid),
        (Audience(player=1), True, errors.Invalid),
        (Audience(q=99), False, errors.NotFound),
        (Audience(player=2**40), False, errors.NotFound),
    ],
)
def test_what_makes_no_sense_is_refused(
    hunt: Hunt, organiser: int, to: Audience, hint: bool, refusal: type[errors.GameError]
) -> None:
    with pytest.raises(refusal):
        announce(organiser, hunt.id, "info", "Hello", to=to, hint=hint)
    assert Announcement.objects.count() == AuditEntry.objects.count() == 0


def test_a_player_of_another_hunt_is_not_found(hunt: Hunt, organiser: int) -> None:
    elsewhere = Hunter.of(make_hunt(current=False), "Elsewhere")
    with pytest.raises(errors.NotFound):
        announce(organiser, hunt.id, "info", "Hello", to=Audience(player=elsewhere.id))


def test_the_same_id_again_reaches_nobody_else(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    command = new_id()
    done = announce(organiser, hunt.id, "info", "Look up", command, to=ON_1, hint=True)
    late = Hunter.of(hunt, "Late")
    assert announce(organiser, hunt.id, "info", "Look up", command, to=ON_1, hint=True) == done
    assert told(late) == []
    for other in ({"to": ON_2, "hint": True}, {"to": ON_1}, {}):
        with pytest.raises(errors.IdConflict):
            announce(organiser, hunt.id, "info", "Look up", command, **other)


@pytest.mark.django_db(transaction=True)
def test_nobody_moves_on_while_it_is_decided_whom_it_is_for(hunt: Hunt, organiser: int) -> None:
    """Some solve while it is sent: whoever got it stood there, and whoever stood there got it."""
    crowd = [Hunter.of(hunt, f"Hunter {number}") for number in range(8)]
    gate = threading.Barrier(2)

    def solve() -> None:
        gate.wait(10)
        for hunter in crowd:
            hunter.answers("right 1")

    def send() -> dict[str, Any]:
        gate.wait(10)
        return announce(organiser, hunt.id, "info", "Look up", to=ON_1, hint=True)

    _, done = at_once([solve, send])
    row = Announcement.objects.get(id=number_of(done))
    got = set(Recipient.objects.values_list("player_id", flat=True))
    # In the order in which they were judged: who solved before it was sent is not among them, all others are.
    solved = [hunter.id for hunter in sorted(crowd, key=lambda one: one.row.last_solve or 0)]
    assert got == set(solved[len(solved) - len(got) :])
    assert done["after"] == {"players": len(got)}
    early = [hunter for hunter in crowd if hunter.id not in got]
    assert all((hunter.row.last_solve or 0) <= row.at for hunter in early)


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_with_one_id_is_one(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    send = partial(announce, organiser, hunt.id, "info", "Look up", new_id(), to=ON_1)
    first, *others = at_once([send] * 4)
    assert others == [first] * 3
    assert Announcement.objects.count() == Recipient.objects.count() == 1
