"""A headless Chromium, the system's own, with nothing of anybody's profile in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.support import tools

FLAGS = (
    "--no-sandbox",  # CI runs as root, where Chromium's sandbox cannot start
    "--disable-gpu",
    "--disable-dev-shm-usage",  # /dev/shm of a container is too small for a page's memory
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Ask it for a `new_context()` per person.

    Tests that use it are plain functions and leave Django's ORM alone: Playwright keeps an event loop in this
    thread, which Django takes for an async caller.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.need("chromium"), headless=True, args=[*FLAGS], chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()
