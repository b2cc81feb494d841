"""The pages as an app: Chromium would install them, a lost server is said, a new release leaves nothing of the old."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import NO_SERVER, PHONE, Visit, until

pytestmark = pytest.mark.browser

KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    found[name] = (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    """Its static files are collected as for production."""
    return play_hunt(collected=True)


def kept(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(KEPT)
    return found


def controlled(page: Page) -> None:
    """The worker is there and has taken over."""
    page.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")


def test_it_can_be_installed(visit: Visit, behind: Stage) -> None:
    page = visit(behind.player("Ada"), viewport=PHONE).tab("/play")
    controlled(page)
    session = page.context.new_cdp_session(page)
    manifest: dict[str, Any] = session.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Playwright's contexts are private windows, which install nothing.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


def test_without_a_server_and_with_a_new_release(visit: Visit, behind: Stage, hunt: RunningHunt) -> None:
    visitor = visit(behind.player("Bob"), viewport=PHONE)
    visitor.forgives(NO_SERVER)
    tab = visitor.plays()
    tab.sees_question(1)
    page = tab.page
    controlled(page)
    page.reload()
    tab.sees_question(1)
    # Files under hashed names and the one page; nothing of Bob's, and no page of the hunt.
    until(page, lambda: any("main." in path for paths in kept(page).values() for path in paths))
    [(version, paths)] = kept(page).items()
    assert [path for path in paths if not path.startswith("/static/")] == ["/offline"]

    hunt.web[0].kill()
    rules = visitor.tab()
    rules.goto("/rules")
    expect(rules.get_by_role("heading", name="The machine does not answer")).to_be_visible()
    assert rules.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Enigma Sans"')

    # The next release: another file, hence another name, another worker.
    listed = Path(hunt.env["ENIGMA_DATA_DIR"]) / "static" / "staticfiles.json"
    listed.write_text(listed.read_text().replace('"version"', '"release": 2, "version"', 1))
    hunt.web[0].start()
    expect(rules.get_by_role("heading", name="The rules")).to_be_visible()  # by itself
    tab.sees_question(1)
    page.reload()
    until(page, lambda: version not in kept(page))
    tab.sees_question(1)
    assert len(kept(page)) == 1
