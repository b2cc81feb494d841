"""A live hunt of three questions and its named hunters."""

from collections.abc import Iterator

import pytest

from game.models import Hunt
from game.queries import content
from tests.factories import make_hunt
from tests.services.hunters import Hunter


@pytest.fixture(autouse=True)
def no_remembered_content() -> Iterator[None]:
    """SQLite gives the ids of a rolled-back test to the next one, which is no change that a process has to notice."""
    content._cache.clear()
    yield
    content._cache.clear()


@pytest.fixture
def hunt(db: None) -> Hunt:
    """Began an hour ago; question n is answered by "right n", nearly by "close n"."""
    return make_hunt()


@pytest.fixture
def ada(hunt: Hunt) -> Hunter:
    return Hunter.of(hunt, "Ada")


@pytest.fixture
def bob(hunt: Hunt) -> Hunter:
    return Hunter.of(hunt, "Bob")
