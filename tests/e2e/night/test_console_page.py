"""The console: what organisers see of the hunt, and do to it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, Visit, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(starts_in="1h")


@pytest.fixture(scope="module")
def organiser(behind: Stage) -> str:
    """A session of the staff."""
    return behind.account("Olga", staff=True)


@pytest.fixture(scope="module")
def curious(behind: Stage) -> str:
    """A session of a player who looks where only organisers may."""
    return behind.player("Curious")


@pytest.fixture
def desk(visit: Visit, organiser: str) -> Visitor:
    return visit(organiser, viewport=DESK)


@pytest.fixture
def console(desk: Visitor) -> Page:
    page = desk.tab("/console")
    expect(page.locator("#link")).to_have_text(re.compile("^live"))
    return page


@pytest.fixture
def live(behind: Stage) -> None:
    """The hunt is live, whatever the tests before have done to it."""
    behind.keep_live()


def hunt_controls(page: Page) -> Locator:
    return page.get_by_role("group", name="Hunt")


def press(page: Page, name: str) -> Locator:
    """Presses that button of the hunt; returns the question that is asked then."""
    hunt_controls(page).get_by_role("button", name=re.compile(f"^{name}…?$")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def figure(page: Page, name: str) -> Locator:
    return page.locator("#figures .figure").filter(has=page.get_by_text(name, exact=True)).locator("dd")


def phase(page: Page) -> Locator:
    return page.locator("#phase .phase")


# --- who may come in ------------------------------------------------------------------------------------------------


def test_a_player_is_refused(visit: Visit, curious: str) -> None:
    player = visit(curious)
    player.forgives("status of 403")
    page = player.tab("/console")
    expect(page.get_by_role("heading", name="Not for this account")).to_be_visible()
    # The socket behind it, too.
    code = page.evaluate(
        """() => new Promise((done) => {
          const socket = new WebSocket(`ws://${location.host}/ws/console`);
          socket.onclose = ({ code }) => done(code);
          socket.onmessage = ({ data }) => done(data);
        })"""
    )
    assert code == 4403


def test_who_has_not_logged_in_is_asked_to(visit: Visit) -> None:
    page = visit(viewport=DESK).tab("/console")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/console$"))


# --- the hunt's phases ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("curious")  # the one of two players who is not connected
def test_a_hunt_from_start_to_end(console: Page, visit: Visit, behind: Stage) -> None:
    """Every button asks once, says whom it touches, and what it does reaches players at once."""
    tab = visit(behind.player("Witness")).plays()
    expect(tab.page.get_by_role("timer")).to_be_visible()
    expect(phase(console)).to_have_text("Scheduled")

    dialog = press(console, "Start now")
    expect(dialog).to_contain_text("The first question opens at once for 2 players (1 of them is connected")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()  # nothing by a stray Enter
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(phase(console)).to_have_text("Scheduled")
    press(console, "Start now").get_by_role("button", name="Start for 2 players").click()
    expect(dialog).to_be_hidden()
    expect(phase(console)).to_have_text("Live")
    expect(console.locator("#told")).to_contain_text("The hunt has started.")
    tab.sees_question(1)

    press(console, "Pause").get_by_role("button", name="Pause for 2 players").click()
    expect(phase(console)).to_have_text("Paused")
    expect(tab.page.get_by_role("heading", name="The organisers have paused the hunt")).to_be_visible()
    press(console, "Resume").get_by_role("button", name="Resume for 2 players").click()
    expect(phase(console)).to_have_text("Live")
    tab.sees_question(1)

    remaining = console.locator("#phase .until")
    expect(remaining).to_contain_text(re.compile(r"1d 23:5\d|2d 00:[0-5]\d"))
    dialog = press(console, "Extend")
    minutes = dialog.get_by_label("Minutes")
    expect(minutes).to_be_focused()
    minutes.fill("soon")
    expect(dialog.get_by_role("button", name="Extend for 2 players")).to_have_attribute(
        "aria-disabled", "true"
    )
    minutes.fill(str(24 * 60))
    dialog.get_by_role("button", name="Extend for 2 players").click()
    expect(remaining).to_contain_text(re.compile(r"2d 23:5\d|3d 00:[0-5]\d"))

    dialog = press(console, "End")
    expect(dialog).to_contain_text("It is over at once")
    dialog.get_by_role("button", name="End it for 2 players").click()
    expect(phase(console)).to_have_text("Ended")
    expect(tab.page.get_by_role("heading", name="The hunt is over")).to_be_visible()

    dialog = press(console, "Open again")
    dialog.get_by_label("Minutes").fill("90")
    dialog.get_by_role("button", name="Open for 2 players").click()
    expect(phase(console)).to_have_text("Live")
    expect(console.locator("#phase .until")).to_contain_text(re.compile(r"1:(30:00|29:\d\d)"))
    tab.sees_question(1)


@pytest.mark.usefixtures("live")
def test_with_the_keyboard_alone(console: Page) -> None:
    """From the head of the page to a paused hunt and an announcement, without the mouse."""
    keys = console.keyboard
    expect(phase(console)).to_have_text("Live")
    reach(console, "button", "Pause…")
    keys.press("Enter")
    expect(console.get_by_role("dialog")).to_be_visible()
    expect(console.get_by_role("button", name="Cancel")).to_be_focused()
    keys.press("Escape")
    expect(console.get_by_role("dialog")).to_be_hidden()
    expect(console.get_by_role("button", name="Pause…")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(console.get_by_role("button", name=re.compile("^Pause for"))).to_be_focused()
    keys.press("Enter")
    expect(phase(console)).to_have_text("Paused")

    # The first stop of the page leads to the announcement.
    console.evaluate("() => document.activeElement.blur()")
    console.reload()
    expect(console.locator("#link")).to_have_text(re.compile("^live"))
    keys.press("Tab")
    expect(console.get_by_role("link", name="To the announcement")).to_be_focused()
    keys.press("Enter")
    keys.press("Shift+Tab")
    expect(console.get_by_role("radio", name="Information")).to_be_focused()
    keys.press("ArrowRight")
    expect(console.get_by_role("radio", name="Important")).to_be_checked()
    keys.press("Tab")
    keys.type("Sent **by hand**.")
    expect(console.locator(".preview")).to_contain_text("Sent by hand.")
    keys.press("Control+Enter")
    expect(console.get_by_role("dialog")).to_contain_text("(Important)")
    keys.press("Tab")
    keys.press("Enter")
    expect(console.get_by_role("region", name="Announced so far")).to_contain_text("Sent by hand.")
    expect(console.get_by_label("Text of the announcement")).to_be_focused()


def reach(page: Page, role: str, name: str) -> None:
    """Presses Tab until the one of that name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => document.activeElement.textContent.trim()")
        if focused == name:
            return
    raise AssertionError(f"no {role} {name!r} within 60 stops")


# --- what it shows --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("live")
def test_attempts_appear_and_the_figures_follow(console: Page, visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Feeder")).plays()
    tab.sees_question(1)
    answers = int(figure(console, "Answers").inner_text() or 0)
    tab.answers("<i>wrong</i> 🏮")
    attempts = console.get_by_role("region", name="Attempts").get_by_role("row")
    wrong = attempts.filter(has_text="<i>wrong</i> 🏮")
    expect(wrong).to_contain_text("Feeder")
    expect(wrong).to_contain_text("wrong")
    tab.is_told("Not it.")
    tab.answers(word("near", 1))
    expect(attempts.filter(has_text=word("near", 1))).to_contain_text("close")
    tab.is_told("Close.")
    tab.answers(word("solve", 1))
    expect(attempts.filter(has_text=word("solve", 1))).to_contain_text("right")
    expect(figure(console, "Answers")).to_have_text(str(answers + 3))
    expect(figure(console, "Player sockets")).to_have_text("1")
    question = console.get_by_role("region", name="Questions").get_by_role("row", name="title1okapi")
    expect(question.get_by_role("cell").nth(3)).not_to_have_text("0")  # solves
    expect(console.get_by_role("region", name="Board")).to_contain_text("Feeder")

    # Filters narrow it, "Hold" keeps it still.
    console.get_by_label("Only this verdict").select_option("close")
    expect(attempts.filter(has_text="Feeder")).to_have_count(1)
    console.get_by_label("Only this verdict").select_option("")
    console.get_by_label("Only attempts with this player or answer").fill("no such thing")
    expect(console.get_by_text("Nothing in the feed passes the filter.")).to_be_visible()
    console.get_by_label("Only attempts with this player or answer").fill("feeder")
    expect(attempts.filter(has_text="Feeder")).to_have_count(3)
    console.get_by_role("button", name="Hold").click()
    tab.sees_question(2)
    tab.answers("while it is held")
    expect(console.get_by_text("held, 1 new")).to_be_visible()
    expect(attempts.filter(has_text="while it is held")).to_have_count(0)
    console.get_by_role("button", name="Go on").click()
    expect(attempts.filter(has_text="while it is held")).to_have_count(1)


@pytest.mark.usefixtures("live")
def test_a_player_is_found_and_seen_in_full(console: Page, behind: Stage) -> None:
    behind.player("Wanted")
    behind.player("Unwanted")
    behind.answers("Wanted", "a guess", word("solve", 1))
    console.keyboard.press("Control+k")
    search = console.get_by_role("searchbox", name="Players")
    expect(search).to_be_focused()
    search.fill("wanted@example")
    results = console.get_by_role("group", name="Players")
    expect(results.get_by_role("button", name="Wanted", exact=True)).to_be_visible()
    search.fill("nobody of that name")
    expect(results).to_contain_text("No player is called that.")
    search.fill("Wanted")
    expect(results.get_by_role("button")).to_have_count(2)
    results.get_by_role("button", name="Wanted", exact=True).click()

    detail = console.get_by_role("dialog", name="Wanted")
    expect(detail.get_by_role("heading", name="Wanted")).to_be_focused()
    expect(detail).to_contain_text("wanted@example.org")
    expect(detail).to_contain_text("no. 2 of 4")
    expect(detail).to_contain_text("a guess")
    expect(detail).to_contain_text("solved no. 1")
    expect(detail.locator(".facts").get_by_text("100", exact=True)).to_be_visible()
    # It follows what the player does.
    behind.answers("Wanted", "another guess")
    detail.get_by_role("button", name="Look again").click()
    expect(detail).to_contain_text("another guess")
    console.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    expect(results.get_by_role("button", name="Wanted", exact=True)).to_be_focused()


def act(page: Page, name: str, reason: str, button: str, points: str = "") -> None:
    """Presses that button of the open player, says why, and confirms."""
    page.get_by_role("group", name="What can be done").get_by_role("button", name=f"{name}…").click()
    dialog = page.locator("#confirm")
    if points:
        dialog.get_by_label("Points").fill(points)
    dialog.get_by_label("Why").fill(reason)
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_be_hidden()


def grants(behind: Stage, name: str, reason: str) -> None:
    """Another organiser gives that player an XP."""
    behind.run(
        "from game.services.moderation import grant\n"
        "from tests.support.backstage import _hunt, _organiser, _player\n"
        f"result = grant(_organiser(), _hunt().id, _player({name!r}).id, 0, 1, {reason!r})"
    )


@pytest.mark.usefixtures("live")
def test_a_player_is_given_points_removed_and_readmitted(console: Page, visit: Visit, behind: Stage) -> None:
    """Everything that organisers do to one player: live on the board, told to the player, written down and undone."""
    player = visit(behind.player("Gail"))
    tab = player.plays()
    tab.answers(word("solve", 1))
    tab.sees_question(2)
    console.get_by_role("searchbox", name="Players").fill("Gail")
    console.get_by_role("group", name="Players").get_by_role("button", name="Gail", exact=True).click()
    detail = console.get_by_role("dialog", name="Gail")
    on_board = console.get_by_role("region", name="Board").get_by_role("listitem").filter(has_text="Gail")
    expect(on_board).to_contain_text("100")
    arrival = tab.page.get_by_role("complementary", name="New telegram")

    act(console, "Give or take", "the picture was missing", "Book +50 points", points="50")
    expect(on_board).to_contain_text("150")
    expect(arrival).to_contain_text("+50 points. the picture was missing")
    expect(tab.page.locator("#head")).to_contain_text("150")
    why = detail.get_by_role("table", name="Why this score")
    expect(why.get_by_role("row", name="granted by an organiser")).to_contain_text("the picture was missing")
    expect(why.get_by_role("row", name="Together")).to_contain_text("150")
    happened = detail.get_by_role("list", name="What has happened").get_by_role("listitem")
    expect(happened.filter(has_text="changed the balance")).to_contain_text("points: 100 → 150")
    happened.filter(has_text="changed the balance").get_by_role("button", name="Undo").click()
    console.locator("#confirm").get_by_role("button", name="Undo", exact=True).click()
    expect(on_board).to_contain_text("100")
    expect(why.get_by_role("row", name="Together")).to_contain_text("100")

    console.get_by_role("button", name="Give or take…").click()
    dialog = console.locator("#confirm")
    dialog.get_by_label("Why").fill("too much")
    dialog.get_by_label("Points").fill("-101")
    expect(dialog).to_contain_text("Gail has 100 points and 5 XP: no more than that can be taken.")
    expect(dialog.get_by_role("button", name="Book")).to_have_attribute("aria-disabled", "true")
    console.keyboard.press("Escape")

    act(console, "Take off the board", "a test player", "Take off the board")
    expect(on_board).to_have_count(0)
    act(console, "Put on the board", "a real one", "Put on the board")
    expect(on_board).to_have_count(1)
    # What a colleague does meanwhile is there without a click.
    grants(behind, "Gail", "by a colleague")
    expect(happened.filter(has_text="by a colleague").first).to_be_visible()
    act(console, "Remove", "a shared account", "Remove")
    removed = tab.page.get_by_role("heading", name="You have been removed")
    expect(removed).to_be_visible()
    tab.page.reload()
    expect(removed).to_be_visible()
    expect(tab.page.locator("#stage")).to_contain_text("a shared account")
    expect(on_board).to_have_count(0)

    console.get_by_role("navigation", name="Views").get_by_role("link", name="Audit").click()
    trail = console.get_by_role("table", name="What organisers did").get_by_role("row")
    grants(behind, "Gail", "while the trail is open")
    expect(trail.filter(has_text="while the trail is open")).to_be_visible()
    removal = trail.filter(has_text="removed from the hunt")
    for words in ("olga", "Gail", "a shared account", "removed: no → yes"):
        expect(removal).to_contain_text(words)
    removal.get_by_role("button", name="Undo").click()
    console.locator("#confirm").get_by_role("button", name="Undo", exact=True).click()
    expect(removal).to_contain_text("undone")
    expect(trail.filter(has_text="readmitted")).to_contain_text("Undone: a shared account")
    tab.page.get_by_role("button", name="Try again").click()
    tab.sees_question(2)
    assert behind.ledger_problems() == []


@pytest.mark.usefixtures("live")
def test_an_announcement_is_previewed_confirmed_and_delivered(
    console: Page, visit: Visit, behind: Stage
) -> None:
    behind.announce("important", "Read this first, and slowly.")
    tab = visit(behind.player("Listener")).plays()
    tab.sees_question(1)
    text = console.get_by_label("Text of the announcement")
    text.fill("Supper at **nine**. <script>alert(1)</script>")
    preview = console.locator(".preview")
    expect(preview).to_contain_text("Supper at nine. <script>")
    expect(preview.locator("strong")).to_have_text("nine")
    console.get_by_role("radio", name="Urgent").check(force=True)
    arrival = tab.page.get_by_role("complementary", name="New telegram")

    console.get_by_role("button", name="Send…").click()
    dialog = console.get_by_role("dialog")
    expect(dialog).to_contain_text("It reaches")
    expect(dialog).to_contain_text("Supper at nine.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(text).to_have_value(re.compile("Supper"))
    expect(arrival).not_to_contain_text("Supper")
    console.get_by_role("button", name="Send…").click()
    dialog.get_by_role("button", name=re.compile(r"^Send to \d+")).click()
    expect(dialog).to_be_hidden()
    expect(text).to_have_value("")
    expect(arrival).to_contain_text("Supper at nine.", timeout=5_000)  # an urgent one does not wait its turn
    expect(console.get_by_role("region", name="Announced so far")).to_contain_text("Supper at nine.")


@pytest.mark.usefixtures("live")
def test_a_draft_outlives_a_reload(console: Page) -> None:
    text = console.get_by_label("Text of the announcement")
    text.fill("Not finished y")
    console.reload()
    expect(text).to_have_value("Not finished y")
    expect(console.locator(".preview")).to_contain_text("Not finished y")
    text.fill("")


# --- where it is looked at -------------------------------------------------------------------------------------------


def test_the_head_is_one_line_on_a_desk_and_nothing_runs_out_of_a_phone(console: Page, behind: Stage) -> None:
    for width, height in ((1440, 900), (1280, 800)):
        console.set_viewport_size({"width": width, "height": height})
        expect(hunt_controls(console).get_by_role("button").first).to_be_visible()
        assert console.evaluate("document.querySelector('header.bar').offsetHeight") <= 60, width
    behind.player("Walker")
    behind.answers("Walker", "a guess of more words than a phone has room for, all of them wrong")
    console.set_viewport_size({"width": 390, "height": 844})
    views = console.get_by_role("navigation", name="Views")
    for name in ("Desk", "Pulse", "Walls", "Integrity", "Audit", "Organisers"):
        views.get_by_role("link", name=name).click()
        expect(console.get_by_role("main").and_(console.locator(f"#{name.lower()}"))).to_be_visible()
        assert console.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        # The views stay where a thumb is.
        expect(views.get_by_role("link", name=name)).to_be_in_viewport()
    views.get_by_role("link", name="Desk").click()


# --- what is taken home ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("live")
def test_results_are_taken_home_as_a_file(console: Page, behind: Stage) -> None:
    behind.player("Taker")
    menu = console.get_by_role("button", name="Menu")
    menu.click()
    console.get_by_role("button", name="Exports").click()
    drawer = console.get_by_role("dialog", name="Exports")
    expect(drawer).to_contain_text("about")
    with console.expect_download() as download:
        drawer.get_by_role("link", name=re.compile("^CSV")).first.click()
    assert re.search(r"-results-\d{8}T\d{4}Z\.csv$", download.value.suggested_filename)
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Taker" in text and "@" not in text
    console.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(menu).to_be_focused()


# --- who is told ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("live")
def test_a_webhook_from_the_form_to_its_end(console: Page) -> None:
    console.get_by_role("button", name="Menu").click()
    console.get_by_role("button", name="Webhooks").click()
    drawer = console.get_by_role("dialog", name="Webhooks")
    address = drawer.get_by_label("Address")
    address.fill("https://user:pw@hooks.example.org/")
    drawer.get_by_role("button", name="Add").click()
    expect(drawer.get_by_role("alert")).to_contain_text("a password in it")
    address.fill("https://hooks.example.invalid/enigma")
    drawer.get_by_label("walls").uncheck()
    expect(drawer.get_by_label("for so many minutes")).to_be_hidden()
    drawer.get_by_label("every solve").check()
    drawer.get_by_role("button", name="Add").click()
    expect(drawer.locator(".secret")).to_contain_text("whsec_")
    hook = drawer.get_by_role("region", name="https://hooks.example.invalid/enigma")
    expect(hook).to_contain_text("announcements, finishes, first solves, every solve")

    hook.get_by_role("button", name="Send a test event").click()
    expect(hook.get_by_role("listitem")).to_contain_text("a test event")
    hook.get_by_role("button", name="Pause").click()
    expect(hook).to_contain_text("paused")
    hook.get_by_role("button", name="Resume").click()
    expect(hook).not_to_contain_text("paused")
    hook.get_by_role("button", name="Delete").click()
    console.get_by_role("dialog", name="Delete this webhook?").get_by_role("button", name="Delete it").click()
    expect(hook).to_have_count(0)
    console.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


# --- the end ----------------------------------------------------------------------------------------------------------


def test_logging_out_in_another_tab_ends_it(desk: Visitor, console: Page, behind: Stage) -> None:
    """Last: the session is gone then."""
    other = desk.tab("/")
    other.get_by_role("link", name="Log out").click()
    other.get_by_role("button", name="Log out").click()
    expect(console.get_by_role("alert").filter(has_text="You are logged out.")).to_be_visible()
    expect(console.get_by_role("link", name="Log in")).to_be_visible()
