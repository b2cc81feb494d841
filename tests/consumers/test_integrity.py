"""Who came from where is written down beside the game; pairs are asked for by the console and decided on there."""

import asyncio
from typing import Any

import pytest

from consumers import hub as hubs
from consumers.batcher import Bridge
from consumers.integrity import Footprints, Held
from game import errors
from game.models import AuditEntry, IntegrityDecision, PlayerAddress
from tests.consumers.conftest import Connect, Database
from tests.factories import command_id, make_hunt, make_player, make_user


async def test_an_address_is_written_once_however_often_a_player_connects(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada, bob = await database(make_player, hunt, "Ada"), await database(make_player, hunt, "Bob")
    for player, address in ((ada, "192.0.2.7"), (ada, "192.0.2.7"), (bob, "::ffff:192.0.2.7"), (ada, "::1")):
        await connect(player, address=address)
    footprints = hubs.current().footprints
    assert len(footprints._new) == 3
    await footprints.write(hunt.id)
    rows = await database(lambda: list(PlayerAddress.objects.values_list("player_id", "digest")))
    assert sorted(player for player, _ in rows) == sorted([ada.id, ada.id, bob.id])
    assert len({digest for _, digest in rows}) == 2
    await connect(ada, address="192.0.2.7")
    assert not footprints._new


class Away(Bridge):
    """A database that is away for a while."""

    away = True
    written: tuple[Any, ...] = ()

    async def read(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if self.away:
            raise errors.RetryLater
        self.written = args
        return None


async def test_what_the_database_did_not_take_is_written_when_it_is_back() -> None:
    bridge = Away()
    footprints = Footprints(bridge)
    footprints.note(1, "192.0.2.7")
    with pytest.raises(errors.RetryLater):
        await footprints.write(5)
    bridge.away = False
    await footprints.write(5)
    assert bridge.written == (5, [(1, "192.0.2.7")])
    await bridge.close()


async def test_those_who_ask_at_once_share_one_look_and_a_failed_one_is_no_answer() -> None:
    looks = 0

    async def look(hunt: int) -> int:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        if looks == 1:
            raise errors.RetryLater
        return hunt

    held = Held(60, look)
    failed = await asyncio.gather(held.of(5), held.of(5), return_exceptions=True)
    assert (looks, [type(each) for each in failed]) == (1, [errors.RetryLater] * 2)
    assert set(await asyncio.gather(held.of(5), held.of(5), held.of(5))) == {5}
    assert await held.of(5) == 5
    assert looks == 2
    assert await held.of(6) == 6
    assert looks == 3


async def test_a_pair_is_looked_at_and_decided_on(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada, bob = await database(make_player, hunt, "Ada"), await database(make_player, hunt, "Bob")
    console = await connect(await database(make_user, "boss", staff=True), "organiser")
    for player in (ada, bob):
        client = await connect(player)
        for text in ("the red herring", "right 1"):
            await client.ask("answer", q=1, text=text)
    listed = await console.ask("integrity")
    assert (listed["pairs"], listed["players"], listed["floor"] > 0) == ([], 2, True)
    two = {"a": bob.id, "b": ada.id}
    sheet = await console.ask("integrity_pair", **two)
    assert sheet["pair"]["names"] == ["Ada", "Bob"]
    assert sheet["pair"]["state"] == "new"
    refused = await console.ask("integrity_decide", **two, decision="clear", reason="")
    assert refused["code"] == "invalid"
    command = command_id()
    for _ in range(2):
        reply = await console.ask("integrity_decide", id=command, **two, decision="clear", reason="sisters")
        assert reply["t"] == "ok"
    assert await database(IntegrityDecision.objects.count) == 1
    assert (await database(AuditEntry.objects.get)).action == "integrity.clear"
    sheet = await console.ask("integrity_pair", **two)
    assert [each["reason"] for each in sheet["decisions"]] == ["sisters"]
    (row,) = (await console.ask("integrity"))["pairs"]
    assert (row["state"], row["last"]["who"]) == ("cleared", "boss")
    assert (await console.ask("integrity_pair", a=ada.id, b=10**9))["code"] == "not_found"
    assert (await console.ask("integrity_pair", a=ada.id, b=ada.id))["code"] == "not_found"
