"""Who is told what: announcements to some on every socket of theirs and on nobody else's, extra hints, and plans."""

import asyncio
from typing import Any

import pytest
from django.db import connection

from consumers import hub as hubs
from game.models import Announcement, Hunt, PlannedAnnouncement, Told
from game.services.announcements import announce
from tests.consumers.conftest import Client, Connect, Database
from tests.factories import HOUR, command_id, make_hunt, make_player, make_user, now_ms

EVERYBODY = {"player": None, "q": None, "minutes": None}


def on(q: int, minutes: int | None = None) -> dict[str, Any]:
    return {**EVERYBODY, "q": q, "minutes": minutes}


def told(client: Client) -> list[str]:
    return [frame["notice"]["html"] for frame in client.frames if frame.get("t") == "announcement"]


async def at_question(connect: Connect, player: Any, q: int) -> Client:
    client = await connect(player)
    for n in range(1, q):
        assert (await client.ask("answer", q=n, text=f"right {n}"))["verdict"] == "correct"
    return client


async def counted(console: Client, announcement: int, **members: int) -> dict[str, Any]:
    """The line of it, once it says so."""
    async with asyncio.timeout(10):
        while True:
            lines = (await console.ask("announcements"))["sent"]
            line: dict[str, Any] = next((line for line in lines if line["id"] == announcement), {})
            if members.items() <= line.items():
                return line
            await asyncio.sleep(0.1)


async def test_those_on_the_question_are_told_on_every_tab_and_nobody_else_is(
    connect: Connect, database: Database, settings: Any
) -> None:
    settings.SOCKET_LIMITS = '{"burst": 1000}'
    hunt = await database(make_hunt)
    here, ahead, new = [await database(make_player, hunt, name) for name in ("Here", "Ahead", "New")]
    tabs = [await at_question(connect, here, 2), await connect(here)]
    others = [await at_question(connect, ahead, 3), await connect(new), await connect(role="spectator")]
    boss = await database(make_user, "boss", staff=True)
    console = await connect(await database(make_user, "mo", role="moderator"), "organiser")
    seen = await console.ask("preview", text="Look *up*", to=on(2))
    assert (seen["html"], seen["players"], seen["online"]) == ("<p>Look <em>up</em></p>\n", 1, 1)
    assert (await console.ask("announce", level="info", text="Look *up*", to=on(2), hint=True))["t"] == "ok"
    for tab in tabs:
        notice = (await tab.until("announcement"))["notice"]
        assert (notice["html"], notice["hint_for"]) == (seen["html"], 2)
    # Who comes to the question afterwards is not told, nor is anybody by the next look at the database.
    assert (await others[1].ask("answer", q=1, text="right 1"))["verdict"] == "correct"
    await database(announce, boss.pk, hunt.id, "info", "To all")
    for client in (*tabs, *others):
        assert (await client.until("announcement"))["notice"]["hint_for"] is None
    await hubs.current()._reconcile()
    for client in (*tabs, *others):
        await client.quiet(0.1)
        assert told(client) == [seen["html"], "<p>To all</p>\n"][client in others :]
    for client in others[:2]:
        await client.send({"t": "resync"})
        snapshot = await client.until("snapshot")
        assert [item["html"] for item in snapshot["announcements"]] == ["<p>To all</p>\n"]
        assert snapshot["hints"] == []
    late = await connect(role="spectator")
    assert [item["html"] for item in late.snapshot["announcements"]] == ["<p>To all</p>\n"]

    line = await counted(console, notice["id"], told=1)
    assert (line["people"], line["seen"], line["solved"], line["hint"]) == (1, 0, 0, True)
    await tabs[0].ask("seen", ids=[notice["id"]])
    await tabs[0].ask("answer", q=2, text="right 2")
    assert (await counted(console, notice["id"], seen=1, solved=1))["told"] == 1


async def test_an_extra_hint_is_beside_its_question_after_a_reconnect(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    boss = await database(make_user, "boss", staff=True)
    tab = await connect(ada)
    await database(_hint, boss.pk, hunt.id)
    notice = (await tab.until("announcement"))["notice"]
    await tab.close()
    again = await connect(ada)
    assert (again.snapshot["announcements"], again.snapshot["hints"]) == ([notice], [])
    await again.ask("seen", ids=[notice["id"]])
    third = await connect(ada)
    assert (third.snapshot["announcements"], third.snapshot["hints"]) == ([], [notice])
    await third.ask("answer", q=1, text="right 1")
    await third.send({"t": "resync"})
    assert (await third.until("snapshot"))["hints"] == []
    await hubs.current().receipts.write()
    assert await database(Told.objects.count) == 1


def _hint(user: int, hunt: int) -> None:
    from game.queries.announcements import Audience

    announce(user, hunt, "info", "Look up", to=Audience(q=1), hint=True)


async def test_a_frozen_board_keeps_nothing_of_it_back(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    await database(Hunt.objects.filter(id=hunt.id).update, freeze_at=now_ms() - 60_000)
    boss = await database(make_user, "boss", staff=True)
    tab = await connect(ada)
    await database(_hint, boss.pk, hunt.id)
    assert (await tab.until("announcement"))["notice"]["hint_for"] == 1


async def test_two_processes_send_a_planned_one_once_and_tell_everybody_once(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    console = await connect(await database(make_user, "mo", role="moderator"), "organiser")
    tab, board = await connect(ada), await connect(role="spectator")
    other = hubs.Hub()
    await other.start()
    try:
        soon = {"level": "info", "text": "Soup is served", "at": hubs.current().now() + HOUR}
        assert (await console.ask("announce", **soon))["t"] == "ok"
        (line,) = (await console.ask("announcements"))["planned"]
        assert (line["text"], line["at"], line["late"]) == (soon["text"], soon["at"], False)

        # Changed to a moment from now, in place of the first.
        soon = {**soon, "at": hubs.current().now() + 700, "instead_of": line["id"]}
        assert (await console.ask("announce", **soon))["t"] == "ok"
        assert (await console.ask("announce", **soon))["code"] == "outdated"
        for client in (tab, board):
            assert (await client.until("announcement"))["notice"]["html"] == "<p>Soup is served</p>\n"
        assert await tab.quiet(0.5)
        assert len(told(tab)) == len(told(board)) == await database(Announcement.objects.count) == 1
        assert (await console.ask("announcements"))["planned"] == []
    finally:
        await other.stop()


async def test_a_process_that_starts_late_sends_what_was_due(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    await database(
        PlannedAnnouncement.objects.create,
        hunt=hunt,
        level="info",
        text="Overdue",
        at=now_ms() - 60_000,
    )
    tab = await connect(ada)
    if tab.snapshot["announcements"] == []:
        await tab.until("announcement")
    assert await database(Announcement.objects.count) == 1


async def test_the_bus_is_not_needed(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has planned and sent, and its events are lost."""
    monkeypatch.setattr("enigma_rt.bus._send", lambda event: None)
    hunt = await database(make_hunt)
    ada, bob = [await database(make_player, hunt) for _ in range(2)]
    boss = await database(make_user, "boss", staff=True)
    tab, away = await connect(ada), await at_question(connect, bob, 2)
    await database(_hint, boss.pk, hunt.id)
    if connection.vendor != "sqlite":
        await hubs.current()._reconcile()
    assert (await tab.until("announcement"))["notice"]["hint_for"] == 1
    await hubs.current()._reconcile()
    assert (len(told(tab)), told(away)) == (1, [])


async def test_a_viewer_looks_and_changes_nothing(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    console = await connect(await database(make_user, "vi", role="viewer"), "organiser")
    assert (await console.ask("announcements"))["sent"] == []
    for frame in (
        {"t": "preview", "text": "x", "to": on(1)},
        {"t": "announce", "level": "info", "text": "x", "to": on(1), "hint": True},
        {"t": "call_off", "planned": 1},
    ):
        assert (await console.ask(**frame))["code"] == "forbidden"


@pytest.mark.parametrize(
    "members",
    [
        {"to": {"player": 1, "q": 1}},
        {"to": {"minutes": 5}},
        {"to": {"q": 0}},
        {"to": {"whom": "all"}},
        {"hint": True},
        {"hint": True, "to": {"player": 1}},
    ],
)
async def test_what_makes_no_sense_is_a_bad_frame(
    connect: Connect, database: Database, members: dict[str, Any]
) -> None:
    await database(make_hunt)
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    reply = await console.ask("announce", id=command_id(), level="info", text="x", **members)
    assert reply["code"] == "bad_frame"
    assert not await database(Announcement.objects.exists)
