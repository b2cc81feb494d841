"""The console's walls: where players are stuck, what they try, and the question mended while they look at it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def confirm(console: Page, button: str) -> None:
    dialog = console.locator("#confirm")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


def group(console: Page, text: str) -> Locator:
    """The line of the guesses that are written like this."""
    return (
        console.get_by_role("table", name=re.compile("what they try"))
        .get_by_role("row")
        .filter(has_text=text)
    )


def test_from_a_wall_to_a_mended_question(visit: Visit, behind: Stage) -> None:
    for name in ("Stuck", "Also Stuck"):
        behind.player(name)
        behind.answers(name, "Left  Lamp!", "left lamp", "nothing like it")
    tab = visit(behind.player("Reader")).plays()
    tab.sees_question(1)
    console = visit(behind.account("Olga", staff=True), viewport=DESK).tab("/console#walls")

    wall = (
        console.get_by_role("table", name="Where they are stuck")
        .get_by_role("row")
        .filter(has_text="title1okapi")
    )
    # Only who has opened the page has the question before them.
    expect(wall.get_by_role("cell").nth(1)).to_have_text("1")
    expect(wall.get_by_role("cell").nth(4)).to_have_text("2")
    left = group(console, "eft")
    expect(left.get_by_role("cell").nth(1)).to_have_text("2")
    expect(left.get_by_role("cell").nth(2)).to_have_text("4")
    expect(left).to_contain_text("wrong")
    # It is live.
    tab.answers("LEFT LAMP")
    tab.is_told("Not it.")
    expect(left.get_by_role("cell").nth(1)).to_have_text("3")

    # Two clicks: what they try is close from now on.
    left.get_by_role("button", name="Close…").click()
    expect(console.locator("#confirm")).to_contain_text("for 3 players who are on it")
    confirm(console, "Close")
    expect(left.locator(".verdict")).to_have_text("close")
    tab.answers("left lamp")
    tab.is_told("Close.")

    # The text is mended while it is read, and what was being typed stays.
    tab.field.fill("half an ans")
    console.get_by_role("button", name="Mend the question").click()
    form = console.get_by_role("dialog", name="Mend question 1")
    form.get_by_label("Text, in Markdown").fill(f"Which lamp is *left* of {word('text', 1)}?")
    expect(form.get_by_role("region", name="Preview").locator("em").first).to_have_text("left")
    form.get_by_label("Points").fill("nine")
    expect(form.get_by_role("button", name="Mend it")).to_have_attribute("aria-disabled", "true")
    form.get_by_label("Points").fill("90")
    form.get_by_role("button", name="Mend it").click()
    expect(form).to_be_hidden()
    expect(tab.page.locator(".question")).to_contain_text("Which lamp is left of")
    expect(tab.page.locator(".question")).to_contain_text("up to 90 points")
    expect(tab.field).to_have_value("half an ans")

    # Accepted: who types it now is through.
    left.get_by_role("button", name="Accept…").click()
    confirm(console, "Accept")
    expect(left.locator(".verdict")).to_have_text("right")
    tab.answers("Left lamp")
    tab.is_told("Right.")
    tab.sees_question(2)
    assert behind.balances("Reader")["points"] in (89, 90)

    # Judged again: who had typed it before is shown, told and moved on.
    console.get_by_role("button", name="Judge again").click()
    preview = console.get_by_role("dialog", name="Judge question 1 again?")
    expect(preview).to_contain_text("It touches 2 players: 2 more solved, 2 players move on at once")
    expect(preview.get_by_role("row").filter(has_text="Also Stuck")).to_contain_text("1 → 2")
    assert behind.balances("Stuck")["position"] == 1
    behind.answers("Stuck", "left lamp")  # meanwhile: it is right now
    preview.get_by_label("Why").fill("“left lamp” is right, too")
    preview.get_by_role("button", name="Book it for 2 players").click()
    expect(preview).to_contain_text("Meanwhile the list has changed.")
    preview.get_by_role("button", name="Book it for").click()
    expect(preview).to_be_hidden()
    assert behind.balances("Also Stuck")["position"] == 2
    assert behind.unseen("Also Stuck") > 0

    console.get_by_role("navigation", name="Views").get_by_role("link", name="Audit").click()
    trail = console.get_by_role("table", name="What organisers did").get_by_role("row")
    expect(trail.filter(has_text="mended, no. 1")).to_contain_text("points: 100 → 90")
    expect(trail.filter(has_text="changed what is right, no. 1")).to_have_count(2)
    expect(trail.filter(has_text="judged again, no. 1")).to_contain_text("“left lamp” is right, too")
    assert behind.ledger_problems() == []
