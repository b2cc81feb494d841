"""Accounts of organisers. Their passwords are made here, said once, and kept as hashes only."""

import secrets

from allauth.account.models import EmailAddress
from allauth.utils import generate_unique_username
from django.contrib.auth import get_user_model
from django.db import transaction

# Without vowels no word comes up, without l nobody types 1.
LETTERS = "bcdfghjkmnpqrstvwxz"
GROUPS, GROUP = 4, 4


def exists() -> bool:
    """Whether anybody may open the console."""
    return get_user_model().objects.filter(is_staff=True, is_active=True).exists()


@transaction.atomic
def create(email: str) -> str:
    """A new organiser, who may do everything; returns the password. Raises ValueError when the address is taken."""
    if get_user_model().objects.filter(email__iexact=email).exists():
        raise ValueError(f"{email} has an account already")
    password = new_password()
    user = get_user_model().objects.create_superuser(
        generate_unique_username([email, "organiser"]), email, password
    )
    # Known to be theirs: no mail has to arrive before they can log in.
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return password


def replace_password(email: str) -> str:
    """A new password for an organiser; all their sessions end. Raises ValueError when there is no such organiser."""
    user = get_user_model().objects.filter(email__iexact=email, is_staff=True).first()
    if user is None:
        raise ValueError(f"{email} is no organiser")
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def new_password() -> str:
    """About 68 bits, to be typed from a terminal."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
