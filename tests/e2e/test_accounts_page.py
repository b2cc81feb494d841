"""Signing up, in and out, as people do it, with all that goes wrong when they do."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.support.backstage import Stage
from tests.support.server import RunningHunt
from tests.support.visitor import PlayerTab, Visit, until

pytestmark = pytest.mark.browser

RESET_LINK = re.compile(r"http://\S+/accounts/password/reset/key/\S+")


@pytest.fixture(scope="module")
def hunt(play_hunt: Callable[..., RunningHunt]) -> RunningHunt:
    return play_hunt()


def sign_up(page: Page, email: str, password: str, name: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Name on the board").fill(name)
    page.get_by_role("button", name="Sign up").click()


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_out_and_in_again(visit: Visit, behind: Stage) -> None:
    behind.player("Regular")
    visitor = visit()
    page = visitor.tab("/play")  # where they wanted to go is where they arrive
    log_in(page, "regular@example.org", PASSWORD)
    PlayerTab(page).sees_question(1)

    page.goto("/")
    expect(page.get_by_role("link", name="Play as Regular")).to_be_visible()
    page.get_by_role("link", name="Log out").click()
    expect(page.get_by_text("Your open tabs are logged out too.")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Sign up and play")).to_be_visible()
    page.goto("/play")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert not [cookie for cookie in visitor.context.cookies() if cookie.get("name") == "sessionid"]


def test_a_wrong_password_and_an_unknown_address_say_the_same(visit: Visit, behind: Stage) -> None:
    behind.player("Forgetful")
    page = visit().tab("/accounts/login/")
    said = []
    for email in ("forgetful@example.org", "nobody@example.org"):
        log_in(page, email, "not the password")
        problem = page.locator(".errors, .errorlist").first
        expect(problem).to_be_visible()
        said.append(problem.inner_text())
        expect(page.get_by_label("Email")).to_have_value(email)  # not to be typed again
        expect(page.get_by_label("Password")).to_have_value("")
    assert said[0] == said[1]
    log_in(page, "forgetful@example.org", PASSWORD)
    page.wait_for_url("**/play")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("Ｔａｋｅｎ", "has that name"), ("X", "3 to 24"), ("a\u202eb\u200bc", r"\w"), ("W" * 25, "3 to 24")],
    ids=["taken", "short", "invisible", "long"],
)
def test_a_name_that_cannot_be_had(visit: Visit, behind: Stage, name: str, problem: str) -> None:
    if "name" in problem:
        behind.player("Taken")
    page = visit().tab("/accounts/signup/")
    sign_up(page, "newcomer@example.org", "a long passphrase", name)
    field = page.get_by_label("Name on the board")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(problem))
    expect(page.get_by_label("Email")).to_have_value("newcomer@example.org")


def test_a_weak_password_and_a_used_address(visit: Visit, behind: Stage) -> None:
    behind.player("Owner")
    page = visit().tab("/accounts/signup/")
    sign_up(page, "weak@example.org", "12345", "Weakling")
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    sign_up(page, "owner@example.org", "a long passphrase", "Somebody")
    expect(page.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(page).to_have_url(re.compile("/accounts/signup/"))


def test_a_forgotten_password(hunt: RunningHunt, visit: Visit, behind: Stage) -> None:
    """The mail is printed where the server runs; its link works once."""
    behind.player("Amnesiac")
    (server,) = hunt.web
    page = visit().tab("/accounts/login/")
    page.get_by_role("link", name=re.compile("[Ff]orgot")).click()
    page.get_by_label("Email").fill("amnesiac@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page).to_have_url(re.compile("/reset/done/"))
    until(page, lambda: RESET_LINK.search(server.log_text()) is not None)
    assert "To: amnesiac@example.org" in server.log_text()
    (link,) = RESET_LINK.findall(server.log_text())
    assert link.startswith(hunt.url)

    page.goto(link)
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    for field in page.locator("input[type=password]").all():
        field.fill("a brand new passphrase")
    page.get_by_role("button", name="Keep this one").click()
    expect(page).to_have_url(re.compile("/reset/key/done/"))

    stranger = visit().tab(link)
    expect(stranger.get_by_role("heading", name="This link is spent")).to_be_visible()
    page.goto("/accounts/login/?next=/play")
    log_in(page, "amnesiac@example.org", PASSWORD)
    expect(page.locator(".errors, .errorlist").first).to_be_visible()
    log_in(page, "amnesiac@example.org", "a brand new passphrase")
    PlayerTab(page).sees_question(1)


def test_an_account_that_does_not_play_yet_is_asked_for_a_name(visit: Visit, behind: Stage) -> None:
    behind.player("Already")
    newcomer = visit(behind.account("Newcomer"))
    page = newcomer.tab("/play")
    expect(page).to_have_url(re.compile("/join$"))
    name = page.get_by_label("Name on the board")
    name.fill("already")
    page.get_by_role("button", name="Take the seat").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("already")
    name.fill("Not yet")
    page.get_by_role("button", name="Take the seat").click()
    tab = PlayerTab(page)
    tab.sees_question(1)
    page.goto("/join")  # who plays has nothing to join
    expect(page).to_have_url(re.compile("/play$"))
