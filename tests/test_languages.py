"""The interface in every language it is shipped in: nothing missing, nothing stale, and everybody gets theirs."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from enigma_rt import words
from tests.factories import make_hunt, make_player, make_user, user_of
from tests.support import messages

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
EVERY = [(language, domain) for language in messages.languages() for domain in messages.DOMAINS]


@pytest.fixture(autouse=True)
def no_memory() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_every_shipped_language_has_its_catalogues() -> None:
    assert {"en", *messages.languages()} == dict(settings.LANGUAGES).keys()
    assert all(messages.po(*one).is_file() for one in EVERY)


@pytest.mark.parametrize(("language", "domain"), EVERY)
def test_nothing_is_missing(language: str, domain: str) -> None:
    """`make messages` takes what is new into the catalogue."""
    assert messages.missing(language, domain) == []


@pytest.mark.parametrize(("language", "domain"), EVERY)
def test_what_is_compiled_is_what_is_written(language: str, domain: str) -> None:
    compiled = messages.po(language, domain).with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(messages.read(language, domain))


def test_the_code_is_read_as_it_is_run() -> None:
    said = messages.messages("django")
    assert "The rules" in said  # a template's
    assert "The hunt is over." in said  # a refusal's
    assert any(isinstance(message, tuple) and message[1].startswith("%(n)s wrong") for message in said)
    spoken = messages.messages("djangojs")
    assert ("%(n)s player", "%(n)s players") in spoken
    assert "Calling the machine …" in spoken


def test_a_missing_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"Nobody has ever said this": ["x.js"], ("%(n)s of these", "%(n)s of those"): ["x.js"]}
    monkeypatch.setattr(messages, "messages", lambda domain: said)
    assert len(messages.missing("de", "djangojs")) == 2
    monkeypatch.setattr(messages, "messages", lambda domain: {one: ["game/admin.py"] for one in said})
    assert messages.missing("de", "djangojs") == []
    assert len(messages.missing("de", "djangojs", backstage=True)) == 2


@pytest.mark.django_db
def test_a_page_is_in_the_browsers_language_or_in_the_chosen_one() -> None:
    make_hunt()
    client = Client()
    assert '<html lang="de">' in client.get("/rules", headers=GERMAN).content.decode()
    assert "Die Regeln" in client.get("/rules", headers=GERMAN).content.decode()
    assert "The rules" in client.get("/rules").content.decode()
    answer = client.post("/language", {"language": "de", "next": "/rules"}, headers={"accept-language": "en"})
    assert answer["Location"] == "/rules"
    assert "Die Regeln" in client.get("/rules", headers={"accept-language": "en"}).content.decode()
    assert client.post("/language", {"language": "de", "next": "https://example.org/"})["Location"] == "/"


@pytest.mark.django_db
def test_a_page_is_told_its_own_words() -> None:
    client = Client()
    client.force_login(user_of(make_player(make_hunt())))
    page = client.get("/play", headers=GERMAN).content.decode()
    found = re.search(r'<script src="(/words/de/play/[0-9a-f]{12}\.js)">', page)
    assert found
    script = client.get(found[1])
    assert "immutable" in script["Cache-Control"]
    said = script.content.decode()
    assert '"Not it.":"Das ist es nicht."' in said
    assert '"%(n)s player":["%(n)s Person","%(n)s Leute"]' in said
    assert "globalThis.plural=n=>+((n != 1))" in said
    assert "Audit" not in said
    assert words.words("de", "play") == said


@pytest.mark.django_db
def test_organisers_pages_are_whole_in_one_language() -> None:
    make_hunt()
    client = Client()
    client.force_login(make_user(staff=True))
    page = client.get("/console", headers=GERMAN).content.decode()
    assert '<html lang="en">' in page
    assert "/words/" not in page


@pytest.mark.django_db
def test_what_django_says_in_a_form_is_in_our_german() -> None:
    make_hunt()
    form = {"email": "nobody", "password1": "password", "name": ""}
    page = Client().post("/accounts/signup/", form, headers=GERMAN).content.decode()
    for said in (
        "Gib eine gültige E-Mail-Adresse ein.",
        "Dieses Passwort benutzen zu viele.",
        "Hier fehlt noch etwas.",
    ):
        assert said in page
