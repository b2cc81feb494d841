"""The console's pulse: it moves while players answer, knows what was before, and shows a process that was killed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, NO_SERVER, Visit, until

pytestmark = pytest.mark.browser

EARLIER = """
from game.models import Attempt
Attempt.objects.update(at=(Attempt.objects.first().at // 60_000 - 30) * 60_000)
result = None
"""
HINT = """
from game.models import Player
from game.services.answers import submit
from tests.factories import submission
submit([submission(Player.objects.get(name="Ada"), "hint", text="points")])
result = None
"""
INK = "canvas => canvas.toDataURL()"


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(worker=True)


def key(pulse: Locator, name: str) -> Locator:
    """A figure above a plot."""
    return pulse.locator(".keys div").filter(has=pulse.page.get_by_text(name, exact=True)).locator("dd")


def bar(pulse: Locator, q: str) -> Locator:
    """How many are on a question."""
    return (
        pulse.locator(".place")
        .filter(has=pulse.page.locator(".name", has_text=re.compile(f"^{q}$")))
        .locator(".count")
    )


def ink(pulse: Locator, plot: str) -> str:
    return str(pulse.locator(f"[data-plot={plot}] canvas").evaluate(INK))


def is_redrawn(page: Page, pulse: Locator, plot: str, before: str) -> None:
    page.wait_for_function(
        f"before => ({INK})(document.querySelector('[data-plot={plot}] canvas')) !== before", arg=before
    )


def process(pulse: Locator, kind: str) -> Locator:
    return pulse.get_by_role("table", name="Processes").get_by_role("row").filter(has_text=kind)


def test_it_moves_while_players_answer(visit: Visit, behind: Stage) -> None:
    behind.player("Before")
    behind.answers("Before", "no", "not this", "still not")
    behind.run(EARLIER)
    visitor = visit(behind.account("Vera", role="viewer"), viewport=DESK)
    console = visitor.tab("/console#pulse")
    pulse = console.get_by_role("main", name="Pulse")
    web, worker = process(pulse, "web"), process(pulse, "scheduled work")
    expect(web).to_contain_text("this console's")
    expect(web.locator(".state")).to_have_text("up")
    expect(worker.locator(".state")).to_have_text("up")
    expect(pulse.locator(".well")).to_have_text("2 processes up")

    # What was before this page: half an hour ago three were wrong.
    past = pulse.locator("[data-plot=answers] .u-over")
    expect(past).to_be_visible()
    width = past.bounding_box()
    assert width is not None
    past.hover(position={"x": width["width"] * (30.4 / 61), "y": 20})
    expect(key(pulse, "wrong")).to_have_text("3")
    expect(pulse.locator(".at")).not_to_be_empty()
    console.mouse.move(5, 5)
    expect(pulse.locator(".at")).to_be_empty()

    expect(key(pulse, "hints")).to_have_text("0")
    expect(bar(pulse, "2")).to_be_empty()
    before = ink(pulse, "answers"), ink(pulse, "sockets")
    tab = visit(behind.player("Ada")).plays()
    tab.sees_question(1)
    expect(key(pulse, "players")).to_have_text("1")
    is_redrawn(console, pulse, "sockets", before[1])
    expect(bar(pulse, "1")).to_have_text("2")
    tab.answers("solve1okapi")
    tab.sees_question(2)
    expect(bar(pulse, "1")).to_have_text("1")
    expect(bar(pulse, "2")).to_have_text("1")
    is_redrawn(console, pulse, "answers", before[0])
    expect(key(pulse, "half within")).to_have_text(re.compile(r"\d ms"))
    behind.run(HINT)
    expect(key(pulse, "hints")).to_have_text("1")

    pulse.get_by_role("button", name="Whole hunt").click()
    expect(pulse.get_by_role("button", name="Whole hunt")).to_have_attribute("aria-pressed", "true")
    until(console, lambda: any('"span":"hunt","first"' in frame for frame in visitor.frames))
    expect(pulse.locator("[data-plot=answers] canvas")).to_be_visible()


def test_a_worker_that_was_killed_falls_silent(hunt: RunningHunt, visit: Visit, behind: Stage) -> None:
    console = visit(behind.account("Kurt", role="viewer"), viewport=DESK).tab("/console#pulse")
    pulse = console.get_by_role("main", name="Pulse")
    worker = process(pulse, "scheduled work")
    expect(worker.locator(".state")).to_have_text("up")
    hunt.workers[0].kill()
    expect(worker.locator(".state")).to_have_text("silent", timeout=40_000)
    expect(pulse.locator(".well")).to_have_text("1 process up, 1 silent")
    hunt.start_worker()
    expect(worker.locator(".state").filter(has_text="up")).to_have_count(1, timeout=40_000)


def test_it_goes_on_after_the_connection_was_lost(hunt: RunningHunt, visit: Visit, behind: Stage) -> None:
    visitor = visit(behind.account("Rosa", role="viewer"), viewport=DESK)
    visitor.forgives(NO_SERVER)
    console = visitor.tab("/console#pulse")
    pulse = console.get_by_role("main", name="Pulse")
    expect(process(pulse, "web").filter(has_text="this console's")).to_have_count(1)
    hunt.web[0].kill()
    behind.answers("Before", "while nobody looked")
    hunt.web[0].start()
    before = ink(pulse, "answers")
    is_redrawn(console, pulse, "answers", before)
    # The one that was killed, and the one that took its place.
    expect(process(pulse, "web")).to_have_count(2, timeout=40_000)
    expect(process(pulse, "web").filter(has_text="silent")).to_have_count(1, timeout=40_000)
