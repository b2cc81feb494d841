"""An organiser's socket on a player's page: it follows, changes nothing, and leaves no trace but in the audit trail."""

from typing import Any

import pytest
from django.db.models import F

from consumers import hub as hubs
from game.models import Attempt, AuditEntry, Hunt, LedgerEntry, Player, PlayerAddress, Seen, Told
from game.queries.roles import Role
from game.services.announcements import announce
from game.services.answers import submit
from game.services.moderation import moderate
from game.services.roles import appoint
from tests import golden_frames
from tests.consumers.conftest import Connect, Database
from tests.consumers.test_freeze import drawn, solve
from tests.factories import leave_behind, make_hunt, make_player, make_user, now_ms, submission

READ = {"ping", "resync", "story", "around", "crowd"}


@pytest.fixture
async def scene(connect: Connect, database: Database) -> Any:
    """A hunt, Ada who has not come yet, and a moderator who looks at her page."""
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada", xp=50)
    olga = await database(make_user, "olga", role="moderator")
    return hunt, ada, olga, await connect(olga, f"ws/as/{ada.id}")


def state() -> list[Any]:
    """Every row that a player's socket could have touched."""
    models: tuple[Any, ...] = (Player, Attempt, LedgerEntry, Seen, Told, PlayerAddress, Hunt)
    return [list(model.objects.order_by("pk").values()) for model in models]


def commands() -> list[dict[str, Any]]:
    """One of each that a player's page may send."""
    frames = {
        entry["frame"]["t"]: entry["frame"]
        for golden in golden_frames.frames()
        if (golden.role, golden.direction) == ("player", "in")
        for entry in [golden.as_entry()]
    }
    return list(frames.values())


async def test_nothing_that_it_sends_changes_anything(
    connect: Connect, database: Database, scene: Any, settings: Any
) -> None:
    hunt, ada, olga, _ = scene
    await database(announce, olga.pk, hunt.id, "info", "Lights on")
    settings.SOCKET_LIMITS = '{"burst": 1000}'
    before = await database(state)
    look = await connect(olga, f"ws/as/{ada.id}")
    shown = look.snapshot
    assert (shown["me"]["name"], shown["question"]["q"], len(shown["announcements"])) == ("Ada", 1, 1)
    refused = set()
    for frame in commands():
        if "id" not in frame:
            continue
        reply = await look.ask(**frame | {"q": 1} if "q" in frame else frame)
        if frame["t"] in READ:
            assert reply["t"] != "error", frame
        else:
            assert reply["code"] == "read_only", frame
            refused.add(frame["t"])
    assert refused == {"answer", "accept_close", "hint", "skip", "seen"}
    await look.send({"t": "resync", "only": None})
    assert (await look.until("snapshot"))["announcements"] == shown["announcements"]
    await hubs.current().receipts.write()
    await hubs.current()._write_footprints()
    assert await database(state) == before


async def test_it_follows_what_the_player_does(connect: Connect, database: Database, scene: Any) -> None:
    hunt, ada, olga, look = scene
    tab = await connect(ada)
    await tab.ask("answer", q=1, text="right 1")
    progress = await look.until("progress")
    assert (progress["me"]["position"], progress["question"]["q"]) == (2, 2)
    assert (await look.until("board"))["moves"][0][0] == ada.id
    # Behind the process's back, too.
    await database(lambda: submit([submission(ada, "answer", text="right 2")]))
    assert (await look.until("progress"))["me"]["position"] == 3
    await database(moderate, olga.pk, hunt.id, ada.id, "hide", "a test account")
    assert (await look.until("announcement"))["notice"]["html"] == (await tab.until("announcement"))[
        "notice"
    ]["html"]
    await database(moderate, olga.pk, hunt.id, ada.id, "ban", "shared answers")
    assert await look.until("close") == {"close": 4410}


async def test_nobody_notices_it(connect: Connect, database: Database, scene: Any) -> None:
    _hunt, ada, olga, look = scene
    audience = hubs.current().audience
    assert not audience.parties and audience.counts().players == audience.counts().organisers == 0
    tabs = [await connect(ada) for _ in range(3)]
    for _ in range(3):
        await connect(olga, f"ws/as/{ada.id}")
    assert len(audience.parties[ada.id].sockets) == 3 and audience.counts().players == 3
    for tab in tabs:
        assert (await tab.ask("around"))["t"] == "around"
    boss = await connect(await database(make_user, staff=True), "organiser")
    await tabs[0].close()
    await tabs[1].close()
    await tabs[2].close()
    found = await boss.ask("find", text="Ada")
    assert [line["online"] for line in found["rows"]] == [False]
    await look.close()
    assert [entry async for entry in AuditEntry.objects.values_list("action", "user_id", "player_id")] == [
        ("player.look", olga.pk, ada.id)
    ]


async def test_who_may_look_and_for_how_long(connect: Connect, database: Database, scene: Any) -> None:
    hunt, ada, olga, look = scene

    async def closed(who: Any, player: int = ada.id) -> int:
        code: int = (await (await connect(who, f"ws/as/{player}", raw=True)).next())["close"]
        return code

    assert await closed(None) == 4401
    assert await closed(ada) == await closed(await database(make_user, role="viewer")) == 4403
    zoe = await database(make_player, await database(make_hunt, current=False), "Zoë")
    assert await closed(olga, zoe.id) == await closed(olga, 10**6) == 4405
    boss = await database(make_user, staff=True)
    await database(appoint, boss.pk, hunt.id, olga.pk, Role.VIEWER, Role.MODERATOR)
    assert await look.until("close") == {"close": 4403}
    assert await database(AuditEntry.objects.filter(action="player.look").count) == 1


async def test_the_board_that_it_shows_is_the_players(
    connect: Connect, database: Database, scene: Any
) -> None:
    hunt, ada, olga, _ = scene
    bob = await database(make_player, hunt, "Bob")
    instant = now_ms()
    await database(Hunt.objects.filter(id=hunt.id).update, freeze_at=instant, version=F("version") + 1)
    leave_behind(instant)
    await solve(database, bob, 1)
    await drawn()
    look, tab = await connect(olga, f"ws/as/{ada.id}"), await connect(ada)
    assert look.snapshot["board"] == tab.snapshot["board"]
    assert [row[2] for row in look.snapshot["board"]["top"]] == [0, 0]
