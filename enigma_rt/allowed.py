"""Whether the account of a request may do what it asks for."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from game import errors
from game.queries import roles


def user_id(request: HttpRequest) -> int:
    """Of somebody who has signed in."""
    assert isinstance(request.user, AbstractBaseUser)
    return int(request.user.pk)


def need(request: HttpRequest, what: str) -> roles.Role:
    """The account's role, if it may do this (`game/rules/roles.py`); else it is told which role that takes."""
    try:
        return roles.require(user_id(request), what)
    except errors.Forbidden as refusal:
        raise PermissionDenied(str(refusal.text)) from None
