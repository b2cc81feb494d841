"""The arena that all fault tests share, mended before each, and the table that they fill: one line a fault."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.arena import Arena, running_arena

Note = Callable[[str], None]
ROWS: list[tuple[str, str]] = []


@pytest.fixture(scope="session")
def shared_arena() -> Iterator[Arena]:
    with running_arena() as arena:
        yield arena


@pytest.fixture
def arena(shared_arena: Arena) -> Arena:
    shared_arena.mend()
    return shared_arena


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Iterator[Note]:
    """`note(figures)` adds to this fault's line; the fault is the test's docstring."""
    fault = " ".join((request.function.__doc__ or request.node.name).split()).rstrip(".")
    figures: list[str] = []
    yield figures.append
    ROWS.append((fault, "; ".join(figures)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("faults")
        for fault, figures in ROWS:
            terminalreporter.write_line(f"{fault}: {figures}")
