"""The player's page without its server, in several tabs, and after the log-out in one of them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import NO_SERVER, Visit, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def test_answers_wait_and_are_judged_exactly_once(hunt: RunningHunt, visit: Visit, behind: Stage) -> None:
    (server,) = hunt.web
    lost = visit(behind.player("Lost"))
    lost.forgives(NO_SERVER)
    tab = lost.plays()
    tab.sees_question(1)
    tab.page.evaluate("() => { window.sameDocument = true; }")

    server.kill()  # as a power cut would: no goodbye
    expect(tab.light).to_have_accessible_name(re.compile("connecting|offline"))
    tab.is_told("No connection. Answers wait here.")
    tab.answers("typed in the dark")
    tab.is_told("1 answer waiting")
    tab.answers(word("near", 1))
    tab.is_told("2 answers waiting")
    tab.is_told("sent as soon as you are back")
    expect(tab.field).to_be_focused()
    tab.answers(word("near", 1))  # impatient
    tab.is_told("2 answers waiting")

    server.start()
    tab.sees_question(1)
    tab.is_told("Close.")
    expect(tab.field).to_be_focused()
    assert tab.page.evaluate("() => window.sameDocument")
    assert behind.attempts("Lost") == [
        ["answer", "typed in the dark", "wrong"],
        ["answer", word("near", 1), "close"],
    ]
    verdicts = [frame for frame in lost.frames if frame.startswith('{"t":"verdict"')]
    assert len(verdicts) == 2
    # And on it goes.
    tab.answers(word("solve", 1))
    tab.sees_question(2)


def test_what_waits_outlives_a_reload(hunt: RunningHunt, visit: Visit, behind: Stage) -> None:
    (server,) = hunt.web
    lost = visit(behind.player("Reloader"))
    lost.forgives(NO_SERVER)
    tab = lost.plays()
    tab.sees_question(1)
    server.kill()
    expect(tab.light).to_have_accessible_name(re.compile("connecting|offline"))
    tab.answers(word("solve", 1))
    tab.is_told("1 answer waiting")
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        tab.page.reload()

    server.start()
    tab.page.goto("/play")
    tab.sees_question(2)
    tab.is_told("Right.")
    assert behind.attempts("Reloader") == [["answer", word("solve", 1), "correct"]]
    assert behind.balances("Reloader") == {"points": 100, "xp": 5, "position": 2}


def test_a_server_that_stops_in_good_order_is_hardly_noticed(
    hunt: RunningHunt, visit: Visit, behind: Stage
) -> None:
    (server,) = hunt.web
    moved = visit(behind.player("Moved"))
    moved.forgives(NO_SERVER)
    tab = moved.plays()
    tab.sees_question(1)
    server.restart()
    tab.answers(word("solve", 1))
    tab.sees_question(2)
    assert behind.attempts("Moved") == [["answer", word("solve", 1), "correct"]]


def test_a_draft_outlives_a_reload(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Drafting")).plays()
    tab.sees_question(1)
    tab.field.press_sequentially("half an ans")
    tab.page.reload()
    tab.sees_question(1)
    expect(tab.field).to_have_value("half an ans")


def test_logging_out_in_another_tab_ends_this_one(visit: Visit, behind: Stage) -> None:
    leaver = visit(behind.player("Leaver"))
    tab = leaver.plays()
    tab.sees_question(1)
    other = leaver.tab("/")
    other.get_by_role("link", name="Log out").click()
    other.get_by_role("button", name="Log out").click()
    expect(tab.page.get_by_role("heading", name="You are logged out")).to_be_visible()
    expect(tab.field).to_be_hidden()
    tab.page.get_by_role("link", name="Log in").click()
    expect(tab.page).to_have_url(re.compile(r"/accounts/login/\?next=/play$"))


def test_the_fourth_tab_takes_the_place_of_the_first(visit: Visit, behind: Stage) -> None:
    many = visit(behind.player("Many"))
    tabs = []
    for _ in range(4):
        tabs.append(many.plays())
        tabs[-1].sees_question(1)
    first, second = tabs[0].page, tabs[1].page
    expect(first.get_by_role("heading", name="You are playing in another tab")).to_be_visible()
    for tab in tabs[1:]:
        expect(tab.field).to_be_visible()

    first.get_by_role("button", name="Play here").click()
    tabs[0].sees_question(1)
    expect(second.get_by_role("heading", name="You are playing in another tab")).to_be_visible()
    # A solve in one tab is the solve of all.
    tabs[0].answers(word("solve", 1))
    for tab in (tabs[0], *tabs[2:]):
        tab.sees_question(2)


def test_tabs_do_not_go_on_taking_each_others_place(visit: Visit, behind: Stage) -> None:
    many = visit(behind.player("Patient"))
    tabs = []
    for _ in range(4):
        tabs.append(many.plays())
        tabs[-1].sees_question(1)
    expect(tabs[0].page.get_by_role("button", name="Play here")).to_be_visible()
    opened = sum(frame.startswith('{"t":"snapshot"') for frame in many.frames)
    # The evicted tab stays away: nobody's place is taken while the others are pinged and answered.
    seen = len([frame for frame in many.frames if frame.startswith('{"t":"pong"')])
    tabs[1].answers("still here")
    tabs[1].is_told("Not it.")
    until(tabs[1].page, lambda: len([f for f in many.frames if f.startswith('{"t":"verdict"')]) == 1)
    assert sum(frame.startswith('{"t":"snapshot"') for frame in many.frames) == opened
    assert seen >= 3
