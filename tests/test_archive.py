"""The static archive: what is in it, what is not, when there is none, and that it needs nobody."""

import gzip
import io
import json
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from enigma_rt.downloads import Download
from game.models import AuditEntry, Hunt, Question
from game.queries import replay
from game.services import freeze, hunts, moderation
from game.services import reveal as ceremony
from tests.factories import add_image, make_hunt, make_player, make_user, now_ms
from tests.services.hunters import Hunter

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = re.compile(r'\b(?:href|src|data-source)="([^"]*)"')
IN_STYLES = re.compile(r'url\("?([^")]+)"?\)')
IMPORTED = re.compile(r'(?:from|import)\s*\(?\s*"([^"\n]+)"')
TOKEN = "zebra"  # nothing of the interface says it


@pytest.fixture
def boss(transactional_db: None) -> int:
    return int(make_user("Boss", staff=True).pk)


@pytest.fixture
def hunt(boss: int) -> Hunt:
    """Over. Ada won, Bob has skipped the second question; Hidden was first of all, and Banned cheated."""
    hunt = make_hunt(3, settings={"skip_xp": 0, "xp_start": 50})
    for question in Question.objects.filter(hunt=hunt):
        question.answers, question.close = (
            [f"{TOKEN}{question.position}", "also right"],
            [f"near{TOKEN}"],
        )
        question.save()
    Hunt.objects.filter(id=hunt.id).update(version=F("version") + 1)
    add_image(hunt, 2, b"<svg>a picture</svg>")
    hidden, banned = Hunter.of(hunt, "Hidden one"), Hunter.of(hunt, "Banned one")
    ada, bob = Hunter.of(hunt, "Ada <b>"), Hunter.of(hunt, "Bob")
    make_player(hunt, "Newcomer")
    for hunter, count in ((hidden, 3), (banned, 3), (ada, 3), (bob, 1)):
        for q in range(1, count + 1):
            hunter.answers(f"{TOKEN}{q}")
    bob.answers("something private")
    bob.skips()
    moderation.moderate(boss, hunt.id, hidden.id, "hide", "a tester")
    moderation.moderate(boss, hunt.id, banned.id, "ban", "shared answers")
    hunts.control(boss, hunt.id, "end")
    hunt.refresh_from_db()
    return hunt


def exported(folder: Path, *options: str) -> dict[str, bytes]:
    call_command("export_site", str(folder), *options, stdout=io.StringIO())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def text(html: bytes) -> str:
    """What a page says, with single blanks."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.decode()).split())


def test_it_tells_the_hunt(hunt: Hunt, tmp_path: Path) -> None:
    files = exported(tmp_path, "--answers")
    chain = text(files["chain.html"])
    for q in (1, 2, 3):
        assert all(f"{word} {q}" in chain for word in ("Before", "Title", "Hint", "After"))
        assert f"{TOKEN}{q}" in chain
    assert "2 hunters solved it first: Ada &lt;b&gt;" in chain and "1 skipped it" in chain
    assert b'<img src="pictures/2.svg" alt="Alt 2"' in files["chain.html"]
    assert files["pictures/2.svg"] == b"<svg>a picture</svg>"
    lines = re.findall(
        r"<tr[^>]*><td>(\d+)</td><th scope=\"row\"><bdi>([^<]+)</bdi>", files["board.html"].decode()
    )
    assert lines == [("1", "Ada &lt;b&gt;"), ("2", "Bob"), ("3", "Newcomer")]
    front = text(files["index.html"])
    assert "The Test Hunt" in front and "Hunters 3 Questions 3 Right answers 4 Finished 1" in front
    # What /replay serves, to the last member but the moment at which it was made.
    _, body = replay.encoded(hunt.id, full=False)
    served, kept = json.loads(gzip.decompress(body)), json.loads(files["replay.json"])
    assert kept == served
    assert kept["players"]["name"] == ["Ada <b>", "Bob", "Newcomer"]


@pytest.mark.parametrize("answers", [False, True])
def test_it_does_not_tell_what_is_not_public(hunt: Hunt, tmp_path: Path, answers: bool) -> None:
    files = exported(tmp_path, *(["--answers"] if answers else []))
    everything = b"\n".join(files.values())
    for name in (
        b"Hidden one",
        b"Banned one",
        b"something private",
        b"@example.org",
        f"near{TOKEN}".encode(),
    ):
        assert name not in everything
    told = {path for path, content in files.items() if TOKEN.encode() in content or b"also right" in content}
    assert told == ({"chain.html", "chain.de.html"} if answers else set())
    entry = AuditEntry.objects.latest("id")
    assert (entry.user, entry.action) == (None, "export.site_answers" if answers else "export.site")


def test_nothing_is_missing_in_it_and_nothing_elsewhere_is_named(hunt: Hunt, tmp_path: Path) -> None:
    files = exported(tmp_path)
    named = 0
    for path, content in files.items():
        suffix = PurePosixPath(path).suffix
        pattern = {".html": ADDRESS, ".css": IN_STYLES, ".js": IMPORTED}.get(suffix)
        for address in pattern.findall(content.decode()) if pattern else ():
            parts = urlsplit(address)
            assert not parts.scheme and not parts.netloc and not parts.path.startswith("/"), (path, address)
            if parts.path:
                found = (tmp_path / path).parent / parts.path
                assert found.resolve().relative_to(tmp_path.resolve()).as_posix() in files, (path, address)
                named += 1
        if suffix == ".html":
            assert b"Content-Security-Policy" in content and b"default-src &#x27;none&#x27;" in content
    assert named > 100


def test_in_one_language_or_in_several(hunt: Hunt, tmp_path: Path) -> None:
    both = exported(tmp_path / "both")
    assert (
        "Geschichte und Fragen" in text(both["chain.de.html"])
        and 'lang="de"' in both["chain.de.html"].decode()
    )
    assert b'href="chain.de.html"' in both["chain.html"] and b'href="chain.html"' in both["chain.de.html"]
    assert b'<script src="files/words.de.js">' in both["replay.de.html"]
    german = exported(tmp_path / "german", "--language", "de")
    assert "Geschichte und Fragen" in text(german["chain.html"])
    assert [path for path in german if ".de." in path] == ["files/words.de.js"]
    with pytest.raises(CommandError, match="no language 'xx'"):
        exported(tmp_path / "other", "--language", "xx")


def test_it_is_refused_while_anything_is_held_back(hunt: Hunt, boss: int, tmp_path: Path) -> None:
    def refused(why: str) -> None:
        before = AuditEntry.objects.count()
        with pytest.raises(CommandError, match=why):
            exported(tmp_path)
        assert not list(tmp_path.iterdir()) and AuditEntry.objects.count() == before

    Hunt.objects.update(ended_at=None)
    refused("not over")
    hunts.control(boss, hunt.id, "pause")
    refused("not over")
    Hunt.objects.update(paused_at=None, ended_at=now_ms(), freeze_at=hunt.starts_at + 1000)
    refused("frozen: reveal it, or unfreeze it")
    ceremony.reveal(boss, hunt.id, "start")
    refused("frozen")
    hunt.refresh_from_db()
    for step in range(hunt.reveal_steps):
        ceremony.reveal(boss, hunt.id, "next", step=step)
    assert "index.html" in exported(tmp_path)
    Hunt.objects.update(reveal_at=None)
    freeze.unfreeze(boss, hunt.id)
    assert "index.html" in exported(tmp_path, "--force")
    with pytest.raises(CommandError, match="--force"):
        exported(tmp_path)


def test_owners_take_it_from_the_console(client: Client, hunt: Hunt, boss: int, tmp_path: Path) -> None:
    path = "/console/site.zip"
    assert client.get(path)["Location"].startswith("/accounts/login/")
    author = make_user(role="author")
    client.force_login(author)
    assert client.get(path).status_code == 403
    client.force_login(make_user("Boss 2", staff=True))
    response: Any = client.get(path, {"answers": "1", "language": ["de", "en"]})
    assert isinstance(response, Download) and response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.parts))) as pack:
        taken = {name.removeprefix(f"{hunt.slug}-site/"): pack.read(name) for name in pack.namelist()}
    written = exported(tmp_path, "--answers", "--language", "de", "--language", "en")
    assert {name: body for name, body in taken.items() if name != "replay.json"} == {
        name: body for name, body in written.items() if name != "replay.json"
    }
    (entry,) = AuditEntry.objects.filter(action="export.site_answers", user__isnull=False)
    assert entry.detail["asked"] == {"answers": True, "languages": ["de", "en"]}
    assert client.get(path, {"language": "xx"}).status_code == 404
    Hunt.objects.update(ended_at=None)
    early = client.get(path)
    assert early.status_code == 409 and "not over" in early.content.decode()
    assert AuditEntry.objects.filter(action__startswith="export.site", user__isnull=False).count() == 1
