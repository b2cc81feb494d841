"""What the player's page weighs and how it comes in, served as in production: hashed names, compressed files."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, PlayerTab, Visit

pytestmark = pytest.mark.browser

Measured = Callable[[str, object], None]

MOST_BYTES = 120 * 1024
"""Over the wire: bodies as they are encoded and, of each of the files, its headers."""
MOST_SHIFT = 0.01
"""Cumulative layout shift, without unit; the browser's rounding of half pixels is well below it."""

# A phone's network and processor, as browsers' developer tools know them: "slow 4G", four times slower.
PHONE_NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}

ARRIVAL = """
() => new Promise((done) => {
  const seen = { shift: 0, shifts: [], paints: {} };
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      seen.shift += value;
      seen.shifts.push(...sources.map(({ node }) => (node?.outerHTML ?? "?").slice(0, 80)));
    }
  }).observe({ type: "layout-shift", buffered: true });
  for (const { name, startTime } of performance.getEntriesByType("paint")) seen.paints[name] = startTime;
  setTimeout(() => done(seen), 200);
})
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    """Its static files are collected as for production."""
    return play_hunt(collected=True)


class Scales:
    """Adds up what comes over the wire for a page, encoded as it comes. A new one has an empty cache behind it.

    What a page can begin without is not counted; when that is asked for depends on how fast the machine is.
    """

    def __init__(self, page: Page) -> None:
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        self.begun = False
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, Any]) -> None:
        url: str = event["request"]["url"]
        self.begun = self.begun or "/js/play/extras." in url
        if not self.begun:
            self.urls[event["requestId"]] = url

    def _came(self, event: dict[str, Any]) -> None:
        if (url := self.urls.get(event["requestId"])) is None:
            return
        self.bytes[url] = self.bytes.get(url, 0) + round(event["encodedDataLength"])

    @property
    def total(self) -> int:
        """Headers and bodies."""
        return sum(self.bytes.values())


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_players_page_is_light_and_nothing_jumps(
    visit: Visit, behind: Stage, screen: dict[str, int], record_property: Measured
) -> None:
    visitor = visit(behind.player(f"Ada {screen['width']}"), viewport=screen)
    page = visitor.tab()
    scales = Scales(page)
    page.goto("/play")
    tab = PlayerTab(page)
    tab.sees_question(1)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    arrival = page.evaluate(ARRIVAL)

    heaviest = sorted(scales.bytes.items(), key=lambda item: -item[1])[:3]
    record_property(
        f"player's page, {screen['width']} px",
        f"{len(scales.bytes)} files, {scales.total / 1024:.1f} KB, first paint"
        f" {arrival['paints']['first-contentful-paint']:.0f} ms, layout shift {arrival['shift']:.4f}",
    )
    assert scales.total < MOST_BYTES, heaviest
    assert arrival["shift"] < MOST_SHIFT, arrival["shifts"]
    # Nothing was fetched twice under two names, and everything is hashed: it can be kept for ever.
    files = [url.rpartition("/")[2] for url in scales.bytes if "/static/" in url]
    assert all(name.count(".") >= 2 for name in files)
    assert len(files) == len(set(files)) > 20


def test_on_a_slow_phone(visit: Visit, behind: Stage, record_property: Measured) -> None:
    """How long it takes depends on this machine, too, so it is said and not judged; that nothing jumps is judged."""
    page = visit(behind.player("Slow")).tab()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", PHONE_NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto("/play")
    tab = PlayerTab(page)
    tab.sees_question(1)
    shown = page.evaluate("() => performance.now()")
    arrival = page.evaluate(ARRIVAL)
    record_property(
        "player's page, slow phone",
        f"first paint {arrival['paints']['first-contentful-paint']:.0f} ms, question {shown:.0f} ms",
    )
    assert arrival["shift"] < MOST_SHIFT, arrival["shifts"]


def test_the_second_visit_fetches_next_to_nothing(visit: Visit, behind: Stage) -> None:
    visitor = visit(behind.player("Again"))
    visitor.plays().sees_question(1)
    page = visitor.tab()
    scales = Scales(page)
    page.goto("/play")
    PlayerTab(page).sees_question(1)
    assert scales.total < 20_000
