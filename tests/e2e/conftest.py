"""What the tests of the pages share: a hunt that is being played, hands behind the stage, people at browsers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import IN_PRODUCTION
from tests.support.backstage import Stage, backstage
from tests.support.pack import write_pack
from tests.support.server import RunningHunt

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.visitor import Visit

# It is about the embedded mode, wherever it runs: once is enough.
collect_ignore = ["test_play_command.py"] if IN_PRODUCTION else []

StartHunt = Callable[..., RunningHunt]


@pytest.fixture(scope="module")
def play_hunt(
    start_shared_hunt: StartHunt, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., RunningHunt]:
    """`play_hunt(starts_in="0s", worker=False, collected=False, questions=4, **settings)`: the pack of
    `tests.support.pack`, imported and served; `collected`: with static files as in production."""

    def start(
        starts_in: str = "0s",
        questions: int = 4,
        worker: bool = False,
        collected: bool = False,
        **settings: Any,
    ) -> RunningHunt:
        pack: Path = write_pack(tmp_path_factory.mktemp("pack") / "hunt", questions, **settings)
        hunt = start_shared_hunt(web=0, env={"ENIGMA_HASHED_STATIC": "1"} if collected else None)
        hunt.manage("import_hunt", pack, "--starts-in", starts_in, "--current")
        if collected:
            hunt.manage("collectstatic", "--noinput", "--verbosity", "0", "--ignore", "admin")
        hunt.start_web()
        if worker:
            hunt.start_worker()
        return hunt

    return start


@pytest.fixture(scope="module")
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    """Hands behind the stage of the module's `hunt`."""
    with backstage(hunt.env) as stage:
        yield stage


@pytest.fixture
def visit(hunt: RunningHunt, browser: "Browser") -> Iterator["Visit"]:
    """`visit(session)`: somebody's browser on the module's `hunt`; at the end nothing may have gone wrong in it."""
    from tests.support.visitor import visits

    with visits(browser, hunt.url) as visit:
        yield visit
