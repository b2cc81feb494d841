"""The console's pairs: three who play together stand on top, with the evidence side by side; one pair is cleared."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, Visit

pytestmark = pytest.mark.browser

HALL = """
from game.models import Hunt
from tests.support.hall import full_hall
full_hall(Hunt.objects.get(current=True))
result = None
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def test_a_pair_is_looked_at_and_cleared(visit: Visit, behind: Stage) -> None:
    behind.run(HALL)
    console = visit(behind.account("Olga", staff=True), viewport=DESK).tab("/console#integrity")
    pairs = console.get_by_role("table", name="Who may be playing together").locator("tbody tr")
    expect(pairs).to_have_count(3)
    for pair in pairs.all():
        expect(pair).to_contain_text("4 guesses, 2 solves in step (2 in a row)")
        expect(pair).to_contain_text("new")

    pairs.filter(has_text="Person 0").filter(has_text="Person 1").get_by_role("button").click()
    sheet = console.locator("#pair")
    both = sheet.get_by_role("table", name="Person 0 + Person 1").get_by_role("row")
    herring = both.filter(has_text="the red Herring").first.get_by_role("cell")
    expect(herring.nth(0)).to_contain_text("the red Herring")
    expect(herring.nth(1)).to_contain_text("3 of 40 players typed this")
    expect(herring.nth(2)).to_contain_text("The red herring!")
    expect(both.filter(has_text="right 2")).to_contain_text("solved 2 s apart")

    # What could be done to a player is a decision of its own.
    sheet.get_by_role("columnheader").get_by_role("button", name="Person 1").click()
    drawer = console.get_by_role("dialog", name="Person 1")
    expect(drawer.get_by_role("button", name="Remove…")).to_be_visible()
    drawer.get_by_role("button", name="Close", exact=True).click()

    sheet.get_by_role("button", name="Clear…").click()
    question = console.get_by_role("dialog", name="Clear Person 0 and Person 1?")
    expect(question).to_contain_text("Nothing happens to either of them")
    clear = question.get_by_role("button", name="Clear", exact=True)
    expect(clear).to_have_attribute("aria-disabled", "true")
    question.get_by_label("Why").fill("sisters at one table")
    clear.click()
    expect(question).to_be_hidden()
    expect(pairs.last).to_contain_text("cleared")
    expect(pairs.last).to_contain_text("Person 1")
    expect(sheet.get_by_role("list", name="Decided")).to_contain_text("sisters at one table")

    sheet.get_by_role("button", name="Watch…").click()
    console.locator("#confirm").get_by_role("button", name="Watch", exact=True).click()
    expect(sheet.locator("h3")).to_contain_text("under watch")

    console.get_by_role("navigation", name="Views").get_by_role("link", name="Audit").click()
    trail = console.get_by_role("table", name="What organisers did").get_by_role("row")
    cleared = trail.filter(has_text="cleared a pair")
    expect(cleared).to_contain_text("sisters at one table")
    expect(cleared).to_contain_text("Person 0 and Person 1")
    expect(cleared).to_contain_text("new → cleared")
