"""Nothing that a player has not reached is in anything that a browser is sent: every byte of a visit is searched."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.backstage import Stage
from tests.support.pack import HIDDEN, word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PlayerTab, Visit, until
from tests.support.wiretap import Wiretap, wiretap

pytestmark = pytest.mark.browser

QUESTIONS = 4


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(questions=QUESTIONS, pictures=(1, 2, 3, 4))


@pytest.fixture
def tap(hunt: RunningHunt) -> Iterator[Wiretap]:
    with wiretap(hunt.url) as tap:
        yield tap


PLAIN = {"Accept-Encoding": "identity"}
"""So that every byte on the wire can be read."""


def words(tap: Wiretap) -> set[str]:
    """Those words of the pack that came over the wire."""
    heard = tap.heard()
    return {each for each in every_word() if each in heard}


def every_word() -> Iterator[str]:
    for question in range(1, QUESTIONS + 1):
        for piece in HIDDEN:
            yield word(piece, question)


def reached(question: int, *, hint: bool) -> set[str]:
    """What somebody may know who is at that question; answers are never told, not even afterwards."""
    known = set()
    for n in range(1, question + 1):
        known |= {word(piece, n) for piece in ("title", "text", "before", "alt", "picture")}
        if n < question:
            known.add(word("after", n))
    if hint:
        known.add(word("hint", question))
    return known


def look_around(page: Page) -> None:
    """Every view of the player's page."""
    tab = PlayerTab(page)
    for view in ("Board", "Story", "Telegrams", "Question"):
        tab.view(view).click()
    tab.opens_powers()
    page.keyboard.press("Escape")


def test_the_players_page_knows_what_its_player_has_reached(
    visit: Visit, behind: Stage, tap: Wiretap
) -> None:
    player = visit(behind.player("Ada", xp=75), url=tap.url, extra_http_headers=PLAIN)
    tab = player.plays()
    tab.sees_question(1)
    look_around(tab.page)
    assert words(tap) == reached(1, hint=False)

    tab.answers("a wrong guess")
    tab.is_told("Not it.")
    tab.answers(word("near", 1))
    tab.is_told("Close.")
    tab.opens_powers()
    tab.power("Hint").get_by_role("button", name="Use").click()
    pay = tab.powers.get_by_role("button", name="Pay 10 points")
    expect(pay).to_have_attribute("aria-disabled", "false")
    pay.click()
    expect(tab.page.get_by_role("complementary", name="Hint")).to_contain_text(word("hint", 1))
    assert words(tap) == reached(1, hint=True)

    # A right answer opens one question more, a skip, too; of neither is more told than what comes next.
    tab.answers(word("solve", 1))
    tab.sees_question(2)
    look_around(tab.page)
    tab.opens_powers()
    tab.power("Skip").get_by_role("button", name="Use").click()
    skip = tab.powers.get_by_role("button", name="Skip for 75 XP")
    expect(skip).to_have_attribute("aria-disabled", "false")
    skip.click()
    tab.sees_question(3)
    look_around(tab.page)
    expect(tab.page.get_by_role("img", name=word("alt", 3))).to_be_visible()
    until(tab.page, lambda: word("picture", 3) in words(tap))
    tab.page.reload()
    tab.sees_question(3)
    assert words(tap) == reached(3, hint=False) | {word("hint", 1)}
    heard = tap.heard()
    assert heard.count("HTTP/1.1 200 OK") > 30
    assert heard.count("HTTP/1.1 101 ") == 2
    assert heard.count('{"t":"verdict"') == 3


def test_the_other_pages_know_nothing_of_the_content(visit: Visit, behind: Stage, tap: Wiretap) -> None:
    """The projector while people solve, the pages that everybody can open, and those that refuse."""
    wall = visit(viewport=DESK, url=tap.url, extra_http_headers=PLAIN)
    page = wall.tab("/board")
    solver = visit(behind.player("Solver")).plays()
    for n in (1, 2):
        solver.sees_question(n)
        solver.answers(word("solve", n))
    row = page.get_by_role("listitem").filter(has_text="Solver")
    expect(row.locator(".points")).to_have_text("200")
    expect(page.get_by_role("contentinfo")).to_contain_text("no. 2")
    assert "Solver" in tap.heard()
    # How the story begins is anybody's once the hunt is on; nothing that comes later is.
    begins = {word("before", 1)}
    assert words(tap) <= begins
    wall.forgives("status of 404")
    for path in (
        "/",
        "/rules",
        "/accounts/signup/",
        "/accounts/login/",
        "/play",
        "/console",
        "/image/0",
        "/words/de/play/000000000000.js",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert words(tap) <= begins


def test_a_picture_is_for_those_who_have_reached_it(visit: Visit, behind: Stage) -> None:
    ahead = visit(behind.player("Ahead"))
    behind.answers("Ahead", word("solve", 1))
    tab = ahead.plays()
    tab.sees_question(2)
    address = tab.page.get_by_role("img", name=word("alt", 2)).get_attribute("src")
    assert address is not None
    assert word("picture", 2) in ahead.context.request.get(address).text()
    for stranger in (visit(behind.player("Behind")), visit()):
        refused = stranger.context.request.get(address)
        assert refused.status == 404
        assert word("picture", 2) not in refused.text()
