"""Which role an account has among the organisers, and whether it may do what it is about to do."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from game import errors
from game.rules.roles import Role, may, needed, rights, role_of

__all__ = ["OWNERS", "Role", "check", "may", "of", "require", "rights", "roles", "words"]

OWNERS = Q(is_active=True) & (Q(is_staff=True) | Q(is_superuser=True))
"""Accounts that are owners."""

_WORDS = {
    Role.VIEWER: gettext_lazy("viewer"),
    Role.MODERATOR: gettext_lazy("moderator"),
    Role.AUTHOR: gettext_lazy("author"),
    Role.OWNER: gettext_lazy("owner"),
}


def words(role: Role) -> str:
    """A role's name, for people."""
    return str(_WORDS[role])


def roles(user_ids: Iterable[int]) -> dict[int, Role]:
    """The roles of those among these accounts that are active and have one, in one query."""
    rows = get_user_model().objects.filter(pk__in=set(user_ids), is_active=True)
    found = {
        pk: role_of(staff=staff or root, given=given)
        for pk, staff, root, given in rows.values_list("pk", "is_staff", "is_superuser", "organiser__role")
    }
    return {pk: role for pk, role in found.items() if role is not None}


def of(user_id: int | None) -> Role | None:
    return None if user_id is None else roles([user_id]).get(user_id)


def require(user_id: int, what: str) -> Role:
    """As `check`, of this account."""
    return check(of(user_id), what)


def check(role: Role | None, what: str) -> Role:
    """The role, if it may do `what` (a row of `rules/roles.py`). Raises Forbidden, naming the role that is needed."""
    if role is None:
        raise errors.Forbidden(_("This account is not among the organisers."))
    if not may(role, what):
        raise errors.Forbidden(
            _("That needs the role “%(needed)s”; yours is “%(role)s”.")
            % {"needed": words(needed(what)), "role": words(role)}
        )
    return role
