"""haproxy/make-env.sh: secrets of one's own, made once, never overwritten, never shown."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from enigma_rt.environment import Environment
from tests.support.process import ROOT

SECRETS = ("SECRET_KEY", "REDIS_PASSWORD", "ENIGMA_COOKIE_KEY", "POSTGRES_PASSWORD")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "haproxy").mkdir()
    for script in ("make-env.sh", "make-certificate.sh"):
        shutil.copy2(ROOT / "haproxy" / script, tmp_path / "haproxy" / script)
    return tmp_path


def make(checkout: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", checkout / "haproxy" / "make-env.sh", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def values(checkout: Path) -> dict[str, str]:
    lines = (checkout / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_secrets_are_random_and_nobody_elses(checkout: Path) -> None:
    seen: set[str] = set()
    for _ in range(3):
        assert make(checkout, "hunt.example.org").returncode == 0
        made = [values(checkout)[name] for name in SECRETS]
        assert all(re.fullmatch(r"[0-9a-f]{48,}", secret) for secret in made)
        assert len({*seen, *made}) == len(seen) + len(SECRETS)
        seen.update(made)
        (checkout / ".env").unlink()


def test_only_its_owner_reads_it_and_nothing_secret_is_said(checkout: Path) -> None:
    done = make(checkout, "hunt.example.org")
    assert (checkout / ".env").stat().st_mode & 0o077 == 0
    assert not any(values(checkout)[name] in done.stdout + done.stderr for name in SECRETS)


def test_what_is_there_is_never_overwritten(checkout: Path) -> None:
    make(checkout, "hunt.example.org")
    before = (checkout / ".env").read_bytes()
    again = make(checkout, "other.example.org")
    assert again.returncode == 1
    assert "already" in again.stderr
    assert (checkout / ".env").read_bytes() == before


def test_what_it_makes_is_safe_enough_to_start(checkout: Path) -> None:
    make(checkout, "hunt.example.org", "--https-port", "8443")
    made = values(checkout)
    assert made["ALLOWED_HOSTS"] == "hunt.example.org"
    assert made["ENIGMA_ORIGINS"] == made["ENIGMA_PUBLIC_URL"] == "https://hunt.example.org:8443"
    assert made["POSTGRES_PASSWORD"] in made["DATABASE_URL"]
    assert int(made["ENIGMA_STOP_GRACE"].removesuffix("s")) >= int(made["ENIGMA_DRAIN_SECONDS"]) + 20


def test_the_usual_port_is_in_no_origin(checkout: Path) -> None:
    make(checkout, "hunt.example.org")
    assert values(checkout)["ENIGMA_ORIGINS"] == "https://hunt.example.org"


@pytest.mark.parametrize("password", ["simple", "p@ss:w/rd?#%&+ ü", "'quoted' \"too\"", "$HOME `id`"])
def test_a_managed_databases_password_is_asked_for_and_survives(checkout: Path, password: str) -> None:
    url = "postgres://hunter@db.example.org:5433/enigma?sslmode=verify-full&sslrootcert=system"
    assert make(checkout, "hunt.example.org", "--database-url", url, stdin=password + "\n").returncode == 0
    made = values(checkout)
    assert made["COMPOSE_PROFILES"] == "managed"
    found = Environment(made).database("DATABASE_URL", "")
    assert (found["USER"], found["PASSWORD"]) == ("hunter", password)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", 5433, "enigma")
    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "system"}


def test_cloud_sql_is_reached_through_its_proxy(checkout: Path) -> None:
    assert make(checkout, "hunt.example.org", "--cloudsql", "p:r:i", stdin="a password\n").returncode == 0
    made = values(checkout)
    assert (made["COMPOSE_PROFILES"], made["CLOUDSQL_INSTANCE"]) == ("cloudsql", "p:r:i")
    found = Environment(made).database("DATABASE_URL", "")
    assert (found["HOST"], found["PASSWORD"]) == ("cloudsql", "a password")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("https://hunt.example.org",),
        ("hunt.example.org:8443",),
        ("Hunt.example.org",),
        ("hunt.example.org", "--https-port", "many"),
        ("hunt.example.org", "--https-port"),
        ("hunt.example.org", "--nonsense"),
        ("hunt.example.org", "--database-url", "postgres://u:secret@h/n?sslmode=require"),
        ("hunt.example.org", "--database-url", "postgres://u@h/n"),
        ("hunt.example.org", "--database-url", "postgres://u@h/n?sslmode=disable"),
    ],
)
def test_nonsense_makes_nothing(checkout: Path, arguments: tuple[str, ...]) -> None:
    done = make(checkout, *arguments, stdin="password\n")
    assert done.returncode in (1, 2)
    assert done.stderr
    assert not (checkout / ".env").exists()


# --- the certificate --------------------------------------------------------------------------------------------------


def certify(checkout: Path, *names: str) -> subprocess.CompletedProcess[str]:
    script = checkout / "haproxy" / "make-certificate.sh"
    return subprocess.run(["sh", script, *names], capture_output=True, text=True, timeout=20, check=False)


@pytest.mark.production  # with openssl
def test_a_certificate_is_made_once_and_only_its_owner_comes_near_the_key(checkout: Path) -> None:
    make(checkout, "hunt.example.org")
    assert certify(checkout).returncode == 0
    private = checkout / "haproxy" / "private"
    file = private / "certs" / "site.pem"
    assert private.stat().st_mode & 0o077 == 0
    assert list(private.iterdir()) == [private / "certs"]
    made = file.read_bytes()
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-text"], input=made, capture_output=True, timeout=20, check=True
    ).stdout.decode()
    assert "DNS:hunt.example.org" in shown
    assert certify(checkout, "other.example.org").returncode == 1
    assert file.read_bytes() == made


@pytest.mark.production
def test_names_of_a_certificate_may_be_addresses(checkout: Path) -> None:
    assert certify(checkout, "localhost", "127.0.0.1", "::1").returncode == 0
    assert certify(checkout, "no name").returncode == 1
