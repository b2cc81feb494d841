"""What projectors are sent beside the board: once for all of them, and nothing of it newer than a freeze."""

import asyncio
from typing import Any

import pytest
from django.db.models import F

from consumers import hub as hubs
from consumers import screens
from game.models import Hunt, Player
from game.queries import screens as queries
from game.queries.clock import now_ms
from game.services.answers import submit
from tests.consumers.conftest import Connect, Database
from tests.factories import HOUR, leave_behind, make_hunt, make_player, make_user, submission


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIELD_S", "COURSE_S", "OPENING_S"):
        monkeypatch.setattr(screens, name, 0.1)
    monkeypatch.setattr(hubs, "PULSE_S", 0.1)


async def test_a_pin_reaches_every_projector_and_every_console_and_whoever_comes_later(
    connect: Connect, database: Database
) -> None:
    await database(make_hunt)
    boss = await database(make_user, "grace", role="moderator")
    looker = await database(make_user, "vic", role="viewer")
    screen, console, other = (
        await connect(role="spectator"),
        await connect(boss, "organiser"),
        await connect(looker, "organiser"),
    )
    assert await console.until("scene") == {"t": "scene", "scene": None, "by": None, "at": None}
    assert (await other.ask("pin", scene="race"))["code"] == "forbidden"
    assert (await console.ask("pin", scene="race"))["t"] == "ok"
    # Who did it is no spectator's business.
    assert await screen.until("scene") == {"t": "scene", "scene": "race", "by": None, "at": None}
    await other.until("scene")
    told = await other.until("scene")
    assert (told["scene"], told["by"]) == ("race", boss.get_username())
    late = await connect(role="spectator")
    assert (await late.until("scene"))["scene"] == "race"
    assert (await console.ask("pin", scene=None))["t"] == "ok"
    assert [(await client.until("scene"))["scene"] for client in (screen, late)] == [None, None]
    assert (await console.ask("pin", scene="curtain"))["code"] == "bad_frame"
    assert (await screen.quiet(0)) or all(frame["t"] != "hunt" for frame in screen.frames)


async def test_it_is_read_once_for_all_and_only_while_a_projector_is_there(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    for name in ("field", "course"):
        real = getattr(queries, name)

        def counted(*args: Any, real: Any = real, name: str = name) -> Any:
            reads.append(name)
            return real(*args)

        monkeypatch.setattr(queries, name, counted)
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada")
    player = await connect(ada)
    await asyncio.sleep(0.4)
    assert reads == []
    first = await connect(role="spectator")
    course = await first.until("course")
    assert [line[:2] for line in course["lines"]] == [[ada.id, "Ada"]]
    assert (await first.until("field"))["posts"] == [[1, 1, None]]
    before = reads.count("course")
    others = [await connect(role="spectator") for _ in range(5)]
    for other in others:
        assert await other.until("course") == course
        assert (await other.until("field"))["posts"] == [[1, 1, None]]
    assert reads.count("course") == before == 1
    await player.ask("answer", q=1, text="right 1")
    told = [await screen.until("course") for screen in (first, *others)]
    assert all(frame == told[0] for frame in told)
    assert told[0]["lines"][0][3][-1] == (await database(Player.objects.get, id=ada.id)).points


async def test_the_opening_is_told_when_the_hunt_begins_and_not_before(
    connect: Connect, database: Database
) -> None:
    def arrange() -> Any:
        return make_hunt(starts_at=now_ms() + HOUR, ends_at=now_ms() + 2 * HOUR)

    hunt = await database(arrange)
    screen = await connect(role="spectator")
    assert await screen.quiet(0.4)
    await database(
        lambda: Hunt.objects.filter(id=hunt.id).update(starts_at=now_ms(), version=F("version") + 1)
    )
    await hubs.current()._reconcile()
    assert (await screen.until("opening"))["html"] == "<p>Before 1</p>\n"


async def test_while_the_board_is_frozen_no_field_is_told_and_the_course_ends_there(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt, settings={"curve": "solve_order"})
    ada, bob = [await database(make_player, hunt, name) for name in ("Ada", "Bob")]
    await database(lambda: submit([submission(ada, text="right 1")]))
    instant = leave_behind(await database(now_ms))
    await database(
        lambda: Hunt.objects.filter(id=hunt.id).update(freeze_at=instant, version=F("version") + 1)
    )
    await database(lambda: submit([submission(bob, text="right 1"), submission(ada, text="right 2")]))
    screen = await connect(role="spectator")
    course = await screen.until("course")
    assert course["until"] == instant
    assert {line[1]: len(line[3]) for line in course["lines"]} == {"Ada": 1, "Bob": 0}
    await asyncio.sleep(0.5)
    while not await screen.quiet(0.1):
        await screen.next()
    assert "field" not in {frame["t"] for frame in screen.frames}
