"""The author's desk, as two authors use it: written, tried, put in order, checked, brought back, and mended live."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PlayerTab, Visit

pytestmark = pytest.mark.browser

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(starts_in="2h")


def saves(desk: Page) -> None:
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("#told")).to_contain_text("Saved.")
    expect(desk.locator("#editor .flag").first).to_have_text("saved")


def test_a_hunt_is_written(visit: Visit, behind: Stage, tmp_path: Path) -> None:
    desk = visit(behind.account("Olga", staff=True), viewport=DESK).tab("/author")
    rows = desk.get_by_role("navigation", name="Questions").locator("li .row")
    seen = desk.frame_locator("iframe[title='As players see it']")
    expect(rows).to_have_count(4)
    expect(seen.get_by_role("heading", level=2)).to_have_text(f"Title {word('title', 1)}")

    # Live, by the player's own view; and an answer is tried.
    desk.get_by_label("Text, in Markdown").fill("Which lamp is *left*?")
    expect(seen.locator(".question .prose em")).to_have_text("left")
    desk.get_by_label("Right answers").fill("the left lamp\nleft")
    desk.get_by_label("Close from").fill("80")
    desk.get_by_role("textbox", name="Try an answer").fill("zebra")
    expect(desk.get_by_role("region", name="Try an answer")).to_contain_text("wrong")
    desk.get_by_role("textbox", name="Try an answer").fill("the left lamps")
    expect(desk.get_by_role("region", name="Try an answer")).to_contain_text(
        "similar to “the left lamp”: enough"
    )
    desk.get_by_role("radio", name="With its hint").check()
    expect(seen.get_by_role("complementary", name="Hint")).to_contain_text(word("hint", 1))
    desk.get_by_role("radio", name="Once solved").check()
    expect(seen.get_by_role("heading", level=2)).to_have_text(f"Title {word('title', 2)}")

    # What a pack may not say cannot be saved, and says so at its place.
    desk.get_by_label("Close answers").fill("LEFT")
    expect(desk.get_by_label("Close answers")).to_have_accessible_description(
        re.compile("is the same as answers")
    )
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_role("alert")).to_contain_text("Not saved")
    expect(desk.get_by_label("Close answers")).to_be_focused()
    desk.get_by_label("Close answers").fill("right")

    # A picture, which has to be described.
    desk.get_by_label("Picture", exact=True).set_input_files(
        {"name": "Lamp.svg", "mimeType": "image/svg+xml", "buffer": SVG}
    )
    desk.get_by_label("What the picture shows").fill("A lamp")
    desk.get_by_role("radio", name="As it opens").check()
    expect(seen.get_by_role("img", name="A lamp")).to_be_visible()
    saves(desk)
    assert behind.run(
        "from game.models import Question; q = Question.objects.get(position=1);"
        "result = [q.answers, q.close, q.image.path]"
    ) == [["the left lamp", "left"], ["right"], "images/lamp.svg"]

    # In order: by keys and by pointer.
    desk.get_by_role("button", name=re.compile("Move down: Title title1")).click()
    expect(rows.nth(1)).to_contain_text(word("title", 1))
    expect(desk.locator("#list ol")).to_have_attribute("aria-busy", "false")
    grip = desk.locator("#list li .grip")
    start, end = grip.nth(3).bounding_box(), grip.nth(0).bounding_box()
    assert start
    assert end
    desk.mouse.move(start["x"] + 8, start["y"] + 20)
    desk.mouse.down()
    desk.mouse.move(end["x"] + 8, end["y"] + 22, steps=4)
    desk.mouse.up()
    expect(rows.first).to_contain_text(word("title", 4))
    expect(desk.locator("#list ol")).to_have_attribute("aria-busy", "false")

    # One more, and one less.
    desk.get_by_role("button", name="Add a question").click()
    desk.get_by_label("Title", exact=True).fill("A new one")
    desk.get_by_label("Text, in Markdown").fill("What is new?")
    desk.get_by_label("Right answers").fill("this")
    saves(desk)
    expect(rows).to_have_count(5)
    rows.filter(has_text=word("title", 3)).click()
    desk.get_by_role("button", name="Delete").click()
    desk.locator("#confirm").get_by_role("button", name="Delete it").click()
    expect(rows).to_have_count(4)

    # Played from here: live for the author, two hours before the start, in a tab of its own.
    rows.nth(1).click()
    with desk.expect_popup() as opened:
        desk.get_by_role("button", name="Play from here").click()
    test = PlayerTab(opened.value)
    test.sees_question(2)
    expect(test.page.get_by_text("Test play: nobody sees it")).to_be_visible()
    test.answers(word("solve", 2))
    test.is_told("Right.")
    expect(test.page.locator(".question")).to_contain_text("Question 3")
    assert (
        behind.run(
            "from game.models import Attempt; result = Attempt.objects.filter(hunt__current=True).count()"
        )
        == 0
    )
    test.page.close()
    rows.filter(has_text="A new one").click()

    # Check leads to the place.
    desk.get_by_role("link", name="Check").click()
    desk.get_by_role("row").filter(has_text="hint is missing").get_by_role("link").click()
    expect(desk.get_by_label("Hint, in Markdown")).to_be_focused()
    expect(desk.get_by_label("Title", exact=True)).to_have_value("A new one")

    # The hunt itself.
    desk.get_by_role("link", name="Hunt", exact=True).click()
    desk.get_by_label("Tagline").fill("Lamps, mostly")
    desk.get_by_label("hint_xp").fill("much")
    expect(desk.get_by_role("alert")).to_contain_text("Cannot be read: hint_xp")
    desk.get_by_label("hint_xp").fill("30")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("#title")).to_be_visible()
    expect(desk.get_by_label("hint_xp")).to_have_value("30")
    expect(desk.locator("#told")).to_contain_text("Saved.")

    # Out, and back to how it was.
    desk.get_by_role("link", name="Versions").click()
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="Export the pack").click()
    taken.value.save_as(tmp_path / "pack.zip")
    expect(desk.locator(".version-list > li").first).to_be_visible()
    desk.locator(".version-list > li .row").last.click()
    expect(desk.locator(".version")).to_contain_text("moved from")
    desk.get_by_role("button", name="Bring it back").click()
    desk.locator("#confirm").get_by_role("button", name="Bring it back").click()
    expect(desk.locator("#told")).to_contain_text("Brought back.")
    desk.get_by_label("Import a pack").set_input_files(tmp_path / "pack.zip")
    expect(desk.locator(".arriving-pack")).to_contain_text("Lamps, mostly")
    desk.get_by_role("button", name="Replace the content").click()
    desk.locator("#confirm").get_by_role("button", name="Replace it").click()
    expect(desk.locator("#told")).to_contain_text("Imported.")
    desk.get_by_role("link", name="Questions").click()
    expect(rows).to_have_text(
        [re.compile(text) for text in (word("title", 4), word("title", 2))] + [re.compile(".")] * 2
    )


def test_two_authors_and_a_hunt_that_has_begun(visit: Visit, behind: Stage) -> None:
    mine, theirs = (
        visit(behind.account(name, staff=True), viewport=DESK).tab("/author") for name in ("Mia", "Theo")
    )
    mine.get_by_label("Hint, in Markdown").fill("My hint")
    theirs.get_by_label("Title", exact=True).fill("Their title")
    saves(theirs)
    # What one has saved the other sees, and nobody's words are lost.
    expect(mine.get_by_role("alert").first).to_contain_text("Somebody has changed this question")
    expect(mine.get_by_label("Hint, in Markdown")).to_have_value("My hint")
    mine.get_by_role("button", name="Take theirs").click()
    expect(mine.get_by_label("Title", exact=True)).to_have_value("Their title")
    mine.get_by_label("Hint, in Markdown").fill("My hint")
    saves(mine)
    expect(theirs.get_by_label("Hint, in Markdown")).to_have_value("My hint")

    # What is not saved outlives a reload, and the question that it was written on.
    rows = mine.get_by_role("navigation", name="Questions").locator("li .row")
    rows.nth(1).click()
    expect(mine.locator("#editor-title")).to_have_text("Question 2")
    mine.get_by_label("Hint, in Markdown").fill("Not yet saved")
    expect(rows.nth(1)).to_contain_text("unsaved")
    mine.on("dialog", lambda dialog: dialog.accept())
    mine.reload()
    expect(mine.get_by_label("Hint, in Markdown")).to_have_value("Not yet saved")
    theirs.get_by_role("navigation", name="Questions").locator("li .row").nth(1).click()
    theirs.get_by_role("button", name="Delete").click()
    theirs.locator("#confirm").get_by_role("button", name="Delete it").click()
    expect(mine.get_by_role("alert").first).to_contain_text("Somebody has deleted this question")
    mine.get_by_role("button", name="Make a new question of it").click()
    expect(mine.locator("#editor-title")).to_contain_text("New question")
    saves(mine)
    expect(rows).to_have_count(4)

    behind.control("start")
    expect(mine.get_by_text("order fixed")).to_be_visible()
    expect(mine.get_by_role("button", name="Add a question")).to_have_count(0)
    tab = visit(behind.player("Ada")).plays()
    tab.field.fill("half an ans")
    rows.first.click()
    expect(mine.locator("#editor-title")).to_have_text("Question 1")
    mine.get_by_label("Text, in Markdown").fill("It is *lit*.")
    saves(mine)
    expect(tab.page.locator(".question")).to_contain_text("It is lit.")
    expect(tab.field).to_have_value("half an ans")


def test_a_hunt_from_nothing(visit: Visit, behind: Stage) -> None:
    """By an author who has read nothing: begun, written, tried, and shown by an owner.

    Last: another hunt is current then.
    """
    ada = visit(behind.account("Ada Author", role="author"), viewport=DESK)
    desk = ada.tab("/author/hunts")
    desk.get_by_label("Title of the hunt").fill("Night Shift")
    desk.get_by_role("button", name="Begin it").click()
    expect(desk.get_by_text("Not the current hunt: players do not see it.")).to_be_visible()

    # Nothing is held against who has not begun to write; what is missing is said to who would save it.
    save = desk.get_by_role("button", name="Save", exact=True)
    expect(desk.locator("#editor .flag").first).to_have_text("empty")
    expect(desk.locator("#editor .about")).to_have_count(0)
    desk.get_by_label("Title", exact=True).fill("The Logbook")
    expect(desk.frame_locator("iframe").get_by_role("heading", level=2)).to_have_text("The Logbook")
    save.click()
    expect(desk.get_by_role("alert")).to_contain_text("Not saved")
    expect(desk.get_by_label("Text, in Markdown")).to_be_focused()
    desk.keyboard.type("By one, all there.")
    desk.get_by_label("Right answers").fill("boat")
    expect(desk.locator("#editor .fault")).to_have_count(0)
    saves(desk)
    for title in ("The Lamp", "The Stairs"):
        desk.get_by_role("button", name="Add a question").click()
        expect(desk.get_by_label("Title", exact=True)).to_be_focused()
        desk.keyboard.type(title)
        desk.get_by_label("Text, in Markdown").fill("Which?")
        desk.get_by_label("Right answers").fill("west")
        expect(desk.locator("#editor .fault")).to_have_count(0)
        saves(desk)

    # By keys all the way: the button stays under the finger.
    rows = desk.get_by_role("navigation", name="Questions").locator("li .row")
    up = desk.get_by_role("button", name="Move up: The Stairs")
    up.focus()
    for place in (1, 0):
        desk.keyboard.press("Enter")
        expect(rows.nth(place)).to_contain_text("The Stairs")
        expect(desk.locator("#list ol")).to_have_attribute("aria-busy", "false")
        expect(up).to_be_focused()

    # Tried, though nobody is shown it; when it starts is an owner's to say.
    rows.nth(1).click()
    with desk.expect_popup() as opened:
        desk.get_by_role("button", name="Play from here").click()
    test = PlayerTab(opened.value)
    test.answers("boat")
    test.is_told("Right.")
    test.page.get_by_role("link", name="Author's desk").click()
    expect(test.page.locator("#title")).to_have_text("Night Shift")
    test.page.close()
    desk.get_by_role("link", name="Versions").click()
    expect(desk.locator(".version-list > li").last).to_contain_text("begun")
    expect(desk.locator(".version-list > li").nth(2)).to_contain_text("3. The Stairs: added")
    desk.get_by_role("link", name="Hunt", exact=True).click()
    expect(desk.get_by_label("Start", exact=True)).to_be_disabled()

    owner = visit(behind.account("Olga Owner", staff=True), viewport=DESK).tab("/author/hunts")
    owner.get_by_role("row", name="Night Shift").get_by_role("link", name="Make it the current one").click()
    expect(owner.get_by_role("main")).to_contain_text("3 questions")
    owner.get_by_role("button", name="Make it the current one").click()
    expect(owner.get_by_role("row", name="Night Shift")).to_contain_text("what players see")
    expect(desk.locator("#phase")).to_contain_text("Scheduled")
    expect(visit().tab("/").get_by_role("heading", level=1)).to_have_text("Night Shift")
