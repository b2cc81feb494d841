"""The replay's page and its data: who gets what, how often it is made, and that nothing leaks through a cache."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from enigma_rt import replays
from enigma_rt.replays import Replays
from game.models import Hunt
from game.queries import replay
from game.services.answers import submit
from game.services.moderation import moderate
from tests.factories import HOUR, leave_behind, make_hunt, make_player, make_user, now_ms, submission, user_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hunt(transactional_db: None) -> Hunt:
    return make_hunt()


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "replays", Replays())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No replay is young enough to be served again after a change."""
    monkeypatch.setattr(replays, "OLDEST_S", 0)
    monkeypatch.setattr(replays, "SHARE", 0)


def solve(hunt: Hunt, name: str, *texts: str) -> Any:
    player = make_player(hunt, name)
    for text in texts:
        submit([submission(player, text=text)])
    return player


def read(client: Client, address: str = "/replay.json", **headers: str) -> dict[str, Any]:
    response = client.get(address, headers={"accept-encoding": "gzip", **headers})
    assert response.status_code == 200, response.content
    assert response["Content-Encoding"] == "gzip"
    return json.loads(gzip.decompress(response.content))  # type: ignore[no-any-return]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_is_public_once_the_hunt_has_begun(client: Client) -> None:
    assert client.get("/replay").status_code == 200
    assert client.get("/replay.json").status_code == 404
    hunt = make_hunt(started_h=-1)
    assert "Nothing has happened yet" in client.get("/replay").content.decode()
    assert client.get("/replay.json").status_code == 404
    Hunt.objects.update(starts_at=now_ms() - HOUR)
    solve(hunt, "Ada", "right 1")
    page = client.get("/replay")
    assert 'data-source="/replay.json"' in page.content.decode()
    assert "data-player" not in page.content.decode()
    assert read(client)["players"]["name"] == ["Ada"]
    Hunt.objects.update(ends_at=now_ms() - 1)
    assert read(client)["phase"] == "ended"


def test_who_plays_is_followed(hunt: Hunt) -> None:
    player = make_player(hunt, "Ada")
    page = signed_in(user_of(player)).get("/replay").content.decode()
    assert f'data-player="{player.id}"' in page


def test_browsers_ask_whether_it_has_changed_and_whoever_reads_no_gzip_gets_it_plain(
    client: Client, hunt: Hunt, at_once: None
) -> None:
    solve(hunt, "Ada", "right 1")
    packed = client.get("/replay.json", headers={"accept-encoding": "gzip, br"})
    again = {"accept-encoding": "gzip", "if-none-match": packed["ETag"]}
    assert client.get("/replay.json", headers=again).status_code == 304
    plain = client.get("/replay.json")
    assert plain.json() == json.loads(gzip.decompress(packed.content))
    assert plain["ETag"] != packed["ETag"]
    assert "Accept-Encoding" in packed["Vary"] and "no-cache" in packed["Cache-Control"]
    solve(hunt, "Bob", "right 1")
    assert client.get("/replay.json", headers=again).status_code == 200


def test_a_freeze_is_for_the_public_only(client: Client, hunt: Hunt) -> None:
    solve(hunt, "Ada", "right 1")
    assert read(client)["players"]["name"] == ["Ada"]
    Hunt.objects.update(freeze_at=leave_behind(now_ms()))
    solve(hunt, "Bob", "right 1", "right 2")
    # At once, however young the one is that everybody was given before.
    public = read(client)
    assert public["frozen"] and public["players"]["name"] == ["Ada"]
    assert len(public["events"]["q"]) == 1
    viewer = signed_in(make_user(role="viewer"))
    assert 'data-source="/replay.json?full=1"' in viewer.get("/replay?full=1").content.decode()
    everything = read(viewer, "/replay.json?full=1")
    assert everything["players"]["name"] == ["Ada", "Bob"]
    assert "private" in viewer.get("/replay.json?full=1")["Cache-Control"]
    # An organiser who shows the page to a room shows what is public.
    assert read(viewer) == public
    for stranger in (client, signed_in(make_user())):
        for address in ("/replay?full=1", "/replay.json?full=1"):
            assert stranger.get(address).status_code == 403
    Hunt.objects.update(freeze_at=None)
    assert read(client)["players"]["name"] == ["Ada", "Bob"]


def test_during_a_freeze_it_is_the_same_bytes_whoever_scores_and_however_often_it_is_made(
    client: Client, hunt: Hunt, at_once: None
) -> None:
    ada = solve(hunt, "Ada", "right 1")
    Hunt.objects.update(freeze_at=leave_behind(now_ms()))
    before = client.get("/replay.json")
    submit([submission(ada, text="right 2")])
    moderate(int(make_user(staff=True).pk), hunt.id, solve(hunt, "Bob", "right 1").id, "hide", "why")
    after = client.get("/replay.json")
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    Hunt.objects.update(freeze_at=None)
    assert client.get("/replay.json")["ETag"] != before["ETag"]


def test_it_is_made_seldom_and_never_twice_at_once(
    client: Client, hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []
    encoded: Callable[..., Any] = replay.encoded

    def counted(hunt_id: int, *, full: bool) -> Any:
        made.append(full)
        # Meanwhile somebody else asks, and is not kept waiting on one of the pages' threads.
        busy = client.get("/replay.json")
        assert (busy.status_code, busy["Retry-After"]) == (503, "3")
        return encoded(hunt_id, full=full)

    monkeypatch.setattr(replay, "encoded", counted)
    ada = solve(hunt, "Ada", "right 1")
    first = read(client)
    submit([submission(ada, text="right 2")])
    assert read(client) == first
    assert len(made) == 1
    monkeypatch.setattr(replay, "encoded", encoded)
    monkeypatch.setattr(replays, "OLDEST_S", 0)
    monkeypatch.setattr(replays, "SHARE", 0)
    moderate(int(make_user(staff=True).pk), hunt.id, ada.id, "hide", "a tester")
    assert read(client)["players"]["name"] == []
