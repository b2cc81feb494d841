"""The manifest, the service worker and the page for when there is no server: what they say, and to whom."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from enigma_rt import installable
from tests.factories import make_hunt, make_player, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    installable._worker.cache_clear()
    yield
    installable._worker.cache_clear()


def test_the_manifest_is_the_current_hunts(client: Client) -> None:
    def manifest() -> dict[str, Any]:
        response = client.get("/manifest.webmanifest")
        assert response["Content-Type"].startswith("application/manifest+json")
        found: dict[str, Any] = json.loads(response.content)
        return found

    assert manifest()["name"] == "Enigma RT"
    make_hunt()
    named = manifest()
    assert (named["name"], named["short_name"]) == ("The Test Hunt", "Enigma")
    assert (named["start_url"], named["scope"], named["display"]) == ("/play", "/", "standalone")
    for icon in named["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon["src"]


def test_every_page_names_it(client: Client) -> None:
    assert '<link rel="manifest" href="/manifest.webmanifest"' in client.get("/").content.decode()
    assert client.get("/apple-touch-icon.png")["Location"].endswith("/icon-apple-180.png")


def test_the_worker_is_asked_for_each_time_and_changes_with_the_release(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = client.get("/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    before = response.content
    assert client.get("/sw.js").content == before
    monkeypatch.setattr(installable, "_release", lambda: "another")
    installable._worker.cache_clear()
    assert client.get("/sw.js").content != before


def test_what_the_worker_keeps_is_there(client: Client) -> None:
    script = client.get("/sw.js").content.decode()
    found = re.search(r"const SHELL = (\[.*?\]);", script)
    assert found
    shell = json.loads(found[1])
    assert len(shell) > 5
    for path in shell:
        assert finders.find(path.removeprefix("/static/")), path
    offline = re.search(r'const OFFLINE = "(.*?)";', script)
    assert offline
    assert client.get(offline[1]).status_code == 200


def test_the_page_without_a_server_is_nobodys() -> None:
    client = Client()
    client.force_login(user_of(make_player(make_hunt(), "Ada")))
    assert client.get("/offline?in=en").content == Client().get("/offline?in=en").content
    assert Client().get("/offline?in=%3Cscript%3E").status_code == 200


@override_settings(SERVICE_WORKER_OFF=True)
def test_switched_off_it_removes_itself(client: Client) -> None:
    script = client.get("/sw.js").content.decode()
    assert "unregister" in script
    assert "fetch" not in script
