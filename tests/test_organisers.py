"""Accounts of organisers: made on the command line, their passwords said once."""

import io
import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from enigma_rt import organisers
from game.models import AuditEntry
from game.queries import roles
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    """The password that the command printed."""
    out = io.StringIO()
    call_command("create_organiser", *arguments, stdout=out)
    email, password = out.getvalue().split()
    assert email == arguments[0]
    return str(password)


def log_in(email: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def test_an_organiser_can_open_the_console_at_once() -> None:
    assert not organisers.exists()
    password = create("grace@example.org")
    assert organisers.exists()
    assert re.fullmatch(r"([b-df-hj-np-tv-z]{4}-){3}[b-df-hj-np-tv-z]{4}", password)
    client = log_in("grace@example.org", password)
    assert client.get("/console").status_code == 200
    assert client.get("/admin/").status_code == 200
    assert EmailAddress.objects.get(email="grace@example.org").verified


def test_the_password_is_kept_as_a_hash_only() -> None:
    password = create("grace@example.org")
    user = get_user_model().objects.get()
    assert password not in user.password
    assert user.check_password(password)
    assert create("grace@example.org", "--new-password") != password


def test_what_the_shell_gives_is_in_the_audit_trail() -> None:
    create("grace@example.org")
    create("grace@example.org", "--new-password")
    assert [
        (entry.action, entry.user, entry.detail["done"]["who"]) for entry in AuditEntry.objects.order_by("id")
    ] == [
        ("organiser.role", None, "grace@example.org"),
        ("organiser.password", None, "grace@example.org"),
    ]


def test_a_new_password_ends_the_sessions_of_the_old_one() -> None:
    client = log_in("grace@example.org", create("grace@example.org"))
    password = create("grace@example.org", "--new-password")
    assert client.get("/console").status_code == 302
    assert log_in("grace@example.org", password).get("/console").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nobody",), "nobody is no e-mail address"),
        (("ADA@example.org",), "ADA@example.org has an account already"),
        (("ada@example.org", "--new-password"), "ada@example.org is no organiser"),
        (("nobody@example.org", "--new-password"), "nobody@example.org is no organiser"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: tuple[str, ...], problem: str) -> None:
    make_user("ada")
    with pytest.raises(CommandError, match=problem):
        create(*arguments)


def role_of(email: str) -> str | None:
    return roles.of(get_user_model().objects.get(email=email).pk)


@pytest.mark.parametrize("role", ["viewer", "moderator", "author", "owner"])
def test_an_organiser_of_each_role(role: str) -> None:
    client = log_in("grace@example.org", create("grace@example.org", "--role", role))
    assert role_of("grace@example.org") == role
    assert client.get("/console").status_code == 200
    assert client.get("/admin/").status_code == (200 if role == "owner" else 302)


def test_an_account_that_is_there_keeps_its_password_and_gets_the_role() -> None:
    make_user("ada")
    out = io.StringIO()
    create("grace@example.org")
    for role in ("moderator", "owner", "viewer"):
        call_command("create_organiser", "ada@example.org", "--role", role, stdout=out)
        assert role_of("ada@example.org") == role
    assert out.getvalue().splitlines()[-1] == "ada@example.org is viewer now"
    assert [entry.detail["done"]["after"]["role"] for entry in AuditEntry.objects.order_by("id")] == [
        "owner",
        "moderator",
        "owner",
        "viewer",
    ]


def test_the_last_owner_stays_one() -> None:
    create("grace@example.org")
    with pytest.raises(CommandError, match="This is the last owner"):
        create("grace@example.org", "--role", "viewer")
    assert role_of("grace@example.org") == "owner"
    create("ada@example.org", "--role", "owner")
    call_command("create_organiser", "grace@example.org", "--role", "viewer", stdout=io.StringIO())
    assert role_of("grace@example.org") == "viewer"
    assert not get_user_model().objects.get(email="grace@example.org").is_superuser


def test_staff_of_a_release_without_roles_are_owners_who_see_the_hunts_rows_in_the_admin() -> None:
    boss = make_user("boss", staff=True)
    assert roles.of(boss.pk) == "owner"
    client = Client()
    client.force_login(boss)
    assert client.get("/admin/game/hunt/").status_code == 200
    assert client.get("/admin/auth/user/").status_code == 403
