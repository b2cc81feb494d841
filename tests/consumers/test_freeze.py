"""A frozen board at the edge: nothing that the public is sent, in whatever way, tells of what came after."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db.models import F
from django.test import Client as Browser

from consumers import hub as hubs
from consumers import veil
from game.models import Attempt, Hunt, Question
from game.queries import freeze as queries
from game.services import freeze
from game.services.announcements import announce
from game.services.answers import submit
from game.services.moderation import grant, moderate
from game.services.questions import judge_as
from game.services.regrade import apply, preview
from tests.consumers.conftest import Client, Connect, Database
from tests.factories import command_id, make_hunt, make_player, make_user, now_ms, submission, user_of

ODD = {1: 7_919, 2: 8_839, 3: 9_973}
"""What the questions earn: figures that are in no frame by chance."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything as it is, only sooner."""
    monkeypatch.setattr(queries, "LEAD_MS", 150)
    monkeypatch.setattr(veil, "GUARD_MS", 50)
    monkeypatch.setattr(veil, "SETTLE_MS", 50)


async def drawn(frozen: bool = True) -> None:
    for _ in range(250):
        if hubs.current().veil.is_drawn is frozen:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def solve(database: Database, player: Any, q: int) -> None:
    await database(lambda: submit([submission(player, text=f"right {q}")]))


async def drained(client: Client, seconds: float = 0.3) -> list[dict[str, Any]]:
    """All that the socket has been sent so far."""
    while not await client.quiet(seconds):
        await client.next()
    return client.frames


@pytest.fixture
def arranged(database: Database) -> Callable[[], Awaitable[Any]]:
    async def make() -> Any:
        hunt = await database(make_hunt, settings={"curve": "solve_order", "board_top": 3})
        for q, points in ODD.items():
            await database(Question.objects.filter(hunt=hunt, position=q).update, points=points)
        people = {
            name: await database(make_player, hunt, name) for name in ("Ada", "Bob", "Cleo", "Dora", "Eve")
        }
        boss = await database(make_user, "boss", staff=True)
        return hunt, people, boss

    return make


async def test_nothing_that_the_public_is_sent_tells_of_what_came_after(
    connect: Connect, database: Database, arranged: Callable[[], Awaitable[Any]]
) -> None:
    hunt, people, boss = await arranged()
    ada, bob, cleo = people["Ada"], people["Bob"], people["Cleo"]
    await database(lambda: submit([submission(cleo, text="left 1")]))
    bobs, screen, console = (
        await connect(bob),
        await connect(role="spectator"),
        await connect(boss, "organiser"),
    )
    adas = await connect(ada)
    await solve(database, ada, 1)
    assert (await screen.until("ticker"))["items"][0]["name"] == "Ada"
    assert (await console.ask("freeze"))["t"] == "ok"
    assert (await bobs.until("hunt"))["hunt"]["freeze_at"] == (await screen.until("hunt"))["hunt"][
        "freeze_at"
    ]
    await drawn()
    instant = (await database(Hunt.objects.get)).freeze_at
    await drained(bobs), await drained(screen)

    # Ada goes on by herself: two more questions, and she is through. Grants, regrades and newcomers too.
    for q in (2, 3):
        reply = await adas.ask("answer", q=q, text=f"right {q}")
        assert reply["me"]["points"] == sum(ODD[done] for done in range(1, q + 1))
    await database(grant, boss.id, hunt.id, people["Eve"].id, 6_007, 0, "a grant")
    await database(judge_as, boss.id, hunt.id, 1, "left 1", "correct")
    view = await database(preview, hunt.id, 1)
    await database(apply, boss.id, hunt.id, 1, view.token, "why")
    await database(announce, boss.id, hunt.id, "info", "An hour left.")
    late = await database(make_player, hunt, "Finn")
    await solve(database, late, 1)
    await hubs.current()._reconcile()

    finns, other = await connect(late), await connect(role="spectator")
    public = [bobs, screen, finns, other]
    for client in public:
        await client.send({"t": "resync"})
        await client.send({"t": "resync", "only": "board"})
    for client in (bobs, finns):
        await client.ask("around")
        await client.ask("story")
        crowd = await client.ask("crowd", q=1 if client is bobs else 2, text="nothing", rival=ada.id)
        assert (crowd["here"], crowd["tried"], crowd["rival"][2]) == (None, None, ODD[1])
    frames = {client: [dict(frame) for frame in await drained(client)] for client in public}
    told = json.dumps(list(frames.values()))

    def web() -> str:
        visitor, player = Browser(), Browser()
        player.force_login(user_of(bob))
        pages = ["/", "/board", "/rules", "/play", "/join", "/me", "/console", "/jsi18n/"]
        exports = [
            f"/console/export/{what}.{form}"
            for what in ("results", "attempts", "ledger")
            for form in ("csv", "json")
        ]
        return "".join(
            browser.get(path, follow=True).content.decode()
            for browser in (visitor, player)
            for path in pages + exports
        )

    def after() -> list[int]:
        others = Attempt.objects.filter(at__gt=instant).exclude(player=late)
        return list(others.values_list("at", flat=True))

    secrets = [*await database(after), ODD[1] + ODD[2], sum(ODD.values()), 6_007]
    assert len(secrets) == 2 + 3
    for secret in secrets:
        assert not re.search(rf"\b{secret}\b", told + await database(web)), secret
    everybody = [frame for one in frames.values() for frame in one]
    boards = [
        frame["board"] for frame in everybody if frame["t"] in ("snapshot", "board_snapshot", "board_view")
    ]
    assert not any(row[4] for board in boards for row in board["top"])
    assert all(board["top"][0][:3] == [ada.id, "Ada", ODD[1]] for board in boards[-4:])
    moves = [move for frame in everybody if frame["t"] == "board" for move in frame["moves"]]
    assert {move[0] for move in moves if move[1] is None and move[2] == [0, None]} >= {late.id}
    assert all(
        move[0] == late.id for move in moves if (move[2] and (move[2][1] or 0) > instant) or move[1] is None
    )
    for client in (screen, other, bobs, finns):
        tickers = [frame for frame in frames[client] if frame["t"] == "ticker"]
        assert len(tickers) == (1 if client is screen else 0)
    assert [item["q"] for item in other.snapshot["ticker"]] == [1]
    # Their own they see.
    await finns.send({"t": "resync"})
    own = await finns.until("snapshot")
    while own["board"]["rank"] is None:  # asked for before they were on the board
        own = await finns.until("snapshot")
    assert (own["me"]["points"], own["board"]["me"], own["board"]["rank"]) == (ODD[1], [0, None], 6)

    # The console sees both.
    await drained(console)
    live = (await connect(boss, "organiser")).snapshot
    assert live["board"]["top"][0][:3] == [ada.id, "Ada", sum(ODD.values())]
    assert live["hunt"]["freeze_at"] == instant
    found = await console.ask("find", text="Eve")
    assert found["rows"][0]["rank"] == 4

    # And then everybody.
    assert (await console.ask("unfreeze"))["t"] == "ok"
    await drawn(False)
    for client in (bobs, screen):
        board = (await client.until("board_view"))["board"]
        while board["top"][0][2] != sum(ODD.values()):
            board = (await client.until("board_view"))["board"]
        assert [row[1] for row in board["top"]] == ["Ada", "Cleo", "Finn"]


async def test_who_is_hidden_is_gone_at_once_and_comes_back_as_then(
    connect: Connect, database: Database, arranged: Callable[[], Awaitable[Any]]
) -> None:
    hunt, people, boss = await arranged()
    ada = people["Ada"]
    await solve(database, ada, 1)
    screen = await connect(role="spectator")
    await database(freeze.freeze, boss.id, hunt.id)
    await drawn()
    await solve(database, ada, 2)
    for action, there in (("hide", False), ("show", True)):
        await database(moderate, boss.id, hunt.id, ada.id, action, "why")
        await hubs.current()._reconcile()
        delta = await screen.until("board")
        assert [[move[0], bool(move[2])] for move in delta["moves"]] == [[ada.id, there]]
    assert delta["rows"][0][:3] == [ada.id, "Ada", ODD[1]]


async def test_a_hub_that_starts_meanwhile_has_the_same_board(
    connect: Connect, database: Database, arranged: Callable[[], Awaitable[Any]]
) -> None:
    hunt, people, boss = await arranged()
    await solve(database, people["Ada"], 1)
    before = await connect(role="spectator")
    await database(freeze.freeze, boss.id, hunt.id)
    await drawn()
    # A straggler: judged before the instant, and visible to nobody until after it.
    instant = (await database(Hunt.objects.get)).freeze_at
    await solve(database, people["Bob"], 1)

    def backdate() -> None:
        for table, name in (("attempts", "at"), ("ledger", "at")):
            rows = getattr(people["Bob"], table)
            rows.update(**{name: instant - 1})

    await database(backdate)
    await solve(database, people["Cleo"], 1)
    held = hubs.current()
    held.veil._settle_at = 0
    await held.veil.draw()
    other = hubs.Hub()
    await other._load()
    rows = [(row.name, row.points) for row in held.board.top_rows()]
    assert rows == [(row.name, row.points) for row in other.board.top_rows()]
    assert rows[:2] == [("Ada", ODD[1]), ("Bob", ODD[1])]
    assert [(item.name, item.q) for item in other.ticker] == [("Bob", 1), ("Ada", 1)]
    assert other.live.board.total == held.live.board.total
    await other.bridge.close()
    assert before.snapshot["board"]["top"][0][1] == "Ada"


async def test_the_silence_of_a_frozen_board_does_not_tell_whether_the_live_one_moves(
    connect: Connect, database: Database, arranged: Callable[[], Awaitable[Any]]
) -> None:
    """Its beacon comes when the public has not been told anything for so long, whatever is solved meanwhile."""
    hunt, people, boss = await arranged()
    await database(freeze.freeze, boss.id, hunt.id)
    screen, console = await connect(role="spectator"), await connect(boss, "organiser")
    await drawn()
    hub = hubs.current()
    hub.public.quiet_since = hub.live.quiet_since = -1_000.0
    await solve(database, people["Ada"], 1)
    await console.until("board")
    await hub._beacon()
    beacon = await screen.until("beacon")
    assert (beacon["board"], beacon["version"]) == (hub.public.id, hub.public.board.version)
    assert hub.live.quiet_since > 0


async def test_nothing_is_told_in_the_moments_around_the_instant(
    connect: Connect,
    database: Database,
    arranged: Callable[[], Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """This process's clock may be behind the database's: what it takes for before may be after."""
    monkeypatch.setattr(veil, "GUARD_MS", 60_000)
    hunt, people, _boss = await arranged()
    screen = await connect(role="spectator")
    soon = now_ms() + 30_000
    await database(Hunt.objects.filter(id=hunt.id).update, freeze_at=soon, version=F("version") + 1)
    await hubs.current()._reconcile()
    await screen.until("hunt")
    await solve(database, people["Ada"], 1)
    await hubs.current()._reconcile()
    assert await screen.quiet(0.4)
    assert (await connect(role="spectator")).snapshot["board"]["top"][0][2] == 0
    await database(Hunt.objects.filter(id=hunt.id).update, freeze_at=None, version=F("version") + 2)
    await hubs.current()._reconcile()
    assert (await screen.until("board"))["rows"][0][1] == "Ada"


async def test_a_process_that_cannot_look_tells_nothing(
    connect: Connect,
    database: Database,
    arranged: Callable[[], Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bus may bring a solve to a process that has not heard of the freeze."""
    _hunt, people, _boss = await arranged()
    screen = await connect(role="spectator")
    hub = hubs.current()

    def away(*_: object) -> None:
        from django.db import OperationalError

        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr("consumers.hub.news.since", away)
        await asyncio.sleep(0.1)
        hub.veil._looked -= veil.BLIND_S
        await solve(database, people["Ada"], 1)
        assert await screen.quiet(0.4)
    hub.wake()
    assert (await screen.until("board", 10))["rows"][0][1] == "Ada"
    assert (await screen.until("ticker"))["items"][0]["name"] == "Ada"


async def test_refusals_are_frames(
    connect: Connect, database: Database, arranged: Callable[[], Awaitable[Any]]
) -> None:
    _hunt, people, boss = await arranged()
    console = await connect(boss, "organiser")
    assert (await console.ask("unfreeze"))["code"] == "invalid"
    assert (await console.ask("freeze", at=now_ms() - 1))["code"] == "invalid"
    assert (await console.ask("freeze", at=-1))["code"] == "bad_frame"
    command = command_id()
    for _ in range(2):
        assert (await console.ask("freeze", id=command))["t"] == "ok"
    player = await connect(people["Ada"])
    assert (await player.ask("unfreeze"))["code"] == "unknown_command"
