"""A player's own page after the hunt: path, times, moments, rank over time, and a sentence to share."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import PHONE, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def test_from_the_end_of_the_hunt_to_ones_own_page(visit: Visit, behind: Stage) -> None:
    ada = visit(
        behind.player("Ada", xp=100), viewport=PHONE, permissions=["clipboard-write", "clipboard-read"]
    )
    behind.player("Bob")
    behind.answers("Bob", "no", "nor this", word("solve", 1))
    behind.answers("Ada", *(word("solve", q) for q in (1, 2, 3)))
    tab = ada.plays()
    tab.sees_question(4)
    behind.control("end")
    tab.page.get_by_role("link", name="My hunt").click()

    page = tab.page
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()
    expect(page.locator(".sums")).to_contain_text(re.compile(r"Rank\s*1\s*/2"))
    moments = page.get_by_role("list").filter(has_text="First of all to solve question 2")
    expect(moments).to_contain_text("3 questions in a row at the first guess, up to question 3")
    steps = page.locator(".path > li")
    expect(steps).to_have_count(4)
    expect(steps.nth(0)).to_contain_text("title1okapi")
    expect(steps.nth(0)).to_contain_text("median")
    expect(steps.nth(3)).to_contain_text("open")
    expect(page.locator(".curve svg")).to_be_visible()
    expect(page.locator(".curve figcaption")).to_contain_text("From rank")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "Rank 1 of 2 in" in page.evaluate("navigator.clipboard.readText()")
    bob = visit(behind.session("Bob")).tab("/me")
    expect(bob.locator(".path > li").first).to_contain_text("2 wrong guesses")
    expect(bob.locator(".path > li").first).to_contain_text("first of all")
