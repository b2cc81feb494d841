"""Whatever a client sends, it gets its code, the socket lives, and nobody else notices."""

import json
from typing import Any

import pytest

from consumers.protocol import Close
from game.models import Attempt
from game.services.hunts import control
from tests.consumers.conftest import Connect, Database
from tests.factories import HOUR, command_id, make_hunt, make_player, make_user, now_ms

ID = command_id()
ROOMY = '{"burst": 10000, "flood": 10000, "bad_frames": 10000}'

BAD = {
    "not json": ("hello", "bad_json"),
    "half a frame": ('{"t":"answer"', "bad_json"),
    "NaN": ('{"t":"ping","n":NaN}', "bad_json"),
    "an array": ("[1,2]", "bad_frame"),
    "deeply nested": ("[" * 4000, "bad_frame"),
    "deeply nested in a member": ('{"t":' + "[" * 3000, "bad_json"),
    "unknown type": ('{"t":"teleport"}', "unknown_command"),
    "no type": ("{}", "unknown_command"),
    "another role's command": (
        f'{{"t":"announce","id":"{ID}","level":"info","text":"hi"}}',
        "unknown_command",
    ),
    "unknown member": ('{"t":"ping","n":1,"z":1}', "bad_frame"),
    "missing member": (f'{{"t":"answer","id":"{ID}","q":1}}', "bad_frame"),
    "wrong type": (f'{{"t":"answer","id":"{ID}","q":"1","text":"x"}}', "bad_frame"),
    "q out of range": (f'{{"t":"answer","id":"{ID}","q":0,"text":"x"}}', "bad_frame"),
    "huge number": ('{"t":"ping","n":1e999}', "bad_frame"),
    "bad id": ('{"t":"answer","id":"1","q":1,"text":"x"}', "bad_frame"),
    "NUL": (f'{{"t":"answer","id":"{ID}","q":1,"text":"a\\u0000b"}}', "bad_frame"),
    "lone surrogate": (f'{{"t":"answer","id":"{ID}","q":1,"text":"\\ud83d"}}', "bad_json"),
    "long answer": (json.dumps({"t": "answer", "id": ID, "q": 1, "text": "x" * 257}), "bad_frame"),
    "oversized": (json.dumps({"t": "answer", "id": ID, "q": 1, "text": "x" * 5000}), "too_large"),
    "oversized in bytes": ("é" * 2500, "too_large"),
}


@pytest.mark.parametrize(("text", "code"), BAD.values(), ids=BAD.keys())
async def test_a_bad_frame_gets_its_code_and_the_socket_lives(
    connect: Connect, database: Database, text: str, code: str
) -> None:
    hunt = await database(make_hunt)
    ada = await connect(await database(make_player, hunt))
    bob = await connect(await database(make_player, hunt))
    await ada.send_text(text)
    error = await ada.until("error")
    assert (error["t"], error["code"]) == ("error", code)
    assert error["id"] == (ID if ID in text else None)
    assert (await ada.ask("answer", q=1, text="right 1"))["verdict"] == "correct"
    await bob.until("board")
    assert await database(Attempt.objects.count) == 1


async def test_a_binary_frame_gets_its_code(connect: Connect, database: Database) -> None:
    client = await connect(await database(make_player, await database(make_hunt)))
    await client.socket.send_to(bytes_data=b"\x00\xff")
    assert (await client.until("error"))["code"] == "binary"
    assert (await client.ask("answer", q=1, text="right 1"))["verdict"] == "correct"


async def test_a_stream_of_bad_frames_is_closed(connect: Connect, database: Database) -> None:
    client = await connect(role="spectator")  # no hunt yet
    assert client.snapshot == {"close": Close.NO_HUNT}
    hunt = await database(make_hunt)
    await connect_is_fresh()
    client = await connect(await database(make_player, hunt))
    for _ in range(10):
        await client.send_text("rubbish")
    assert await client.until("close") == {"close": Close.BAD_FRAMES}


async def connect_is_fresh() -> None:
    """A hub that found no hunt looks again."""
    from consumers import hub as hubs

    await hubs.current()._reconcile()


async def test_a_fast_client_is_told_to_wait_and_a_flood_is_closed(
    connect: Connect, database: Database
) -> None:
    client = await connect(await database(make_player, await database(make_hunt)))
    for number in range(130):
        await client.send({"t": "ping", "n": number})
    frames = []
    while "close" not in (frame := await client.next()):
        frames.append(frame)
    assert frame == {"close": Close.FLOOD}
    assert sum(one["t"] == "pong" for one in frames) >= 20
    waits = [one for one in frames if one["t"] == "error"]
    assert {one["code"] for one in waits} == {"rate_limited"}
    assert all(0 < one["wait_ms"] <= 500 for one in waits)


async def test_the_tabs_of_a_player_share_one_credit(connect: Connect, database: Database) -> None:
    ada = await database(make_player, await database(make_hunt))
    one, two = await connect(ada), await connect(ada)
    for number in range(15):
        await one.send({"t": "ping", "n": number})
        assert (await one.next())["t"] == "pong"
    kinds = []
    for number in range(10):
        await two.send({"t": "ping", "n": number})
        kinds.append((await two.next())["t"])
    assert kinds[:4] == ["pong"] * 4
    assert "error" in kinds


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"starts_at": now_ms() + HOUR, "ends_at": now_ms() + 2 * HOUR}, "hunt_scheduled"),
        ({"starts_at": now_ms() - 2 * HOUR, "ends_at": now_ms() - HOUR}, "hunt_ended"),
        ({"paused_at": now_ms() - 1000}, "hunt_paused"),
    ],
    ids=["before the start", "after the end", "while paused"],
)
async def test_commands_outside_the_hunts_hours_are_refused(
    connect: Connect, database: Database, fields: dict[str, Any], code: str
) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)

    def change() -> None:
        type(hunt).objects.filter(id=hunt.id).update(**fields)

    await database(change)
    client = await connect(ada)
    assert (client.snapshot["question"] is None) == (code != "hunt_paused")
    for command, members in (
        ("answer", {"text": "right 1"}),
        ("accept_close", {"text": "close 1"}),
        ("hint", {"pay": "points"}),
        ("skip", {}),
    ):
        assert (await client.ask(command, q=1, **members))["code"] == code
    assert await database(Attempt.objects.count) == 0


async def test_an_answer_of_nothing_is_refused(connect: Connect, database: Database) -> None:
    client = await connect(await database(make_player, await database(make_hunt)))
    for text in ("", "   ", "\u200b\u2060"):
        assert (await client.ask("answer", q=1, text=text))["code"] == "empty_answer"


async def test_a_spectator_may_look_but_not_touch(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    board = await connect(role="spectator")
    reply = await board.ask("answer", q=1, text="right 1")
    assert reply["code"] == "unknown_command"


async def test_an_organiser_gets_errors_with_codes_too(
    connect: Connect, database: Database, settings: Any
) -> None:
    settings.SOCKET_LIMITS = ROOMY
    await database(make_hunt)
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    assert (await console.ask("control", action="resume"))["code"] == "invalid"
    assert (await console.ask("control", action="extend"))["code"] == "bad_frame"
    assert (await console.ask("control", action="pause", minutes=3))["code"] == "bad_frame"
    assert (await console.ask("inspect", player=10**9))["code"] == "not_found"
    assert (await console.ask("announce", level="loud", text="x"))["code"] == "bad_frame"


async def test_a_defect_is_said_and_logged_and_the_socket_lives(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await connect(await database(make_player, await database(make_hunt)))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("consumers.player.play.story_page", broken)
    error = await client.ask("story")
    assert error["code"] == "server_error"
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivision" not in error["text"]
    assert (await client.ask("answer", q=1, text="right 1"))["verdict"] == "correct"


async def test_the_same_command_from_twenty_sockets_at_once(
    connect: Connect, database: Database, settings: Any
) -> None:
    """More sockets than one player may hold on one server, so over their tabs in turns; effects are counted."""
    settings.SOCKET_LIMITS = ROOMY
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    tabs = [await connect(ada) for _ in range(3)]
    command = command_id()
    for _ in range(7):
        for tab in tabs:
            await tab.send({"t": "answer", "id": command, "q": 1, "text": "right 1"})
    replies = [await tab.until("verdict") for tab in tabs for _ in range(7)]
    assert {reply["award"]["total"] for reply in replies} == {100}
    assert await database(Attempt.objects.count) == 1
    await database(ada.refresh_from_db)
    assert (ada.points, ada.solves, ada.position) == (100, 1, 2)


async def test_pause_takes_hold_for_open_sockets(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    boss = await database(make_user, "boss", staff=True)
    client = await connect(await database(make_player, hunt))
    await database(control, boss.id, hunt.id, "pause")
    changed = await client.until("hunt")
    assert changed["hunt"]["phase"] == "paused"
    assert (await client.ask("answer", q=1, text="right 1"))["code"] == "hunt_paused"
