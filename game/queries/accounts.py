"""Who is asking: from a session to a user, a member and a player, in as few queries as it takes."""

from collections.abc import Iterable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.utils import timezone
from msgspec import Struct

from game.models import Member


class Identity(Struct, frozen=True):
    """A signed-in account; `member` and `player` are null when it does not play in the hunt asked about."""

    user: int
    staff: bool
    member: int | None
    player: int | None
    name: str
    banned: bool


def identify(session_key: str | None, hunt_id: int) -> Identity | None:
    """The account of a session that is still valid (not expired, password unchanged, account active), or None."""
    if not session_key:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user: Any = auth.get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]  # it reads .session alone
    if not user.is_authenticated:
        return None
    member = Member.objects.filter(hunt_id=hunt_id, user=user).select_related("player").first()
    player = member.player if member else None
    return Identity(
        user=user.pk,
        staff=user.is_staff,
        member=member.pk if member else None,
        player=player.pk if player else None,
        name=player.name if player else "",
        banned=bool(player and player.banned),
    )


def valid_sessions(keys: Iterable[str]) -> set[str]:
    """Those of these session keys that still exist and have not expired, in one query."""
    return set(
        Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )


def inactive_users(ids: Iterable[int]) -> set[int]:
    """Those of these accounts that have been deactivated."""
    model = auth.get_user_model()
    return set(model.objects.filter(pk__in=list(ids), is_active=False).values_list("pk", flat=True))


def banned_players(ids: Iterable[int]) -> set[int]:
    """Those of these players whom an organiser has removed."""
    from game.models import Player

    return set(Player.objects.filter(pk__in=list(ids), banned=True).values_list("pk", flat=True))
