"""Who organises: somebody gets a role, the console shows what it may do, and a role that is taken away is gone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def confirm(console: Page, title: str, button: str) -> None:
    console.get_by_role("dialog", name=title).get_by_role("button", name=button, exact=True).click()
    expect(console.locator("#confirm")).to_be_hidden()


def line(console: Page, table: str, who: str) -> Locator:
    return console.get_by_role("table", name=table).get_by_role("row").filter(has_text=who)


def test_from_a_player_to_an_organiser_and_back(visit: Visit, behind: Stage) -> None:
    session = behind.player("Mona")
    owner = visit(behind.account("Olga", staff=True), viewport=DESK).tab("/console#organisers")
    expect(owner.locator("#role")).to_have_text("Owner")
    expect(line(owner, "Who organises", "olga@example.org")).to_contain_text("Owner")

    # Found by the name that she plays under, and made a viewer.
    owner.get_by_role("searchbox", name="Somebody else").fill("mona")
    found = line(owner, "Somebody else", "mona@example.org")
    found.get_by_role("button", name="Viewer").click()
    confirm(owner, "Let mona@example.org organise? (Viewer)", "Make it so: Viewer")
    row = line(owner, "Who organises", "mona@example.org")
    expect(row.get_by_role("button", name="Viewer")).to_have_attribute("aria-pressed", "true")

    visitor = visit(session, viewport=DESK)
    console = visitor.tab("/console")
    expect(console.locator("#role")).to_have_text("Viewer")
    expect(console.get_by_role("region", name="Attempts")).to_be_visible()
    console.get_by_role("button", name="Menu").click()
    expect(console.get_by_role("link", name="Replay")).to_be_visible()
    for hidden in ("Pause", "Exports", "Webhooks", "Send…"):
        expect(console.get_by_role("button", name=hidden)).to_be_hidden()
    expect(console.get_by_role("link", name="Organisers")).to_be_hidden()
    expect(console.get_by_role("link", name="Admin")).to_be_hidden()
    console.keyboard.press("Escape")

    # More, while she looks: nothing is loaded anew.
    row.get_by_role("button", name="Moderator").click()
    confirm(owner, "mona@example.org: from Viewer to Moderator?", "Make it so: Moderator")
    expect(console.locator("#role")).to_have_text("Moderator")
    console.get_by_role("textbox", name="Text of the announcement").fill("Tea in the hall.")
    console.get_by_role("button", name="Send…").click()
    confirm(console, "Send this announcement? (Information)", "Send to 1")
    expect(console.locator("#notices")).to_contain_text("Tea in the hall.")
    expect(console.get_by_role("button", name="Pause")).to_be_hidden()

    # Taken away: the console closes, and an address that one remembers is refused in words.
    row.get_by_role("button", name="Take away").click()
    confirm(owner, "Take the console away from mona@example.org?", "Take it away")
    expect(row).to_have_count(0)
    expect(console.get_by_role("alert").filter(has_text="may not use the console")).to_be_visible()
    visitor.forgives("403")
    page = visitor.tab("/console/export/results.csv")
    expect(page.get_by_role("main")).to_contain_text("This account is not among the organisers.")
    visitor.tab("/play").get_by_role("textbox", name="Answer").wait_for()

    # Nobody is left without an owner, and what was done is in the trail, to be undone.
    mine = line(owner, "Who organises", "olga@example.org")
    mine.get_by_role("button", name="Take away").click()
    dialog = owner.locator("#confirm")
    dialog.get_by_role("button", name="Take it away").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This is the last owner.")
    dialog.get_by_role("button", name="Cancel").click()
    owner.get_by_role("link", name="Audit").click()
    last = owner.get_by_role("table", name="What organisers did").get_by_role("row").nth(1)
    expect(last).to_contain_text("changed a role")
    expect(last).to_contain_text("role: moderator → –")
    last.get_by_role("button", name="Undo").click()
    confirm(owner, "Undo this?", "Undo")
    owner.get_by_role("link", name="Organisers").click()
    expect(
        line(owner, "Who organises", "mona@example.org").get_by_role("button", name="Moderator")
    ).to_have_attribute("aria-pressed", "true")
