"""The projector's director: scenes come by themselves, are held by console or address, and can be read."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.night.test_projector_page import LEAST, VISIBLE_TEXTS, boxes, overlap
from tests.e2e.test_accessibility_page import AXE, PLAIN_GROUND
from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, Visit, Visitor
from tests.support.wall import MINUTE, Wall

pytestmark = pytest.mark.browser

SCREENS = {
    "1080p": {"width": 1920, "height": 1080},
    "4K": {"width": 3840, "height": 2160},
    "4:3": {"width": 1024, "height": 768},
}
SCENES = ("race", "moments", "wall", "story", "notice")
LONGEST = [
    *(
        "Wolfgang Wummersbergmann",
        "WWWWWWWWWWWWWWWWWWWWWWWM",
        "MMM MMM MMM MMM MMM MMM",
        "Llanfairpwllgwyngyllgog",
    ),
    *(
        "<b>Ada</b>",
        "iiiiiiiiiiiiiiiiiiiiiiii",
        "🚀🦉🏮🔦 Zoë & friends",
        "نور الليل والنهار الطويل",
        "Ørjan & Søn",
    ),
    *(f"Quartermaster Hunter {n:03}" for n in range(10, 27)),
]
BLOCK = (
    "<p>"
    + "The lamplighter came home at dawn, and his hands smelled of brass. " * 5
    + "</p><p>Then night fell.</p>"
)
# What is wider than its room, or higher by more than its letters reach out of their line.
CUT = """
(all) => all
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    || one.scrollHeight - one.clientHeight > 0.25 * parseFloat(getComputedStyle(one).fontSize))
  .map((one) => one.textContent)
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def at(page: Page, scene: str) -> None:
    expect(page.locator("#room")).to_have_attribute("data-cut", scene)


def filled(wall: Wall) -> None:
    """An evening with the longest of everything."""
    wall.join(*LONGEST)
    for q in range(1, 9):
        for place, name in enumerate(LONGEST[: len(LONGEST) - q]):
            moment = wall.hunt.starts_at + q * 30 * MINUTE + place * MINUTE
            wall.score(name, 25_000 - 700 * place, q, "first" if place == 0 else "solve", moment)


def told(wall: Wall) -> None:
    wall.opening(BLOCK)
    posts = [(q, 1_000 - 40 * abs(q - 9), wall.played - 95 * MINUTE) for q in range(1, 15)]
    wall.field(*posts)
    wall.race()


def settled(page: Page) -> None:
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running'"
        " || one.effect.target.closest('.tape, .rows'))"
    )


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_can_be_read_from_the_last_row(visit: Visit, scene: str, screen: str) -> None:
    size = SCREENS[screen]
    page = visit(viewport=size, reduced_motion="reduce").context.new_page()
    wall = Wall(page)
    filled(wall)
    if scene == "notice":
        wall.announce("important", f"<p>{'The library closes at ten. ' * 18}</p>")
    page.goto(f"/board?scene={scene}")
    at(page, scene)
    told(wall)
    section = page.locator(f'.scene[data-scene="{scene}"]')
    expect(section).to_have_attribute("data-empty", "false")
    if scene == "race":
        expect(section.locator(".racer")).to_have_count(10)
        expect(section.locator(".racer-points").first).to_have_text("200,000")
    settled(page)
    texts: list[dict[str, Any]] = page.evaluate(VISIBLE_TEXTS)
    assert len(texts) > 20
    small = [(text["text"], text["size"]) for text in texts if text["size"] < LEAST * size["height"] - 0.05]
    assert small == []
    outside = [
        text["text"]
        for text in texts
        if not text["tape"]
        and not (
            text["box"]["left"] >= -1
            and text["box"]["top"] >= -1
            and text["box"]["right"] <= size["width"] + 1
            and text["box"]["bottom"] <= size["height"] + 1
        )
    ]
    assert outside == []
    words = [text for text in texts if not text["tape"] and "lamp" not in text["class"]]
    on_each_other = [
        (one["text"], other["text"])
        for place, one in enumerate(words)
        for other in words[place + 1 :]
        if overlap(one["box"], other["box"], slack=2.0)
    ]
    assert on_each_other == []
    assert section.locator(".name, .moment-name, .story-text").evaluate_all(CUT) == []
    assert page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    ) == list(size.values())
    if scene == "notice":
        high = page.locator(".bulletin-frame, .bulletin-body").evaluate_all(
            "(all) => all.map((one) => one.offsetHeight)"
        )
        assert high[1] <= high[0]
    page.evaluate(PLAIN_GROUND)
    page.evaluate(AXE)
    low, seen = page.evaluate(
        """async () => {
          const { violations, passes } = await axe.run(document, { runOnly: ["color-contrast-enhanced"] });
          const nodes = (all) => all.flatMap((rule) => rule.nodes);
          return [nodes(violations).map(({ html, failureSummary }) => [html, failureSummary]), nodes(passes).length];
        }"""
    )
    assert seen > 5
    assert low == []


def laid_out(page: Page, rows: int, room: str) -> list[dict[str, float]]:
    """The rows' boxes, once so many stand there: each on the screen, none on another, all names whole."""
    list_ = page.locator("#rows")
    expect(list_.locator(".row:not(.gone)")).to_have_count(rows)
    expect(list_).to_have_attribute("data-room", room)
    settled(page)
    places = boxes(list_.locator(".row:not(.gone)"))
    (inside,) = boxes(page.locator(".standings"))
    assert all(
        box["right"] <= inside["right"] + 1 and box["bottom"] <= inside["bottom"] + 1 for box in places
    )
    assert not any(overlap(one, other) for n, one in enumerate(places) for other in places[n + 1 :])
    assert list_.locator(".row:not(.gone) .name").evaluate_all(CUT) == []
    return places


@pytest.mark.parametrize("screen", ["1080p", "4:3"])
def test_a_small_hunt_fills_the_wall_and_a_growing_one_its_columns(visit: Visit, screen: str) -> None:
    size = SCREENS[screen]
    page = visit(viewport=size, reduced_motion="reduce").context.new_page()
    wall = Wall(page)
    page.goto("/board")
    for joined, room in ((3, "few"), (8, "few"), (13, "some"), (14, "all"), (26, "all")):
        new = LONGEST[len(wall.people) : joined]
        wall.join(*new)
        wall.change(dict.fromkeys(new, (225_000 - joined, wall.now)))
        places = laid_out(page, min(joined, 25), room)
        columns = {round(box["left"]) for box in places}
        assert len(columns) == (1 if joined <= 13 else 2)
        if joined == 3:
            assert min(box["bottom"] - box["top"] for box in places) > 0.08 * size["height"]
    small = min(text["size"] for text in page.evaluate(VISIBLE_TEXTS))
    assert small >= LEAST * size["height"] - 0.05


def test_on_a_phone_it_is_one_column_that_can_be_read(visit: Visit) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce").context.new_page()
    wall = Wall(page)
    filled(wall)
    page.goto("/board")
    told(wall)
    places = laid_out(page, 25, "all")
    assert len({round(box["left"]) for box in places}) == 1
    for scene in ("board", *SCENES):
        wall.pin(scene)
        at(page, scene)
        settled(page)
        texts = [text for text in page.evaluate(VISIBLE_TEXTS) if not text["tape"]]
        assert min(text["size"] for text in texts) >= 12
        assert [
            text["text"]
            for text in texts
            if text["box"]["left"] < -1
            or text["box"]["right"] > PHONE["width"] + 1
            or text["box"]["bottom"] > PHONE["height"] + 1
        ] == []


def test_the_board_stands_still_under_everybodys_eyes(visit: Visit) -> None:
    page = visit(viewport=SCREENS["1080p"]).context.new_page()
    wall = Wall(page)
    filled(wall)
    page.clock.install()
    page.goto("/board")
    expect(page.locator("#rows .row")).to_have_count(25)
    curtain = page.get_by_role("status").filter(has_text="The board stands still.")
    expect(curtain).to_be_hidden()
    wall.becomes(freeze_at=wall.now - 1)
    expect(curtain).to_be_visible()
    page.clock.run_for(12_000)
    expect(curtain).to_be_hidden()
    expect(page.locator("#remaining-label")).to_contain_text("Board frozen since")
    expect(page.get_by_role("contentinfo")).to_contain_text("What happens now is shown at the end.")
    # Who opens it later is told beside the clock, and has no curtain to wait for.
    page.reload()
    expect(page.locator("#remaining-label")).to_contain_text("Board frozen since")
    expect(curtain).to_be_hidden()


def test_a_scene_is_held_from_the_console_for_every_projector(visit: Visit, behind: Stage) -> None:
    behind.keep_live()
    for name in ("Ada", "Bob"):
        behind.player(name)
        behind.answers(name, word("solve", 1), word("solve", 2))
    wall, own = visit(viewport=DESK).tab("/board"), visit(viewport=DESK).tab("/board?scene=story")
    at(wall, "board")
    at(own, "story")
    expect(own.locator(".story-text")).not_to_be_empty()
    console = visit(behind.account("Mona", role="moderator"), viewport=DESK).tab("/console")
    looker = visit(behind.account("Vic", role="viewer"), viewport=DESK).tab("/console")
    strip = console.get_by_role("region", name="Projectors")
    expect(strip).to_contain_text("choose by themselves")
    expect(strip).to_contain_text("2 projectors here")
    strip.get_by_role("button", name="Points over time").click()
    at(wall, "race")
    expect(wall.locator(".racer .name").first).to_have_text("Ada")
    at(own, "story")  # its address says so
    for page in (console, looker):
        held = page.get_by_role("region", name="Projectors")
        expect(held).to_contain_text(re.compile("held on “Points over time” by .*(?i:mona).* since"))
    expect(looker.get_by_role("button", name="By themselves")).to_be_hidden()
    # Who comes later finds it so, and on another page of the same process.
    late = visit(viewport=DESK).tab("/board")
    at(late, "race")
    # Solved meanwhile: the lines follow.
    behind.answers("Bob", word("solve", 3))
    expect(wall.locator(".racer .name").first).to_have_text("Bob")
    strip.get_by_role("button", name="By themselves").click()
    at(wall, "board")
    at(late, "board")
    console.get_by_role("link", name="Audit").click()
    expect(console.locator("#trail")).to_contain_text("chose the projectors' scene")


def test_a_scene_that_there_is_not_is_the_directors_choice(visit: Visit) -> None:
    page = visit(viewport=DESK).tab("/board?scene=curtain")
    at(page, "board")
    expect(page.get_by_role("status").filter(has_text="There is no scene “curtain”")).to_be_visible()


def test_what_happens_cuts_in_and_the_board_comes_back(visit: Visit) -> None:
    page = visit(viewport=SCREENS["1080p"]).context.new_page()
    wall = Wall(page)
    filled(wall)
    page.clock.install()
    page.goto("/board")
    expect(page.locator("#rows .row")).to_have_count(25)
    told(wall)
    at(page, "board")
    wall.score("Ørjan & Søn", 700, 14, "first")
    page.clock.run_for(4_000)
    at(page, "moments")
    expect(page.locator(".moment")).to_have_count(1)
    expect(page.locator(".moment")).to_contain_text("First to solve no. 14")
    page.clock.run_for(9_000)
    at(page, "board")
    # Of a storm the weightiest three, and how many more.
    page.clock.run_for(31_000)
    at(page, "board")
    for q in range(20, 26):
        wall.score(LONGEST[q - 10], 10, q, "first")
    wall.score("<b>Ada</b>", 90_000, 26, "solve")
    page.clock.run_for(4_000)
    at(page, "moments")
    expect(page.locator(".moment")).to_have_count(3)
    expect(page.locator(".moment").filter(has_text="Takes the lead")).to_contain_text("<b>Ada</b>")
    expect(page.locator(".moments-more")).to_have_text("and 4 more")
    # What is urgent waits for nothing, and lies on nothing.
    wall.announce("urgent", "<p>Leave the building.</p>")
    at(page, "notice")
    expect(page.get_by_role("article").filter(has_text="Leave the building.")).to_be_visible()
    expect(page.locator(".sheet")).to_have_count(0)
    page.clock.run_for(31_000)
    at(page, "board")
    # A pause is no time for visits.
    wall.becomes(phase="paused")
    for _ in range(30):
        page.clock.run_for(10_000)
        at(page, "board")


def test_while_frozen_nothing_is_shown_of_where_everybody_is(visit: Visit) -> None:
    page = visit(viewport=SCREENS["1080p"]).context.new_page()
    wall = Wall(page)
    filled(wall)
    page.goto("/board?scene=wall")
    told(wall)
    section = page.locator('.scene[data-scene="wall"]')
    expect(section.locator(".wall-q")).to_have_text("9")
    expect(section.locator(".wall-since")).to_contain_text("1 hour 35 minutes")
    # For half an hour of it the hunt was paused.
    wall.becomes(paused_ms=30 * MINUTE)
    expect(section.locator(".wall-since")).to_contain_text("1 hour 5 minutes")
    wall.becomes(freeze_at=wall.now - 1)
    expect(section).to_have_attribute("data-empty", "true")
    expect(section.locator(".wall-count")).to_be_hidden()


def test_who_asked_for_less_motion_gets_cuts_without_any(visit: Visit) -> None:
    page = visit(viewport=SCREENS["1080p"], reduced_motion="reduce").context.new_page()
    wall = Wall(page)
    filled(wall)
    page.goto("/board")
    expect(page.locator("#rows .row")).to_have_count(25)
    told(wall)
    page.evaluate(
        """() => {
          window.ran = [];
          for (const kind of ["transitionrun", "animationstart"]) {
            document.addEventListener(kind, ({ target }) => {
              if (target.closest(".scene")) window.ran.push(target.className);
            });
          }
        }"""
    )
    for scene in (*SCENES, "board"):
        wall.pin(scene)
        at(page, scene)
        if scene == "race":  # no run through the evening: it stands as it is
            expect(page.locator(".racer-points").first).to_have_text("200,000")
    assert page.evaluate("() => window.ran") == []


# --- what a frame costs ---------------------------------------------------------------------------------------------


class Gauge:
    """What the page's process has done so far. One session throughout: another one would count from 0."""

    def __init__(self, visitor: Visitor, page: Page) -> None:
        self.session = visitor.context.new_cdp_session(page)
        self.session.send("Performance.enable")

    def read(self) -> dict[str, float]:
        found = self.session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}

    def weight(self) -> tuple[float, float]:
        """(nodes, bytes of heap), after a collection."""
        self.session.send("HeapProfiler.collectGarbage")
        now = self.read()
        return now["Nodes"], now["JSHeapUsedSize"]


FRAMES = """
(seconds) => new Promise((resolve) => {
  const times = [];
  const until = performance.now() + 1000 * seconds;
  const tick = (now) => {
    times.push(now);
    if (now < until) requestAnimationFrame(tick);
    else resolve(times.slice(1).map((at, i) => at - times[i]));
  };
  requestAnimationFrame(tick);
})
"""


def test_25_rows_glide_without_one_layout_a_frame(visit: Visit) -> None:
    """What it costs is printed; what is asserted does not depend on the machine."""
    visitor = visit(viewport=SCREENS["1080p"])
    page = visitor.context.new_page()
    wall = Wall(page)
    names = [f"Hunter {n}" for n in range(25)]
    wall.join(*names)
    wall.change({name: (1_000 - 10 * place, wall.now) for place, name in enumerate(names)})
    page.goto("/board")
    expect(page.locator("#rows .row")).to_have_count(25)
    settled(page)
    page.evaluate(
        """() => {
          window.moved = [];
          const rows = document.querySelector("#rows");
          rows.addEventListener("transitionrun", (event) => window.moved.push(event.propertyName));
          window.animated = () => document.getAnimations().filter(({ effect }) => rows.contains(effect.target))
            .flatMap(({ effect }) => effect.getKeyframes().flatMap((frame) => Object.keys(frame)));
        }"""
    )
    gauge = Gauge(visitor, page)
    idle: list[float] = page.evaluate(FRAMES, 0.8)
    worst, frames, layouts, styles, task, script = 0.0, 0, 0, 0, 0.0, 0.0
    properties: set[str] = set()
    for round_ in range(3):
        # Turned upside down, with one delta: every row moves, glows and has other points.
        wall.change(
            {
                name: (2_000 * (round_ + 1) + 10 * place * (-1) ** round_, wall.now)
                for place, name in enumerate(names)
            }
        )
        page.wait_for_function(
            "(n) => window.moved.filter((property) => property === 'transform').length >= n",
            arg=24 * (round_ + 1),
        )
        properties |= set(page.evaluate("() => window.animated()"))
        before = gauge.read()
        gaps: list[float] = page.evaluate(FRAMES, 0.8)
        after = gauge.read()
        worst = max([worst, *gaps])  # a very busy machine draws none
        frames += len(gaps)
        layouts += int(after["LayoutCount"] - before["LayoutCount"])
        styles += int(after["RecalcStyleCount"] - before["RecalcStyleCount"])
        task += after["TaskDuration"] - before["TaskDuration"]
        script += after["ScriptDuration"] - before["ScriptDuration"]
        settled(page)
        page.wait_for_timeout(700)  # the wall moves its rows no more often than this
    drawn = max(1, frames)
    print(
        f"nothing moving: {len(idle) / 0.8:.0f} frames a second; 25 rows moving: {frames / 2.4:.0f}, "
        f"longest {worst:.1f} ms; per frame on the main thread "
        f"{1000 * task / drawn:.2f} ms, of it scripts {1000 * script / drawn:.2f} ms; "
        f"{layouts} layouts and {styles} style recalculations in {frames} frames"
    )
    assert set(page.evaluate("() => window.moved")) <= {"transform", "opacity"}
    assert properties - {"offset", "computedOffset", "easing", "composite"} <= {"transform", "opacity"}
    # The clock, once a second, and the tape: not the rows.
    assert layouts <= 3 * 6


def test_left_alone_it_stays_as_light_as_it_was(visit: Visit) -> None:
    """Two hours and a half of a busy hunt in a page whose clock runs fast: scenes come and go, and nothing piles up."""
    visitor = visit(viewport=DESK)
    page = visitor.context.new_page()
    wall = Wall(page)
    filled(wall)
    page.clock.install()
    page.goto("/board")
    expect(page.locator("#rows .row")).to_have_count(25)
    told(wall)
    seen: set[str] = set()
    gauge = Gauge(visitor, page)

    def minutes(count: int) -> None:
        for minute in range(count):
            name = LONGEST[minute % len(LONGEST)]
            wall.now += MINUTE
            wall.score(
                name,
                500 + 9_000 * (minute % 7 == 0),
                1 + minute % 14,
                ("solve", "first", "finish")[minute % 3],
            )
            if minute % 5 == 0:
                wall.announce(("info", "important", "urgent")[minute % 3], f"<p>Minute {minute}.</p>")
            wall.field(*[(q, 3 + (minute * q) % 50, wall.played - MINUTE) for q in range(1, 15)])
            wall.race()
            for _ in range(6):
                page.clock.fast_forward(10_000)
                seen.add(page.locator("#room").get_attribute("data-cut") or "")

    minutes(30)
    nodes, heap = gauge.weight()
    minutes(120)
    later_nodes, later_heap = gauge.weight()
    print(
        f"after 30 minutes {nodes:.0f} nodes, {heap / 2**20:.1f} MB; "
        f"after 150: {later_nodes:.0f}, {later_heap / 2**20:.1f} MB"
    )
    assert seen >= {"board", *SCENES}
    assert later_nodes <= nodes + 400
    assert later_heap <= heap + 2 * 2**20
