"""manage.py migrate: as long as it takes, but nobody waits behind it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models.signals import pre_migrate

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]

LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")


@pytest.fixture
def meanwhile() -> Iterator[list[Any]]:
    """What is in this list is called where migrations run."""
    calls: list[Any] = []

    def act(**_: Any) -> None:
        while calls:
            calls.pop()()

    pre_migrate.connect(act)
    yield calls
    pre_migrate.disconnect(act)


def limits() -> dict[str, str]:
    with connection.cursor() as cursor:
        return {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in LIMITS}


def test_a_statement_may_take_as_long_as_it_needs_and_a_lock_not(meanwhile: list[Any]) -> None:
    usual = limits()
    assert "0" not in usual.values()
    seen: list[dict[str, str]] = []
    meanwhile.append(lambda: seen.append(limits()))
    call_command("migrate", verbosity=0)
    assert seen == [usual | dict.fromkeys(LIMITS[:2], "0")]
    assert limits() == usual


def test_behind_a_lock_that_it_does_not_get_nobody_waits_for_long(meanwhile: list[Any]) -> None:
    def add_column() -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE game_player ADD COLUMN newer integer")

    settings = connection.settings_dict
    where = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
    with psycopg.connect(**where, dbname=settings["NAME"], password=settings["PASSWORD"]) as backup:
        backup.execute("LOCK TABLE game_player IN ACCESS SHARE MODE")
        meanwhile.append(add_column)
        with pytest.raises(OperationalError, match="lock timeout"):
            call_command("migrate", verbosity=0)
