"""A live hunt of three questions and its named hunters."""

from collections.abc import Iterator
from typing import Any

import pytest

from enigma_rt import bus
from game.models import Hunt
from game.queries import content
from tests.factories import make_hunt, make_user
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


@pytest.fixture
def organiser(db: None) -> int:
    """A staff account's id."""
    return int(make_user("organiser", staff=True).pk)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the bus was given, in order; only what was committed, so for tests with real transactions."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(bus, "_send", sent.append)
    return sent
