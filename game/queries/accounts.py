"""Who is asking: from sessions to users, members and players, in as few queries as it takes."""

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from msgspec import Struct

from enigma_rt import rows
from game.models import AuditEntry, Member, Player

_KEY = re.compile("[a-z0-9]{8,40}")
# IS TRUE: no index for that condition. In a young table PostgreSQL thinks it as good as the key's, and reads it whole:
# all sessions, or all members of the hunt.
_SESSIONS = (
    "SELECT session_key, session_data FROM django_session WHERE (expire_date > %s) IS TRUE AND {among}"
)
_ACCOUNTS = """
    SELECT u.id, u.password, m.id, m.player_id, p.name, p.banned FROM auth_user u
    LEFT JOIN game_member m ON m.user_id = u.id AND (m.hunt_id = %s) IS TRUE
    LEFT JOIN game_player p ON p.id = m.player_id
    WHERE u.is_active AND {among}
"""


class Identity(Struct, frozen=True):
    """A signed-in account; `member` and `player` are null when it does not play in the hunt asked about."""

    user: int
    # Differs from one password to another; means nothing to any other process.
    proof: int
    member: int | None
    player: int | None
    name: str
    banned: bool


def identify(session_keys: Sequence[str], hunt_id: int) -> list[Identity | None]:
    """The account of each session that is still valid (not expired, password unchanged, account active), or None;
    in two queries, however many ask. The rules are those of `django.contrib.auth.get_user`."""
    sessions = {key: data for key, data in _sessions(session_keys).items() if data.get(SESSION_KEY)}
    accounts = _accounts({int(data[SESSION_KEY]) for data in sessions.values()}, hunt_id)
    found: dict[str, Identity] = {}
    for key, data in sessions.items():
        password, identity = accounts.get(int(data[SESSION_KEY]), ("", None))
        if identity is not None and _holds(data, password):
            found[key] = identity
    return [found.get(key) for key in session_keys]


def _sessions(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the sessions with these keys hold; those that are unknown or expired are left out, forged ones are empty."""
    # A cookie may hold anything, also what a database refuses: that must not be everybody's refusal.
    wanted = {key for key in keys if _KEY.fullmatch(key)}
    if not wanted:
        return {}
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    (found,) = rows.look_up(
        (_SESSIONS.format(among=rows.among("session_key", "text")), [now, rows.id_list(wanted)])
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    return {key: store.decode(data) for key, data in found}


def _accounts(user_ids: Iterable[int], hunt_id: int) -> dict[int, tuple[str, Identity]]:
    """(password's hash, who it is) of each of these accounts that is active."""
    asked = [hunt_id, rows.id_list(user_ids)]
    (found,) = rows.look_up((_ACCOUNTS.format(among=rows.among("u.id")), asked))
    return {
        user: (
            password,
            Identity(user, _proof(password), member, player, name or "", bool(banned)),
        )
        for user, password, member, player, name, banned in found
    }


def _holds(session: dict[str, Any], password: str) -> bool:
    """Whether the session was made by a way of logging in that is still one, and under the password of today."""
    told, user = session.get(HASH_SESSION_KEY, ""), get_user_model()(password=password)
    return session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS and (
        constant_time_compare(told, user.get_session_auth_hash())
        or any(constant_time_compare(told, older) for older in user.get_session_auth_fallback_hash())
    )


def player_name(user_id: int, hunt_id: int) -> str | None:
    """The name under which this account plays in the hunt, or None when it does not."""
    names = Member.objects.filter(hunt_id=hunt_id, user_id=user_id).values_list("player__name", flat=True)
    return names.first()


def name_of(hunt_id: int, player_id: int) -> str | None:
    """The player's name, or None when there is no such player in the hunt."""
    return Player.objects.filter(hunt_id=hunt_id, id=player_id).values_list("name", flat=True).first()


def expired(holders: Iterable[tuple[str, int, int]]) -> set[str]:
    """The session keys among these (key, user, proof) that no longer stand for their account, in two queries.

    A session ends by logging out, by age, by a changed password, and when its account is deactivated.
    """
    wanted = list(holders)
    alive = set(
        Session.objects.filter(
            session_key__in=[key for key, _, _ in wanted], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    rows = get_user_model().objects.filter(pk__in={user for _, user, _ in wanted}, is_active=True)
    proofs = {pk: _proof(password) for pk, password in rows.values_list("pk", "password")}
    return {key for key, user, proof in wanted if key not in alive or proofs.get(user) != proof}


def _proof(password: str) -> int:
    return hash(password)


def why_banned(player_id: int) -> str:
    """The reason that organisers gave for it the last time, or "" without one."""
    bans = AuditEntry.objects.filter(player_id=player_id, action="player.ban").order_by("-id")
    detail = bans.values_list("detail", flat=True).first()
    return str(detail["asked"]["reason"]) if detail else ""


def banned(player_ids: Iterable[int]) -> set[int]:
    """Those of these players whom an organiser has removed."""
    return set(Player.objects.filter(pk__in=list(player_ids), banned=True).values_list("pk", flat=True))
