"""Accounts of organisers. Their passwords are made here, said once, and kept as hashes only."""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.utils import generate_unique_username
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from game import errors
from game.queries import roles
from game.queries.roles import Role
from game.services.roles import ACTION, at_the_shell, install

# Without vowels no word comes up, without l nobody types 1.
LETTERS = "bcdfghjkmnpqrstvwxz"
GROUPS, GROUP = 4, 4


class Owners(BaseBackend):
    """In the admin, owners may do what can be done to a hunt's rows; accounts and schedules are for superusers."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return user_obj.is_active and user_obj.is_staff and perm.startswith("game.")


def exists() -> bool:
    """Whether there is an owner."""
    return get_user_model().objects.filter(roles.OWNERS).exists()


@transaction.atomic
def create(email: str, role: Role = Role.OWNER) -> str:
    """A new organiser; returns the password. An owner made here is a superuser, whom no other owner can dismiss.
    Raises ValueError when the address is taken."""
    if get_user_model().objects.filter(email__iexact=email).exists():
        raise ValueError(f"{email} has an account already: give it a role with --role")
    password = new_password()
    make = get_user_model().objects
    user = (make.create_superuser if role is Role.OWNER else make.create_user)(
        generate_unique_username([email, "organiser"]), email, password
    )
    if role is not Role.OWNER:
        install(user.pk, role)
    else:
        at_the_shell(
            ACTION,
            {"account": user.pk, "role": role},
            {"account": user.pk, "who": email, "before": {"role": None}, "after": {"role": role}},
        )
    # Known to be theirs: no mail has to arrive before they can log in.
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return password


def change(email: str, role: Role) -> bool:
    """Give that account `role`, whatever it had; False when there is no such account. Raises ValueError for the last
    owner."""
    user = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return False
    try:
        install(user.pk, role)
    except errors.GameError as refusal:
        raise ValueError(str(refusal.text)) from None
    return True


@transaction.atomic
def replace_password(email: str) -> str:
    """A new password for an organiser; all their sessions end. Raises ValueError when there is no such organiser."""
    user = get_user_model().objects.filter(email__iexact=email).first()
    if user is None or roles.of(user.pk) is None:
        raise ValueError(f"{email} is no organiser")
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    at_the_shell("organiser.password", {"account": user.pk}, {"who": email})
    return password


def new_password() -> str:
    """About 68 bits, to be typed from a terminal."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def role(request: HttpRequest) -> dict[str, Any]:
    """For templates: the role of who asks, looked up where it is used."""
    # A request that was refused early has nobody.
    user = getattr(request, "user", None)
    return {"organiser_role": SimpleLazyObject(lambda: roles.of(user.pk) if user else None)}
