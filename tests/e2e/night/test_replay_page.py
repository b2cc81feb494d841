"""The time machine, as somebody uses it the morning after: scrubbed, played, driven by keys, and as an organiser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility_page import violations
from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, Visit

pytestmark = pytest.mark.browser

# An evening of two hours of which the tests do not have to wait for a second: everything of it was an hour earlier.
EARLIER = """
from django.db.models import F
from game.models import Attempt, AuditEntry, Hunt, LedgerEntry, Player
from leaderboard.models import Standing
from game.queries.clock import now_ms
hunt = Hunt.objects.get(current=True)
start = now_ms() - 7_200_000
order = {"Ada": [5, 40, 80], "Bob": [20, 30, 60]}
for name, minutes in order.items():
    for entries, at in zip(LedgerEntry.objects.filter(player__name=name, cause="solve").order_by("id"), minutes):
        LedgerEntry.objects.filter(command=entries.command).update(at=start + at * 60_000)
    Player.objects.filter(name=name).update(created_at=start - 1, last_solve=start + minutes[-1] * 60_000)
    Standing.objects.filter(name=name).update(last_solve=start + minutes[-1] * 60_000)
LedgerEntry.objects.filter(cause="start").update(at=start - 1)
Hunt.objects.filter(id=hunt.id).update(starts_at=start, ends_at=now_ms() + 3_600_000, version=F("version") + 1)
result = start
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(collected=True, curve="solve_order", solve_order_steps=[], solve_order_rest=100)


@pytest.fixture(scope="module")
def evening(behind: Stage) -> dict[str, str]:
    """Three solves each; Bob is ahead from the thirtieth minute on. The session of each."""
    sessions = {name: behind.player(name) for name in ("Ada", "Bob")}
    for name in sessions:
        behind.answers(name, *(word("solve", n) for n in (1, 2, 3)))
    behind.run(EARLIER)
    return sessions


def names(page: Page) -> list[str]:
    """As they stand on the board, best first."""
    rows = page.locator("#rows .row:not(.gone)").all()
    found = [[row.locator(part).inner_text() for part in (".rank-figure", ".name")] for row in rows]
    return [name for _, name in sorted(found, key=lambda line: int(line[0]))]


def opened(page: Page) -> Page:
    expect(page.locator("#replay[data-loaded]")).to_be_attached()
    return page


def points(page: Page, name: str) -> str:
    return page.locator("#rows .row").filter(has_text=name).locator(".points").inner_text()


def test_any_instant_by_scrubber_by_buttons_and_by_keys(visit: Visit, evening: dict[str, str]) -> None:
    page = opened(visit(evening["Bob"], viewport=DESK).tab("/replay"))
    # It opens where the hunt is now, with one's own line.
    assert names(page) == ["Bob", "Ada"]
    expect(page.locator("#mine")).to_contain_text("rank 1")
    expect(page.locator("#rows .mine")).to_contain_text("Bob")
    page.get_by_role("button", name="First solve").click()
    expect(page.locator("#elapsed")).to_have_text("0 h 05 min into the hunt")
    assert names(page) == ["Ada", "Bob"]
    assert (points(page, "Ada"), points(page, "Bob")) == ("100", "0")
    expect(page.locator("#mine")).to_contain_text("rank 2")
    expect(page.locator("#legend")).to_contain_text("Ada")

    page.get_by_role("button", name="Next lead").click()
    expect(page.locator("#elapsed")).to_have_text("0 h 30 min into the hunt")
    assert names(page) == ["Bob", "Ada"]
    expect(page.get_by_role("status").filter(has_text="Bob overtakes Ada")).to_be_attached()

    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#elapsed")).to_have_text("0 h 40 min into the hunt")
    assert (points(page, "Ada"), points(page, "Bob")) == ("200", "200")
    assert names(page) == ["Bob", "Ada"]  # of two with the same points whose last solve was earlier
    page.keyboard.press("ArrowLeft")
    assert points(page, "Ada") == "100"
    page.keyboard.press("Home")
    assert names(page) == ["Ada", "Bob"]
    scrub = page.get_by_role("slider", name="Instant of the hunt")
    scrub.fill(str(61 * 60))
    expect(scrub).to_have_attribute("aria-valuetext", re.compile("1. Bob 300; 2. Ada 200"))


def test_it_plays_and_stops_at_the_end(visit: Visit, evening: dict[str, str]) -> None:
    page = opened(visit(viewport=DESK).tab("/replay"))
    expect(page.locator("#mine")).to_be_hidden()
    page.get_by_label("Speed").select_option("7200")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press(" ")  # from the start, because it stands at the end
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("#rows .row.mover").first).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert names(page) == ["Bob", "Ada"]
    page.get_by_label("Follow").fill("ad")
    page.keyboard.press("Enter")
    expect(page.locator("#mine")).to_contain_text("Ada")


def test_on_a_phone_rows_stand_in_one_column_and_nothing_is_cut_off(
    visit: Visit, evening: dict[str, str]
) -> None:
    page = opened(visit(viewport=PHONE).tab("/replay"))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.locator("#rows .row").first.bounding_box()["width"] > 300  # type: ignore[index]
    assert violations(page) == []


def test_a_frozen_board_is_replayed_until_it_froze_and_by_organisers_to_the_end(
    visit: Visit, behind: Stage, evening: dict[str, str]
) -> None:
    freeze = (
        "from game.models import Hunt; result = Hunt.objects.filter(current=True).update(freeze_at={})".format
    )
    behind.run(freeze("Hunt.objects.get(current=True).starts_at + 35 * 60_000"))
    try:
        page = opened(visit(viewport=DESK).tab("/replay"))
        expect(page.locator("#frozen")).to_be_visible()
        assert (points(page, "Ada"), points(page, "Bob")) == ("100", "200")
        viewer = visit(behind.account("Vera", role="viewer"), viewport=DESK)
        console = viewer.tab("/console")
        with viewer.context.expect_page() as told:
            console.get_by_role("button", name="Menu").click()
            console.get_by_role("link", name="Replay").click()
        everything = opened(told.value)
        expect(everything.locator("#frozen")).to_be_hidden()
        assert (points(everything, "Ada"), points(everything, "Bob")) == ("300", "300")
    finally:
        behind.run(freeze("None"))
