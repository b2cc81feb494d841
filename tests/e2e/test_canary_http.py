"""Nothing that a player has not reached is on any page: every word of the hunt's hidden pieces would give it away."""

import gzip
import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.backstage import Stage, backstage
from tests.support.pack import word, write_pack
from tests.support.server import RunningHunt

QUESTIONS = 4
CANARY = re.compile(r"[a-z]+\dokapi")

OURS = (
    "/",
    "/play",
    "/join",
    "/rules",
    "/board",
    "/console",
    "/words/de/play/000000000000.js",
    "/sw.js",
    "/manifest.webmanifest",
    "/offline",
    "/healthz",
    "/readyz",
    "/metrics",
)
ACCOUNTS = ("login/", "signup/", "logout/", "password/reset/", "password/change/", "email/", "inactive/")
ADMIN = (
    *("", "login/", "game/", "jsi18n/", "autocomplete/?app_label=game&model_name=question&field_name=hunt"),
    *(
        f"game/{rows}/"
        for rows in ("hunt", "question", "storyblock", "image", "attempt", "player", "announcement")
    ),
    *(
        f"game/{row}/1/{what}/"
        for row in ("hunt", "question", "image")
        for what in ("change", "history", "delete")
    ),
)
GUESSED = (
    *("/image/", "/image/1", "/image/2.svg", "/image/images/2.svg", "/images/2.svg", "/media/images/2.svg"),
    *(
        "/static/images/2.svg",
        "/static/staticfiles.json",
        "/static/enigma/",
        "/static/",
        "/hunt.toml",
        "/api/",
    ),
    *(
        "/question/2",
        "/questions",
        "/export",
        "/sitemap.xml",
        "/robots.txt",
        "/.env",
        "/enigma.sqlite3",
        "/var/",
    ),
    *(
        "/static/../enigma.sqlite3",
        "/static/%2e%2e/%2e%2e/enigma.sqlite3",
        "/static/enigma/..%2f..%2fsettings.py",
    ),
    *("/ws/play", "/play?q=2", "/play/2", "/board?top=1000", "/rules?format=json", "/?preview=1", "/nothing"),
)
PAGES = (*OURS, *(f"/accounts/{path}" for path in ACCOUNTS), *(f"/admin/{path}" for path in ADMIN), *GUESSED)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def text(self) -> str:
        """Head and body, as a curious reader sees them."""
        packed = self.headers.get("content-encoding") == "gzip"
        head = "".join(f"{name}: {value}\n" for name, value in self.headers.items())
        return head + (gzip.decompress(self.body) if packed else self.body).decode("utf-8", "replace")


class Visitor:
    """Somebody with a session, or nobody's."""

    def __init__(self, url: str, session: str = "") -> None:
        self._netloc = urlsplit(url).netloc
        self._cookie = f"sessionid={session}"

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self._netloc, timeout=20)
        try:
            wire = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"Cookie": self._cookie, **wire})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def hunt(
    start_shared_hunt: Callable[..., RunningHunt], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHunt]:
    everywhere = tuple(range(1, QUESTIONS + 1))
    pack: Path = write_pack(tmp_path_factory.mktemp("canary") / "hunt", QUESTIONS, pictures=everywhere)
    running = start_shared_hunt(web=0)
    running.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    running.start_web()
    yield running
    # Not even where only an operator looks.
    assert not CANARY.search(running.web[0].log_text())


@pytest.fixture(scope="module")
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    with backstage(hunt.env) as stage:
        yield stage


@pytest.fixture(scope="module")
def pictures(behind: Stage) -> dict[int, str]:
    """Each question's picture's address, which nobody but its own question tells."""
    rows = behind.run(
        "from game.models import Question\n"
        "result = list(Question.objects.order_by('position').values_list('position', 'image__token'))"
    )
    return {position: f"/image/{token}" for position, token in rows}


@pytest.fixture(scope="module")
def people(hunt: RunningHunt, behind: Stage) -> dict[str, Visitor]:
    sessions = {
        "nobody": "",
        "somebody with an old session": "0123456789abcdefghijklmnopqrstuv",
        "an account that does not play": behind.account("Eve"),
        "a player on the first question": behind.player("Ada", xp=100),
        "a moderator": behind.account("Mallory", role="moderator"),
    }
    return {who: Visitor(hunt.url, session) for who, session in sessions.items()}


def sung(answer: Answer) -> list[str]:
    return CANARY.findall(answer.text())


def test_the_canaries_would_be_heard(hunt: RunningHunt, behind: Stage) -> None:
    """An organiser with all rights sees them in the admin: what this test looks for is there to be found."""
    session = behind.account("Root", staff=True)
    behind.run(
        "from django.contrib.auth import get_user_model\n"
        "result = get_user_model().objects.filter(username='root').update(is_superuser=True)"
    )
    first = int(behind.run("from game.models import Question; result = Question.objects.get(position=2).id"))
    root = Visitor(hunt.url, session)
    assert {word(piece, 2) for piece in ("text", "solve", "near", "hint")} <= set(
        sung(root.get(f"/admin/game/question/{first}/change/", Accept_Encoding="gzip"))
    )


def test_no_page_tells_anybody_anything(people: dict[str, Visitor], pictures: dict[int, str]) -> None:
    heard = {
        (who, method, path): found
        for who, visitor in people.items()
        for path in PAGES
        for method in ("GET", "HEAD", "OPTIONS")
        if (method == "GET" or path in OURS)
        if (found := sung(visitor.get(path, method, Accept_Encoding="gzip")))
    }
    assert heard == {}


def test_a_page_of_its_own_names_no_picture(people: dict[str, Visitor], pictures: dict[int, str]) -> None:
    """What is shown comes through the socket: the address is on no page, for nobody."""
    for visitor in people.values():
        for path in OURS:
            text = visitor.get(path).text()
            assert not [address for address in pictures.values() if address in text]


def test_pages_about_mistakes_tell_nothing(people: dict[str, Visitor], behind: Stage) -> None:
    player = people["a player on the first question"]
    with broken_settings(behind):
        for visitor in people.values():
            answer = visitor.get("/rules")
            assert (answer.status, sung(answer)) == (500, [])
            assert "Traceback" not in answer.text()
    assert player.get("/rules").status == 200
    for path, method, headers, status in (
        ("/nothing", "GET", {}, 404),
        ("/image/nothing", "GET", {}, 404),
        ("/console", "GET", {}, 403),
        ("/rules", "OPTIONS", {}, 405),
        ("/accounts/logout/", "POST", {}, 403),
        ("/", "GET", {"Host": "elsewhere.example"}, 400),
    ):
        answer = player.get(path, method, **headers)
        assert (path, answer.status, sung(answer)) == (path, status, [])


@contextmanager
def broken_settings(behind: Stage) -> Iterator[None]:
    """A row that somebody has broken by hand."""
    update = "from game.models import Hunt; result = Hunt.objects.update(settings={})"
    behind.run(update.format({"curve": "none"}))
    try:
        yield
    finally:
        behind.run(update.format({}))


def test_a_picture_is_there_from_its_question_on_and_for_nobody_else(
    people: dict[str, Visitor], pictures: dict[int, str], behind: Stage
) -> None:
    player = people["a player on the first question"]
    for reached in range(1, QUESTIONS + 1):
        for q, address in pictures.items():
            answer = player.get(address)
            assert (q, answer.status) == (q, 200 if q <= reached else 404)
            assert set(sung(answer)) == ({word("picture", q)} if q <= reached else set())
        for who, visitor in people.items():
            if visitor is not player:
                assert {(who, visitor.get(address).status) for address in pictures.values()} == {
                    # Organisers look at what they publish.
                    (who, 200 if who == "a moderator" else 404)
                }
        behind.answers("Ada", word("solve", reached))
    # Whoever has finished may look back.
    assert player.get(pictures[1]).status == 200


def test_a_picture_that_is_not_reached_is_like_one_that_does_not_exist(
    hunt: RunningHunt, behind: Stage, pictures: dict[int, str]
) -> None:
    player = Visitor(hunt.url, behind.player("Bob"))
    address = pictures[3]
    token = address.rpartition("/")[2]
    none = player.get(f"/image/{token[::-1]}")
    for headers in ({}, {"If_None_Match": f'"{token}"'}, {"If_None_Match": "*"}, {"Range": "bytes=0-9"}):
        answer = player.get(address, **headers)
        assert (answer.status, answer.body) == (404, none.body)
        assert answer.headers.keys() == none.headers.keys()
        assert "no-store" in answer.headers["cache-control"]
    assert player.get(address, "HEAD").status == 404


def test_a_picture_is_served_as_a_picture_and_nothing_else(
    hunt: RunningHunt, behind: Stage, pictures: dict[int, str]
) -> None:
    player = Visitor(hunt.url, behind.player("Cleo"))
    answer = player.get(pictures[1])
    headers = answer.headers
    assert headers["content-type"] == "image/svg+xml"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert set(headers["cache-control"].split(", ")) == {"private", "immutable", "max-age=31536000"}
    assert "set-cookie" not in headers
    again = player.get(pictures[1], If_None_Match=headers["etag"])
    assert (again.status, again.body) == (304, b"")
