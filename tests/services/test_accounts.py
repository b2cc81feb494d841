"""Who is behind a session, asked for many at once: by Django's own rules, and nobody at another's expense."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from game.models import Hunt, Player
from game.queries import accounts
from tests.factories import make_hunt, make_player, make_user, session_of, user_of

pytestmark = pytest.mark.django_db

ODD_KEYS = [
    "",
    "short",
    "x" * 32,
    "a\x00b" * 10,
    "\ud800" * 32,
    "é" * 32,
    "x" * 100_000,
    "' OR 1=1 --aaaaaaaaaaaaaaaaaaaaa",
]


def change(key: str, **members: Any) -> None:
    """Members of a session; None takes one away."""
    store = SessionStore(key)
    for name, value in members.items():
        if value is None:
            del store[name]
        else:
            store[name] = value
    store.save()


def spoil(how: str, key: str, user: Any) -> None:
    row = Session.objects.filter(session_key=key)
    match how:
        case "deleted":
            row.delete()
        case "expired":
            row.update(expire_date=timezone.now() - timedelta(seconds=1))
        case "forged":
            row.update(session_data=row.get().session_data[:-1] + "x")
        case "of another way to log in":
            change(key, **{BACKEND_SESSION_KEY: "somewhere.else.Backend"})
        case "of an older password":
            user.set_password("another long password")
            user.save()
        case "without a hash":
            change(key, **{HASH_SESSION_KEY: None})
        case "of nobody":
            change(key, **{SESSION_KEY: None})
        case "of a removed account":
            user.delete()
        case "of an account that may not":
            user.is_active = False
            user.save()


SPOILT = [
    "deleted",
    "expired",
    "forged",
    "of another way to log in",
    "of an older password",
    "without a hash",
    "of nobody",
    "of a removed account",
    "of an account that may not",
]


def django_says(key: str) -> Any:
    request = HttpRequest()
    request.session = SessionStore(key)
    return get_user(request).pk


@pytest.mark.parametrize("how", SPOILT)
def test_a_session_that_does_not_hold_is_nobodys_and_the_others_hold(hunt: Hunt, how: str) -> None:
    users = [user_of(make_player(hunt)) for _ in range(3)]
    ids = [user.pk for user in users]
    keys = [session_of(user) for user in users]
    spoil(how, keys[1], users[1])
    found = accounts.identify(keys, hunt.id)
    assert [one and one.user for one in found] == [ids[0], None, ids[2]]
    assert [django_says(key) for key in keys] == [ids[0], None, ids[2]]


def test_a_session_signed_with_a_key_that_is_on_its_way_out_holds(hunt: Hunt, settings: Any) -> None:
    user = user_of(make_player(hunt))
    key = session_of(user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of fifty characters and as secret as the first"
    before = list(Session.objects.values())
    (found,) = accounts.identify([key], hunt.id)
    assert found is not None and found.user == user.pk
    # A socket cannot hand out a new cookie: the session stays as it is.
    assert list(Session.objects.values()) == before
    settings.SECRET_KEY_FALLBACKS = []
    assert accounts.identify([key], hunt.id) == [None]


def test_whatever_a_cookie_holds_is_refused_alone(hunt: Hunt) -> None:
    user = make_user()
    found = accounts.identify([*ODD_KEYS, session_of(user)], hunt.id)
    assert found[:-1] == [None] * len(ODD_KEYS)
    assert found[-1] is not None and found[-1].user == user.pk


def test_what_an_account_is_in_the_hunt_that_is_asked_about(hunt: Hunt) -> None:
    ada, bob = make_player(hunt, "Ada"), make_player(hunt, "Bob", banned=True)
    eve = make_player(make_hunt(current=False), "Eve")
    boss = make_user("boss", staff=True)
    keys = [*(session_of(user_of(player)) for player in (ada, bob, eve)), session_of(boss)]
    found = accounts.identify([*keys, keys[0]], hunt.id)
    assert [one and (one.player, one.name, one.banned) for one in found] == [
        (ada.id, "Ada", False),
        (bob.id, "Bob", True),
        (None, "", False),
        (None, "", False),
        (ada.id, "Ada", False),
    ]
    assert found[0] is not None and found[0].member == ada.members.get().id
    assert found[2] is not None and found[2].member is None


def test_many_cost_no_more_queries_than_one(hunt: Hunt, django_assert_max_num_queries: Any) -> None:
    keys = [session_of(user_of(make_player(hunt))) for _ in range(30)]
    for asked in (keys[:1], keys):
        with django_assert_max_num_queries(3):
            assert None not in accounts.identify(asked, hunt.id)


@pytest.mark.parametrize("how", ["deleted", "expired", "of an older password", "of an account that may not"])
def test_what_ends_a_session_ends_its_sockets(hunt: Hunt, how: str) -> None:
    users = [user_of(make_player(hunt)) for _ in range(2)]
    keys = [session_of(user) for user in users]
    holders = [
        (key, one.user, one.proof)
        for key, one in zip(keys, accounts.identify(keys, hunt.id), strict=True)
        if one
    ]
    assert accounts.expired(holders) == set()
    spoil(how, keys[1], users[1])
    assert accounts.expired(holders) == {keys[1]}


def test_the_banned_are_those_whom_an_organiser_removed(hunt: Hunt) -> None:
    ada, bob = make_player(hunt), make_player(hunt, banned=True)
    assert accounts.banned([ada.id, bob.id, 10**9]) == {bob.id}
    assert Player.objects.count() == 2
