"""Roles on the console's socket: what each may send, what it is told, and a role that changes while it is open."""

from typing import Any

import pytest

from game.models import AuditEntry
from game.queries.roles import Role
from game.rules.roles import LADDER, NEEDS, may, rights
from game.services.roles import appoint
from tests import golden_frames
from tests.consumers.conftest import Connect, Database
from tests.factories import make_hunt, make_player, make_user


def commands() -> list[dict[str, Any]]:
    """One of each that the console may send."""
    frames = {
        golden.as_entry()["frame"]["t"]: golden.as_entry()["frame"]
        for golden in golden_frames.frames()
        if (golden.role, golden.direction) == ("organiser", "in")
    }
    return [frame for tag, frame in frames.items() if tag in NEEDS]


@pytest.mark.parametrize("role", LADDER)
async def test_what_a_role_may_not_do_is_refused_by_its_name(
    connect: Connect, database: Database, settings: Any, role: Role
) -> None:
    settings.SOCKET_LIMITS = '{"burst": 1000}'
    await database(make_hunt)
    console = await connect(await database(make_user, "olga", role=role.value), "organiser")
    told = await console.until("rights")
    assert (told["role"], tuple(told["may"])) == (role, rights(role))
    refused = 0
    for frame in commands():
        if not may(role, frame["t"]):
            reply = await console.ask(**frame)
            assert reply["code"] == "forbidden"
            assert f"“{role}”" in reply["text"] and f"“{NEEDS[frame['t']]}”" in reply["text"]
            refused += 1
    assert refused == sum(not may(role, frame["t"]) for frame in commands())
    assert not await database(AuditEntry.objects.exists)


async def test_what_a_role_may_do_is_done(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada")
    for role, frame in (
        ("viewer", {"t": "watch", "view": "walls", "q": None}),
        ("moderator", {"t": "moderate", "player": ada.id, "action": "hide", "reason": "a test account"}),
        ("author", {"t": "judge_as", "q": 1, "text": "left lamp", "verdict": "close"}),
        ("owner", {"t": "control", "action": "pause"}),
    ):
        console = await connect(await database(make_user, f"a-{role}", role=role), "organiser")
        assert (await console.ask(**frame))["t"] == "ok"


async def test_addresses_are_shown_to_those_who_need_them(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada")
    viewer = await connect(await database(make_user, "vera", role="viewer"), "organiser")
    assert [line["email"] for line in (await viewer.ask("find", text="ada"))["rows"]] == [""]
    assert (await viewer.ask("find", text="ada@"))["total"] == 0
    assert (await viewer.ask("inspect", player=ada.id))["line"]["email"] == ""
    moderator = await connect(await database(make_user, "mona", role="moderator"), "organiser")
    assert (await moderator.ask("find", text="ada@"))["rows"][0]["email"] == "ada@example.org"
    assert (await moderator.ask("inspect", player=ada.id))["line"]["email"] == "ada@example.org"


async def test_a_role_that_changes_holds_at_once_and_is_told(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    owner = await database(make_user, "boss", staff=True)
    mona = await database(make_user, "mona", role="moderator")
    console = await connect(mona, "organiser")
    assert (await console.until("rights"))["role"] == "moderator"
    await database(appoint, owner.id, hunt.id, mona.id, Role.VIEWER, Role.MODERATOR)
    assert (await console.ask("announce", level="info", text="hello"))["code"] == "forbidden"
    assert (await console.until("rights"))["role"] == "viewer"
    # Without asking for anything, too.
    await database(appoint, owner.id, hunt.id, mona.id, Role.AUTHOR, Role.VIEWER)
    assert (await console.until("rights"))["role"] == "author"
    assert (await console.ask("announce", level="info", text="hello"))["t"] == "ok"


async def test_a_role_that_is_taken_away_shuts_the_console_and_leaves_the_player(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    owner = await database(make_user, "boss", staff=True)
    mona = await database(make_player, hunt, "Mona")
    account = await database(lambda: mona.members.get().user)
    await database(appoint, owner.id, hunt.id, account.id, Role.MODERATOR, None)
    console, game = await connect(mona, "organiser"), await connect(mona)
    await database(appoint, owner.id, hunt.id, account.id, None, Role.MODERATOR)
    assert await console.until("close") == {"close": 4403}
    assert (await game.ask("around"))["t"] == "around"
    again = await connect(mona, "organiser", raw=True)
    assert await again.next() == {"close": 4403}


async def test_who_does_not_organise_is_not_let_in(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    for made in (
        await database(make_user, "ada"),
        await database(lambda: _inactive(make_user("olga", role="owner"))),
    ):
        stranger = await connect(made, "organiser", raw=True)
        assert (await stranger.next())["close"] in (4401, 4403)


def _inactive(user: Any) -> Any:
    user.is_active = False
    user.save()
    return user
