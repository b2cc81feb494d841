"""Hidden content stays hidden: a hunt in which every secret sings, and everything that services and queries say to
players and strangers. Sockets and pages have canaries of their own."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from enigma_rt import bus
from game import errors
from game.models import Hunt, Image, Question, StoryBlock
from game.queries import accounts, content, play
from game.services import hunts, players
from game.services.answers import Judged, submit
from leaderboard import queries as leaderboard
from tests.factories import HOUR, enter, make_hunt, make_user, now_ms, session_of, submission, user_of
from tests.services.hunters import Hunter

pytestmark = pytest.mark.django_db(transaction=True)

QUESTIONS = 4
CANARY = re.compile(r"canary[a-z]+\d")


def canary(what: str, position: int) -> str:
    return f"canary{what}{position}"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What every process is told."""
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(bus, "_send", events.append)
    return events


@pytest.fixture
def singing(heard: list[dict[str, Any]]) -> Iterator[Hunt]:
    content._cache.clear()
    hunt = make_hunt(QUESTIONS, settings={"xp_start": 100, "wrong_burst": 1000})
    for question in Question.objects.filter(hunt=hunt):
        n = question.position
        question.title, question.text = canary("title", n), f"A **{canary('text', n)}** sings"
        question.answers, question.close = [canary("answer", n)], [canary("close", n)]
        question.hint, question.image_alt = canary("hint", n), canary("alt", n)
        question.image = Image.objects.create(
            hunt=hunt,
            path=f"{canary('path', n)}.svg",
            media_type="image/svg+xml",
            data=canary("image", n).encode(),
            token=canary("token", n),
        )
        question.save()
        for block in StoryBlock.objects.filter(question=question):
            block.text = canary(block.when, n)
            block.save()
    yield hunt
    content._cache.clear()


def shown_at(position: int) -> set[str]:
    """What a player there may know, hints aside."""
    reached = range(1, min(position, QUESTIONS) + 1)
    known = {
        canary(what, n) for n in reached for what in ("title", "text", "alt", "token", "image", "before")
    }
    return known | {canary("after", n) for n in reached if n < position}


def sung(*payloads: object) -> set[str]:
    """The canaries in what was said. Of a judgement its own submission is no part of the reply."""
    return {
        name
        for payload in payloads
        for name in CANARY.findall(msgspec.json.encode(_said(payload), enc_hook=repr).decode().lower())
    }


def _said(payload: object) -> object:
    if isinstance(payload, Judged):
        return {name: getattr(payload, name) for name in Judged.__struct_fields__ if name != "submission"}
    if isinstance(payload, errors.GameError):
        return [payload.code, str(payload.text), payload.args]
    return payload


def pictures(user: int) -> list[str]:
    """What this account gets for the address of every picture there is."""
    found = [play.image(image.token, user) for image in Image.objects.all()]
    return [data.decode() for data, _ in filter(None, found)]


def public(hunt: Hunt) -> list[object]:
    """What spectators, and everybody else, are told."""
    hunt = Hunt.objects.get(id=hunt.id)
    return [
        play.hunt_view(hunt, now_ms()),
        list(leaderboard.standings(hunt.id)),
        leaderboard.changed_since(hunt.id, 0),
        play.latest_notices(hunt.id),
        play.latest_solves(hunt.id, 20),
        str(hunt),
    ]


def private(hunt: Hunt, ada: Hunter) -> list[object]:
    """What one player is told without doing anything."""
    return [
        enter(hunt.id, ada.id),
        play.player_snapshots(hunt.id, [ada.id]),
        play.views([ada.id]),
        accounts.identify([session_of(user_of(ada.row))], hunt.id),
        pictures(user_of(ada.row).pk),
        *(play.story_page(ada.id, before) for before in (None, 1, 2, 5, 1_000_000)),
    ]


def nosy(ada: Hunter) -> list[object]:
    """What a player is told who tries everything that does not lead on."""
    at = ada.row.position
    batch = [
        submission(ada.row, kind, q, text)
        for q in range(QUESTIONS + 3)
        for kind, text in (
            ("answer", f"wrong {at}"),
            ("answer", "c"),
            ("answer", ""),
            ("answer", canary("close", at)),
            ("accept_close", f"wrong {at}"),
            ("hint", "gold"),
        )
    ]
    for q in range(QUESTIONS + 3):
        if q != at:
            batch += [
                submission(ada.row, "answer", q, canary("answer", q)),
                submission(ada.row, "hint", q, "points"),
                submission(ada.row, "skip", q),
            ]
    return [*submit(batch), *submit(batch)]


def test_nothing_that_a_player_has_not_reached_is_ever_said(
    singing: Hunt, heard: list[dict[str, Any]]
) -> None:
    ada = Hunter.of(singing, "Ada")
    hinted: set[str] = set()
    for position in range(1, QUESTIONS + 2):
        assert ada.row.position == position
        known = shown_at(position) | hinted
        told = sung(*private(singing, ada), *nosy(ada))
        assert told <= known
        if position <= QUESTIONS:
            assert {
                canary(what, position) for what in ("title", "text", "alt", "token", "image", "before")
            } <= told
        assert sung(*public(singing)) == set()
        if position > QUESTIONS:
            break
        hint = ada.hints("points")
        hinted.add(canary("hint", position))
        assert sung(hint) == {canary("hint", position)}
        onward = ada.skips() if position == 2 else ada.answers(canary("answer", position))
        assert sung(onward) <= shown_at(position + 1)
        assert canary("text", position + 1) in sung(onward) or position == QUESTIONS
    assert sung(*heard) == set()
    assert {event["kind"] for event in heard} >= {"standings", "players", "solve"}


def test_the_answers_are_never_said_to_anybody_not_even_to_who_gave_them(singing: Hunt) -> None:
    ada = Hunter.of(singing, "Ada")
    told: set[str] = set()
    for position in range(1, QUESTIONS + 1):
        told |= sung(*private(singing, ada), *nosy(ada), ada.answers(canary("answer", position)))
    told |= sung(*private(singing, ada))
    assert not {name for name in told if name.startswith(("canaryanswer", "canaryclose", "canarypath"))}
    assert told == shown_at(QUESTIONS + 1), "and everything that may be known was known in the end"


def test_an_account_that_does_not_play_learns_nothing(singing: Hunt) -> None:
    ada = Hunter.of(singing, "Ada")
    ada.answers(canary("answer", 1))
    stranger = make_user("stranger")
    elsewhere = Hunter.of(make_hunt(current=False), "Eve")
    for user in (stranger, user_of(elsewhere.row)):
        told = [pictures(user.pk), accounts.identify([session_of(user)], singing.id), *public(singing)]
        assert sung(*told) == set()
    assert sung(*private(elsewhere.hunt, elsewhere)) == set()
    with pytest.raises(errors.NameTaken) as taken:
        players.join(stranger, singing, "Ada")
    assert sung(taken.value) == set()


def test_before_the_start_nobody_learns_anything_and_afterwards_only_what_was_reached(singing: Hunt) -> None:
    organiser = make_user("organiser", staff=True).pk
    Hunt.objects.filter(id=singing.id).update(starts_at=now_ms() + HOUR)
    ada = Hunter.of(singing, "Ada")
    assert sung(*private(singing, ada), *nosy(ada), *public(singing)) == set()
    hunts.control(organiser, singing.id, "start")
    ada.answers(canary("answer", 1))
    for action in ("pause", "end"):
        hunts.control(organiser, singing.id, action)
        told = sung(*private(singing, ada), *nosy(ada))
        assert canary("before", 2) in told
        assert told <= shown_at(2)
        assert sung(*public(singing)) == set()


def test_a_banned_player_learns_nothing_new(singing: Hunt) -> None:
    ada = Hunter.of(singing, "Ada")
    type(ada.row).objects.filter(id=ada.id).update(banned=True)
    assert pictures(user_of(ada.row).pk) == []
    assert {result.code for result in nosy(ada) if isinstance(result, errors.GameError)} == {"banned"}
