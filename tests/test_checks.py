"""A wrong or unsafe setting is named, with its cure, before anything starts."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as live
from django.core.checks import Tags, run_checks

from enigma_rt import checks
from enigma_rt.environment import Environment
from tests.support.process import ROOT, manage
from tests.support.server import clean_environment

GOOD = {
    "ENIGMA_ENV": "production",
    "PRODUCTION": True,
    "ENVIRONMENT_PROBLEMS": [],
    "SECRET_KEY": "Zr0mJ4-hWq8sVx2Lk6tYb3NfPc9dGa1eUoi5XyTz7Rw",
    "SECRET_KEY_GIVEN": True,
    "DEBUG": False,
    "DEBUG_WANTED": False,
    "ALLOWED_HOSTS": ["hunt.example.org"],
    "ORIGINS": ["https://hunt.example.org"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "PASSWORD": "pT7wLq2"}},
    "REDIS_URL": "redis://redis:6379/0",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "BEHIND_PROXY": True,
    "PUBLIC_URL": "https://hunt.example.org",
    "SOCKET_LIMITS": '{"burst": 50}',
    "HASHED_STATIC": True,
}


@pytest.fixture(autouse=True)
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "staticfiles.json").touch()
    monkeypatch.setitem(GOOD, "STATIC_ROOT", tmp_path)


def found(patch: pytest.MonkeyPatch, **changed: object) -> list[str]:
    """Ids of what is found in a production that is good but for `changed`."""
    patch.setattr(checks, "settings", SimpleNamespace(**(GOOD | changed)))
    messages = [
        message for check in (*checks.ALWAYS, *checks.IN_PRODUCTION) for message in checks._as_check(check)()
    ]
    assert all(message.hint for message in messages)
    return [str(message.id).removeprefix("enigma.") for message in messages]


def postgres(password: str) -> dict[str, Any]:
    return {"default": {"ENGINE": "django.db.backends.postgresql", "PASSWORD": password}}


def test_a_good_production_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == []


@pytest.mark.parametrize(
    ("wrong", "ids"),
    [
        ({"ENIGMA_ENV": "prod"}, ["E001"]),
        ({"ENVIRONMENT_PROBLEMS": ["A must be 1 or 0.", "B must be a number."]}, ["E002", "E002"]),
        ({"SECRET_KEY_GIVEN": False}, ["E003"]),
        ({"SECRET_KEY": "short"}, ["E003"]),
        ({"SECRET_KEY": "ab" * 40}, ["E003"]),
        ({"SECRET_KEY": "django-insecure-" + "abcdefghijklmnopqrstuvwxyz0123456789"}, ["E003"]),
        ({"SECRET_KEY": "Change-Me-" + "abcdefghijklmnopqrstuvwxyz0123456789"}, ["E003"]),
        ({"DEBUG_WANTED": True}, ["E004"]),
        ({"DEBUG": True}, ["E004"]),
        ({"ALLOWED_HOSTS": []}, ["E005"]),
        ({"ALLOWED_HOSTS": ["hunt.example.org", "*"]}, ["E005"]),
        ({"ORIGINS": []}, ["E006"]),
        ({"ORIGINS": ["http://hunt.example.org"]}, ["E006"]),
        ({"ORIGINS": ["https://hunt.example.org/"]}, ["E006"]),
        ({"ORIGINS": ["https://hunt.example.org/play"]}, ["E006"]),
        ({"ORIGINS": ["https://hunt.example.org:443"]}, ["E006"]),
        ({"ORIGINS": ["https://hunt.example.org:port"]}, ["E006"]),
        ({"ORIGINS": ["https://Hunt.example.org"]}, ["E006"]),
        ({"ORIGINS": ["https://*.example.org"]}, ["E006"]),
        ({"ORIGINS": ["https://user@hunt.example.org"]}, ["E006"]),
        ({"ORIGINS": ["hunt.example.org"]}, ["E006"]),
        ({"ORIGINS": ["https://hunt.example.org", "https://[::1", "null"]}, ["E006", "E006"]),
        ({"ORIGINS": ["https://hunt.example.org:8443", "https://[2001:db8::1]"]}, []),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}}, ["E007"]),
        ({"REDIS_URL": ""}, ["E008"]),
        ({"DATABASES": postgres("")}, ["E009"]),
        ({"DATABASES": postgres("postgres")}, ["E009"]),
        ({"DATABASES": postgres("Password")}, ["E009"]),
        ({"SESSION_COOKIE_SECURE": False}, ["E010"]),
        ({"CSRF_COOKIE_SECURE": False}, ["E010"]),
        ({"PUBLIC_URL": "hunt.example.org"}, ["E011"]),
        ({"PUBLIC_URL": "https://hunt.example.org/enigma"}, ["E011"]),
        ({"PUBLIC_URL": ""}, []),
        ({"SOCKET_LIMITS": "{"}, ["E012"]),
        ({"SOCKET_LIMITS": '{"burst": 0}'}, ["E012"]),
        ({"SOCKET_LIMITS": '{"bursts": 1}'}, ["E012"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["W001"]),
        ({"BEHIND_PROXY": False}, ["W002"]),
        ({"STATIC_ROOT": Path("nowhere")}, ["W003"]),
        ({"STATIC_ROOT": Path("nowhere"), "HASHED_STATIC": False}, []),
    ],
)
def test_what_is_wrong_is_found(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object], ids: list[str]
) -> None:
    assert found(monkeypatch, **wrong) == ids


def test_development_asks_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    lax = {
        "SECRET_KEY_GIVEN": False,
        "ALLOWED_HOSTS": [],
        "ORIGINS": [],
        "REDIS_URL": "",
        "DEBUG_WANTED": True,
    }
    assert found(monkeypatch, ENIGMA_ENV="development", PRODUCTION=False, **lax) == []


def test_these_settings_pass_and_the_checks_are_asked(settings: Any) -> None:
    assert [message for message in run_checks() if str(message.id).startswith("enigma")] == []
    settings.ENIGMA_ENV = "prod"
    assert "enigma.E001" in [message.id for message in run_checks(tags=[Tags.security])]


# --- reading the environment ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["x", "1.5", "-1", "0", "65", "٣", "99999999999999999999"])
def test_a_number_that_is_none_is_noted_and_the_default_stands_in(raw: str) -> None:
    env = Environment({"ENIGMA_WORKERS": raw})
    assert env.whole("ENIGMA_WORKERS", 4, 1, 64) == 4
    (problem,) = env.problems
    assert problem == f"ENIGMA_WORKERS must be a whole number from 1 to 64, not {raw!r}."


def test_good_values_are_taken() -> None:
    env = Environment(
        {"A": "7", "B": "yes", "C": "mandatory", "D": " a, b ,,c", "E": "", "F": "redis://x:1/0"}
    )
    assert env.whole("A", 1, 1, 64) == 7
    assert env.flag("B")
    assert not env.flag("missing")
    assert env.choice("C", "none", ("none", "mandatory")) == "mandatory"
    assert env.words("D") == ["a", "b", "c"]
    assert env.text("E", "default") == "default"
    assert env.whole("E", 5, 1, 9) == 5
    assert env.url("F", ("redis",)) is not None
    assert env.url("missing", ("redis",)) is None
    assert env.database("E", "postgres://u:p@h/n")["NAME"] == "n"
    assert env.problems == []


@pytest.mark.parametrize(
    "raw",
    [
        "postgres",
        "postgres://",
        "postgres://u:hush@h",
        "mysql://u:hush@h/n",
        "postgres://u:hush@h:port/n",
        "://",
    ],
)
def test_a_database_that_cannot_be_read_is_none_at_all_and_its_password_stays_unsaid(raw: str) -> None:
    env = Environment({"DATABASE_URL": raw})
    assert env.database("DATABASE_URL", "sqlite:///x")["ENGINE"] == "django.db.backends.dummy"
    (problem,) = env.problems
    assert problem.startswith("DATABASE_URL must look like postgres://")
    assert "hush" not in problem


@pytest.mark.parametrize("raw", ["x", "http://h", "smtp://", "smtp://h:port", "smtp://h:99999", "smtp://[h"])
def test_an_address_that_is_none_is_noted(raw: str) -> None:
    env = Environment({"EMAIL_URL": raw})
    assert env.url("EMAIL_URL", ("smtp", "smtps")) is None
    assert env.problems == ["EMAIL_URL must be an address like smtp://… or smtps://…."]


def test_words_that_mean_nothing_are_noted() -> None:
    env = Environment({"DEBUG": "maybe", "LOG_LEVEL": "loud"})
    assert not env.flag("DEBUG")
    assert env.choice("LOG_LEVEL", "INFO", ("INFO", "DEBUG")) == "INFO"
    assert env.problems == [
        "DEBUG must be 1 or 0, not 'maybe'.",
        "LOG_LEVEL must be one of INFO, DEBUG, not 'loud'.",
    ]


def test_the_embedded_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    env = Environment({})
    key = env.kept_secret(tmp_path / "data" / "key")
    assert len(key) > 50
    assert env.kept_secret(tmp_path / "data" / "key") == key
    assert (tmp_path / "data" / "key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["key"]
    (tmp_path / "file").touch()
    assert env.kept_secret(tmp_path / "file" / "key") != key
    assert "ENIGMA_DATA_DIR must be a folder to write to" in env.problems[0]


# --- the commands refuse --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["serve", "qcluster", "play", "migrate"])
def test_a_command_with_wrong_settings_says_so_and_starts_nothing(tmp_path: Path, command: str) -> None:
    wrong = {
        "ENIGMA_ENV": "production",
        "ENIGMA_WORKERS": "many",
        "DATABASE_URL": "postgres://u:hush@h",
        "DEBUG": "1",
    }
    done = subprocess.run(
        manage(command),
        env=clean_environment() | {"ENIGMA_DATA_DIR": str(tmp_path)} | wrong,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    for code in ("E002", "E003", "E004", "E005", "E006", "E008"):
        assert f"(enigma.{code})" in done.stderr
    assert "ENIGMA_WORKERS must be a whole number from 1 to 32, not 'many'." in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_values_are_read_in_one_place() -> None:
    """Everything that a deployer can set is in settings.py."""
    reading = re.compile(r"os\.environ\[|os\.environ\.get|os\.getenv|Environment\(os\.environ")
    packages = ("enigma_rt", "game", "consumers", "leaderboard")
    sources = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    readers = [str(path.relative_to(ROOT)) for path in sources if reading.search(path.read_text())]
    assert readers == ["enigma_rt/settings.py"]
    assert live.ENVIRONMENT_PROBLEMS == []
