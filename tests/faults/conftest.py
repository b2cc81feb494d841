"""The arena that all fault tests share, mended before each, and the lines that they leave."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import FAULT
from tests.faults.arena import Arena, running_arena

Note = Callable[[str], None]


@pytest.fixture(scope="session")
def shared_arena() -> Iterator[Arena]:
    with running_arena() as arena:
        yield arena


@pytest.fixture
def arena(shared_arena: Arena) -> Arena:
    shared_arena.mend()
    return shared_arena


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """`note(figures)` adds to this fault's line, which is printed at the end; the fault is the test's docstring."""
    fault = " ".join((request.function.__doc__ or request.node.name).split()).rstrip(".")
    return lambda figures: request.node.user_properties.append((FAULT, [fault, figures]))
