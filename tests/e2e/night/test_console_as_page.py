"""An organiser looks at what a player is looking at, as it changes, and can do nothing there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.test_accessibility_page import still, violations
from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, PlayerTab, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def test_a_look_over_a_players_shoulder(visit: Visit, behind: Stage) -> None:
    ada = visit(behind.player("Ada", xp=60)).plays()
    ada.sees_question(1)
    behind.answers("Ada", word("solve", 1))
    olga = visit(behind.account("Olga", role="moderator"), viewport=DESK)
    console = olga.tab("/console")
    console.locator("#results").get_by_role("button", name="Ada").click()
    with olga.context.expect_page() as opened:
        console.get_by_role("link", name="View as this player").click()
    look = PlayerTab(opened.value)
    look.sees_question(2)
    page = look.page
    expect(page).to_have_title("Viewing as Ada · The Test Hunt")
    mark = page.get_by_role("note")
    expect(mark).to_contain_text("Viewing as Ada, read only")

    # It follows: a solve, a telegram, a hint that was bought.
    ada.sees_question(2)
    ada.answers(word("solve", 2))
    look.sees_question(3)
    behind.announce("important", "Lights out at ten")
    expect(page.locator("#arrival")).to_contain_text("Lights out at ten")
    expect(ada.page.locator("#arrival")).to_contain_text("Lights out at ten")
    ada.opens_powers()
    ada.power("Hint").get_by_role("button", name="Use").click()
    ada.power("Hint").get_by_role("button", name="Pay 50 XP").click()
    expect(page.locator("#stage")).to_contain_text(word("hint", 3))

    # Nothing can be done on it, by any key, and nothing was seen for her.
    before = behind.attempts("Ada"), behind.balances("Ada")
    expect(page.locator("#dock")).to_have_js_property("inert", True)
    page.keyboard.type(word("solve", 3))
    page.keyboard.press("Enter")
    assert page.locator("#answer").input_value() == ""
    still(page)
    assert violations(page) == []
    small = visit(behind.account("Mo", role="moderator"), viewport=PHONE, reduced_motion="reduce")
    player = behind.run("from game.models import Player\nresult = Player.objects.get(name='Ada').id")
    narrow = small.tab(f"/console/as/{player}")
    expect(narrow.get_by_role("heading", name="title3okapi")).to_be_visible()
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
    still(narrow)
    assert violations(narrow) == []
    assert (behind.attempts("Ada"), behind.balances("Ada")) == before
    assert '"t":"answer"' not in "".join(olga.sent + small.sent)

    console.bring_to_front()
    console.get_by_role("link", name="Audit").click()
    expect(console.locator("#trail tbody tr").filter(has_text="looked at their page")).to_have_count(2)
    # The role goes, and with it the look.
    behind.run(
        "from game.models import Organiser\n"
        "result = Organiser.objects.filter(user__username='olga').update(role='viewer')"
    )
    expect(page.locator("#stage")).to_contain_text("Line closed")
    expect(mark).to_be_visible()
