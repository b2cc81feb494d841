"""The console's walls: where players are stuck, what they try, and the question mended while they look at it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, NO_SERVER, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def confirm(console: Page, button: str) -> None:
    dialog = console.locator("#confirm")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


COLLEAGUE = """
from game.models import Hunt
from game.services.questions import Edits, Splice, mend, source
from tests.factories import make_user
hunt = Hunt.objects.get(current=True)
edits = Edits(title=Splice(0, 0, "A better "), text=Splice(0, 0, "What a colleague wrote. "))
result = None
mend(make_user("Ute", role="author").id, hunt.id, 1, source(hunt.id, 1).token, edits)
"""


LAMPS = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 2"><circle cx="1" cy="1" r="1"/></svg>"""


def group(console: Page, text: str) -> Locator:
    """The line of the guesses that are written like this."""
    return (
        console.get_by_role("table", name=re.compile("what they try"))
        .get_by_role("row")
        .filter(has_text=text)
    )


def test_from_a_wall_to_a_mended_question(visit: Visit, behind: Stage, hunt: RunningHunt) -> None:
    for name in ("Stuck", "Also Stuck"):
        behind.player(name)
        behind.answers(name, "Left  Lamp!", "left lamp", "nothing like it")
    reader = visit(behind.player("Reader"))
    reader.forgives(NO_SERVER)
    tab = reader.plays()
    tab.sees_question(1)
    olga = visit(behind.account("Olga", staff=True), viewport=DESK)
    olga.forgives(NO_SERVER)
    console = olga.tab("/console#walls")

    wall = (
        console.get_by_role("table", name="Where they are stuck")
        .get_by_role("row")
        .filter(has_text="title1okapi")
    )
    # Only who has opened the page has the question before them.
    expect(wall.get_by_role("cell").nth(1)).to_have_text("1")
    expect(wall.get_by_role("cell").nth(4)).to_have_text("nobody yet")
    expect(wall.get_by_role("cell").nth(5)).to_have_text("0 of 2")
    left = group(console, "eft")
    expect(left.get_by_role("cell").nth(1)).to_have_text("2")
    expect(left.get_by_role("cell").nth(2)).to_have_text("4")
    expect(left).to_contain_text("wrong")
    # It is live, and nobody asks for it: the server says what has changed.
    asked = len(olga.sent)
    tab.answers("LEFT LAMP")
    tab.is_told("Not it.")
    expect(left.get_by_role("cell").nth(1)).to_have_text("3")
    assert not any('"watch"' in frame for frame in olga.sent[asked:])

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
    # A colleague has mended it meanwhile: what is theirs comes in, what is both's is shown, and nothing is lost.
    behind.run(COLLEAGUE)
    form.get_by_role("button", name="Mend it").click()
    expect(form).to_contain_text("Meanwhile somebody else has mended it.")
    expect(form.get_by_label("Title")).to_have_value(re.compile("^A better .*title1okapi"))
    expect(form.get_by_label("Text, in Markdown")).to_have_value(re.compile("Which lamp is"))
    expect(form).to_contain_text("What a colleague wrote")
    form.get_by_role("button", name="Mend it").click()
    expect(form).to_be_hidden()
    expect(tab.page.locator(".question")).to_contain_text("Which lamp is left of")
    expect(tab.page.locator(".question")).to_contain_text("up to 90 points")
    expect(tab.field).to_have_value("half an ans")

    # Its picture, too, and with a description.
    console.get_by_role("button", name="Mend the question").click()
    form.get_by_label("Picture", exact=True).set_input_files(
        {"name": "Four lamps.svg", "mimeType": "image/svg+xml", "buffer": LAMPS}
    )
    expect(form.get_by_role("region", name="Preview").locator("img")).to_be_visible()
    form.get_by_label("Hint, in Markdown").fill("Count the *posts*.")
    expect(form.get_by_role("alert")).to_contain_text("Say what the picture shows")
    form.get_by_label("What the picture shows").fill("Four lamps in a row")
    form.get_by_role("button", name="Mend it").click()
    expect(form).to_be_hidden()
    expect(tab.page.locator(".question").get_by_role("img", name="Four lamps in a row")).to_be_visible()
    expect(tab.field).to_have_value("half an ans")

    # Accepted: whom it would have let through is shown next, with what they will be told.
    left.get_by_role("button", name="Accept…").click()
    confirm(console, "Accept")
    preview = console.get_by_role("dialog", name="Judge question 1 again?")
    expect(preview).to_contain_text("It touches 3 players: 3 more solved, 3 players move on at once")
    expect(preview.get_by_label("Why")).to_have_value(re.compile("left +lamp.* is right, too", re.I))
    expect(preview.get_by_role("row").filter(has_text="Also Stuck")).to_contain_text("1 → 2")
    expect(left.locator(".verdict")).to_have_text("right")
    assert behind.balances("Stuck")["position"] == 1
    behind.answers("Stuck", "left lamp")  # meanwhile: it is right now
    preview.get_by_role("button", name="Book it for 3 players").click()
    expect(preview).to_contain_text("Meanwhile the list has changed.")
    # The server goes while it stands there: it is said, and the same button does it when the server is back.
    hunt.web[0].kill()
    expect(console.locator("#trouble")).to_contain_text("connection")
    preview.get_by_role("button", name="Book it for 2 players").click()
    expect(preview).to_contain_text("There is no connection. Nothing was sent.")
    hunt.web[0].start()
    expect(console.locator("#link")).to_contain_text("live")
    preview.get_by_role("button", name="Book it for 2 players").click()
    expect(preview).to_be_hidden()
    expect(console.locator("#told")).to_contain_text("Judged again: 2 players were told.")
    assert behind.balances("Also Stuck")["position"] == 2
    assert behind.unseen("Also Stuck") > 0
    tab.sees_question(2)
    assert behind.balances("Reader")["points"] in (89, 90)

    # What is looked at goes on being told after the connection was lost.
    expect(wall.get_by_role("cell").nth(4)).to_have_text("–")
    behind.player("Newcomer")
    behind.answers("Newcomer", "what nobody tried")
    expect(group(console, "what nobody tried").get_by_role("cell").nth(1)).to_have_text("1")

    # There is nothing more to book, which is said before anything is asked.
    console.get_by_role("button", name="Judge again").click()
    expect(preview).to_contain_text("everybody has what they should have")
    preview.get_by_role("button", name="Cancel").click()

    console.get_by_role("navigation", name="Views").get_by_role("link", name="Audit").click()
    trail = console.get_by_role("table", name="What organisers did").get_by_role("row")
    mended = trail.filter(has_text="mended, no. 1")
    expect(mended).to_have_count(3)
    expect(mended.filter(has_text="points: 100 → 90")).to_contain_text("olga")
    expect(mended.filter(has_text="images/four-lamps.svg")).to_contain_text("olga")
    expect(trail.filter(has_text="changed what is right, no. 1")).to_have_count(2)
    expect(trail.filter(has_text="judged again, no. 1")).to_contain_text("is right, too")
    assert behind.ledger_problems() == []
