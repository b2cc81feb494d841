"""The player's page, as somebody plays on it: verdicts, power-ups, rank, telegrams, story, XP."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.support.backstage import Stage
from tests.support.pack import word
from tests.support.server import RunningHunt
from tests.support.visitor import PlayerTab, Visit, until

pytestmark = pytest.mark.browser

# Notes when the frame of a verdict comes in, when its words are on the page, and when they have been painted.
STOPWATCH = """
  window.verdicts = [];
  const painted = (then) => requestAnimationFrame(() => setTimeout(then));
  const time = (verdict, what) => (verdict[what] = performance.now());
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (JSON.parse(data).t !== "verdict") return;
        const verdict = {};
        time(verdict, "frame");
        const words = new MutationObserver(() => {
          words.disconnect();
          time(verdict, "words");
          painted(() => time(verdict, "painted") && window.verdicts.push(verdict));
        });
        words.observe(document.querySelector("#signal"), { attributes: true, childList: true, subtree: true });
      });
    }
  };
"""


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt(worker=True)


def test_from_the_front_page_to_the_first_verdicts(
    visit: Visit, behind: Stage, record_property: Callable[[str, object], None]
) -> None:
    ada = visit()
    ada.context.add_init_script(STOPWATCH)
    page = ada.tab("/")
    page.get_by_role("link", name="Sign up and play").click()
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill("a long passphrase")
    page.get_by_label("Name on the board").fill("Ada")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/play")

    tab = PlayerTab(page)
    tab.sees_question(1)
    page.evaluate("() => { window.sameDocument = true; }")
    tab.field.click()

    tab.answers("not it at all")
    tab.is_told("Not it.")
    expect(tab.field).to_be_focused()
    expect(tab.field).to_have_value("not it at all")
    assert page.evaluate("() => getSelection().toString()") == "not it at all"

    page.keyboard.type(word("near", 1))  # over what is selected
    expect(tab.field).to_have_value(word("near", 1))
    page.keyboard.press("Enter")
    tab.is_told("Close.")
    expect(tab.field).to_be_focused()

    tab.answers("Not it, AT ALL!")
    tab.is_told("Already tried.")
    tab.is_told("It cost you nothing.")
    expect(tab.field).to_be_focused()

    tab.answers(word("solve", 1))
    tab.is_told("Right.")
    tab.is_told("+100 points · +5 XP")
    expect(page.locator("#live-verdicts")).to_have_text(re.compile(r"^Right\. \+100 points"))
    tab.sees_question(2)
    expect(tab.field).to_be_focused()
    expect(tab.field).to_have_value("")
    expect(page.get_by_role("img", name=word("alt", 2))).to_be_visible()
    expect(page.get_by_text(word("before", 2))).to_be_visible()

    assert page.evaluate("() => window.sameDocument")
    assert behind.attempts("Ada") == [
        ["answer", "not it at all", "wrong"],
        ["answer", word("near", 1), "close"],
        ["answer", "Not it, AT ALL!", "wrong"],
        ["answer", word("solve", 1), "correct"],
    ]
    verdicts = page.evaluate("() => window.verdicts")
    assert len(verdicts) == 4
    for stage in ("words", "painted"):
        taken = sorted(verdict[stage] - verdict["frame"] for verdict in verdicts)
        assert taken[-1] < 1_000
        record_property(f"frame of a verdict -> {stage}", ", ".join(f"{ms:.1f}" for ms in taken) + " ms")


def test_the_gauges_follow(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Grace")).plays()
    gauges = tab.page.locator(".gauge")
    expect(gauges.filter(has_text="Question 1 of 4")).to_be_visible()
    expect(tab.page.locator("xp-ring")).to_have_text("0")
    tab.answers(word("solve", 1))
    tab.sees_question(2)
    expect(gauges.filter(has_text="Question 2 of 4")).to_be_visible()
    expect(gauges.filter(has_text="Points")).to_contain_text("100")
    xp = gauges.filter(has_text="XP")
    expect(xp.locator("xp-ring")).to_have_text("5")
    expect(xp).to_contain_text(re.compile(r"\+10\s+(59:\d\d|1:00:00)"))
    arc = xp.locator("circle.arc")
    expect(arc).to_have_attribute("stroke-dasharray", re.compile(r"^\d+\.\d 100$"))


def test_too_many_guesses_are_told_and_counted_down(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Hasty")).plays()
    tab.sees_question(1)
    behind.answers("Hasty", *(f"guess {n}" for n in range(5)))
    tab.is_told("Too many wrong guesses.")
    send = tab.page.locator("button.send")
    expect(send).to_have_text(re.compile(r"\d\d:\d\d"))
    expect(send).to_have_attribute("aria-disabled", "true")
    tab.answers("one more")  # too early: said again, for the ear as well
    expect(tab.page.locator("#live-verdicts")).to_have_text("Too many wrong guesses. Take a breath.")
    assert len(behind.attempts("Hasty")) == 5
    # It goes by itself, and what was typed is still there.
    expect(send).to_have_text("Send")
    expect(send).to_have_attribute("aria-disabled", "false")
    tab.field.press("Enter")
    tab.is_told("Not it.")
    assert behind.attempts("Hasty")[-1] == ["answer", "one more", "wrong"]


# --- power-ups ------------------------------------------------------------------------------------------------------


def confirming(tab: PlayerTab, title: str) -> Locator:
    return tab.power(title).get_by_role("group", name=f"Confirm: {title}")


def centre(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_hint_for_points_needs_two_steps(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Careful")).plays()
    tab.sees_question(1)
    tab.opens_powers()
    hint = tab.power("Hint")
    expect(hint).to_contain_text("10 points off or 50 XP")
    hint.get_by_role("button", name="Use").click()
    confirm = confirming(tab, "Hint")
    expect(confirm.get_by_role("button", name="Pay 50 XP")).to_have_attribute("aria-disabled", "true")
    expect(confirm).to_contain_text("Not enough XP yet.")
    pay = confirm.get_by_role("button", name="Pay 10 points")
    expect(pay).to_have_attribute("aria-disabled", "false")  # a moment after it has appeared
    assert behind.attempts("Careful") == []
    pay.click()

    expect(tab.page.get_by_role("complementary", name="Hint")).to_contain_text(word("hint", 1))
    expect(tab.powers).to_be_hidden()
    expect(tab.field).to_be_focused()
    assert behind.attempts("Careful") == [["hint", "points", "done"]]
    tab.opens_powers()
    expect(hint.get_by_role("button", name="Use")).to_have_attribute("aria-disabled", "true")
    expect(hint).to_contain_text("The hint is open")
    tab.page.keyboard.press("Escape")

    tab.answers(word("solve", 1))
    tab.is_told("+90 points · hint −10 · +5 XP")


@pytest.mark.parametrize("times", [2, 3])
def test_pressing_twice_buys_nothing(visit: Visit, behind: Stage, times: int) -> None:
    """With the mouse, with the Enter key, with a finger: the spot that was pressed offers to keep everything."""
    name = f"Clumsy {times}"
    clumsy = visit(behind.player(name, xp=100), has_touch=True)
    tab = clumsy.plays()
    tab.sees_question(1)
    tab.opens_powers()
    for title in ("Hint", "Skip"):
        use = tab.power(title).get_by_role("button", name=re.compile("Use|Keep"))
        use.scroll_into_view_if_needed()
        spot = centre(use)

        tab.page.mouse.click(*spot, click_count=times)
        for _ in range(times):
            use.press("Enter")
        for _ in range(times):
            tab.page.touchscreen.tap(*spot)
        # However many times: an even number in all, so nothing is asked any more.
        if (3 * times) % 2:
            use.press("Enter")
        expect(use).to_have_text("Use")
    assert not [sent for sent in clumsy.sent if '"hint"' in sent or '"skip"' in sent]
    assert behind.attempts(name) == []
    assert behind.balances(name) == {"points": 0, "xp": 100, "position": 1}


def test_what_confirms_does_not_work_at_once(visit: Visit, behind: Stage) -> None:
    """Who goes on pressing where the question has just appeared has not answered it."""
    quick = visit(behind.player("Quick", xp=100))
    tab = quick.plays()
    tab.sees_question(1)
    tab.opens_powers()
    skip = tab.power("Skip")
    # Both presses in one task: no time passes between them, however slow the machine is.
    pressed = tab.page.evaluate(
        """async () => {
          const line = document.querySelector('[data-power="skip"]');
          line.querySelector(".use").click();
          await Promise.resolve();
          const yes = line.querySelector(".confirm button");
          yes.click();
          return yes.textContent.trim();
        }"""
    )
    assert pressed == "Skip for 75 XP"
    expect(skip.get_by_role("button", name="Skip for 75 XP")).to_have_attribute("aria-disabled", "false")
    assert behind.attempts("Quick") == []
    skip.get_by_role("button", name="Keep").click()
    expect(confirming(tab, "Skip")).to_be_hidden()


def test_what_costs_too_much_says_why(visit: Visit, behind: Stage) -> None:
    poor = visit(behind.player("Poor"))
    tab = poor.plays()
    tab.sees_question(1)
    tab.opens_powers()
    for title in ("Skip", "Let a close answer count"):
        use = tab.power(title).get_by_role("button", name="Use")
        expect(use).to_have_attribute("aria-disabled", "true")
        expect(use).to_have_accessible_description(re.compile(r"Not enough XP yet\."))
        use.click(force=True)
        expect(confirming(tab, title)).to_be_hidden()
    assert behind.attempts("Poor") == []


def test_skip(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Skipper", xp=80)).plays()
    tab.sees_question(1)
    tab.opens_powers()
    tab.power("Skip").get_by_role("button", name="Use").click()
    yes = confirming(tab, "Skip").get_by_role("button", name="Skip for 75 XP")
    expect(yes).to_have_attribute("aria-disabled", "false")
    yes.click()
    tab.sees_question(2)
    expect(tab.page.locator("xp-ring")).to_have_text("5")
    expect(tab.field).to_be_focused()
    assert behind.attempts("Skipper") == [["skip", "", "done"]]
    assert behind.balances("Skipper") == {"points": 0, "xp": 5, "position": 2}


def test_a_close_answer_that_counts(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Nearly", xp=100)).plays()
    tab.sees_question(1)
    tab.opens_powers()
    accept = tab.power("Let a close answer count")
    expect(accept).to_contain_text("Type an answer first.")
    tab.field.fill(word("near", 1))
    accept.get_by_role("button", name="Use").click()
    yes = confirming(tab, "Let a close answer count").get_by_role("button", name=f"Send “{word('near', 1)}”")
    expect(yes).to_have_attribute("aria-disabled", "false")
    yes.click()
    tab.is_told("Close enough.")
    tab.is_told("+90 points · close answer −10")
    tab.sees_question(2)
    assert behind.attempts("Nearly") == [["accept_close", word("near", 1), "correct"]]
    assert behind.balances("Nearly")["xp"] == 5  # 100 paid, 5 for the solve


# --- what others do -------------------------------------------------------------------------------------------------


def test_being_passed_and_passing_are_one_line(visit: Visit, behind: Stage) -> None:
    first, second = visit(behind.player("Hare")).plays(), visit(behind.player("Tortoise")).plays()
    first.sees_question(1)
    second.sees_question(1)
    change = first.page.locator(".change")
    behind.answers("Hare", *(word("solve", n) for n in (1, 2)))
    first.sees_question(3)
    for n in (1, 2, 3):
        second.answers(word("solve", n))
        if n < 3:
            second.sees_question(n + 1)
    expect(change).to_have_text(re.compile(r"^Rank \d+: Tortoise passed you$"))
    expect(second.page.locator(".change")).to_have_text(
        re.compile(r"^Rank \d+: you passed (Hare|\d+ player)")
    )
    box = change.bounding_box()
    assert box is not None
    assert box["height"] < 40  # one line
    # On the board my own row says so, and the other one is above it.
    first.view("Board").click()
    rows = first.page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="Hare")).to_contain_text("you")
    texts = "\n".join(rows.all_inner_texts())
    assert texts.index("Tortoise") < texts.index("Hare")


def test_a_telegram_is_told_once_over_two_tabs_and_kept_in_the_list(visit: Visit, behind: Stage) -> None:
    reader = visit(behind.player("Reader"))
    tabs = [reader.plays(), reader.plays()]
    for tab in tabs:
        tab.sees_question(1)
    behind.announce("important", "The **lamp** is lit.")
    arrivals = [tab.page.get_by_role("complementary", name="New telegram") for tab in tabs]
    for tab in tabs:
        # Both know of it …
        tab.page.wait_for_function(
            "() => document.querySelector('#telegrams .telegrams').textContent.includes('The lamp is lit.')"
        )
    # … and one shows it.
    showing: list[int] = []

    def one_shows_it() -> bool:
        showing[:] = [n for n, arrival in enumerate(arrivals) if "The lamp is lit." in arrival.inner_text()]
        return len(showing) == 1

    until(tabs[0].page, one_shows_it)
    (shown,) = showing
    expect(tabs[shown].page.locator("#live-telegrams")).to_have_text("The lamp is lit.")
    expect(tabs[shown].page.locator("#live-telegrams")).to_have_attribute("aria-live", "polite")
    arrivals[shown].get_by_role("button", name="Put away").click()
    expect(arrivals[shown]).to_be_empty()
    assert behind.unseen("Reader") == 0

    for tab in tabs:
        tab.view("Telegrams").click()
        expect(tab.page.get_by_role("region", name="Telegrams")).to_contain_text("The lamp is lit.")
    # Seen is seen: after a reload it is in the list and nowhere else.
    tabs[0].page.reload()
    tabs[0].sees_question(1)
    tabs[0].view("Telegrams").click()
    expect(tabs[0].page.get_by_role("region", name="Telegrams")).to_contain_text("The lamp is lit.")
    expect(arrivals[0]).to_be_empty()


def test_the_story_so_far(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Reading")).plays()
    behind.answers("Reading", word("solve", 1))
    tab.sees_question(2)
    tab.view("Story").click()
    story = tab.page.get_by_role("region", name="The story so far")
    blocks = story.locator(".story-block")
    expect(blocks).to_have_count(3)
    for block, piece in enumerate(("before1", "after1", "before2")):
        expect(blocks.nth(block)).to_contain_text(f"{piece}okapi")
    # The field stays in reach while somebody reads, and a right answer leads on.
    tab.answers(word("solve", 2))
    tab.sees_question(3)


def test_an_hourly_grant_of_the_worker_shows_without_a_reload(visit: Visit, behind: Stage) -> None:
    """The worker looks for what is due about twice a minute."""
    tab = visit(behind.player("Patient")).plays()
    tab.answers("a first guess")
    tab.is_told("Not it.")
    tab.page.evaluate("() => { window.sameDocument = true; }")
    expect(tab.page.locator("xp-ring")).to_have_text("0")
    behind.make_xp_due("Patient")
    expect(tab.page.locator("xp-ring")).to_have_text("10", timeout=75_000)
    assert tab.page.evaluate("() => window.sameDocument")
    assert behind.balances("Patient")["xp"] == 10


def test_the_last_answer_ends_in_the_light(visit: Visit, behind: Stage) -> None:
    tab = visit(behind.player("Finisher")).plays()
    behind.answers("Finisher", *(word("solve", n) for n in (1, 2, 3)))
    tab.sees_question(4)
    tab.answers(word("solve", 4))
    expect(tab.page.get_by_role("heading", name="Every lamp is lit")).to_be_visible()
    expect(tab.page.get_by_text(word("after", 4))).to_be_visible()
    expect(tab.page.get_by_text("4 of 4 solved · 400 points")).to_be_visible()


def test_the_ledger_proves_what_the_pages_have_shown(behind: Stage) -> None:
    # Patient's first answer was moved into the past.
    assert [problem for problem in behind.ledger_problems() if "Patient" not in problem] == []
