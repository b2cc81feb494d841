"""Downloads: whole or visibly broken off; nothing stays behind of them; the pages go on."""

import asyncio
import json
import threading
from collections.abc import Callable, Generator
from typing import Any

import pytest
from django.test import Client

from enigma_rt.downloads import AT_ONCE, Download, Downloads, Stalled
from game.models import AuditEntry
from tests.factories import make_hunt, make_user
from tests.support.backstage import backstage
from tests.support.pack import write_pack
from tests.support.server import RunningHunt

KINDS = [(what, form) for what in ("results", "attempts", "ledger") for form in ("csv", "json")]


class FakeRequest:
    """A client that reads `room` parts and then does what `then` says."""

    def __init__(self, room: int, then: BaseException | None = None) -> None:
        self.left, self.then = room, then
        self.ended = self.cut = False
        self.waiting = asyncio.Event()

    def begin_download(self) -> "FakeRequest":
        return self

    async def room(self) -> None:
        if self.left:
            self.left -= 1
        elif self.then is not None:
            raise self.then
        else:
            self.waiting.set()
            await asyncio.Event().wait()

    def end_download(self) -> None:
        self.ended = True

    def cut_off(self) -> None:
        self.cut = True


class Sent:
    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def __call__(self, message: dict[str, Any]) -> None:
        self.messages.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def whole(self) -> bool:
        return self.messages[-1]["type"] == "http.response.body" and "more_body" not in self.messages[-1]


class Parts:
    """What a download is made of; `closed` when it has been let go, in the thread that made it."""

    def __init__(self, count: int, error: Exception | None = None) -> None:
        self.closed = threading.Event()
        self.threads: set[int] = set()
        self._count, self._error = count, error

    def __call__(self) -> Generator[bytes]:
        try:
            for number in range(self._count):
                self.threads.add(threading.get_ident())
                yield b"%d\n" % number
            if self._error is not None:
                raise self._error
        finally:
            self.threads.add(threading.get_ident())
            self.closed.set()


def download(parts: Parts) -> Download:
    return Download(parts(), "x.csv", "text/csv")


async def send(parts: Parts, request: FakeRequest, downloads: Downloads | None = None) -> Sent:
    sent = Sent()
    await (downloads or Downloads()).send(download(parts), request, sent)  # type: ignore[arg-type]
    assert await asyncio.to_thread(parts.closed.wait, 10)
    return sent


async def test_all_parts_are_sent_and_made_in_one_thread_that_is_not_the_loops() -> None:
    parts = Parts(3)
    request = FakeRequest(room=9)
    sent = await send(parts, request)
    assert (sent.body, sent.whole, request.ended, request.cut) == (b"0\n1\n2\n", True, True, False)
    assert len(parts.threads) == 1 and threading.get_ident() not in parts.threads
    assert not any(name == b"content-length" for name, _ in sent.messages[0]["headers"])


@pytest.mark.parametrize("then", [Stalled("it reads nothing"), ConnectionError("gone")])
async def test_a_client_that_reads_no_more_is_let_go(then: Exception) -> None:
    parts = Parts(100)
    request = FakeRequest(room=2, then=then)
    sent = await send(parts, request)
    assert request.cut and not sent.whole
    assert len(parts.threads) == 1


async def test_what_breaks_in_the_middle_does_not_look_whole() -> None:
    parts = Parts(2, error=RuntimeError("the database is gone"))
    request = FakeRequest(room=9)
    sent = await send(parts, request)
    assert request.cut and not sent.whole and not request.ended


async def test_a_server_that_ends_cuts_its_downloads_off() -> None:
    parts, request, sent = Parts(100), FakeRequest(room=1), Sent()
    task = asyncio.ensure_future(Downloads().send(download(parts), request, sent))  # type: ignore[arg-type]
    await request.waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert request.cut and not sent.whole
    assert await asyncio.to_thread(parts.closed.wait, 10)


async def test_only_so_many_at_once_and_then_others_again() -> None:
    downloads = Downloads()
    slow = [FakeRequest(room=0) for _ in range(AT_ONCE)]
    running = [
        asyncio.ensure_future(downloads.send(download(Parts(9)), request, Sent()))  # type: ignore[arg-type]
        for request in slow
    ]
    await asyncio.gather(*(request.waiting.wait() for request in slow))
    refused = Sent()
    await downloads.send(download(Parts(1)), FakeRequest(room=9), refused)  # type: ignore[arg-type]
    assert refused.messages[0]["status"] == 503
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert (await send(Parts(1), FakeRequest(room=9), downloads)).whole


# --- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "form"), KINDS)
def test_exports_are_for_staff(client: Client, what: str, form: str) -> None:
    hunt = make_hunt()
    path = f"/console/export/{what}.{form}"
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    client.force_login(make_user())
    assert client.get(path).status_code == 403
    boss = make_user(staff=True)
    client.force_login(boss)
    response = client.get(path, {"emails": "1"})
    assert isinstance(response, Download)
    assert response["Content-Disposition"].startswith(f'attachment; filename="{hunt.slug}-{what}-')
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get()
    assert (entry.user_id, entry.action) == (
        boss.id,
        "export.emails" if what == "results" else f"export.{what}",
    )
    assert entry.detail["asked"] == {"what": what, "form": form, "emails": what == "results"}
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_there_is_nothing_to_export_without_a_hunt_or_of_another_name(client: Client) -> None:
    client.force_login(make_user(staff=True))
    assert client.get("/console/export/results.csv").status_code == 404
    make_hunt()
    assert client.get("/console/export/passwords.csv").status_code == 404
    assert client.get("/console/export/results.xml").status_code == 404


# --- a server -------------------------------------------------------------------------------------------------------


def test_a_server_delivers_the_file(start_hunt: Callable[..., RunningHunt], tmp_path: Any) -> None:
    import http.client

    hunt = start_hunt(web=0)
    hunt.manage("import_hunt", write_pack(tmp_path / "pack", 4), "--starts-in", "0s", "--current")
    hunt.start_web(ENIGMA_HTTP_THREADS="1")
    with backstage(hunt.env) as behind:
        boss = behind.account("Boss", staff=True)
        behind.player("Zoë")
        behind.answers("Zoë", *(f"=guess {number}" for number in range(5)))
    connection = http.client.HTTPConnection(hunt.url.removeprefix("http://"), timeout=20)
    for form in ("json", "csv"):
        # One after the other over one connection: what was said before the file is its end.
        headers = {"Cookie": f"sessionid={boss}", "Accept-Encoding": "gzip, br"}
        connection.request("GET", f"/console/export/attempts.{form}", headers=headers)
        response = connection.getresponse()
        body = response.read()
        assert (response.status, response.headers["Content-Encoding"]) == (200, None)
        if form == "json":
            assert [row["text"] for row in json.loads(body)] == [f"=guess {number}" for number in range(5)]
        else:
            assert body.decode("utf-8-sig").count("'=guess ") == 5
