"""Servers and browsers for every test. Players and hunts come from `tests/factories.py`.

A test runs on what the environment says: nothing (SQLite, in-memory layer), or DATABASE_URL and REDIS_URL,
which `python -m tests.support.stack` sets to servers of its own. `make test` does both.
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.support import process

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.server import RunningHunt
    from tests.support.services import Postgres, Redis

SHOWN_LOG = 8_000  # characters
FAULT = "fault"
"""The property of a test with a line of figures for the end of the run: [fault, figures], as often as it likes."""

# No example is timed: a busy machine is no finding. In CI the parent is the profile that Hypothesis takes there.
settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("untimed")

IN_PRODUCTION = bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def pytest_configure() -> None:
    """Workers of one run share a Redis: each has a bus of its own, as each has a database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and IN_PRODUCTION:
        from django.conf import settings

        layer: Any = settings.CHANNEL_LAYERS["default"]
        layer["CONFIG"]["prefix"] += f"-{worker}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests about several processes on PostgreSQL and Redis belong to the run that has them. Slow ones first: the run
    ends when the last file does."""
    items.sort(key=lambda item: not item.path.is_relative_to(process.ROOT / "tests" / "e2e"))
    if IN_PRODUCTION:
        return
    elsewhere = [item for item in items if item.get_closest_marker("production")]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the processes said that run beside it."""
    report = yield
    if report.failed:
        report.sections += [
            (f"log of {child.name}", child.log_text()[-SHOWN_LOG:]) for child in process.running
        ]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each fault that was tried, with its figures; and what tests have measured but leave to people to
    judge: `record_property(what, how_much)`."""
    tried = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    faults, measured = [], []
    for report in tried:
        told = [value for name, value in report.user_properties if name == FAULT]
        if told:
            outcome = "" if report.passed else "FAILED  "
            faults.append(f"{outcome}{told[0][0]}: {'; '.join(figures for _, figures in told)}")
        if report.when == "call":
            measured += [f"{name}: {value}" for name, value in report.user_properties if name != FAULT]
    for title, lines in (("faults", faults), ("measured", measured)):
        if lines:
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A SQLite file of this run's own, so that two runs in one checkout do not share rows."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("sqlite") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Left where it is at the end: it goes with its server or folder, and dropping it would wait for every
    thread that still holds a connection."""
    return True


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    """Made anew at the start, all the same."""
    return True


@pytest.fixture
def postgres() -> Iterator["Postgres"]:
    """A PostgreSQL server for this test alone, which may kill it."""
    from tests.support.services import private_postgres

    with private_postgres() as server:
        yield server


@pytest.fixture
def redis() -> Iterator["Redis"]:
    """A Redis server for this test alone, which may kill it."""
    from tests.support.services import private_redis

    with private_redis() as server:
        yield server


@pytest.fixture
def start_hunt() -> Iterator[Callable[..., "RunningHunt"]]:
    """`start_hunt(web=2, worker=True, pack=…)`: a really running Enigma RT on what this run runs on.

    See `tests.support.server.running_hunt`. In the production run it gets a new database and a Redis of its
    own, unless the test names others with `database=` and `redis=`.
    """
    with starting_hunts() as start:
        yield start


@pytest.fixture(scope="module")
def start_shared_hunt() -> Iterator[Callable[..., "RunningHunt"]]:
    """The same for a server that a module's tests share."""
    with starting_hunts() as start:
        yield start


@contextmanager
def starting_hunts() -> Iterator[Callable[..., "RunningHunt"]]:
    with ExitStack() as stack:

        def start(**options: Any) -> "RunningHunt":
            from tests.support.server import running_hunt
            from tests.support.services import private_redis

            if IN_PRODUCTION:
                options.setdefault("database", os.environ["DATABASE_URL"])
                if "redis" not in options:
                    options["redis"] = stack.enter_context(private_redis()).url
            hunt: AbstractContextManager[RunningHunt] = running_hunt(**options)
            return stack.enter_context(hunt)

        yield start


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless Chromium; see `tests.support.browser` for what a test with it may do."""
    from tests.support.browser import running_browser

    with running_browser() as chromium:
        yield chromium
