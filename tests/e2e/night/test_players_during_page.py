"""What players see of each other while they play: how many are here, who has tried the same, whom they chase."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import PHONE, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def test_the_others_their_guesses_and_a_rival(visit: Visit, behind: Stage) -> None:
    for name in ("Hare", "Hound"):
        behind.player(name)
        behind.answers(name, "left lamp", word("solve", 1))
    behind.answers("Hare", word("solve", 2))
    tortoise = visit(behind.player("Tortoise")).plays()
    achilles = visit(behind.player("Achilles"), viewport=PHONE).plays()
    achilles.sees_question(1)
    expect(achilles.signal).to_contain_text("2 hunters are on this question")

    # What nobody has tried, and what two have.
    achilles.answers("nobody says this")
    expect(achilles.signal).to_contain_text("Not it. Nobody else has tried this.")
    achilles.answers("LEFT LAMP!")
    expect(achilles.signal).to_contain_text("Not it. 2 hunters have tried this.")

    # Right above Achilles, who came last, is the tortoise; then the one who was picked.
    change = achilles.page.locator(".change")
    expect(change).to_have_text("Level with Tortoise on points")
    achilles.page.get_by_role("button", name="Settings").click()
    settings = achilles.page.get_by_role("dialog", name="Settings")
    settings.get_by_label("Whom I chase").select_option("Hare")
    settings.get_by_role("button", name="Done").click()
    expect(change).to_have_text(re.compile(r"^(199|200) points behind Hare$"))
    behind.answers("Hare", word("solve", 3))
    expect(change).to_have_text(re.compile(r"^(299|300|298) points behind Hare$"))

    # It is remembered, and can be done without.
    achilles.page.reload()
    achilles.sees_question(1)
    expect(change).to_have_text(re.compile(r"points behind Hare$"))
    achilles.page.get_by_role("button", name="Settings").click()
    settings.get_by_label("Whom I chase").select_option("Nobody")
    achilles.page.keyboard.press("Escape")
    expect(change).to_contain_text("The hunt ends")
    tortoise.sees_question(1)
