"""The owner's hand on the hunt: what it will do and to whom is said before, and done only as it was said."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(starts_in="2h")


def press(console: Page, action: str) -> Locator:
    console.get_by_role("group", name="Hunt").get_by_role("button", name=f"{action}…", exact=True).click()
    return console.locator("#confirm")


def test_a_night_of_second_thoughts(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Reader")).plays()
    behind.player("Elsewhere")
    console = visit(behind.account("Olga", staff=True), viewport=DESK, timezone_id="UTC").tab("/console")
    phase = console.locator("#phase")

    # The start moves, and the countdowns of everybody with it.
    dialog = press(console, "Move the start")
    dialog.get_by_label("Start, in your time zone").fill("2020-01-01T00:00")
    expect(dialog).to_contain_text("That instant is over.")
    later = datetime.now(UTC) + timedelta(hours=5)
    dialog.get_by_label("Start, in your time zone").fill(later.strftime("%Y-%m-%dT%H:%M"))
    expect(dialog).to_contain_text("It keeps its length")
    dialog.get_by_role("button", name="Move it for 2 players").click()
    expect(phase).to_contain_text(re.compile(r"4:5\d:\d\d|5:00:00"))
    expect(tab.page.get_by_role("timer")).to_have_accessible_name(re.compile("Starts in [45] hours"))

    dialog = press(console, "Start now")
    expect(dialog).to_contain_text("opens at once for 2 players (1 of them is connected now)")
    dialog.get_by_role("button", name="Start for 2 players").click()
    tab.sees_question(1)
    tab.answers("nonsense")
    tab.is_told("Not it.")

    # Somebody else was faster: it is shown as it is now, and not done.
    dialog = press(console, "End")
    expect(dialog).to_contain_text("1 player is in the middle of a question; the XP clocks of 1 player stop.")
    expect(dialog).to_contain_text("Live → Ended.")
    behind.control("pause")
    expect(dialog).to_contain_text("Paused → Ended.")
    expect(dialog.get_by_role("button", name="End it for 2 players")).to_have_attribute(
        "aria-disabled", "false"
    )
    dialog.get_by_role("button", name="End it for 2 players").click()
    expect(phase).to_contain_text("Ended")
    expect(tab.page.get_by_role("heading", name="The hunt is over")).to_be_visible()

    # An accident: taken back, and it is as it was before.
    dialog = press(console, "Take back the end")
    expect(dialog).to_contain_text("Ended → Paused.")
    dialog.get_by_role("button", name="Go on for 2 players").click()
    expect(phase).to_contain_text("Paused")
    press(console, "Resume").get_by_role("button", name="Resume for 2 players").click()
    tab.sees_question(1)
    assert behind.ledger_problems() == []
