"""The socket of test play: the player's protocol, and none of the real hunt's life in it."""

from game.services import testplay
from tests.consumers.conftest import Connect, Database
from tests.factories import make_hunt, make_player, make_user


async def test_an_author_plays_apart_from_everybody(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, started_h=-1)
    olga = await database(make_user, "olga", role="author")
    console = await connect(await database(make_user, staff=True), "organiser")
    wall = await connect(role="spectator")
    await database(testplay.begin, olga.pk, hunt.id, 2)
    tab = await connect(olga, f"ws/test/{hunt.id}")
    shown = tab.snapshot
    assert (shown["hunt"]["phase"], shown["question"]["q"], shown["me"]["position"]) == ("live", 2, 2)
    assert (shown["board"]["total"], shown["board"]["rank"]) == (0, None)
    verdict = await tab.ask("answer", q=2, text="right 2")
    assert (verdict["verdict"], verdict["question"]["q"]) == ("correct", 3)
    assert (await tab.ask("around"))["rows"] == []
    assert len((await tab.ask("story", before=None))["blocks"]) > 0
    # Nobody hears of it, and it hears of nobody.
    assert await wall.quiet()
    await database(make_player, hunt, "Ada")
    await wall.until("board")
    assert await tab.quiet()
    pulse = await console.until("pulse")
    while not pulse["players"]:  # of before she came
        pulse = await console.until("pulse")
    assert (pulse["players"], pulse["feed"], pulse["sockets"]["players"]) == (1, [], 0)
    await tab.send({"t": "resync", "only": None})
    assert (await tab.next())["question"]["q"] == 3


async def test_a_hunt_can_be_tested_before_any_is_current(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, started_h=-1, current=False)
    olga = await database(make_user, "olga", role="author")
    await database(testplay.begin, olga.pk, hunt.id, 1)
    tab = await connect(olga, f"ws/test/{hunt.id}")
    assert (await tab.ask("answer", q=1, text="right 1"))["verdict"] == "correct"
    assert (await tab.ask("crowd", q=2, text=None, rival=None))["rival"] is None
    ada = await database(make_user, "ada")
    assert await (await connect(ada, raw=True)).next() == {"close": 4404}


async def test_who_may_not_write_may_not_play(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt, "Ada")
    path = f"ws/test/{hunt.id}"
    assert await (await connect(ada, path, raw=True)).next() == {"close": 4403}
    assert await (await connect(None, path, raw=True)).next() == {"close": 4401}
    olga = await database(make_user, "olga", role="author")
    assert await (await connect(olga, path, raw=True)).next() == {"close": 4405}  # has not begun
