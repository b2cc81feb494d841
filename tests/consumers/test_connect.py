"""Who may hold a socket, for how long, and with which code it ends."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session

from consumers import hub as hubs
from consumers.protocol import Close
from game.models import Hunt, Player
from game.queries.roles import Role
from game.services.moderation import moderate
from game.services.players import signed_out
from game.services.roles import appoint
from tests.consumers.conftest import Connect, Database
from tests.factories import make_hunt, make_player, make_user, session_of, user_of


async def test_without_a_session_a_player_is_signed_out(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    assert (await connect()).snapshot == {"close": Close.SIGNED_OUT}
    assert (await connect(session="no such session")).snapshot == {"close": Close.SIGNED_OUT}
    assert (await connect(role="organiser")).snapshot == {"close": Close.SIGNED_OUT}


async def test_an_account_that_does_not_play_is_told_to_join(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    assert (await connect(await database(make_user))).snapshot == {"close": Close.NOT_JOINED}


async def test_without_a_hunt_there_is_nothing_to_connect_to(connect: Connect, database: Database) -> None:
    await database(make_hunt, current=False)
    assert (await connect(role="spectator")).snapshot == {"close": Close.NO_HUNT}


async def test_a_banned_player_is_told_so(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, banned=True)
    assert (await connect(ada)).snapshot == {"close": Close.BANNED}
    bob, boss = await database(make_player, hunt), await database(make_user, staff=True)
    playing = await connect(bob)
    await database(moderate, boss.id, hunt.id, bob.id, "ban", "a shared account")
    # Whoever plays at that moment, and whoever comes later.
    for socket in (playing, await connect(bob, raw=True)):
        said = await socket.until("error")
        assert (said["id"], said["code"], said["text"]) == (None, "banned", "a shared account")
        assert await socket.next() == {"close": Close.BANNED}


async def test_an_organiser_who_is_removed_as_a_player_keeps_the_console(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    mona, boss = await database(make_player, hunt), await database(make_user, staff=True)
    account = await database(lambda: user_of(mona).pk)
    await database(appoint, boss.id, hunt.id, account, Role.MODERATOR, None)
    console = await connect(mona, "organiser")
    await database(moderate, boss.id, hunt.id, mona.id, "ban", "organises")
    await hubs.current()._revalidate()
    assert (await console.ask("audit"))["t"] == "audit"


@pytest.mark.parametrize(
    "origin", [None, b"", b"null", b"http://evil.example", b"http://localhost:81", b"ftp://localhost"]
)
async def test_a_foreign_origin_is_refused(connect: Connect, database: Database, origin: Any) -> None:
    ada = await database(make_player, await database(make_hunt))
    assert (await connect(ada, origin=origin)).snapshot == {"close": Close.FORBIDDEN}


async def test_the_console_is_for_staff(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    assert (await connect(await database(make_player, hunt), "organiser")).snapshot == {
        "close": Close.FORBIDDEN
    }
    boss = await database(make_user, "boss", staff=True)
    assert (await connect(boss, "organiser")).snapshot["t"] == "console_snapshot"


async def test_the_fourth_socket_replaces_the_first(connect: Connect, database: Database) -> None:
    ada = await database(make_player, await database(make_hunt))
    first, second, third = [await connect(ada) for _ in range(3)]
    fourth = await connect(ada)
    assert fourth.snapshot["t"] == "snapshot"
    assert await first.until("close") == {"close": Close.REPLACED}
    assert await second.quiet() and await third.quiet()


async def test_logging_out_closes_the_sockets_of_that_session_alone(
    connect: Connect, database: Database
) -> None:
    ada = await database(make_player, await database(make_hunt))
    session = await database(lambda: session_of(user_of(ada)))
    here, elsewhere = await connect(session=session), await connect(ada)
    await database(signed_out, session)
    assert await here.until("close") == {"close": Close.SIGNED_OUT}
    assert await elsewhere.quiet()


@pytest.mark.parametrize("how", ["session deleted", "password changed", "account deactivated", "banned"])
async def test_what_ends_an_account_ends_its_open_sockets(
    connect: Connect, database: Database, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "REVALIDATED_AT_ONCE", 1)
    hunt = await database(make_hunt)
    ada, bob = await database(make_player, hunt), await database(make_player, hunt)
    hers, his = await connect(ada), await connect(bob)

    def end() -> None:
        user = user_of(ada)
        if how == "session deleted":
            Session.objects.filter(session_key=session).delete()
        elif how == "password changed":
            user.set_password("another long password")
            user.save()
        elif how == "account deactivated":
            user.is_active = False
            user.save()
        else:
            Player.objects.filter(id=ada.id).update(banned=True)

    session = next(
        s.session_key
        for s in hubs.current().audience.of("player")
        if s.identity is not None and s.identity.player == ada.id
    )
    await database(end)
    await hubs.current()._revalidate()
    assert await hers.until("close") == {"close": Close.BANNED if how == "banned" else Close.SIGNED_OUT}
    assert await his.quiet()


async def test_one_address_may_open_many_sockets_but_not_any_number(
    connect: Connect, database: Database, settings: Any
) -> None:
    settings.SOCKET_LIMITS = '{"sockets": 3}'
    await database(make_hunt)
    campus = [await connect(role="spectator", address="10.1.1.1") for _ in range(3)]
    assert all(client.snapshot["t"] == "board_snapshot" for client in campus)
    assert (await connect(role="spectator", address="10.1.1.1")).snapshot == {"close": Close.BUSY}
    assert (await connect(role="spectator", address="10.2.2.2")).snapshot["t"] == "board_snapshot"
    await campus[0].close()
    assert (await connect(role="spectator", address="10.1.1.1")).snapshot["t"] == "board_snapshot"


async def test_a_draining_server_asks_its_clients_to_move(connect: Connect, database: Database) -> None:
    ada = await database(make_player, await database(make_hunt))
    client, board = await connect(ada), await connect(role="spectator")
    hub = hubs.current()
    drained = asyncio.ensure_future(hub.drain(0.5))
    for one in (client, board):
        frame = await one.next()
        assert frame["t"] == "restart" and 0 <= frame["in_ms"] <= 250
    assert (await connect(ada)).snapshot == {"close": Close.BUSY}
    await client.close()
    assert await board.until("close") == {"close": Close.RESTART}
    await drained


async def test_another_hunt_becomes_current(connect: Connect, database: Database) -> None:
    old = await database(make_hunt)
    client = await connect(role="spectator")
    assert client.snapshot["hunt"]["id"] == old.id

    @sync_to_async
    def switch() -> Hunt:
        Hunt.objects.update(current=False)
        return make_hunt()

    new = await switch()
    await hubs.current()._reconcile()
    assert await client.until("close") == {"close": Close.BUSY}
    assert (await connect(role="spectator")).snapshot["hunt"]["id"] == new.id
