"""What the benchmark does to a hunt's rows directly: it makes players, and proves afterwards what was stored.

Runs beside the server, in the process of `tests.support.backstage`.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import get_random_string
from msgspec.structs import replace

from enigma_rt.launcher import calm_collector
from game.models import Attempt, Hunt, Member, Player
from game.queries.clock import now_ms
from game.rules.names import name_key
from game.services.answers import standing_of
from leaderboard import queries
from leaderboard import services as leaderboard
from leaderboard.ranking import Board, Standing
from tests.load.wire import percentile

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


def newest() -> int:
    """The id of the last attempt; 0 if there is none."""
    return Attempt.objects.aggregate(newest=Max("id"))["newest"] or 0


def stored(since: int) -> int:
    """Attempts after the one with that id."""
    return Attempt.objects.filter(id__gt=since).count()


def board_figures(moves: int) -> dict[str, float]:
    """The current hunt's board: loaded as a starting server does, then moved, ranked and read by players at random."""
    began = perf_counter()
    board = Board(queries.standings(Hunt.objects.get(current=True).id))
    loaded = perf_counter() - began
    calm_collector()
    dice = Random(26)
    players = [row[2] for row in board._keys]
    times: list[float] = []
    for player in dice.choices(players, k=moves):
        change = _solved(board, player)
        began = perf_counter()
        delta = board.apply([change])  # it says the rank
        times.append(perf_counter() - began)
        assert delta is not None and delta.moves[0].rank == board.rank_of(player)
    tops: list[float] = []
    for _ in range(moves // 50):
        change = _solved(board, dice.choice(board.top_rows()).player)
        began = perf_counter()
        board.apply([change])
        board.top_rows()
        tops.append(perf_counter() - began)
    arounds: list[float] = []
    for player in dice.choices(players, k=moves // 50):
        began = perf_counter()
        board.around(player)
        arounds.append(perf_counter() - began)
    times.sort()
    return {
        "moves": len(times) / sum(times),
        "p50_ms": percentile(times, 50) * 1000,
        "p99_ms": percentile(times, 99) * 1000,
        "top_25_p99_ms": percentile(sorted(tops), 99) * 1000,
        "around_p99_ms": percentile(sorted(arounds), 99) * 1000,
        "load_s": loaded,
        "standings": board.total,
    }


def _solved(board: Board, player: int) -> Standing:
    """What the player's next solve makes of the standing."""
    held = board.standing(player)
    assert held is not None
    return replace(held, points=held.points + 100, last=(held.last or 0) + 1_000, version=held.version + 1)
