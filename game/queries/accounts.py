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

from game.models import Member, Player


class Identity(Struct, frozen=True):
    """A signed-in account; `member` and `player` are null when it does not play in the hunt asked about."""

    user: int
    # Changes with the password and with the right to the console.
    proof: str
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
        proof=_proof(user),
        staff=user.is_staff,
        member=member.pk if member else None,
        player=player.pk if player else None,
        name=player.name if player else "",
        banned=bool(player and player.banned),
    )


def player_name(user_id: int, hunt_id: int) -> str | None:
    """The name under which this account plays in the hunt, or None when it does not."""
    names = Member.objects.filter(hunt_id=hunt_id, user_id=user_id).values_list("player__name", flat=True)
    return names.first()


def expired(holders: Iterable[tuple[str, int, str]]) -> set[str]:
    """The session keys among these (key, user, proof) that no longer stand for their account, in two queries.

    A session ends by logging out, by age, by a changed password, and when its account is deactivated; a socket also
    when the account gains or loses the console.
    """
    wanted = list(holders)
    alive = set(
        Session.objects.filter(
            session_key__in=[key for key, _, _ in wanted], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    users = auth.get_user_model().objects.filter(pk__in={user for _, user, _ in wanted}, is_active=True)
    proofs: dict[int, str] = {user.pk: _proof(user) for user in users}
    return {key for key, user, proof in wanted if key not in alive or proofs.get(user) != proof}


def _proof(user: Any) -> str:
    return f"{user.get_session_auth_hash()}{user.is_staff:d}"


def banned(player_ids: Iterable[int]) -> set[int]:
    """Those of these players whom an organiser has removed."""
    return set(Player.objects.filter(pk__in=list(player_ids), banned=True).values_list("pk", flat=True))
