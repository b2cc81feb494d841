"""What the benchmark does to a hunt's rows directly: it makes players, and proves afterwards what was stored.

Runs beside the server, in the process of `tests.support.backstage`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from game.models import Attempt, Hunt, Member, Player
from game.queries.clock import now_ms
from game.rules.names import name_key
from game.services.answers import standing_of
from leaderboard import services as leaderboard

BATCH = 2_000


@transaction.atomic
def players(count: int) -> list[str]:
    """Signed-in accounts that play in the current hunt, as signing up and joining would have made them; the value of
    each one's `Cookie` header."""
    hunt, now = Hunt.objects.get(current=True), now_ms()
    first = Player.objects.filter(hunt=hunt).count() + 1
    names = [f"Player {number}" for number in range(first, first + count)]
    accounts = get_user_model()
    users = accounts.objects.bulk_create(
        [
            accounts(username=f"{hunt.id}-{name}", email=f"{hunt.id}-{name[7:]}@bench.invalid", password="!")
            for name in names
        ],
        batch_size=BATCH,
    )
    made = Player.objects.bulk_create(
        [
            Player(hunt=hunt, name=name, name_key=name_key(name), changed_at=now, created_at=now)
            for name in names
        ],
        batch_size=BATCH,
    )
    Member.objects.bulk_create(
        [Member(hunt=hunt, player=player, user=user) for player, user in zip(made, users, strict=True)],
        batch_size=BATCH,
    )
    leaderboard.record(hunt.id, [standing_of(player) for player in made], now)
    return _sessions(users)


def _sessions(users: Sequence[Any]) -> list[str]:
    store, expires = SessionStore(), timezone.now() + timedelta(days=2)
    sessions = [
        Session(
            session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=expires,
        )
        for user in users
    ]
    Session.objects.bulk_create(sessions, batch_size=BATCH)
    return [f"{settings.SESSION_COOKIE_NAME}={session.session_key}" for session in sessions]


def stored() -> int:
    """Attempts in the current hunt."""
    return Attempt.objects.filter(hunt__current=True).count()
