"""The player's page over the whole of a hunt: before the start, paused, after the end."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(starts_in="2h")


def test_a_hunt_from_the_countdown_to_the_end(visit: Visit, behind: Stage) -> None:
    early = visit(behind.player("Early"))
    tab = early.plays()
    page = tab.page
    page.evaluate("() => { window.sameDocument = true; }")

    # Before the start there is a countdown, and nothing of the first question.
    timer = page.get_by_role("timer")
    expect(timer).to_have_accessible_name(re.compile(r"^Starts in (1 hour 59 minutes|2 hours)"))
    expect(page.get_by_text(re.compile("^Opens "))).to_contain_text(
        re.compile(r"\d\d:\d\d.* (UTC|GMT)")
    )  # with its zone
    expect(tab.field).to_be_hidden()
    assert not [frame for frame in early.frames if "okapi" in frame]
    # It opens by itself.
    behind.starts_in(4)
    expect(timer).to_have_accessible_name(re.compile(r"^(Starts in \d seconds?|Opening …)$"))
    tab.sees_question(1)
    expect(timer).to_have_count(0)
    tab.answers("half a thought")
    tab.is_told("Not it.")

    # Paused: what was typed stays, nothing is judged.
    tab.field.fill("a whole thought")
    behind.control("pause")
    expect(page.get_by_role("heading", name="The organisers have paused the hunt")).to_be_visible()
    expect(tab.field).to_have_value("a whole thought")
    expect(tab.field).not_to_be_editable()
    tab.field.press("Enter")
    expect(page.get_by_role("button", name="Power-ups")).to_be_disabled()
    behind.control("resume")
    tab.sees_question(1)
    expect(tab.field).to_have_value("a whole thought")
    tab.answers(word("solve", 1))
    tab.sees_question(2)
    assert behind.attempts("Early") == [
        ["answer", "half a thought", "wrong"],
        ["answer", word("solve", 1), "correct"],
    ]

    # Over: what was reached can be read again, nothing else.
    behind.control("end")
    expect(page.get_by_role("heading", name="The hunt is over")).to_be_visible()
    expect(page.get_by_text("Rank 1 of 1 · 100 points")).to_be_visible()
    expect(tab.field).to_be_hidden()
    tab.view("Story").click()
    expect(page.get_by_role("region", name="The story so far")).to_contain_text(word("after", 1))

    # And open again.
    behind.control("extend", 10)
    tab.view("Question").click()
    tab.sees_question(2)
    assert page.evaluate("() => window.sameDocument")

    # Who only comes during a pause is told, and waits for the first question.
    late = visit(behind.player("Late"))
    behind.control("pause")
    tab = late.plays()
    expect(tab.page.get_by_role("heading", name="The organisers have paused the hunt")).to_be_visible()
    behind.control("resume")
    tab.sees_question(1)
