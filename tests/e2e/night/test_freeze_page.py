"""The last hour and what comes after it: the board is frozen from the console, nothing moves, then it is revealed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, Visit

pytestmark = pytest.mark.browser

WALL = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def names(rows: Locator) -> list[str]:
    """From the top down, wherever the rows stand in the page."""
    places = rows.evaluate_all(
        "rows => rows.filter(row => !row.matches('.gone'))"
        ".map(row => [Number(row.querySelector('.rank-figure').textContent), row.querySelector('.name').textContent])"
    )
    return [name for _, name in sorted(places)]


def confirm(console: Page, button: str) -> None:
    dialog = console.locator("#confirm")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


def test_frozen_solved_and_revealed_row_by_row(visit: Visit, behind: Stage) -> None:
    sessions = {name: behind.player(name) for name in ("Ada", "Bob", "Cleo", "Dora")}
    for name, solved in (("Bob", 2), ("Cleo", 2), ("Dora", 1)):
        behind.answers(name, *(word("solve", q) for q in range(1, solved + 1)))
    wall = visit(viewport=WALL).tab("/board")
    rows = wall.locator("#rows .row")
    expect(rows).to_have_count(4)
    before = names(rows)
    assert before[:2] == ["Bob", "Cleo"]
    bobs = visit(sessions["Bob"]).plays()
    bobs.view("Board").click()
    console = visit(behind.account("Olga", staff=True), viewport=DESK).tab("/console")

    # By hand: it begins when every server knows.
    console.get_by_role("button", name="Freeze…").click()
    dialog = console.locator("#confirm")
    dialog.get_by_label("From, in your time zone").fill("")
    expect(dialog).to_contain_text("4 players")
    expect(dialog).to_contain_text("They go on seeing their own points.")
    confirm(console, "Freeze now")
    strip = console.locator("#veil")
    expect(strip).to_contain_text("The board freezes")
    adas = visit(sessions["Ada"]).plays()
    adas.sees_question(1)
    expect(strip).to_contain_text("Frozen for the public since")
    expect(wall.locator("#remaining-label")).to_contain_text("Board frozen since")
    expect(bobs.page.locator("#standings")).to_contain_text("frozen")

    # Ada goes past everybody, and only she and the console know.
    for q in (1, 2, 3):
        adas.sees_question(q)
        adas.answers(word("solve", q))
    adas.sees_question(4)
    points = behind.balances("Ada")["points"]
    expect(adas.page.locator("#head")).to_contain_text(f"{points}")
    behind.answers("Dora", word("solve", 2))
    expect(console.locator("#top li").first).to_contain_text("Ada")
    expect(adas.page.locator("#standings tbody tr").first).to_contain_text("Bob")
    assert names(rows) == before
    expect(bobs.page.locator("#standings tbody tr").first).to_contain_text("Bob")
    late = visit(viewport=WALL).tab("/board")
    expect(late.locator("#rows .row")).to_have_count(4)
    assert names(late.locator("#rows .row")) == before

    behind.control("end")
    console.get_by_role("button", name="Reveal…").click()
    confirm(console, "Begin")
    band, phone = wall.locator("#reveal"), bobs.page.locator("#reveal")
    # From the bottom: whoever stands lowest, then the others, the leader last.
    lowest = before[-1]
    assert lowest == "Ada"
    expect(band.locator(".reveal-name")).to_have_text(lowest)
    expect(wall.locator(".row.focus .name")).to_have_text(lowest)
    expect(phone).to_contain_text(lowest)
    console.locator("body").press("Space")
    expect(strip).to_contain_text(re.compile("1 of 4"))
    expect(phone).to_contain_text("No. 1")
    expect(band.locator(".reveal-gain")).not_to_be_empty()
    console.get_by_role("button", name="Back", exact=True).click()
    expect(strip).to_contain_text("0 of 4")
    for step in range(1, 5):
        console.get_by_role("button", name="Next (Space)").click()
        if step < 4:
            expect(strip).to_contain_text(f"{step} of 4")
            expect(phone).to_contain_text(f"{step} of 4")

    # The last row has moved, and the first three stand there.
    podium = wall.locator("#podium")
    expect(podium.get_by_role("listitem")).to_have_count(3)
    expect(podium.locator(".podium-title")).to_have_text(wall.title())
    expect(podium).to_be_visible()
    winners = podium.locator(".medal-name").all_text_contents()
    assert winners[0] == "Ada"
    expect(phone.get_by_role("listitem").first).to_contain_text("Ada")
    expect(bobs.page.locator("#standings tbody tr").first).to_contain_text("Ada")
    assert names(rows)[:3] == winners
    expect(strip).not_to_contain_text("Frozen")
    after = visit(viewport=WALL).tab("/board")
    expect(after.locator("#rows .row")).to_have_count(4)
    assert names(after.locator("#rows .row"))[0] == "Ada"
