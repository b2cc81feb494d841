"""Every page: who may see it, what it is told, what it sends along."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from enigma_rt import pages, words
from game import errors
from game.models import AuditEntry, Hunt, Image, Member, Player
from game.services import players
from tests.factories import HOUR, PASSWORD, make_hunt, make_player, make_user, now_ms, user_of

pytestmark = pytest.mark.django_db

OURS = ("/", "/play", "/join", "/rules", "/board", "/replay", "/console")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture(autouse=True)
def no_memory() -> Iterator[None]:
    """Rate limits and cached pages are kept in this process."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hunt() -> Hunt:
    return make_hunt()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ended_hunt() -> Hunt:
    return make_hunt(started_h=50, lasts_h=48)


def sign_up(client: Client, **fields: str) -> Any:
    filled = {"email": "ada@example.org", "password1": PASSWORD, "name": "Ada"} | fields
    return client.post("/accounts/signup/", {key: value for key, value in filled.items() if value})


# --- who sees what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/", "/rules", "/board"])
def test_public_pages_need_neither_account_nor_hunt(client: Client, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 200
    assert response.context["hunt"] is None


@pytest.mark.parametrize("page", ["/", "/rules", "/board"])
def test_public_pages_know_the_hunt(client: Client, hunt: Hunt, page: str) -> None:
    shown = client.get(page).context["hunt"]
    assert (shown.title, shown.tagline, shown.phase) == ("The Test Hunt", "Every part moves", "live")
    assert (shown.starts_at, shown.ends_at) == (hunt.starts_at, hunt.ends_at)


@pytest.mark.parametrize("page", ["/play", "/me", "/join", "/console"])
def test_personal_pages_ask_to_log_in(client: Client, page: str) -> None:
    response = client.get(page)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={page}")


def test_the_front_page_greets_a_player_by_name(hunt: Hunt) -> None:
    client = signed_in(user_of(make_player(hunt, "Grace")))
    assert client.get("/").context["player_name"] == "Grace"
    assert signed_in(make_user()).get("/").context["player_name"] is None


def test_play_is_for_players_of_the_current_hunt(hunt: Hunt) -> None:
    player = signed_in(user_of(make_player(hunt)))
    assert player.get("/play").status_code == 200
    assert signed_in(make_user()).get("/play")["Location"] == "/join"
    Hunt.objects.update(current=False)
    assert player.get("/play")["Location"] == "/"
    make_hunt()
    assert player.get("/play")["Location"] == "/join"


def test_the_console_is_for_organisers(hunt: Hunt) -> None:
    assert signed_in(make_user(staff=True)).get("/console").status_code == 200
    assert signed_in(make_user(role="viewer")).get("/console").status_code == 200
    assert signed_in(make_user()).get("/console").status_code == 403


@pytest.mark.parametrize(
    ("page", "role", "needed"),
    [
        ("/console/export/attempts.csv", "viewer", "moderator"),
        ("/console/export/results.json?emails=1", "author", "owner"),
    ],
)
def test_a_page_says_which_role_it_needs(hunt: Hunt, page: str, role: str, needed: str) -> None:
    refused = signed_in(make_user(role=role)).get(page)
    assert refused.status_code == 403
    assert f"That needs the role “{needed}”; yours is “{role}”." in refused.content.decode()
    assert not AuditEntry.objects.exists()
    assert signed_in(make_user(role=needed)).get(page).status_code == 200
    assert AuditEntry.objects.count() == 1


def test_a_players_page_is_shown_to_moderators_and_says_so(hunt: Hunt) -> None:
    ada = make_player(hunt, "Ada")
    address = f"/console/as/{ada.id}"
    assert signed_in(user_of(ada)).get(address).status_code == 403
    assert "“moderator”" in signed_in(make_user(role="viewer")).get(address).content.decode()
    moderator = signed_in(make_user(role="moderator"))
    page = moderator.get(address).content.decode()
    assert "Viewing as <bdi>Ada</bdi>, read only" in page
    assert f'data-socket="/ws/as/{ada.id}"' in page and 'class="dock" inert' in page
    elsewhere = make_player(make_hunt(current=False), "Zoë")
    assert moderator.get(f"/console/as/{elsewhere.id}").status_code == 404


@pytest.mark.parametrize("page", OURS)
def test_a_slash_too_many_is_forgiven(client: Client, page: str) -> None:
    if page != "/":
        assert client.get(f"{page}/")["Location"] == page


@pytest.mark.parametrize("page", OURS)
def test_pages_are_read_not_written(client: Client, hunt: Hunt, page: str) -> None:
    staff = make_user(staff=True)
    players.join(staff, hunt, "Organiser")
    client.force_login(staff)
    assert client.delete(page).status_code == 405
    # /join sends a player on to /play.
    assert client.head(page).status_code == (302 if page == "/join" else 200)
    assert client.head(page).content == b""


# --- joining --------------------------------------------------------------------------------------------------------


def test_joining_makes_a_player(hunt: Hunt) -> None:
    user = make_user()
    client = signed_in(user)
    assert client.get("/join").context["form"].errors == {}
    assert client.post("/join", {"name": "  Ada   L. "})["Location"] == "/play"
    assert Member.objects.get(user=user, hunt=hunt).player.name == "Ada L."
    assert client.get("/join")["Location"] == "/play"


@pytest.mark.parametrize(
    ("name", "code"),
    [("ab", "bad_name"), ("x" * 25, "bad_name"), ("a\u202eb", "bad_name"), ("GRACE", "name_taken")],
)
def test_a_name_that_cannot_be_had_is_said_at_the_field(hunt: Hunt, name: str, code: str) -> None:
    make_player(hunt, "Grace")
    response = signed_in(make_user()).post("/join", {"name": name})
    assert response.status_code == 200
    assert [error.code for error in response.context["form"].errors["name"].as_data()] == [code]


def test_a_name_taken_in_the_last_moment_is_said_at_the_field(
    hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_player(hunt, "Grace")
    monkeypatch.setattr(players, "check_name", lambda hunt, name: name)
    response = signed_in(make_user()).post("/join", {"name": "grace"})
    assert [error.code for error in response.context["form"].errors["name"].as_data()] == ["name_taken"]


def test_nobody_joins_what_is_over() -> None:
    ended_hunt()
    client = signed_in(make_user())
    assert client.get("/join").context["form"] is None
    assert client.post("/join", {"name": "Ada"}).context["form"] is None
    assert not Player.objects.exists()


def test_without_a_hunt_there_is_nothing_to_join() -> None:
    assert signed_in(make_user()).get("/join").context["form"] is None


# --- accounts -------------------------------------------------------------------------------------------------------


def test_signing_up_is_joining(client: Client, hunt: Hunt) -> None:
    # The account's name comes from the address. It is long: no token in the page has it by chance.
    response = sign_up(client, email="lovelace@example.org")
    assert (response.status_code, response["Location"]) == (302, "/play")
    page = client.get("/play")
    assert page.status_code == 200
    assert Player.objects.get().name == "Ada"
    assert page.wsgi_request.user.username == "lovelace"
    assert "lovelace" not in page.content.decode().replace("lovelace@example.org", "")


@pytest.mark.parametrize("make", [None, ended_hunt])
def test_signing_up_without_a_hunt_to_join(client: Client, make: Any) -> None:
    if make:
        make()
    assert "name" not in client.get("/accounts/signup/").context["form"].fields
    assert sign_up(client, name="").status_code == 302
    assert get_user(client).email == "ada@example.org"  # type: ignore[union-attr]  # signed in
    assert not Player.objects.exists()


@pytest.mark.parametrize(("name", "code"), [("x", "bad_name"), ("grace", "name_taken"), ("", "required")])
def test_signing_up_with_a_name_that_cannot_be_had(client: Client, hunt: Hunt, name: str, code: str) -> None:
    make_player(hunt, "Grace")
    response = sign_up(client, name=name)
    assert [error.code for error in response.context["form"].errors["name"].as_data()] == [code]
    assert not client.get("/").wsgi_request.user.is_authenticated


def test_a_name_taken_while_signing_up_costs_the_name_not_the_account(
    client: Client, hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_player(hunt, "Grace")
    with monkeypatch.context() as patch:
        patch.setattr(players, "check_name", lambda hunt, name: name)
        assert sign_up(client, name="Grace")["Location"] == "/play"
    assert client.get("/play")["Location"] == "/join"
    form = client.get("/join").context["form"]
    assert form["name"].value() == "Grace"
    assert [error.code for error in form.errors["name"].as_data()] == ["name_taken"]
    assert client.get("/join").context["form"].errors == {}
    assert client.post("/join", {"name": "Ada"})["Location"] == "/play"


def test_logging_in_and_out_ends_the_sockets_of_that_session(
    client: Client, hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = user_of(make_player(hunt))
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/play")
    key = client.session.session_key
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(players, "publish_on_commit", lambda kind, payload: told.append((kind, payload)))
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert key is not None
    assert told == [("session_over", {"digest": players.session_digest(key)})]
    assert client.get("/play").status_code == 302


@pytest.mark.parametrize(
    ("staff", "asked", "comes_to"), [(False, "", "/play"), (True, "", "/console"), (True, "/rules", "/rules")]
)
def test_logging_in_leads_to_where_one_works(client: Client, staff: bool, asked: str, comes_to: str) -> None:
    user = make_user(staff=staff)
    form = {"login": user.email, "password": PASSWORD} | ({"next": asked} if asked else {})
    assert client.post("/accounts/login/", form)["Location"] == comes_to


def test_a_forgotten_password_is_replaced_by_mail(client: Client) -> None:
    user = make_user()
    user.username = "never shown"  # with a space: no token in the letter has it by chance
    user.save()
    assert client.post("/accounts/password/reset/", {"email": user.email}).status_code == 302
    (letter,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/\S+)", str(letter.body))
    assert user.username not in str(letter.body)
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another long one", "password2": "another long one"})
    user.refresh_from_db()
    assert user.check_password("another long one")


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "The Night Hunt: A new password", "Somebody, probably you, wants a new password here"),
        ("de", "The Night Hunt: Ein neues Passwort", "Jemand, vermutlich du, möchte hier ein neues Passwort"),
    ],
)
def test_a_letter_is_about_the_hunt_and_in_its_readers_language(
    client: Client, hunt: Hunt, language: str, subject: str, words: str
) -> None:
    hunt.title = "The Night Hunt"
    hunt.save()
    form = {"email": make_user().email}
    client.post("/accounts/password/reset/", form, headers={"accept-language": language})
    (letter,) = mail.outbox
    assert letter.subject == subject
    assert str(letter.body).startswith(words)
    assert str(letter.body).rstrip().endswith("The Night Hunt\ntestserver")


def test_a_letter_to_an_address_without_an_account_says_so(client: Client, hunt: Hunt) -> None:
    client.post("/accounts/password/reset/", {"email": "stranger@example.org"})
    (letter,) = mail.outbox
    assert "No account here has this address" in str(letter.body)
    assert "http://testserver/accounts/signup/" in str(letter.body)


@pytest.mark.parametrize(
    "name", ["account_already_exists", "email_confirmation", "email_confirmation_signup"]
)
def test_the_other_letters_are_written_too(name: str) -> None:
    context = {"title": "The Night Hunt", "email": "ada@example.org", "activate_url": "https://here"}
    context["password_reset_url"] = "https://here"
    text = render_to_string(f"account/email/{name}_message.txt", context)
    assert text.startswith("Somebody, probably you,")
    assert "\nhttps://here\n" in text
    assert render_to_string(f"account/email/{name}_subject.txt", context).strip()


def test_the_first_field_that_is_wrong_has_the_focus(client: Client, hunt: Hunt) -> None:
    assert "autofocus" not in client.get("/accounts/signup/").content.decode()
    wrong = sign_up(client, name="x", password1="short").content.decode()
    assert re.findall(r'name="(\w+)"[^>]* autofocus', wrong) == ["name"]
    form = {"login": "ada@example.org", "password": "not that one"}
    denied = client.post("/accounts/login/", form).content.decode()
    assert "do not belong together" in denied
    assert re.findall(r'name="(\w+)"[^>]* autofocus', denied) == ["password"]


def test_too_many_attempts_get_a_page_of_ours(client: Client) -> None:
    user = make_user("ada")
    for _ in range(6):
        response = client.post("/accounts/password/reset/", {"email": user.email})
    assert response.status_code == 429
    assert "<title>Too often" in response.content.decode()


# --- rules and the projector ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["elapsed", "solve_order"])
def test_the_rules_name_the_curve_and_show_its_numbers(client: Client, hunt: Hunt, name: str) -> None:
    hunt.settings = {
        "curve": name,
        "floor_percent": 37,
        "solve_order_steps": [[7, 93]],
        "xp_cap": 173,
        "skip_xp": 81,
    }
    hunt.save()
    response = client.get("/rules")
    text = response.content.decode()
    assert pages.curve(name)["name"] in text
    assert "up to 173." in text
    assert "81 XP" in text
    assert ("never fewer than 37." in text) == (name == "elapsed")
    assert ("93 %" in text) == (name == "solve_order")
    assert response.context["settings"].xp_cap == 173


def test_the_projector_says_where_to_join(client: Client, settings: Any) -> None:
    assert client.get("/board").context["join_url"] == "http://testserver/"
    assert client.get("/board", secure=True).context["join_url"] == "https://testserver/"
    settings.PUBLIC_URL = "https://hunt.example.org"
    response = client.get("/board")
    assert response.context["join_url"] == "https://hunt.example.org/"
    assert pages.qr_code("https://hunt.example.org/") in response.content.decode()


def test_the_qr_code_brings_its_own_light() -> None:
    code = pages.qr_code("https://hunt.example.org/")
    # The policy strips styles; attributes of SVG it leaves alone.
    assert "style" not in code
    width = re.findall(r'viewBox="0 0 (\d+) (\d+)"', code)[0][0]
    assert f'<path fill="#fff" d="M0 0h{width}v{width}h-{width}z"/>' in code
    assert 'stroke="#000" d="M4 4.5h7' in code  # the finder pattern, four modules in from both edges


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(hunt: Hunt) -> str:
    """The address of the picture of question 2."""
    row = Image.objects.create(
        hunt=hunt, path="two.svg", media_type="image/svg+xml", data=SVG, token="t" * 32
    )
    hunt.questions.filter(position=2).update(image=row)
    return reverse("image", args=[row.token])


def test_a_picture_is_for_those_who_have_reached_it(client: Client, hunt: Hunt, picture: str) -> None:
    assert client.get(picture).status_code == 404
    assert signed_in(make_user()).get(picture).status_code == 404
    assert signed_in(user_of(make_player(hunt))).get(picture).status_code == 404
    assert signed_in(user_of(make_player(hunt, position=2, banned=True))).get(picture).status_code == 404
    for position in (2, 3):
        assert signed_in(user_of(make_player(hunt, position=position))).get(picture).content == SVG
    assert signed_in(make_user(staff=True)).get(picture).content == SVG
    assert client.get("/image/nothing").status_code == 404


def test_a_picture_stays_hidden_until_the_start(hunt: Hunt, picture: str) -> None:
    player = signed_in(user_of(make_player(hunt, position=2)))
    Hunt.objects.update(starts_at=now_ms() + HOUR)
    assert player.get(picture).status_code == 404


def test_a_picture_can_do_nothing_and_is_kept(hunt: Hunt, picture: str) -> None:
    client = signed_in(user_of(make_player(hunt, position=2)))
    response = client.get(picture)
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert set(response["Cache-Control"].split(", ")) == {"private", "immutable", "max-age=31536000"}
    again = client.get(picture, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == response["ETag"]
    assert client.head(picture).content == b""
    assert client.post(picture).status_code == 405


# --- headers --------------------------------------------------------------------------------------------------------


def policy_of(response: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize(
    "page", [*OURS, "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing"]
)
def test_every_page_of_ours_has_the_strict_policy(hunt: Hunt, page: str) -> None:
    staff = make_user(staff=True)
    client = Client() if page.startswith("/accounts/") else signed_in(staff)
    if page == "/play":
        players.join(staff, hunt, "Organiser")
    response = client.get(page)
    policy = policy_of(response)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    # What the policy would silently strip must not be there.
    html = re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []


def test_the_admin_has_a_policy_of_its_own(client: Client) -> None:
    policy = policy_of(client.get("/admin/login/"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "require-trusted-types-for" not in policy


@pytest.mark.parametrize("page", ["/play", "/join", "/console", "/accounts/login/", "/accounts/signup/"])
def test_personal_pages_are_kept_by_nobody(hunt: Hunt, page: str) -> None:
    staff = make_user(staff=True)
    if page == "/play":
        players.join(staff, hunt, "Organiser")
    client = Client() if page.startswith("/accounts/") else signed_in(staff)
    response = client.get(page)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", ["/", "/rules", "/board"])
def test_public_pages_differ_by_reader_and_are_asked_for_again(client: Client, page: str) -> None:
    assert set(client.get(page)["Cache-Control"].split(", ")) == {"private", "no-cache"}


def test_a_page_in_english_is_given_no_words(client: Client, hunt: Hunt) -> None:
    assert "/words/" not in client.get("/", headers={"accept-language": "en"}).content.decode()
    assert words.words("en", "play") == ""


def test_what_another_version_says_is_not_kept(client: Client) -> None:
    """As long as an update rolls, a page of the new version may ask a server of the old one."""
    response = client.get("/words/en/play/000000000000.js")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert client.get("/words/xx/play/000000000000.js").status_code == 404
    assert client.get("/words/en/else/000000000000.js").status_code == 404


def test_the_icon_is_found_where_browsers_look(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"] == "/static/enigma/img/icon.svg"


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_an_unknown_address_says_so(client: Client) -> None:
    response = client.get("/nothing")
    assert response.status_code == 404
    assert "<title>Nothing is here" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_a_foreign_host_is_refused(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400


def test_an_old_form_is_explained(hunt: Hunt) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post("/join", {"name": "Ada"})
    assert response.status_code == 403
    assert "<title>That page was too old" in response.content.decode()
    assert not Player.objects.exists()


@pytest.mark.parametrize(("error", "status"), [(RuntimeError, 500), (OperationalError, 503)])
def test_a_defect_is_our_page_and_needs_no_database(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], status: int
) -> None:
    client = Client(raise_request_exception=False)

    def broken() -> None:
        raise error

    monkeypatch.setattr(pages, "hunt_view", broken)
    response = client.get("/")
    assert response.status_code == status
    assert "<title>The machine" in response.content.decode()
    assert response.has_header("Retry-After") == (status == 503)
    assert policy_of(response)["default-src"] == "'none'"


def test_a_refusal_without_a_field_of_its_own_still_shows(
    hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise errors.HuntEnded

    monkeypatch.setattr(players, "join", refuse)
    response = signed_in(make_user()).post("/join", {"name": "Ada"})
    assert [error.code for error in response.context["form"].errors["name"].as_data()] == ["hunt_ended"]
