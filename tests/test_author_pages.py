"""The author's desk over HTTP: for authors, in JSON, bound to what was seen, once."""

import base64
import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enigma_rt import author
from game.models import AuditEntry, Hunt
from game.packs.archive import packed, unpacked
from game.services import packs
from tests.factories import make_hunt, make_user

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def hunt() -> Hunt:
    """Starts in an hour."""
    return make_hunt(started_h=-1)


@pytest.fixture
def desk(hunt: Hunt) -> "Desk":
    return Desk(hunt, make_user(role="author"))


class Desk:
    """An author's browser."""

    def __init__(self, hunt: Hunt, user: Any) -> None:
        self.address = f"/author/{hunt.id}"
        self.client = Client()
        self.client.force_login(user)

    def state(self) -> Any:
        return self.client.get(f"{self.address}/state").json()

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"{self.address}/{path}", json.dumps(body), content_type="application/json")

    def save(self, q: int = 1, picture: Any = None, **values: Any) -> Any:
        question = self.state()["questions"][q - 1]
        return self.post(
            f"questions/{question['id']}",
            command=str(uuid4()),
            token=question["token"],
            content={**question["content"], **values},
            picture=picture,
        )


def test_the_desk_is_for_authors(client: Client, hunt: Hunt) -> None:
    assert client.get("/author")["Location"] == "/accounts/login/?next=/author"
    assert client.get(f"/author/{hunt.id}/state").status_code == 401
    for role, status in (("", 403), ("moderator", 403), ("author", 200)):
        found = Desk(hunt, make_user(role=role))
        for path in ("/author", "/author/preview", f"{found.address}/state", f"{found.address}/versions"):
            assert found.client.get(path).status_code == status, (role, path)
        refused = found.post("order", command=str(uuid4()), order="", ids=[])
        assert refused.status_code == (403 if status == 403 else 409)
    assert Desk(hunt, make_user(staff=True)).client.get("/author").status_code == 200


def test_what_changes_something_comes_from_our_own_page(hunt: Hunt) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(role="author"))
    page = client.get("/author")
    token = page.context["csrf_token"]
    path, body = f"/author/{hunt.id}/look", json.dumps({})
    assert client.post(path, body, content_type="application/json").status_code == 403
    heard = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": str(token)})
    assert heard.json()["code"] == "invalid"


def test_the_preview_stands_in_our_own_frame_alone(desk: Desk) -> None:
    page, preview = desk.client.get("/author"), desk.client.get("/author/preview")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert (page["X-Frame-Options"], preview["X-Frame-Options"]) == ("DENY", "SAMEORIGIN")
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert "connect-src 'none'" in preview["Content-Security-Policy"]


def test_a_question_is_saved_and_everybody_else_is_told_by_the_version(desk: Desk) -> None:
    before = desk.state()
    asked = f"{desk.address}/state?version={before['version']}"
    assert desk.client.get(asked).status_code == 204
    picture = {"name": "Map.png", "data": base64.b64encode(PNG).decode()}
    assert desk.save(title="New", image_alt="A map", picture=picture).status_code == 200
    after = desk.client.get(asked).json()
    assert after["questions"][0]["content"]["title"] == "New"
    assert after["questions"][0]["content"]["image"] == "images/map.png"
    stale = desk.post(
        f"questions/{before['questions'][0]['id']}",
        command=str(uuid4()),
        token=before["questions"][0]["token"],
        content=before["questions"][0]["content"],
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "outdated")
    refused = desk.save(answers=[], text="")
    assert refused.status_code == 422
    assert refused.json()["text"].splitlines()[0].startswith("text shows nothing")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"command":"x"}', b"\xff", b"[" * 100_000, b'{"a":NaN}']
)
def test_what_is_no_request_of_ours_is_refused(desk: Desk, body: bytes) -> None:
    for path in ("look", "guess", "order", "hunt", "questions", "questions/1", "versions/1/restore"):
        answer = desk.client.post(f"{desk.address}/{path}", body, content_type="application/json")
        assert answer.status_code in (404, 422)
        assert answer.json()["code"] in ("invalid", "not_found")


def test_nothing_larger_than_a_question_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(author, "BODY_BYTES", 100)
    assert desk.post("look", text="x" * 200).json()["text"] == "That is too large."


def test_a_guess_and_a_picture_are_tried(desk: Desk) -> None:
    told = desk.post("guess", answers=["lamp"], close=[], threshold=70, text="Lamps").json()
    assert (told["verdict"], told["why"], told["by"]) == ("close", "similar", "lamp")
    assert "at least one" in desk.post("guess", answers=[], close=[], threshold=0, text="x").json()["problem"]
    path = f"{desk.address}/picture"
    fine = desk.client.post(path, PNG, content_type="application/octet-stream")
    assert fine.json() == {"media_type": "image/png"}
    bad = desk.client.post(
        path, b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", content_type="application/octet-stream"
    )
    assert "has an event handler" in bad.json()["text"]


def test_when_the_night_begins_is_for_owners_to_say(desk: Desk, hunt: Hunt) -> None:
    state = desk.state()
    said = {name: state[name] for name in ("title", "tagline", "starts_at", "ends_at", "settings")}

    def write(by: Desk, **values: Any) -> Any:
        return by.post("hunt", command=str(uuid4()), token=by.state()["token"], hunt={**said, **values})

    assert write(desk, tagline="New").status_code == 200
    moved = {"starts_at": said["starts_at"] + 1000, "tagline": "New"}
    assert write(desk, **moved).status_code == 403
    owner = Desk(hunt, make_user(staff=True))
    assert write(owner, **moved).status_code == 200
    assert Hunt.objects.get(id=hunt.id).starts_at == moved["starts_at"]


def test_versions_are_listed_compared_and_brought_back(desk: Desk) -> None:
    desk.save(title="One")
    desk.save(title="Two")
    assert [row["number"] for row in desk.client.get(f"{desk.address}/versions").json()["versions"]] == [
        3,
        2,
        1,
    ]
    told = desk.client.get(f"{desk.address}/versions/2").json()
    assert [(one["before"], one["after"]) for one in told["changed"]] == [("Title 1", "One")]
    assert [(one["before"], one["after"]) for one in told["restoring"]] == [("Two", "One")]
    back = desk.post("versions/2/restore", command=str(uuid4()), version=desk.state()["version"])
    assert back.status_code == 200
    assert desk.state()["questions"][0]["content"]["title"] == "One"
    assert desk.client.get(f"{desk.address}/versions/99").status_code == 404


def test_a_pack_goes_out_and_comes_in_again(desk: Desk, hunt: Hunt) -> None:
    out = desk.client.get(f"{desk.address}/export")
    assert out["Content-Disposition"] == f'attachment; filename="{hunt.slug}.zip"'
    assert unpacked(io.BytesIO(out.content)) == packs.export_pack(hunt)
    assert AuditEntry.objects.get().action == "export.pack"
    desk.save(title="Changed")

    def send(data: bytes, **fields: Any) -> Any:
        file = SimpleUploadedFile("pack.zip", data, content_type="application/zip")
        return desk.client.post(f"{desk.address}/pack", {"file": file, **fields})

    looked = send(out.content)
    assert [one["after"] for one in looked.json()["changes"]] == ["Title 1"]
    assert desk.state()["questions"][0]["content"]["title"] == "Changed"  # only looked
    assert send(out.content, command=str(uuid4()), version=1).json()["code"] == "outdated"
    command, version = str(uuid4()), desk.state()["version"]
    assert send(out.content, command=command, version=version).status_code == 200
    assert send(out.content, command=command, version=version).status_code == 200  # sent again: done before
    assert desk.state()["questions"][0]["content"]["title"] == "Title 1"
    broken = send(b"no zip")
    assert broken.status_code == 422
    assert broken.json()["problems"] == ["the file: is not a zip. Send the pack's folder as a .zip."]
    assert packed(packs.export_pack(hunt)) == out.content


# --- all hunts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def author_client() -> Client:
    client = Client()
    client.force_login(make_user(role="author"))
    return client


@pytest.fixture
def owner_client() -> Client:
    client = Client()
    client.force_login(make_user(staff=True))
    return client


def test_without_a_hunt_the_desk_leads_to_where_one_is_begun(author_client: Client) -> None:
    assert author_client.get("/author")["Location"] == "/author/hunts"
    assert "There is no hunt yet" in author_client.get("/author/hunts").content.decode()
    assert author_client.get("/author?hunt=none").status_code == 404


def test_hunts_are_begun_by_authors_and_shown_by_owners(author_client: Client, owner_client: Client) -> None:
    said = {"title": "Night Shift", "command": str(uuid4())}
    for _sent_twice in range(2):
        begun = author_client.post("/author/hunts/begin", said)
        assert begun["Location"] == "/author?hunt=night-shift"
    new = Hunt.objects.get()
    page = author_client.get("/author?hunt=night-shift").content.decode()
    assert "data-owner" not in page
    refused = author_client.post("/author/hunts/begin", {"title": " ", "command": str(uuid4())})
    assert refused.status_code == 422
    assert "title is blank" in refused.content.decode()
    assert author_client.post("/author/hunts/begin", {"title": "x", "command": "no"}).status_code == 422

    path = f"/author/hunts/{new.id}/current"
    assert author_client.get(path).status_code == 403
    assert "Make it the current" not in owner_client.get("/author/hunts").content.decode()  # no question yet
    empty = owner_client.post(path, {"instead": "", "command": str(uuid4())})
    assert (empty.status_code, "no question" in empty.content.decode()) == (409, True)

    live = make_hunt(slug="live", current=True)
    asked = owner_client.get(f"/author/hunts/{make_hunt(slug='other', current=False).id}/current")
    assert "is being played" in asked.content.decode()
    other = Hunt.objects.get(slug="other")
    path = f"/author/hunts/{other.id}/current"
    assert author_client.post(path, {"instead": live.id, "command": str(uuid4())}).status_code == 403
    assert owner_client.post(path, {"instead": "", "command": str(uuid4())}).status_code == 409
    assert owner_client.post(path, {"instead": "x", "command": str(uuid4())}).status_code == 404
    assert owner_client.post(path, {"instead": live.id, "command": str(uuid4())}).status_code == 302
    assert Hunt.objects.get(current=True) == other
    assert owner_client.get("/author/hunts/99999/current").status_code == 404


def test_a_pack_becomes_a_new_hunt(hunt: Hunt, author_client: Client) -> None:
    def send(data: bytes) -> Any:
        file = SimpleUploadedFile("pack.zip", data, content_type="application/zip")
        return author_client.post("/author/hunts/bring", {"file": file, "command": str(uuid4())})

    sent = send(packed(packs.export_pack(hunt)))
    new = Hunt.objects.exclude(id=hunt.id).get()
    assert sent["Location"] == f"/author?hunt={new.slug}"
    assert (new.current, new.questions.count()) == (False, 3)
    refused = send(b"no zip")
    assert (refused.status_code, "is not a zip" in refused.content.decode()) == (422, True)
    assert author_client.post("/author/hunts/bring", {"command": str(uuid4())}).status_code == 422


def test_hunts_are_for_authors_alone() -> None:
    client = Client()
    for path in ("begin", "bring"):
        assert client.post(f"/author/hunts/{path}").status_code == 302
    client.force_login(make_user(role="moderator"))
    assert client.get("/author/hunts").status_code == 403
    for path in ("begin", "bring"):
        assert client.post(f"/author/hunts/{path}").status_code == 403
    assert not Hunt.objects.exists()
