"""The projector: what a hall sees without anybody touching it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import NO_SERVER, Visit, until

pytestmark = pytest.mark.browser

WALL = {"width": 1920, "height": 1080}
OLD_WALL = {"width": 1024, "height": 768}
LEAST = 0.024
"""The smallest text, as a share of the screen's height."""

NAMES = [
    "Wolfgang Wummersbergmann",
    "WWWWWWWWWWWWWWWWWWWWWWWM",
    "MMM MMM MMM MMM MMM MMM",
    "謎解き倶楽部第二十四支部東京本店営業一課",
    "🚀🦉🏮🔦 Zoë & friends",
    "نور الليل والنهار الطويل",
    "Llanfairpwllgwyngyllgog",
    "<b>Ada</b>",
    "iiiiiiiiiiiiiiiiiiiiiiii",
    "Ørjan & Søn",
    *(f"Hunter {n}" for n in range(11, 28)),
]

# What people can see of the page: every element with text of its own, its size as it is shown, and its box.
VISIBLE_TEXTS = """
() => {
  const seen = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("script, noscript, .hush")) continue;
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    let scale = 1;
    for (let up = element; up; up = up.parentElement) {
      const { a, b } = new DOMMatrix(getComputedStyle(up).transform);
      scale *= Math.hypot(a, b);
    }
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    // The letters themselves: a line's box is higher than they are.
    const air = Math.max(0, box.height / Math.round(box.height / (1.2 * size) || 1) - size) / 2;
    seen.push({
      text: walker.currentNode.data.trim(), class: element.className, tape: !!element.closest(".tape"), size,
      box: { left: box.left, top: box.top + air, right: box.right, bottom: box.bottom - air },
    });
  }
  return seen;
}
"""


# What is wider or higher than the room it has.
CUT = """
(all) => all
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)
  .map((one) => one.textContent)
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(title="The Lamplighter's Ledger")


@pytest.fixture(scope="module")
def crowd(behind: Stage) -> list[str]:
    """More players than the board has room for, each with a rank of its own; the last two have solved nothing."""
    for name in NAMES:
        behind.player(name)
    behind.answers(NAMES[0], *(word("solve", n) for n in (1, 2, 3, 4)))
    for name in NAMES[1:-2]:
        behind.answers(name, word("solve", 1))
    return NAMES


def rows(page: Page) -> Locator:
    return page.get_by_role("main", name="Leaderboard").locator("li.row:not(.gone)")


def row(page: Page, name: str) -> Locator:
    return rows(page).filter(has_text=name)


def standing(page: Page) -> None:
    """The board is there, and nothing glides, counts or is printed any more."""
    expect(page.locator("#stage")).to_be_hidden()
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running' || !one.transitionProperty)"
    )


def boxes(locator: Locator) -> list[dict[str, float]]:
    found: list[dict[str, float]] = locator.evaluate_all(
        "(all) => all.map((one) => { const { left, top, right, bottom } = one.getBoundingClientRect();"
        " return { left, top, right, bottom }; })"
    )
    return found


def overlap(one: dict[str, float], other: dict[str, float], slack: float = 1.0) -> bool:
    return (
        one["left"] < other["right"] - slack
        and other["left"] < one["right"] - slack
        and one["top"] < other["bottom"] - slack
        and other["top"] < one["bottom"] - slack
    )


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("screen", [WALL, OLD_WALL], ids=["16:9", "4:3"])
def test_it_can_be_read_from_the_last_row(visit: Visit, screen: dict[str, int]) -> None:
    page = visit(viewport=screen).tab("/board")
    expect(rows(page)).to_have_count(25)
    standing(page)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    width, height = screen["width"], screen["height"]

    texts: list[dict[str, Any]] = page.evaluate(VISIBLE_TEXTS)
    assert len(texts) > 80
    small = [
        (text["text"], text["class"], text["size"]) for text in texts if text["size"] < LEAST * height - 0.05
    ]
    assert small == []

    # Nothing leaves the screen; the tape runs off it by design.
    on_screen = {"left": -1, "top": -1, "right": width + 1, "bottom": height + 1}
    outside = [
        text
        for text in texts
        if not text["tape"]
        and not (
            text["box"]["left"] >= on_screen["left"]
            and text["box"]["top"] >= on_screen["top"]
            and text["box"]["right"] <= on_screen["right"]
            and text["box"]["bottom"] <= on_screen["bottom"]
        )
    ]
    assert outside == []
    assert page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    ) == [
        width,
        height,
    ]

    # No two texts lie on each other, and no row touches another.
    words = [text for text in texts if not text["tape"] and "lamp" not in text["class"]]
    on_each_other = [
        (one["text"], other["text"])
        for place, one in enumerate(words)
        for other in words[place + 1 :]
        if overlap(one["box"], other["box"]) and one["text"] != other["text"]
    ]
    assert on_each_other == []
    places = boxes(rows(page))
    assert not any(overlap(one, other) for n, one in enumerate(places) for other in places[n + 1 :])

    # Whole names: none is cut.
    assert rows(page).locator(".name").evaluate_all(CUT) == []

    # The way in: an address and its QR code, large enough to be caught from afar.
    join = page.get_by_role("img", name=re.compile("QR code for http"))
    expect(join).to_be_visible()
    (qr,) = boxes(join)
    assert min(qr["right"] - qr["left"], qr["bottom"] - qr["top"]) > 0.15 * height


@pytest.mark.usefixtures("crowd")
def test_nobody_logs_in_and_everything_is_said(visit: Visit, hunt: RunningHunt) -> None:
    page = visit(viewport=WALL).tab("/board")
    expect(rows(page)).to_have_count(25)
    first = rows(page).filter(has=page.locator(".rank-figure", has_text=re.compile("^1$")))
    expect(first).to_contain_text(NAMES[0])
    expect(first).to_contain_text("400")
    expect(first.get_by_text("finished")).to_be_attached()
    expect(row(page, "<b>Ada</b>")).to_be_visible()  # as it is written
    expect(page.locator("#phase")).to_have_text("Live")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"\d\d:\d\d$"))
    expect(page.locator("#hunters")).to_have_text(str(len(NAMES)))
    address = page.locator(".rail .address").inner_text()
    assert address.replace("\u200b", "") == hunt.url.removeprefix("http://")


@pytest.mark.usefixtures("crowd")
def test_a_solve_glides_and_is_told(visit: Visit, behind: Stage) -> None:
    page = visit(viewport=WALL).tab("/board")
    expect(rows(page)).to_have_count(25)
    standing(page)
    mover = row(page, "Hunter 20")
    (before,) = boxes(mover)
    page.evaluate(
        """() => {
          window.moved = [];
          document.querySelector("#rows").addEventListener("transitionrun", (event) => {
            if (event.target.matches(".row")) window.moved.push([event.propertyName, event.target.textContent]);
          });
        }"""
    )
    tab = visit(behind.session("Hunter 20")).plays()
    tab.answers(word("solve", 2))
    expect(mover).to_have_class(re.compile("mover"))
    expect(mover.locator(".points")).to_have_text("200")
    expect(mover.locator(".rank-figure")).to_have_text("2")
    expect(mover).to_contain_text("No. 2")  # why it moved
    expect(page.get_by_role("contentinfo")).to_contain_text(re.compile(r"Hunter 20.*no\. 2"))
    standing(page)
    (after,) = boxes(mover)
    assert after["top"] != before["top"]
    moved = page.evaluate("() => window.moved")
    assert [what for what, who in moved if "Hunter 20" in who and what == "transform"]
    assert {what for what, _ in moved} <= {"transform", "opacity"}


@pytest.mark.usefixtures("crowd")
def test_who_asked_for_less_motion_gets_it(visit: Visit, behind: Stage) -> None:
    page = visit(viewport=WALL, reduced_motion="reduce").tab("/board")
    expect(rows(page)).to_have_count(25)
    page.evaluate(
        """() => {
          window.moved = 0;
          document.querySelector("#rows").addEventListener("transitionrun", (event) => {
            if (event.propertyName === "transform") window.moved += 1;
          });
        }"""
    )
    behind.answers("Hunter 21", word("solve", 2))
    mover = row(page, "Hunter 21")
    expect(mover.locator(".points")).to_have_text("200")
    expect(mover.locator(".rank-figure")).to_have_text("3")
    assert page.evaluate("() => window.moved") == 0


@pytest.mark.usefixtures("crowd")
def test_an_announcement_is_a_telegram(visit: Visit, behind: Stage) -> None:
    page = visit(viewport=WALL).tab("/board")
    expect(rows(page)).to_have_count(25)
    behind.announce("info", "Soup at **eight**. <script>alert(1)</script>")
    telegram = page.get_by_role("article")
    expect(telegram).to_contain_text("Soup at eight. <script>")
    expect(telegram.locator("strong").filter(has_text="eight")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("Soup at eight.")
    # One that cannot wait does not.
    behind.announce("urgent", "Leave the building.")
    expect(telegram.filter(has_text="Leave the building.")).to_be_visible()


@pytest.mark.usefixtures("crowd")
def test_it_shows_when_it_is_stale_and_comes_back_by_itself(
    hunt: RunningHunt, visit: Visit, behind: Stage
) -> None:
    (server,) = hunt.web
    wall = visit(viewport=WALL)
    wall.forgives(NO_SERVER)
    page = wall.tab()
    page.clock.install()
    page.goto("/board")
    expect(rows(page)).to_have_count(25)
    standing(page)
    stale = page.locator("#stale")
    expect(stale).to_be_hidden()
    server.kill()
    page.clock.fast_forward(31_000)
    expect(stale).to_be_visible()
    expect(stale).to_contain_text(re.compile(r"As of \d\d:\d\d"))
    expect(row(page, NAMES[0])).to_be_visible()  # what is known stays
    small = page.evaluate(VISIBLE_TEXTS)
    assert min(text["size"] for text in small) >= LEAST * WALL["height"] - 0.05

    server.start()
    behind.answers("Hunter 22", word("solve", 2))

    def recovered() -> bool:
        page.clock.fast_forward(1_000)
        return stale.is_hidden() and row(page, "Hunter 22").locator(".points").inner_text() == "200"

    until(page, recovered)


@pytest.mark.usefixtures("crowd")
def test_a_pause_is_seen_from_afar(visit: Visit, behind: Stage) -> None:
    page = visit(viewport=WALL).tab("/board")
    expect(page.locator("#phase")).to_have_text("Live")
    behind.control("pause")
    expect(page.locator("#phase")).to_have_text("Paused")
    expect(page.get_by_role("status").filter(has_text="The hunt is paused")).to_be_visible()
    behind.control("resume")
    expect(page.locator("#phase")).to_have_text("Live")


@pytest.mark.parametrize("path", ["/board", "/play"])
@pytest.mark.usefixtures("crowd")
def test_a_module_that_did_not_arrive_is_asked_for_again(visit: Visit, behind: Stage, path: str) -> None:
    """Nobody is there to reload a projector."""
    visitor = visit(behind.player(f"At {path}"), viewport=WALL)
    visitor.forgives("Failed to load resource|ERR_FAILED")
    page = visitor.tab()
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    page.route("**/js/protocol*.js", refuse_once)
    page.goto(path)
    assert refused
    expect(page.locator("html[data-started]")).to_be_attached()
