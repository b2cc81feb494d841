"""The morning after: an owner takes the hunt home as pages, puts them on a host, and somebody walks through them."""

import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.test_accessibility_page import still, violations
from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, Visit, until

pytestmark = pytest.mark.browser

UNDER = "clubs/lamps/2027"


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(curve="solve_order", solve_order_steps=[], solve_order_rest=100)


class Files(SimpleHTTPRequestHandler):
    """Python's own: it knows files and nothing else."""

    def log_message(self, *_: object) -> None:
        pass


class WebHost(ThreadingHTTPServer):
    request_queue_size = 128  # a page asks for all its files at once


@contextmanager
def web_host(folder: Path) -> Iterator[str]:
    """It listens from the first moment."""
    with WebHost(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{UNDER}/"
        finally:
            server.shutdown()


def taken(console: Page, place: Path) -> list[str]:
    """What the drawer gives, unpacked at `place`; the pages in it."""
    with console.expect_download() as download:
        console.locator("#exports").get_by_role("link", name="ZIP").click()
    with zipfile.ZipFile(download.value.path()) as pack:
        pack.extractall(place.parent)
        (folder,) = {name.split("/")[0] for name in pack.namelist()}
    (place.parent / folder).rename(place)
    return sorted(path.name for path in place.glob("*.html"))


def test_a_finished_hunt_on_any_web_host(visit: Visit, behind: Stage, tmp_path: Path) -> None:
    for name, solved in (("Zoë", 4), ("Bob", 2), ("Cleo", 0), ("Hidden", 3)):
        behind.player(name)
        behind.answers(name, *(word("solve", q) for q in range(1, solved + 1)))
    behind.run(
        "from game.models import Player\nresult = Player.objects.filter(name='Hidden').update(hidden=True)"
    )
    behind.run(
        "from leaderboard.models import Standing\nresult = Standing.objects.filter(name='Hidden').update(hidden=True)"
    )
    owner = visit(behind.account("Olga", staff=True), viewport=DESK)
    console = owner.tab("/console")
    drawer = console.locator("#exports")
    console.get_by_role("button", name="Menu").click()
    console.get_by_role("button", name="Exports").click()
    expect(drawer).to_contain_text("Once the hunt is over.")
    behind.control("end")
    # It opens by itself, and gives no answers that nobody has ticked.
    expect(drawer).to_contain_text("Without the answers.")
    host = tmp_path / "www" / UNDER
    host.parent.mkdir(parents=True)
    pages = taken(console, host)
    assert len(pages) == 8 and not leaks(host)
    drawer.get_by_label("Release the answers").check()
    drawer.get_by_role("combobox").select_option("en")
    released = tmp_path / "www" / "released"
    assert len(taken(console, released)) == 4
    assert leaks(released) == {"chain.html"}
    console.get_by_role("link", name="Audit").click()
    expect(console.locator("#trail tbody tr").first).to_contain_text(
        "exported the hunt as pages, with the answers"
    )

    with web_host(tmp_path / "www") as address:
        walk(visit, address)
        paper(visit, address.replace(UNDER, "released"))


def leaks(folder: Path) -> set[str]:
    """The files in which an answer stands."""
    words = [word("solve", q).encode() for q in range(1, 5)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if any(each in path.read_bytes() for each in words)}


def walk(visit: Visit, address: str) -> None:
    visitor = visit(viewport=DESK, reduced_motion="reduce")
    elsewhere: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith(address):
            elsewhere.append(request.url)

    visitor.context.on("request", watch)
    page = visitor.tab()
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("The Test Hunt")
    expect(page.get_by_role("listitem").filter(has_text="Zoë")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Read the story").click()
    third = page.get_by_role("article").nth(2)
    expect(third).to_contain_text(word("text", 3))
    expect(third).to_contain_text("first: Zoë")
    third.get_by_text("Hint", exact=True).click()
    expect(third).to_contain_text(word("hint", 3))
    expect(third.get_by_text("Answer", exact=True)).to_have_count(0)
    third.scroll_into_view_if_needed()
    picture = third.get_by_role("img")
    until(page, lambda: picture.evaluate("image => image.complete && image.naturalWidth > 0"))
    assert violations(page) == []
    page.get_by_role("link", name="Final board").first.click()
    rows = page.locator(".ranks tbody tr")
    expect(rows).to_have_count(3)
    assert rows.locator("bdi").all_text_contents() == ["Zoë", "Bob", "Cleo"]
    page.get_by_role("searchbox").fill("zoe")
    expect(rows.filter(visible=True)).to_have_count(1)
    expect(page.locator("#found")).to_have_text("1 / 3")
    assert violations(page) == []
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Schlussrangliste")
    page.get_by_role("link", name="Aufzeichnung").click()
    plays(page)
    phone = visit(viewport=PHONE, reduced_motion="reduce")
    for name in ("index", "chain", "board", "replay"):
        small = phone.tab()
        small.goto(f"{address}{name}.html")
        expect(small.get_by_role("heading", level=1)).to_be_visible()
        assert small.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        still(small)
        assert violations(small) == [], name
    assert elsewhere == []


def plays(page: Page) -> None:
    """Forwards from the start, to the board as it ended."""
    expect(page.locator("#replay[data-loaded]")).to_be_attached()
    rows = page.locator("#rows .row:not(.gone)")
    expect(rows).to_have_count(3)
    page.keyboard.press("Home")
    expect(rows).to_have_count(0)
    page.get_by_role("button", name="Abspielen").click()
    expect(page.locator("#toggle-word")).to_have_text("Abspielen")
    expect(rows.filter(has_text="Zoë").locator(".points")).to_have_text("400")
    expect(rows).to_have_count(3)
    assert violations(page) == []


def paper(visit: Visit, address: str) -> None:
    """Printed, everything is open."""
    page = visit(viewport=DESK).tab()
    page.goto(f"{address}chain.html")
    answer = page.get_by_text(word("solve", 1), exact=True)
    expect(answer).to_be_hidden()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(answer).to_be_visible()
    expect(page.get_by_role("navigation").first).to_be_hidden()
    # Paper has letters of its own: they are here before their host goes.
    page.evaluate("async () => { await document.fonts.ready; }")
