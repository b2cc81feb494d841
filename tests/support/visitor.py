"""People at their browsers. Whatever a page complains about is noted, and counts against the test."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, WebSocket, expect

PATIENCE_MS = 15_000
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

NO_SERVER = r"ERR_CONNECTION_(REFUSED|RESET)|WebSocket connection to .* failed"
"""What a page says that calls a server which is not there."""

MACHINE = r"ERR_NETWORK_CHANGED"
"""The network of the machine itself has changed (a container was started, say): Chromium drops what is on its way."""

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """One person's browser, with cookies of its own. `frames` are all that its sockets have received."""

    def __init__(self, browser: Browser, url: str, session: str = "", **options: Any) -> None:
        options.setdefault("viewport", PHONE)
        self.url = url
        self.context: BrowserContext = browser.new_context(base_url=url, **options)
        self.context.set_default_timeout(PATIENCE_MS)
        if session:
            self.context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        self.complaints: list[str] = []
        self.frames: list[str] = []
        self.sent: list[str] = []
        self._forgiven = [MACHINE]
        self.context.on("page", self._watch)

    def tab(self, path: str | None = None) -> Page:
        page = self.context.new_page()
        if path is not None:
            before = len(self.complaints)
            page.goto(path)
            while any(re.search(MACHINE, complaint) for complaint in self.complaints[before:]):
                before = len(self.complaints)
                page.reload()
        return page

    def plays(self) -> "PlayerTab":
        """A tab of the player's page, with its first frame in."""
        return PlayerTab(self.tab("/play"))

    def forgives(self, pattern: str) -> None:
        """Complaints that match are no fault in this test."""
        self._forgiven.append(pattern)

    @property
    def faults(self) -> list[str]:
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self._forgiven)
        ]

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error in the page: {error}"))
        page.on("websocket", self._listen)

    def _heard(self, message: ConsoleMessage) -> None:
        # Violations of the content policy come as errors, too.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.frames.append(str(data)))
        socket.on("framesent", lambda data: self.sent.append(str(data)))


class PlayerTab:
    """The player's page, as somebody finds their way on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.field = page.get_by_role("textbox", name="Answer")
        self.signal = page.locator("#signal")
        self.powers = page.get_by_role("region", name="Power-ups")
        self.light = page.get_by_role("img", name="Connection")

    def sees_question(self, n: int) -> None:
        expect(self.page.get_by_role("heading", name=f"title{n}okapi")).to_be_visible()
        expect(self.light).to_have_accessible_name(re.compile("live"))

    def answers(self, text: str) -> None:
        """Types it over what stands there, and sends it."""
        self.field.fill(text)
        self.field.press("Enter")

    def is_told(self, text: str) -> None:
        expect(self.signal).to_contain_text(text)

    def opens_powers(self) -> None:
        self.page.get_by_role("button", name="Power-ups", exact=True).click()
        expect(self.powers).to_be_visible()

    def power(self, title: str) -> Locator:
        """The line of that power-up."""
        return self.powers.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=title))

    def view(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Views").get_by_role("button", name=name)


class Visit(Protocol):
    """`visit(session, viewport=…)`: opens somebody's browser."""

    def __call__(self, session: str = "", **options: Any) -> Visitor: ...


@contextmanager
def visits(browser: Browser, url: str) -> Iterator[Visit]:
    """At the end every browser is closed, and must have had nothing to complain about."""
    visitors: list[Visitor] = []

    def visit(session: str = "", **options: Any) -> Visitor:
        visitors.append(Visitor(browser, options.pop("url", url), session, **options))
        return visitors[-1]

    try:
        yield visit
    finally:
        for visitor in visitors:
            visitor.context.close()
            print("\n".join(visitor.complaints))  # shown with a test that has failed
    if faults := [fault for visitor in visitors for fault in visitor.faults]:
        raise AssertionError("\n".join(["the browser complained:", *faults]))


def until(page: Page, condition: Callable[[], bool], seconds: float = PATIENCE_MS / 1000) -> None:
    """Returns when the condition holds, for what no expectation of Playwright's can say. Pages go on meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        page.wait_for_timeout(50)
