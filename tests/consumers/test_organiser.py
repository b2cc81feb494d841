"""The console's socket: what it shows, what it does, and that both leave a trace."""

import asyncio
from typing import Any

from game.models import AuditEntry, Hunt
from tests.consumers.conftest import Connect, Database
from tests.factories import command_id, make_hunt, make_player, make_user


async def test_the_console_sees_attempts_and_counts(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada")
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    assert (console.snapshot["players"], len(console.snapshot["questions"])) == (1, 3)
    await console.until("pulse")
    client = await connect(ada)
    await client.ask("answer", q=1, text="nonsense")
    await client.ask("hint", q=1, pay="points")
    await client.ask("answer", q=1, text="right 1")
    feed: list[dict[str, Any]] = []
    while len(feed) < 3:
        pulse = await console.until("pulse")
        feed += pulse["feed"]
    assert [(item["name"], item["kind"], item["text"], item["verdict"]) for item in feed] == [
        ("Ada", "answer", "nonsense", "wrong"),
        ("Ada", "hint", "points", "done"),
        ("Ada", "answer", "right 1", "correct"),
    ]
    first = pulse["questions"][0]
    assert {name: first[name] for name in ("attempts", "wrong", "solves", "hints", "here")} == {
        "attempts": 2,
        "wrong": 1,
        "solves": 1,
        "hints": 1,
        "here": 0,
    }
    assert pulse["sockets"] == {"players": 1, "spectators": 0, "organisers": 1}
    await asyncio.sleep(1.2)
    assert (await console.until("pulse"))["feed"] == []


async def test_control_is_applied_once_per_command_and_written_down(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    boss = await database(make_user, "boss", staff=True)
    console = await connect(boss, "organiser")
    command = command_id()
    for _ in range(2):
        assert (await console.ask("control", id=command, action="extend", minutes=30))["t"] == "ok"
    ends = hunt.ends_at
    await database(hunt.refresh_from_db)
    assert hunt.ends_at == ends + 30 * 60_000
    conflict = await console.ask("control", id=command, action="extend", minutes=60)
    assert conflict["code"] == "id_conflict"
    entry = await database(AuditEntry.objects.get)
    assert (entry.user_id, entry.action) == (boss.id, "hunt.extend")
    assert entry.detail["done"]["before"]["ends_at"] == ends
    assert (await console.until("hunt"))["hunt"]["ends_at"] == hunt.ends_at


async def test_a_hunt_is_started_paused_resumed_and_ended(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, started_h=-1)
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    for action, phase in (("start", "live"), ("pause", "paused"), ("resume", "live"), ("end", "ended")):
        await console.send({"t": "control", "id": command_id(), "action": action})
        assert (await console.until("hunt"))["hunt"]["phase"] == phase
    await database(hunt.refresh_from_db)
    assert await database(Hunt.objects.get) == hunt and hunt.ended_at is not None


async def test_an_action_is_looked_at_and_done_only_as_it_was_shown(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    await connect(await database(make_player, hunt, "Ada"))
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    seen = await console.ask("control_preview", action="pause")
    assert (seen["phase"], seen["players"], seen["online"], seen["answering"]) == (
        ["live", "paused"],
        1,
        1,
        1,
    )
    assert (await console.ask("control", action="extend", minutes=5, token=None))["t"] == "ok"
    refused = await console.ask("control", action="pause", token=seen["token"])
    assert refused["code"] == "outdated"
    seen = await console.ask("control_preview", action="pause")
    assert (await console.ask("control", action="pause", token=seen["token"]))["t"] == "ok"
    assert (await console.ask("control_preview", action="start"))["code"] == "invalid"
    assert (await console.ask("control_preview", action="extend"))["code"] == "bad_frame"
    assert (await console.ask("control", action="pause", at=5))["code"] == "bad_frame"


async def test_players_are_found_by_name_and_mail_and_shown_whole(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada, _ = await database(make_player, hunt, "Ada Ünal"), await database(make_player, hunt, "Bob")
    await connect(ada)
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    found = await console.ask("find", text="ada")
    assert found["total"] == 1
    assert found["rows"][0]["name"] == "Ada Ünal"
    assert found["rows"][0]["online"] is True
    assert (await console.ask("find", text="BOB@"))["rows"][0]["name"] == "Bob"
    assert (await console.ask("find", text=""))["total"] == 2
    assert (await console.ask("find", text="nobody"))["rows"] == []
    whole = await console.ask("inspect", player=ada.id)
    assert (whole["line"]["name"], whole["me"]["position"], whole["score"]) == ("Ada Ünal", 1, [])


async def test_an_announcement_is_previewed_as_it_will_be_shown(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    preview = await console.ask("preview", text="**now** <script>alert(1)</script>")
    assert "<strong>now</strong>" in preview["html"]
    assert "<script" not in preview["html"]
    assert (await console.ask("announce", level="info", text="**now**"))["t"] == "ok"
    assert (await console.until("announcement"))["notice"]["html"] == "<p><strong>now</strong></p>\n"


async def test_a_webhook_is_added_tested_paused_and_deleted(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    hook = {"format": "discord", "events": ["solve"], "wall_minutes": 30, "wall_players": 5}
    refused = await console.ask("webhook_add", url="gopher://x", **hook)
    assert (refused["code"], refused["text"]) == ("invalid", "Only https:// addresses are used.")
    added = await console.ask("webhook_add", url="https://discord.com/api/webhooks/1/key", **hook)
    assert added["secret"].startswith("whsec_")
    webhook = added["webhook"]
    assert (await console.ask("webhook_act", webhook=webhook, action="test"))["t"] == "ok"
    assert (await console.ask("webhook_act", webhook=webhook, action="pause"))["t"] == "ok"
    shown = await console.ask("webhooks")
    assert [(row["url"], row["active"], row["waiting"]) for row in shown["webhooks"]] == [
        ("https://discord.com/…", False, 1)
    ]
    (waiting,) = shown["deliveries"]
    assert (waiting["status"], waiting["text"][:14]) == ("waiting", "The Test Hunt:")
    again = await console.ask("delivery_again", delivery=waiting["delivery"])
    assert again["code"] == "not_found"  # it has not failed
    assert (await console.ask("webhook_act", webhook=webhook, action="delete"))["t"] == "ok"
    assert (await console.ask("webhooks"))["webhooks"] == []
    actions = await database(lambda: list(AuditEntry.objects.order_by("id").values_list("action", flat=True)))
    assert actions == ["webhook.add", "webhook.test", "webhook.pause", "webhook.delete"]
