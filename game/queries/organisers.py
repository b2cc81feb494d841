"""The accounts that organise, and those that could."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from msgspec import Struct

from game.queries.roles import OWNERS
from game.rules.roles import LADDER, Role, role_of

FOUND = 20
MOST = 200
"""Organisers that are listed; the reply has room for them."""


class OrganiserView(Struct, frozen=True):
    """An account. `role`: null when it does not organise; `fixed`: an owner who was made at the server's shell, whom
    nobody dismisses from the console; `last_login`: null when it never was."""

    account: int
    name: str
    email: str
    role: str | None
    fixed: bool
    last_login: int | None


def organisers() -> tuple[OrganiserView, ...]:
    """All who have a role, those who may do most first."""
    users = get_user_model().objects.filter(OWNERS | Q(is_active=True, organiser__isnull=False))
    found = (view for view in _views(users.order_by("email", "pk")[:MOST]) if view.role is not None)
    return tuple(sorted(found, key=lambda view: -LADDER.index(Role(view.role or Role.VIEWER))))


def accounts(text: str) -> tuple[OrganiserView, ...]:
    """The first FOUND active accounts with `text` in their name, their address or the name that they play under."""
    text = text.strip()
    if not text:
        return ()
    users = get_user_model().objects.filter(
        Q(username__icontains=text)
        | Q(email__icontains=text)
        | Q(memberships__player__name__icontains=text)
        | Q(memberships__player__name_key__contains=text.casefold()),
        is_active=True,
    )
    return _views(users.distinct().order_by("email", "pk")[:FOUND])


def _views(users: QuerySet[Any]) -> tuple[OrganiserView, ...]:
    names = ("pk", "username", "email", "is_staff", "is_superuser", "organiser__role", "last_login")
    return tuple(
        OrganiserView(
            account=pk,
            name=name,
            email=email,
            role=role_of(staff=staff or root, given=given),
            fixed=root,
            last_login=int(last.timestamp() * 1000) if last else None,
        )
        for pk, name, email, staff, root, given, last in users.values_list(*names)
    )
