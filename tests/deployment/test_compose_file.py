"""What the compose file promises, read as data: one door, limits, checks, order, no secret of its own."""

import re
from typing import Any

import pytest
import yaml

from consumers import limits
from tests.support.process import ROOT

FILE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE)["services"]
OURS = ("web", "worker", "migrate")
EVERY = pytest.mark.parametrize("service", SERVICES)


def seconds(text: str) -> int:
    """`45s`, or the default of a variable."""
    found = re.search(r"(\d+)s}?$", text)
    assert found, text
    return int(found[1])


def test_nothing_but_haproxy_is_published() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["haproxy"]
    private = [port for port in SERVICES["haproxy"]["ports"] if ":8404" in port]
    assert len(private) == 1
    assert private[0].startswith("127.0.0.1:")


@EVERY
def test_every_service_is_watched_limited_and_comes_back(service: str) -> None:
    wanted = SERVICES[service]
    assert "test" in wanted["healthcheck"] or service == "migrate"
    limits = wanted["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= limits.keys()
    # More processors than a machine has are refused by the engine.
    assert float(limits["cpus"]) <= 2
    assert wanted["restart"] == ("on-failure:5" if service == "migrate" else "always")
    assert seconds(wanted["stop_grace_period"]) >= 10
    assert wanted["logging"]["options"]["max-size"]


@EVERY
def test_every_service_has_no_more_rights_than_it_needs(service: str) -> None:
    wanted = SERVICES[service]
    assert wanted["security_opt"] == ["no-new-privileges:true"]
    if service != "db":  # its image begins as root, to own its volume
        assert wanted["cap_drop"] == ["ALL"]
        assert wanted["read_only"] is True


@EVERY
def test_images_have_a_version(service: str) -> None:
    image = SERVICES[service]["image"]
    assert "latest" not in image
    assert re.search(r":[^/]+$", image)


@EVERY
def test_secrets_come_from_the_environment_and_are_on_no_command_line(service: str) -> None:
    wanted = SERVICES[service]
    for name, value in wanted.get("environment", {}).items():
        if re.search("PASSWORD|SECRET|KEY|TOKEN|DSN|_URL", name):
            assert "${" in str(value), name
    # `$$` is the container's own shell.
    command = str(wanted.get("command", "")) + str(wanted["healthcheck"].get("test", ""))
    assert not re.search(r"(?<!\$)\$\{?[A-Z_]*(PASSWORD|SECRET|KEY|DATABASE_URL)", command)


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "REDIS_PASSWORD", "ALLOWED_HOSTS", "ENIGMA_ORIGINS", "ENIGMA_COOKIE_KEY"],
)
def test_what_must_be_chosen_has_no_default(name: str) -> None:
    used = re.findall(r"\$\{" + name + r"([^}]*)\}", FILE)
    assert used
    assert all(rest.startswith(":?") for rest in used), used


def test_one_address_may_be_a_campus() -> None:
    """What is said in two places is the same; and whoever has a socket has a page beside it."""
    config = (ROOT / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
    ceilings = dict(re.findall(r"presetenv (ENIGMA_ADDRESS_\w+) (\d+)", config))
    assert len(ceilings) == 3
    assert dict(re.findall(r"\$\{(ENIGMA_ADDRESS_\w+):-(\d+)\}", FILE)) == ceilings
    campus = limits.BEHIND_A_PROXY.sockets
    assert campus >= 5_000
    assert all(int(ceiling) >= 2 * campus for ceiling in ceilings.values())


def test_one_image_for_web_worker_and_migration() -> None:
    assert len({SERVICES[name]["image"] for name in OURS}) == 1
    assert [name for name in OURS if "build" in SERVICES[name]] == ["web"]


def test_web_processes_never_migrate_and_wait_until_it_is_done() -> None:
    assert [name for name in SERVICES if "migrate" in str(SERVICES[name].get("command"))] == ["migrate"]
    for name in ("web", "worker"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}


def test_web_gets_longer_to_stop_than_it_drains() -> None:
    drains = re.search(r"ENIGMA_DRAIN_SECONDS:-(\d+)\}", FILE)
    assert drains
    assert seconds(SERVICES["web"]["stop_grace_period"]) >= int(drains[1]) + 20
    assert SERVICES["web"]["deploy"]["replicas"] == "${ENIGMA_WEB:-3}"


def test_database_and_redis_are_on_a_network_without_a_way_in_or_out() -> None:
    assert yaml.safe_load(FILE)["networks"]["data"] == {"internal": True}
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["data"]
    assert SERVICES["haproxy"]["networks"] == ["front"]
    assert SERVICES["db"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_the_database_can_be_elsewhere() -> None:
    assert SERVICES["db"]["profiles"] == ["db"]
    assert SERVICES["cloudsql"]["profiles"] == ["cloudsql"]
    assert any(
        "service-account" in volume and volume.endswith(":ro") for volume in SERVICES["cloudsql"]["volumes"]
    )
    for name in OURS:
        for database in ("db", "cloudsql"):
            assert SERVICES[name]["depends_on"][database] == {
                "condition": "service_healthy",
                "required": False,
            }


def test_every_setting_that_a_deployer_may_change_gets_through() -> None:
    """Read by enigma_rt/settings.py, and passed on by the compose file or fixed by the image."""
    source = (ROOT / "enigma_rt" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))
    not_in_production = {"DEBUG", "ENIGMA_HASHED_STATIC", "ENIGMA_TEST_SQLITE"}
    in_the_image = {"ENIGMA_DATA_DIR", "ENIGMA_STATIC_ROOT"}
    passed_on = SERVICES["web"]["environment"].keys()
    assert read - not_in_production - in_the_image <= passed_on
    assert (
        SERVICES["worker"]["environment"]
        == SERVICES["migrate"]["environment"]
        == SERVICES["web"]["environment"]
    )


# --- the image --------------------------------------------------------------------------------------------------------

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_image_is_built_from_hashes_and_runs_as_nobody_special() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.count("\nFROM ") == 2
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users[-1] == "10001:10001"
    assert "collectstatic" in DOCKERFILE
    assert "\nHEALTHCHECK " in DOCKERFILE
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD|TOKEN)", DOCKERFILE, re.MULTILINE)


def test_the_builder_is_sent_what_the_image_is_made_of_and_nothing_else() -> None:
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert lines[0] == "*"
    sent = {line[1:] for line in lines if line.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--)(\S+) ", DOCKERFILE, re.MULTILINE))
    assert sent == copied
