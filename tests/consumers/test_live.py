"""What reaches everybody: boards, other tabs, announcements, phases; by the bus, and without it."""

import asyncio
import random
from typing import Any

import msgspec
import pytest
from django.db import connection

from consumers import hub as hubs
from game.models import Announcement, Hunt, LedgerEntry, Player
from game.services import xp
from game.services.announcements import announce
from game.services.answers import submit
from leaderboard.models import Standing
from leaderboard.ranking import Delta, View, follow
from tests.consumers.conftest import Connect, Database
from tests.factories import HOUR, make_hunt, make_player, make_user, now_ms, submission

ROOMY = '{"burst": 10000}'


def view_of(board: dict[str, Any], player: int | None) -> View:
    plain = {**board, "player": player}
    return msgspec.convert(plain, View)


def followed(view: View, frames: list[dict[str, Any]], board_id: str) -> View:
    for frame in frames:
        if frame["t"] == "board" and frame["version"] > view.version:
            assert frame["board"] == board_id
            view = follow(view, msgspec.convert(frame, Delta))
    return view


async def test_snapshot_and_deltas_make_the_fresh_snapshot_on_every_client(
    connect: Connect, database: Database, settings: Any
) -> None:
    settings.SOCKET_LIMITS = ROOMY
    chance = random.Random(7)
    hunt = await database(make_hunt, 6, settings={"board_top": 5})
    people = [await database(make_player, hunt) for _ in range(12)]
    clients = [await connect(person) for person in people[:6]]
    clients.append(await connect(role="spectator"))
    for _ in range(25):
        person = chance.choice(people)
        await database(person.refresh_from_db)
        if person.finished_at is None:
            await database(lambda who=person: submit([submission(who, text=f"right {who.position}")]))
        if chance.random() < 0.4:
            await asyncio.sleep(0.15)
    await asyncio.sleep(0.4)
    for client, person in zip(clients, [*people[:6], None], strict=True):
        first = client.snapshot["board"]
        await client.send({"t": "resync", "only": "board"})
        fresh = (await client.until("board_view"))["board"]
        me = person.id if person else None
        assert first["id"] == fresh["id"]
        assert followed(view_of(first, me), client.frames, fresh["id"]) == view_of(fresh, me)
    assert fresh["version"] > 3


async def test_two_tabs_stay_in_step(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    here, there = await connect(ada), await connect(ada)
    reply = await here.ask("answer", q=1, text="right 1")
    progress = await there.until("progress")
    assert progress["me"] == reply["me"]
    assert progress["question"] == reply["question"]
    await asyncio.sleep(0.3)
    assert not [frame for frame in here.frames if frame["t"] == "progress"], (
        "the sender was told by its reply"
    )


async def test_a_tick_granted_by_another_process_reaches_the_open_socket(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bus is cut: what is left is the hub's reconciliation with the database."""
    monkeypatch.setattr("enigma_rt.bus._send", lambda event: None)
    hunt = await database(make_hunt, started_h=5)
    ada = await database(make_player, hunt)
    client = await connect(ada)
    await client.ask("answer", q=1, text="wrong")

    def an_hour_passes() -> None:
        Player.objects.filter(id=ada.id).update(first_attempt=now_ms() - HOUR, next_tick=now_ms())
        assert xp.settle_due() == 1

    await database(an_hour_passes)
    if connection.vendor != "sqlite":
        await hubs.current()._reconcile()
    progress = await client.until("progress")
    assert progress["me"]["xp"] == 10
    assert await database(LedgerEntry.objects.filter(player=ada, cause="tick").count) == 1


async def test_a_lost_standing_is_found_by_reconciliation(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hunt = await database(make_hunt)
    ada, bob = await database(make_player, hunt), await database(make_player, hunt)
    client = await connect(bob)
    monkeypatch.setattr("enigma_rt.bus._send", lambda event: None)
    await database(lambda: submit([submission(ada, text="right 1")]))
    await hubs.current()._reconcile()
    delta = await client.until("board")
    assert [move[0] for move in delta["moves"]] == [ada.id]


async def test_doubled_and_reordered_events_change_nothing(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    board = await connect(role="spectator")
    await database(lambda: submit([submission(ada, text="right 1")]))
    await board.until("board")
    await board.until("ticker")
    hub = hubs.current()
    standing = await database(Standing.objects.get, player=ada)
    new = [ada.id, ada.name, standing.points, standing.last_solve, standing.version, False, False]
    old = [ada.id, ada.name, 0, None, 1, False, False]
    for lines in ([new], [old], [old, new], [new, new]):
        await hub._on_standings({"hunt": hunt.id, "lines": lines})
        await hub._flush()
    assert await board.quiet()
    held = hub.board.standing(ada.id)
    assert held is not None and held.points == 100


async def test_a_newcomer_appears_on_the_board(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    board = await connect(role="spectator")
    ada = await database(make_player, hunt, "Ada")
    delta = await board.until("board")
    assert delta["rows"] == [[ada.id, "Ada", 0, None, False]]


async def test_an_announcement_reaches_everybody_once_and_later_snapshots_until_seen(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    boss = await database(make_user, "boss", staff=True)
    ada = await database(make_player, hunt)
    tabs = [await connect(ada), await connect(ada)]
    board, console = await connect(role="spectator"), await connect(boss, "organiser")
    await database(announce, boss.id, hunt.id, "urgent", "Lights **out**")
    notice = {"level": "urgent", "html": "<p>Lights <strong>out</strong></p>\n"}
    for client in (*tabs, board, console):
        got = (await client.until("announcement"))["notice"]
        assert {name: got[name] for name in notice} == notice
    await asyncio.sleep(0.4)
    for client in (*tabs, board):
        assert await client.quiet(0.1) or "announcement" not in [frame["t"] for frame in client.frames[-3:]]

    late = await connect(ada)
    assert [item["id"] for item in late.snapshot["announcements"]] == [got["id"]]
    assert (await late.ask("seen", ids=[got["id"], 10**6]))["t"] == "ok"
    assert (await connect(ada)).snapshot["announcements"] == []


async def test_the_hunt_starts_by_the_clock_and_sockets_are_told(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt, started_h=-1)
    ada = await database(make_player, hunt)
    client = await connect(ada)
    assert client.snapshot["hunt"]["phase"] == "scheduled"
    assert client.snapshot["question"] is None and client.snapshot["story"] == []
    hub = hubs.current()
    assert hub.hunt is not None
    hub.hunt = msgspec.structs.replace(hub.hunt, starts_at=hub.now() + 50)
    await asyncio.sleep(0.2)
    await hub._phase()
    changed = await client.until("hunt")
    assert changed["hunt"]["phase"] == "live"


async def test_rows_in_a_hub_that_was_away_are_there_when_it_starts(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada")
    await database(lambda: submit([submission(ada, text="right 1")]))
    await database(Announcement.objects.create, hunt=hunt, level="info", text="hi", at=now_ms())
    snapshot = (await connect(role="spectator")).snapshot
    assert [row[1] for row in snapshot["board"]["top"]] == ["Ada"]
    assert [(item["kind"], item["name"], item["q"]) for item in snapshot["ticker"]] == [("first", "Ada", 1)]
    assert [notice["html"] for notice in snapshot["announcements"]] == ["<p>hi</p>\n"]


async def test_the_tape_tells_solves_firsts_and_finishes(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, 1)
    ada, bob = await database(make_player, hunt, "Ada"), await database(make_player, hunt, "Bob")
    board = await connect(role="spectator")
    for person in (ada, bob):
        await database(lambda who=person: submit([submission(who, text="right 1")]))
    kinds: list[str] = []
    while len(kinds) < 2:
        kinds += [item["kind"] for item in (await board.until("ticker"))["items"]]
    assert kinds == ["finish", "finish"]


async def test_hidden_players_move_nobody(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ghost = await database(make_player, hunt, "Ghost")
    await database(Player.objects.filter(id=ghost.id).update, hidden=True)
    await database(Standing.objects.filter(player=ghost).update, hidden=True)
    board = await connect(role="spectator")
    assert board.snapshot["board"]["total"] == 0
    await database(lambda: submit([submission(ghost, text="right 1")]))
    assert await board.quiet(0.5)


async def test_a_beacon_tells_a_quiet_board(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    board = await connect(role="spectator")
    hub = hubs.current()
    hub.public.quiet_since = -1000.0
    await hub._beacon()
    beacon = await board.until("beacon")
    assert (beacon["board"], beacon["version"]) == (hub.board_id, hub.board.version)


async def test_a_hub_survives_a_database_that_is_away(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database(make_hunt)
    board = await connect(role="spectator")

    def away(*_: object) -> None:
        from django.db import OperationalError

        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr("consumers.hub.news.since", away)
        await asyncio.sleep(0.3)
    await database(make_player, await database(Hunt.objects.get))
    assert (await board.until("board", 10))["total"] == 1


async def test_a_hub_starts_and_serves_without_its_bus(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> str:
        raise ConnectionError("no bus")

    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    with monkeypatch.context() as patch:
        patch.setattr("enigma_rt.bus.get_channel_layer", type("Away", (), {"new_channel": away}))
        patch.setattr("enigma_rt.bus._send", lambda event: None)
        client = await connect(ada)
        assert (await client.ask("answer", q=1, text="right 1"))["verdict"] == "correct"
        await hubs.current()._reconcile()
        assert (await client.until("board"))["moves"][0][0] == ada.id


async def test_rows_that_become_visible_late_are_found(connect: Connect, database: Database) -> None:
    """A transaction reads its clock and commits later: others may have looked in between."""
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    board = await connect(role="spectator")
    hub = hubs.current()
    await hub._reconcile()
    late = {"points": 70, "version": 9, "changed_at": hub.now() - 3_000}
    await database(Standing.objects.filter(player=ada).update, **late)
    await hub._reconcile()
    assert (await board.until("board"))["moves"][0][2] == [70, None]
