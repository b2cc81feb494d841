"""The reveal at the edge: every screen at the same step, whenever it comes; and the live board at the end."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F

from consumers import hub as hubs
from game.models import Hunt
from game.services import hunts
from game.services.moderation import moderate
from tests.consumers.conftest import Client, Connect, Database
from tests.consumers.test_freeze import ODD, arranged, drawn, solve, soon
from tests.factories import leave_behind, now_ms

__all__ = ["arranged", "soon"]  # fixtures


@pytest.fixture
async def night(database: Database, arranged: Any) -> Any:
    """Ada led; Bob and Cleo have solved since; it is over."""
    hunt, people, boss = await arranged()
    await solve(database, people["Ada"], 1)
    instant = now_ms()
    await database(Hunt.objects.filter(id=hunt.id).update, freeze_at=instant, version=F("version") + 1)
    leave_behind(instant)
    for name, qs in (("Bob", (1, 2)), ("Cleo", (1,))):
        for q in qs:
            await solve(database, people[name], q)
    await database(hunts.control, boss.id, hunt.id, "end")
    return hunt, people, boss


def rows(board: dict[str, Any]) -> list[tuple[str, int]]:
    return [(row[1], row[2]) for row in board["top"]]


async def board_of(client: Client) -> list[tuple[str, int]]:
    await client.send({"t": "resync", "only": "board"})
    client.passed = [frame for frame in client.passed if frame["t"] != "board_view"]
    return rows((await client.until("board_view"))["board"])


async def test_each_step_reaches_every_screen_and_who_comes_later(
    connect: Connect, database: Database, night: Any
) -> None:
    _hunt, people, boss = night
    console, screen = await connect(boss, "organiser"), await connect(role="spectator")
    phone = await connect(people["Ada"])
    await drawn()
    assert phone.snapshot["board"]["rank"] == 1
    assert (await console.ask("reveal_act", action="start"))["t"] == "ok"
    first = await screen.until("reveal")
    assert (first["state"], first["step"], first["steps"], first["done"]) == ("on", 0, 3, None)
    assert first["next"]["name"] == "Cleo"
    told = []
    for step in range(3):
        assert (await console.ask("reveal_act", action="next", step=step))["t"] == "ok"
        for client in (screen, phone, console):
            frame = await client.until("reveal")
            while frame["step"] != step + 1:
                frame = await client.until("reveal")
        told.append(
            (frame["done"]["name"], frame["done"]["q"], frame["done"]["old_rank"], frame["done"]["rank"])
        )
        if step == 1:
            late = await connect(role="spectator")
            assert (await late.until("reveal"))["step"] == 2
            assert rows(late.snapshot["board"]) == await board_of(screen) == await board_of(phone)
            other = hubs.Hub()
            await other._load()
            await other.veil.draw()
            greeting = other.veil.greeting()
            assert greeting is not None and greeting.step == 2
            assert [(row.name, row.points) for row in other.board.top_rows()] == rows(late.snapshot["board"])
            await other.bridge.close()
    assert told == [("Cleo", 1, 3, 2), ("Bob", 1, 3, 2), ("Bob", 2, 2, 1)]
    assert (frame["state"], [row[1] for row in frame["podium"]]) == ("over", ["Bob", "Ada", "Cleo"])
    await drawn(False)
    final = await board_of(screen)
    assert [name for name, _ in final] == ["Bob", "Ada", "Cleo"]
    assert await board_of(phone) == await board_of(console) == final
    assert "reveal" not in [frame["t"] for frame in (await connect(role="spectator")).frames]


async def test_back_and_broken_off(connect: Connect, database: Database, night: Any) -> None:
    _hunt, _people, boss = night
    console, screen = await connect(boss, "organiser"), await connect(role="spectator")
    await drawn()
    frozen = await board_of(screen)
    await console.ask("reveal_act", action="start")
    await console.ask("reveal_act", action="next", step=0)
    while (await screen.until("reveal"))["step"] != 1:
        pass
    assert await board_of(screen) != frozen
    await console.ask("reveal_act", action="back", step=1)
    assert (await screen.until("reveal"))["step"] == 0
    assert await board_of(screen) == frozen
    await console.ask("reveal_act", action="next", step=0)
    await screen.until("reveal")
    assert (await console.ask("reveal_act", action="next", step=0))["code"] == "outdated"
    await console.ask("reveal_act", action="abort")
    assert (await screen.until("reveal"))["state"] == "off"
    assert await board_of(screen) == frozen


async def test_it_goes_on_by_the_clock(connect: Connect, database: Database, night: Any) -> None:
    _hunt, _people, boss = night
    console, screen = await connect(boss, "organiser"), await connect(role="spectator")
    await drawn()
    await console.ask("reveal_act", action="start")
    await console.ask("reveal_act", action="auto", seconds=2)
    await database(Hunt.objects.update, reveal_every_ms=150)
    async with asyncio.timeout(8):
        frame = await screen.until("reveal")
        while frame["state"] != "over":
            frame = await screen.until("reveal")
    changed = await screen.until("hunt")
    assert changed["hunt"]["freeze_at"] is None
    assert [name for name, _ in await board_of(screen)] == ["Bob", "Ada", "Cleo"]


async def test_a_server_that_starts_in_the_middle_is_at_the_same_step(
    connect: Connect, database: Database, night: Any
) -> None:
    _hunt, _people, boss = night
    console, screen = await connect(boss, "organiser"), await connect(role="spectator")
    await drawn()
    await console.ask("reveal_act", action="start")
    here, other = hubs.current(), hubs.Hub()
    for done in (1, 2):
        await console.ask("reveal_act", action="next", step=done - 1)
        while (await screen.until("reveal"))["step"] != done:
            pass
        if done == 1:
            await other._load()
        else:
            await other._reconcile()
        await other.veil.draw()
        frames = [hub.veil.greeting() for hub in (here, other)]
        assert frames[0] == frames[1] and frames[0] is not None
        async with here.veil._turn:
            assert other.board.top_rows() == here.board.top_rows()
    await console.ask("reveal_act", action="next", step=2)
    while (await screen.until("reveal"))["state"] != "over":
        pass
    await other._reconcile()
    for _ in range(2):
        await other.veil.draw()
    assert other.board.top_rows() == other.live.board.top_rows() == here.live.board.top_rows()
    assert not other.veil.is_drawn and other.hunt is not None and other.hunt.freeze_at is None
    await other.bridge.close()


async def test_who_is_hidden_meanwhile_is_not_shown_by_a_step(
    connect: Connect, database: Database, night: Any
) -> None:
    _hunt, people, boss = night
    console, screen = await connect(boss, "organiser"), await connect(role="spectator")
    await drawn()
    await console.ask("reveal_act", action="start")
    await database(moderate, boss.id, _hunt.id, people["Bob"].id, "hide", "why")
    await hubs.current()._reconcile()
    assert (await screen.until("board"))["moves"][0][:1] == [people["Bob"].id]
    for step in range(2):
        await console.ask("reveal_act", action="next", step=step)
        while (await screen.until("reveal"))["step"] != step + 1:
            pass
    assert "Bob" not in [name for name, _ in await board_of(screen)]


class Turn(asyncio.Lock):
    """Says how many wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0

    async def acquire(self) -> Any:
        self.waiting += 1
        try:
            return await super().acquire()
        finally:
            self.waiting -= 1


async def until(so: Callable[[], bool]) -> None:
    for _ in range(500):
        if so():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def test_a_step_and_a_hiding_that_come_together_both_stand(
    connect: Connect, database: Database, night: Any
) -> None:
    """Each waits until the public's board is free, and neither may take back what the other has shown meanwhile."""
    hunt, people, boss = night
    cleo = people["Cleo"].id
    console, screen = await connect(boss, "organiser"), await connect(role="spectator")
    await drawn()
    await console.ask("reveal_act", action="start")
    assert (await screen.until("reveal"))["next"]["name"] == "Cleo"
    hub = hubs.current()
    turn = hub.veil._turn = Turn()

    async def step(done: int) -> None:
        assert (await console.ask("reveal_act", action="next", step=done))["t"] == "ok"

    async def mark(action: str) -> None:
        await database(moderate, boss.id, hunt.id, cleo, action, "why")
        await hub._reconcile()

    def shown() -> tuple[int, bool]:
        line = hub.board.standing(cleo)
        assert line is not None
        return line.points, line.hidden

    async with turn:
        await step(0)
        await until(lambda: turn.waiting >= 1)
        await mark("hide")
        await until(lambda: turn.waiting >= 2)
    await until(lambda: not turn.waiting and shown() == (ODD[1], True))
    async with turn:
        await mark("show")
        await until(lambda: turn.waiting >= 1)
        await step(1)
        await until(lambda: turn.waiting >= 2)
    await until(lambda: not turn.waiting and shown() == (ODD[1], False))
    assert dict(await board_of(screen))["Cleo"] == ODD[1]
