"""The whole way of a player in German, on a phone: chosen in the footer, kept, light, and nothing spills over."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_weight_page import MOST_BYTES, Scales
from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, Visit

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 568}
SPILLED = """() => [...document.querySelectorAll("button, .gauge, .tab, h1, h2")]
  .filter((one) => one.checkVisibility({ checkVisibilityCSS: true }) && one.scrollWidth > one.clientWidth + 1)
  .filter((one) => !one.classList.contains("hush"))
  .filter((one) => getComputedStyle(one).textOverflow !== "ellipsis" && getComputedStyle(one).display !== "inline")
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    """Its static files are collected as for production."""
    return play_hunt(collected=True)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(SPILLED) == []


def test_it_is_chosen_and_kept(visit: Visit, behind: Stage) -> None:
    page = visit(behind.player("Ada"), viewport=PHONE, locale="en-GB").tab("/rules")
    expect(page.get_by_role("heading", name="The rules")).to_be_visible()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Die Regeln")).to_be_visible()
    page.goto("/play")
    expect(page.get_by_role("textbox", name="Antwort")).to_be_visible()
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_role("dialog").get_by_label("Sprache").select_option("English")
    expect(page.get_by_role("textbox", name="Answer")).to_be_visible()


@pytest.mark.parametrize("screen", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
def test_a_players_way(visit: Visit, behind: Stage, screen: dict[str, int]) -> None:
    name = f"Ada {screen['width']}"
    session = behind.player(name, xp=60)
    page = visit(session, viewport=screen, locale="de-DE", reduced_motion="reduce").tab()
    scales = Scales(page)
    page.goto("/play")
    field = page.get_by_role("textbox", name="Antwort")
    expect(page.get_by_role("heading", name="title1okapi")).to_be_visible()
    page.evaluate("() => document.fonts.ready.then(() => true)")
    assert scales.total < MOST_BYTES
    expect(page.locator("#signal")).to_contain_text(
        "an dieser Frage", ignore_case=True
    )  # by now all of it is here
    fits(page)
    field.fill("ganz falsch")
    field.press("Enter")
    expect(page.locator("#signal")).to_contain_text("Das ist es nicht.")
    expect(page.locator("#signal")).to_contain_text("versucht")  # how many have
    page.get_by_role("button", name="Power-ups", exact=True).click()
    expect(page.get_by_role("region", name="Power-ups")).to_contain_text("Überspringen")
    fits(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Einstellungen").click()
    expect(page.get_by_role("dialog", name="Einstellungen")).to_contain_text("Wen ich jage")
    fits(page)
    page.keyboard.press("Escape")
    field.fill(word("solve", 1))
    field.press("Enter")
    expect(page.locator("#signal")).to_contain_text("Richtig.")
    expect(page.get_by_role("heading", name="title2okapi")).to_be_visible()
    for path, title in (
        ("/me", name),
        ("/rules", "Die Regeln"),
        ("/accounts/login/", None),
        ("/board", None),
        ("/", None),
    ):
        page.goto(path)
        if title:
            expect(page.get_by_role("heading", name=title)).to_be_visible()
        if path != "/board":
            fits(page)
