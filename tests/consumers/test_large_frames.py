"""However long the texts that people send: every frame stays below its limit, and nothing is lost for it."""

import asyncio
from typing import Any

import msgspec
import pytest

from consumers.protocol import MAX_OUTBOUND
from game import errors
from game.queries.announcements import Audience
from game.services.announcements import announce
from game.services.answers import submit
from game.services.players import seen
from tests.consumers.conftest import Connect, Database
from tests.factories import HOUR, enter, make_hunt, make_player, make_user, now_ms, submission

LONG = "😀" * 2_000
GUESS = "🦉" * 255
ANNOUNCED = 25


def crowded() -> tuple[Any, Any, Any]:
    """A hunt with long announcements and long wrong guesses: (hunt, a player, an organiser)."""
    hunt, boss = make_hunt(), make_user("boss", staff=True)
    people = [make_player(hunt) for _ in range(20)]
    for number in range(ANNOUNCED):
        announce(boss.pk, hunt.id, "info", f"{number}" + LONG[: 2_000 - len(str(number))])
    for number in range(5):
        announce(boss.pk, hunt.id, "info", f"{number}" + LONG[:1_999], at=now_ms() + HOUR + number)
        enter(hunt.id, people[0].id)
        hint = announce(boss.pk, hunt.id, "info", LONG, to=Audience(q=1), hint=True)["announcement"]
        seen(hunt.id, people[0].id, (hint,))  # type: ignore[arg-type]
    for guess in "abcde":
        submit([submission(person, text=GUESS + guess) for person in people])
    return hunt, people[0], boss


def assert_small(*frames: dict[str, Any]) -> None:
    for frame in frames:
        assert len(msgspec.json.encode(frame)) <= MAX_OUTBOUND, frame["t"]


async def test_every_snapshot_has_room(connect: Connect, database: Database) -> None:
    _, ada, boss = await database(crowded)
    player, projector = await connect(ada), await connect(role="spectator")
    console = await connect(boss, "organiser")
    assert_small(player.snapshot, projector.snapshot, console.snapshot)
    assert player.snapshot["announcements"] and player.snapshot["hints"]
    assert projector.snapshot["announcements"][0]["html"].startswith("<p>24")
    assert console.snapshot["announcements"][0]["html"].startswith("<p>24")
    assert console.snapshot["feed"][0]["text"] == GUESS + "e"

    announced = await console.ask("announcements")
    assert announced["sent"][0]["hint"]
    assert len(announced["planned"]) + announced["left_out"] == 5
    assert_small(announced)
    timeline = await console.ask("timeline", player=ada.id)
    assert [item["attempt"]["text"][-1] for item in timeline["rows"]] == [*"edcba"]
    assert_small(timeline, await console.ask("audit"))
    assert_small(await console.ask("find", text=""), await console.until("pulse"))


async def test_what_has_no_room_comes_when_the_rest_is_seen(
    connect: Connect, database: Database, settings: Any
) -> None:
    settings.SOCKET_LIMITS = '{"burst": 1000}'
    _, ada, _ = await database(crowded)
    player = await connect(ada)
    seen: list[int] = []
    snapshot = player.snapshot
    while notices := snapshot["announcements"]:
        ids = [notice["id"] for notice in notices]
        assert (await player.ask("seen", ids=ids))["t"] == "ok"
        seen += ids
        await player.send({"t": "resync"})
        snapshot = await player.until("snapshot")
    assert seen == sorted(seen)
    assert len(seen) == ANNOUNCED


async def test_many_announcements_at_once_all_arrive(connect: Connect, database: Database) -> None:
    """As after a while without the bus: they are found together."""
    hunt, boss = await database(make_hunt), await database(make_user, "boss", staff=True)
    projector = await connect(role="spectator")

    def all_at_once() -> None:
        for number in range(45):
            announce(boss.pk, hunt.id, "info", f"{number}")

    await database(all_at_once)
    async with asyncio.timeout(15):
        told = [(await projector.until("announcement", 12))["notice"]["html"] for _ in range(45)]
    assert told == [f"<p>{number}</p>\n" for number in range(45)]
    await projector.send({"t": "resync"})
    fresh = await projector.until("board_snapshot")
    assert [notice["html"] for notice in fresh["announcements"]] == told[:-21:-1]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["> a\n\n" * 400, "<http://a>" * 200])
def test_a_text_that_grows_too_large_is_refused(text: str) -> None:
    hunt, boss = make_hunt(), make_user(staff=True)
    with pytest.raises(errors.Invalid):
        announce(boss.pk, hunt.id, "info", text)
