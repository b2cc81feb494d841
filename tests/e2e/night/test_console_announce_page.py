"""The console speaks to some: whom it would reach, who got it and saw it, hints for the stuck, and what is planned."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PlayerTab, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


@pytest.fixture
def console(visit: Visit, behind: Stage, request: pytest.FixtureRequest) -> Page:
    """A moderator's."""
    page = visit(behind.account(f"mo-{request.node.name}"[:30], role="moderator"), viewport=DESK).tab(
        "/console"
    )
    expect(page.locator("#link")).to_have_text(re.compile("^live"))
    return page


def write(console: Page, text: str) -> None:
    console.get_by_label("Text of the announcement").fill(text)


def confirm(console: Page, button: str) -> Locator:
    """Presses it in the question that is open, and waits until that is gone."""
    dialog = console.locator("#confirm")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()
    return dialog


def sent(console: Page, text: str) -> Locator:
    return console.get_by_role("list", name="Sent").get_by_role("listitem").filter(has_text=text)


def arrival(tab: PlayerTab) -> Locator:
    return tab.page.get_by_role("complementary", name="New telegram")


def telegrams(tab: PlayerTab) -> Locator:
    return tab.page.locator("#telegrams")


def test_to_those_on_a_question_and_to_nobody_else(console: Page, visit: Visit, behind: Stage) -> None:
    on_one, on_two = visit(behind.player("Una")).plays(), visit(behind.player("Dua")).plays()
    on_one.sees_question(1)
    on_two.sees_question(1)
    on_two.answers(word("solve", 1))
    on_two.sees_question(2)
    projector = visit(viewport=DESK).tab("/board")
    expect(projector.locator(".standings")).to_contain_text("Una")

    console.get_by_label("To", exact=True).select_option("question")
    write(console, "The text was **mended**.")
    console.get_by_label("Text of the announcement").press("Control+Enter")
    expect(console.locator("#composer [role=alert]")).to_contain_text("Choose a question")
    console.get_by_label("Question", exact=True).select_option("2")
    expect(console.locator(".reach")).to_have_text("Reaches 1 player (1 of them connected now).")
    console.get_by_role("button", name="Send…").click()
    dialog = console.get_by_role("dialog", name="Send this to those on no. 2? (Information)")
    expect(dialog).to_contain_text("It reaches 1 player")
    expect(dialog).to_contain_text("nobody else")
    confirm(console, "Send to 1")
    expect(arrival(on_two)).to_contain_text("The text was mended.")
    line = sent(console, "The text was mended.")
    expect(line).to_contain_text("To those on no. 2")
    expect(line).to_contain_text("told 1 of 1 · seen by 1 · 0 have solved since")

    # What everybody gets comes to all, in this order: so the others have not had the first.
    behind.announce("urgent", "To everybody.")
    for tab in (on_one, on_two):
        expect(arrival(tab)).to_contain_text("To everybody.")
    expect(projector.locator("body")).to_contain_text("To everybody.")
    on_one.answers(word("solve", 1))
    on_one.sees_question(2)
    on_one.page.reload()
    on_one.sees_question(2)
    expect(telegrams(on_one)).not_to_contain_text("mended")
    expect(projector.locator("body")).not_to_contain_text("mended")
    on_two.answers(word("solve", 2))
    expect(line).to_contain_text("1 has solved since")


def test_a_hint_for_the_stuck_from_the_walls(console: Page, visit: Visit, behind: Stage) -> None:
    behind.player("Quick")
    # Urgent ones of before stay until they are put away.
    behind.run(
        "from game.models import Announcement\n"
        "result = Announcement.objects.filter(level='urgent').delete()[0]"
    )
    stuck = visit(behind.player("Stuck")).plays()
    stuck.sees_question(1)
    behind.run(
        "from game.models import Player\n"
        "from django.db.models import F\n"
        "result = Player.objects.filter(name='Stuck').update(shown_clock=F('shown_clock') - 30 * 60_000)"
    )
    write(console, "A draft that has to wait")
    console.get_by_role("navigation", name="Views").get_by_role("link", name="Walls").click()
    walls = console.get_by_role("table", name="Where they are stuck")
    walls.get_by_role("button", name=re.compile("title1okapi")).click()
    console.get_by_role("button", name="Extra hint…").click()
    desk = console.get_by_role("group", name="Extra hint", exact=True)
    expect(desk.get_by_label("Stuck for")).to_have_value("15")
    expect(desk.get_by_label("An extra hint")).to_be_checked()
    write(console, "Look at the **first letters**.")
    expect(desk.locator(".reach")).to_contain_text("Reaches 1 player (1 of them connected")
    desk.get_by_label("Stuck for").fill("45")
    expect(desk.locator(".reach")).to_contain_text("Reaches 0 players")
    desk.get_by_role("button", name="Send…").click()
    expect(console.locator("#confirm").get_by_role("button", name="Send to 0")).to_have_attribute(
        "aria-disabled", "true"
    )
    console.locator("#confirm").get_by_role("button", name="Cancel").click()
    desk.get_by_label("Stuck for").fill("20")
    desk.get_by_role("button", name="Send…").click()
    expect(console.locator("#confirm")).to_contain_text("Give this extra hint to those on no. 1 for 20 min?")
    confirm(console, "Send to 1")
    expect(desk).to_be_hidden()

    # A telegram, and beside the question for as long as it is theirs: also on another device.
    expect(arrival(stuck)).to_contain_text("Extra hint, question 1")
    hint = stuck.page.get_by_role("complementary", name="Extra hint")
    expect(hint).to_contain_text("Look at the first letters.")
    given = console.get_by_role("list", name="Extra hints given").get_by_role("listitem")
    expect(given).to_contain_text("told 1 of 1 · seen by 1 · 0 have solved since")
    stuck.page.reload()
    expect(hint).to_contain_text("Look at the first letters.")
    other = visit(behind.session("Stuck")).plays()
    expect(other.page.get_by_role("complementary", name="Extra hint")).to_contain_text("first letters")
    assert behind.balances("Stuck") == {"points": 0, "xp": 0, "position": 1}
    stuck.answers(word("solve", 1))
    stuck.sees_question(2)
    expect(hint).to_have_count(0)
    expect(given).to_contain_text("1 has solved since")
    assert not behind.run(
        "from game.models import LedgerEntry; result = LedgerEntry.objects.filter(cause='hint').count()"
    )

    console.get_by_role("navigation", name="Views").get_by_role("link", name="Desk").click()
    expect(console.get_by_label("Text of the announcement")).to_have_value("A draft that has to wait")
    expect(console.get_by_label("To", exact=True)).to_have_value("all")
    console.get_by_role("navigation", name="Views").get_by_role("link", name="Audit").click()
    trail = console.get_by_role("table", name="What organisers did").get_by_role("row")
    expect(trail.filter(has_text="announced, no. 1")).to_contain_text("players: – → 1")


def test_planned_changed_called_off_and_sent_at_its_instant(
    console: Page, visit: Visit, behind: Stage
) -> None:
    tab = visit(behind.player("Waiting")).plays()
    tab.sees_question(1)
    planned = console.get_by_role("list", name="Planned").get_by_role("listitem")

    def plan(text: str) -> None:
        write(console, text)
        console.get_by_label("Later, at").check()
        console.get_by_role("button", name="Plan…").click()
        expect(console.locator("#confirm")).to_contain_text("whom it reaches is decided then")
        confirm(console, "Plan it")
        expect(planned.filter(has_text=text)).to_have_count(1)

    plan("Half time in the courtyard.")
    plan("Never mind.")
    planned.filter(has_text="Never mind.").get_by_role("button", name="Call off…").click()
    expect(console.locator("#confirm")).to_contain_text("Never mind.")
    confirm(console, "Call it off")
    expect(planned).to_have_count(1)

    planned.get_by_role("button", name="Change").click()
    expect(console.get_by_label("Text of the announcement")).to_have_value("Half time in the courtyard.")
    write(console, "Half time in the **library**.")
    # What is being changed is still that one after a reload, and not another beside it.
    console.reload()
    expect(console.locator("#link")).to_have_text(re.compile("^live"))
    expect(console.get_by_label("Text of the announcement")).to_have_value("Half time in the **library**.")
    console.get_by_role("button", name="Change…").click()
    confirm(console, "Plan it")
    expect(planned).to_contain_text("library")
    expect(planned).to_have_count(1)

    # Of two organisers who change it at once the second is told, and keeps what they wrote.
    planned.get_by_role("button", name="Change").click()
    write(console, "Half time in the cellar.")
    behind.run(
        "from game.models import PlannedAnnouncement\n"
        "from game.services.announcements import announce\n"
        "from tests.support.backstage import _organiser\n"
        "row = PlannedAnnouncement.objects.get()\n"
        "text = 'Half time in the **library**, upstairs.'\n"
        "result = announce(_organiser(), row.hunt_id, row.level, text, at=row.at, instead_of=row.id)"
    )
    console.get_by_role("button", name="Change…").click()
    confirm(console, "Plan it")
    expect(console.locator("#told")).to_contain_text("would be planned beside it")
    expect(planned).to_have_count(1)
    expect(planned).to_contain_text("upstairs")
    expect(console.get_by_label("Text of the announcement")).to_have_value("Half time in the cellar.")
    expect(console.get_by_role("button", name="Plan…")).to_be_visible()
    write(console, "")
    assert not behind.run(
        "from game.models import Announcement; result = Announcement.objects.filter(text__contains='Half').count()"
    )

    behind.run(
        "from game.models import PlannedAnnouncement\n"
        "from game.queries.clock import now_ms\n"
        "result = PlannedAnnouncement.objects.update(at=now_ms() + 500)"
    )
    expect(telegrams(tab)).to_contain_text("Half time in the library, upstairs.")
    expect(planned).to_have_count(0)
    expect(sent(console, "Half time in the library")).to_contain_text("To everybody")
    expect(sent(console, "Half time")).to_have_count(1)
    expect(telegrams(tab)).not_to_contain_text("courtyard")
    expect(telegrams(tab)).not_to_contain_text("Never mind.")


def test_to_one_player_from_their_drawer(console: Page, visit: Visit, behind: Stage) -> None:
    lost, near = visit(behind.player("Lost")).plays(), visit(behind.player("Near")).plays()
    lost.sees_question(1)
    near.sees_question(1)
    console.get_by_role("searchbox", name="Players").fill("lost")
    console.get_by_role("group", name="Players").get_by_role("button", name="Lost").click()
    console.get_by_role("dialog", name="Lost").get_by_role("button", name="Write…").click()
    expect(console.locator(".whom .chosen")).to_have_text("Lost")
    write(console, "Your umbrella is at the desk.")
    console.get_by_role("button", name="Send…").click()
    expect(console.get_by_role("dialog")).to_contain_text("Send this to Lost? (Information)")
    confirm(console, "Send to 1")
    expect(telegrams(lost)).to_contain_text("Your umbrella")
    expect(sent(console, "Your umbrella")).to_contain_text("told 1 of 1")
    expect(telegrams(near)).not_to_contain_text("umbrella")
