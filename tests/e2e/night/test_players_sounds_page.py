"""Sounds and vibration: off until somebody wants them, then with keys, verdicts and telegrams."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import Visit, until

pytestmark = pytest.mark.browser

EARS = """
  globalThis.heard = [];
  for (const name of ["OscillatorNode", "AudioBufferSourceNode"]) {
    const start = globalThis[name].prototype.start;
    globalThis[name].prototype.start = function (...at) { heard.push(name); return start.apply(this, at); };
  }
  Navigator.prototype.vibrate = (pattern) => heard.push(`buzz ${[pattern].flat().length}`);
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate("heard.splice(0)")
    return found


def test_off_until_switched_on(visit: Visit, behind: Stage) -> None:
    visitor = visit(behind.player("Ears"))
    visitor.context.add_init_script(EARS)
    tab = visitor.plays()
    tab.sees_question(1)
    expect(tab.signal).to_contain_text("alone on this question")  # what comes later has come
    tab.field.press_sequentially("not this")
    tab.field.press("Enter")
    tab.is_told("Not it.")
    assert heard(tab.page) == []

    tab.page.get_by_role("button", name="Settings").click()
    settings = tab.page.get_by_role("dialog", name="Settings")
    settings.get_by_label("Sounds").check()
    assert heard(tab.page) == ["OscillatorNode"] * 4  # how it sounds
    settings.get_by_label("Vibration").check()
    assert heard(tab.page).count("buzz 5") == 1
    tab.page.keyboard.press("Escape")
    tab.field.press_sequentially("a")
    assert heard(tab.page) == ["AudioBufferSourceNode", "OscillatorNode"]
    tab.answers("nor that")
    tab.is_told("Not it.")
    assert "buzz 1" in heard(tab.page)
    tab.answers(word("solve", 1))
    tab.sees_question(2)
    assert "buzz 5" in heard(tab.page)
    behind.announce("info", "A word to all")
    until(tab.page, lambda: "buzz 3" in heard(tab.page))


def test_less_motion_means_no_vibration(visit: Visit, behind: Stage) -> None:
    visitor = visit(behind.player("Still"), reduced_motion="reduce")
    visitor.context.add_init_script(EARS)
    tab = visitor.plays()
    tab.sees_question(1)
    tab.page.get_by_role("button", name="Settings").click()
    expect(tab.page.get_by_role("dialog", name="Settings").get_by_label("Vibration")).to_be_disabled()
