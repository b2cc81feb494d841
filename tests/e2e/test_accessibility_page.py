"""Every page for everybody: axe finds nothing serious, the keyboard reaches all of it, small screens show it."""

from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import DESK, PHONE, PlayerTab, Visit

pytestmark = pytest.mark.browser

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

NARROW = {"width": 320, "height": 568}
DESK_AT_200_PERCENT = {"width": DESK["width"] // 2, "height": DESK["height"] // 2}

FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"

# axe cannot tell the contrast on a gradient: each becomes the plain colour of it that is worst for the text on it.
PLAIN_GROUND = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const mixed = (...layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const layer of layers) {
      canvas.fillStyle = layer;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const light = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  for (const one of document.querySelectorAll("*")) {
    const { backgroundImage, backgroundColor, color } = getComputedStyle(one);
    if (!backgroundImage.includes("gradient")) continue;
    const under = [];
    for (let up = one.parentElement; up; up = up.parentElement) under.unshift(getComputedStyle(up).backgroundColor);
    const stops = backgroundImage.match(/rgba?\\([^)]*\\)/g).map((stop) => mixed(...under, backgroundColor, stop));
    stops.sort((a, b) => light(a) - light(b));
    const worst = light(mixed(color)) < 110 ? stops[0] : stops.at(-1);
    one.style.setProperty("background", `rgb(${worst})`, "important");
  }
}
"""

# Which of the elements that can take the focus and can be seen have not had it.
UNREACHED = """
([selector, reached]) => [...document.querySelectorAll(selector)]
  .filter((one) => one.checkVisibility({ checkVisibilityCSS: true }) && !one.disabled && one.tabIndex >= 0)
  .filter((one) => !reached.includes(one.dataset.stop))
  .map((one) => one.outerHTML.slice(0, 120))
"""

# The element that has the focus, and whether anything of it can be seen: samples over the part on the screen.
STOP = """
(within) => {
  const one = document.activeElement;
  if (one === document.body) return null;
  one.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length);
  const box = one.getBoundingClientRect();
  const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
  const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
  const shares = [0.1, 0.3, 0.5, 0.7, 0.9];
  const at = (x, y) => document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
  const seen = left < right && top < bottom && shares.some((x) => shares.some((y) => one.contains(at(x, y))));
  return { stop: one.dataset.stop, html: one.outerHTML.slice(0, 120), seen, within: !!one.closest(within) };
}
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


@pytest.fixture(scope="module")
def sessions(behind: Stage) -> dict[str, str]:
    """Of a player with a hint, a telegram and company, and of an organiser."""
    player = behind.player("Ada", xp=60)
    behind.player("Bert")
    behind.answers("Bert", word("solve", 1))
    behind.answers("Ada", "a guess", word("solve", 1))
    return {"": "", "player": player, "staff": behind.account("Olga", staff=True)}


def violations(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    page.evaluate(PLAIN_GROUND)
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
    )
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def still(page: Page) -> None:
    """Nothing fades or moves any more: half-faded text has less contrast than it will have."""
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/", ""),
        ("/rules", ""),
        ("/accounts/signup/", ""),
        ("/accounts/login/", ""),
        ("/accounts/password/reset/", ""),
        ("/me", "player"),
        ("/board", ""),
        ("/console", "staff"),
        ("/console#pulse", "staff"),
    ],
)
def test_axe_finds_nothing(
    visit: Visit, sessions: dict[str, str], path: str, who: str, screen: dict[str, int]
) -> None:
    page = visit(sessions[who], viewport=screen, reduced_motion="reduce").tab(path)
    ready = {
        "/board": page.locator("li.row").first,
        "/console": page.get_by_role("cell", name="Ada").first,
        "/console#pulse": page.get_by_role("table", name="Processes").get_by_role("row").nth(1),
    }
    expect(ready.get(path, page.get_by_role("heading", level=1))).to_be_visible()
    still(page)
    assert violations(page) == []


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_the_players_page(
    visit: Visit, sessions: dict[str, str], behind: Stage, screen: dict[str, int]
) -> None:
    """In every state of it that somebody is in for longer than a moment."""
    tab = visit(sessions["player"], viewport=screen, reduced_motion="reduce").plays()
    page = tab.page
    tab.sees_question(2)
    still(page)
    assert violations(page) == []
    tab.answers("nothing of the kind")
    tab.is_told("Already tried." if screen == DESK else "Not it.")
    still(page)
    assert violations(page) == []
    tab.opens_powers()
    tab.power("Hint").get_by_role("button", name="Use").click()
    expect(tab.power("Hint").get_by_role("button", name="Pay 50 XP")).to_have_attribute(
        "aria-disabled", "false"
    )
    still(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    for level in ("info", "important", "urgent"):
        behind.announce(level, f"A telegram that is {level}.")
        arrival = page.get_by_role("complementary", name="New telegram")
        expect(arrival).to_contain_text(f"that is {level}")
        still(page)
        assert violations(page) == []
        arrival.get_by_role("button", name="Put away").click()
    for view in ("Board", "Story", "Telegrams"):
        if tab.view(view).is_visible():  # on a desk the board stands beside the question
            tab.view(view).click()
            still(page)
            assert violations(page) == []


def test_axe_would_find_something(visit: Visit) -> None:
    """Neither the content policy nor the light on the ground keeps it from looking."""
    page = visit().tab("/accounts/login/")
    page.evaluate(
        "() => { document.querySelector('h1').style.color = '#333'; document.documentElement.lang = ''; }"
    )
    found = "\n".join(violations(page))
    assert "html-has-lang (serious)" in found
    assert "color-contrast (serious)" in found


def test_axe_finds_nothing_in_the_consoles_dialogs(visit: Visit, sessions: dict[str, str]) -> None:
    page = visit(sessions["staff"], viewport=DESK, reduced_motion="reduce").tab("/console")
    expect(page.get_by_role("cell", name="Ada").first).to_be_visible()
    for button in ("Pause…", "Extend…", "End…"):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        still(page)
        assert violations(page) == []
        page.keyboard.press("Escape")
    page.get_by_role("group", name="Players").get_by_role("button", name="Ada").click()
    expect(page.get_by_role("dialog", name="Ada")).to_contain_text("ada@example.org")
    still(page)
    assert violations(page) == []


# --- the keyboard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", [PHONE, DESK, NARROW], ids=["phone", "desk", "narrow"])
def test_the_keyboard_reaches_everything(
    visit: Visit, sessions: dict[str, str], screen: dict[str, int]
) -> None:
    tab = visit(sessions["player"], viewport=screen, reduced_motion="reduce").plays()
    page = tab.page
    tab.sees_question(2)
    walk(page)
    tab.opens_powers()
    walk(page, within="#powers")
    # Who comes with the keyboard is at the answer in two presses.
    page.reload()
    tab.sees_question(2)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the answer field")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tab.field).to_be_focused()


def walk(page: Page, within: str = "body") -> None:
    """Tab from the page's first stop to its last: each can be seen where it is, and none is left out."""
    page.locator("a.skip").focus()
    still(page)
    stops = [page.evaluate(STOP, within)]
    while len(stops) < 150:
        page.keyboard.press("Tab")
        still(page)
        stop = page.evaluate(STOP, within)
        if stop is None or stop["stop"] == stops[0]["stop"]:
            break
        stops.append(stop)
    assert len(stops) > 6
    assert [stop["html"] for stop in stops if stop["within"] and not stop["seen"]] == []
    assert page.evaluate(UNREACHED, [FOCUSABLE, [stop["stop"] for stop in stops]]) == []


# --- small screens, large letters -----------------------------------------------------------------------------------


def fits(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def in_reach(tab: PlayerTab) -> None:
    """The field and its button lie on the screen, wherever the page is scrolled to."""
    for top in (0, 10_000):
        tab.page.evaluate("(top) => scrollTo({ top, behavior: 'instant' })", top)
        for control in (tab.field, tab.page.locator("button.send")):
            on_screen(control)


def on_screen(control: Locator) -> None:
    expect(control).to_be_in_viewport(ratio=1)
    assert control.evaluate(
        """(one) => {
          const { left, top, right, bottom } = one.getBoundingClientRect();
          return one.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
        }"""
    )


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": NARROW},
        {"viewport": {"width": 568, "height": 320}},
        {"viewport": DESK_AT_200_PERCENT, "device_scale_factor": 2},
        {"viewport": {"width": 768, "height": 1024}},
    ],
    ids=["320 px", "on its side", "200 %", "tablet"],
)
def test_small_and_zoomed_screens(visit: Visit, sessions: dict[str, str], options: dict[str, Any]) -> None:
    tab = visit(sessions["player"], **options).plays()
    tab.sees_question(2)
    fits(tab.page)
    in_reach(tab)
    tab.opens_powers()
    fits(tab.page)
    tab.page.keyboard.press("Escape")
    for view in ("Board", "Story", "Telegrams"):
        if tab.view(view).is_visible():
            tab.view(view).click()
            fits(tab.page)
            in_reach(tab)


def test_letters_twice_as_large(visit: Visit, sessions: dict[str, str]) -> None:
    """Only the text, as a browser's own setting does it."""
    visitor = visit(sessions["player"], viewport=PHONE)
    page = visitor.tab()
    visitor.context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    page.goto("/play")
    tab = PlayerTab(page)
    tab.sees_question(2)
    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "32px"
    fits(page)
    in_reach(tab)


@pytest.mark.parametrize("path", ["/", "/rules", "/accounts/signup/", "/accounts/login/"])
@pytest.mark.parametrize("screen", [NARROW, DESK_AT_200_PERCENT], ids=["320 px", "200 %"])
def test_the_other_pages_fit(visit: Visit, path: str, screen: dict[str, int]) -> None:
    page = visit(viewport=screen).tab(path)
    fits(page)


def test_targets_are_large_enough_for_a_finger(visit: Visit, sessions: dict[str, str]) -> None:
    tab = visit(sessions["player"], viewport=PHONE).plays()
    tab.sees_question(2)
    tab.opens_powers()
    small = tab.page.evaluate(
        """() => [...document.querySelectorAll("button, input")]
          .filter((one) => one.checkVisibility({ checkVisibilityCSS: true }))
          .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 100)])
          .filter(([box]) => box.width < 43.5 || box.height < 43.5)
          .map(([box, html]) => `${box.width} x ${box.height} ${html}`)"""
    )
    assert small == []
