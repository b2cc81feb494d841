"""What is said and shown at the turns of an evening, and that nobody loses the place where they were reading."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import Visit

pytestmark = pytest.mark.browser

LIT = """() => {
  window.lit = [];
  const note = (all) => all.forEach(({ target }) => window.lit.push(target.dataset.letter));
  const board = document.querySelector("lamp-board");
  new MutationObserver(note).observe(board, { subtree: true, attributeFilter: ["class"] });
}"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(starts_in="2h", pictures=(1,))


def read_to_the_end(page: Page) -> int:
    page.wait_for_function("() => document.querySelector('.picture img')?.complete")
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    # Two frames: the page has been told of it.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    place = int(page.evaluate("() => Math.round(scrollY)"))
    assert place > 100
    return place


def is_back(page: Page, place: int) -> None:
    page.wait_for_function("(place) => Math.abs(scrollY - place) <= 1", arg=place)


def test_the_turns_of_an_evening(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Early"), viewport={"width": 360, "height": 480}).plays()
    page, said = tab.page, tab.page.locator("#live-verdicts")

    # Before the start: who one is, the rules, and lamps that light under a finger.
    expect(page.get_by_text("You play as Early.")).to_be_visible()
    expect(page.get_by_role("link", name="The rules")).to_have_attribute("href", "/rules")
    page.evaluate(LIT)
    page.locator("lamp-board [data-letter=K]").click()
    page.wait_for_function("() => window.lit.includes('K')")

    # The start is said, and shown to whoever was looking at the board.
    tab.view("Board").click()
    behind.starts_in(3)
    tab.sees_question(1)
    tab.is_told("The hunt has begun.")
    expect(said).to_have_text("The hunt has begun.")
    expect(tab.view("Question")).to_have_attribute("aria-pressed", "true")

    # The place holds over a look at the board, a reload and a pause.
    place = read_to_the_end(page)
    tab.view("Board").click()
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    tab.view("Question").click()
    is_back(page, place)
    page.reload()
    tab.sees_question(1)
    is_back(page, place)
    behind.control("pause")
    expect(page.get_by_role("heading", name="The organisers have paused the hunt")).to_be_visible()
    expect(said).to_have_text("The organisers have paused the hunt")
    behind.control("resume")
    tab.is_told("The hunt goes on.")
    is_back(page, place)

    # A telegram that went by itself is marked until the list is opened; one that was put away is read.
    behind.announce("info", "Tea is free.")
    expect(page.locator("#arrival")).to_contain_text("Tea is free.")
    expect(tab.view("Telegrams")).to_contain_text("new: 1")
    tab.view("Telegrams").click()
    expect(page.locator(".unread")).to_have_count(0)
    behind.announce("urgent", "Tea is out.")
    page.get_by_role("button", name="Put away").press("Enter")
    expect(page.locator("#arrival")).to_be_empty()
    expect(tab.field).to_be_focused()
    expect(page.locator(".unread")).to_have_count(0)

    # A wrong guess does not follow to the next question.
    tab.answers("a wrong guess")
    tab.is_told("Not it.")
    behind.answers("Early", word("solve", 1))
    tab.sees_question(2)
    expect(tab.field).to_have_value("")
