"""The walls, told to the consoles that look at them: once for all, when they have changed, and to nobody else."""

from typing import Any

import pytest

from consumers import hub as hubs
from consumers import walls
from game.queries import walls as queries
from game.services.questions import judge_as
from tests.consumers.conftest import Client, Connect, Database
from tests.factories import make_hunt, make_player, make_user


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROWS_S", "LATELY_S", "GUESSES_S"):
        monkeypatch.setattr(walls, name, 0.05)
    monkeypatch.setattr(walls, "SHARE", 0)
    monkeypatch.setattr(hubs, "PULSE_S", 0.05)


async def guessed(console: Client, players: int) -> dict[str, Any]:
    """The first `guesses` in which the first group has so many players."""
    while True:
        frame = await console.until("guesses")
        if frame["groups"] and frame["groups"][0]["players"] == players:
            return frame


async def test_who_watches_is_told_what_they_try_and_who_does_not_is_told_nothing(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada, bob = [await connect(await database(make_player, hunt, name)) for name in ("Ada", "Bob")]
    boss = await database(make_user, "boss", role="author")
    console = await connect(boss, "organiser")
    other = await connect(await database(make_user, "vera", role="viewer"), "organiser")
    await ada.ask("answer", q=1, text="Left lamp")
    assert (await console.ask("watch", view="walls", q=1))["t"] == "ok"
    rows = (await console.until("walls"))["rows"]
    assert [(row["q"], row["here"]) for row in rows] == [(1, 2), (2, 0), (3, 0)]
    first = await guessed(console, 1)
    assert (first["q"], first["total"], first["groups"][0]["text"]) == (1, 1, "Left lamp")
    await bob.ask("answer", q=1, text="left LAMP!")
    await bob.ask("answer", q=1, text="left lamp")
    told = (await guessed(console, 2))["groups"][0]
    assert told["verdict"] == "wrong" and told["players"] == 2
    # A colleague who comes later is told at once what is known, and of another question only that.
    assert (await other.ask("watch", view="walls", q=2))["t"] == "ok"
    assert (await other.until("guesses"))["groups"] == []
    # What is mended is seen.
    await database(lambda: judge_as(boss.id, hunt.id, 1, "left lamp", "close"))
    while (await console.until("guesses"))["groups"][0]["verdict"] != "close":
        pass
    assert all(frame["q"] == 2 for frame in other.frames if frame["t"] == "guesses")
    # Nothing any more.
    assert (await other.ask("watch", view=None, q=None))["t"] == "ok"
    other.passed.clear()
    await ada.ask("answer", q=1, text="another")
    while (await console.until("guesses"))["total"] != 2:
        pass
    for _ in range(3):
        await other.until("pulse")
    assert not {"walls", "guesses"} & {frame["t"] for frame in other.passed}


async def test_it_is_read_once_for_all_and_only_while_somebody_watches(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    for name in ("walls", "tried", "tried_above"):
        real = getattr(queries, name)

        def counted(*args: Any, real: Any = real, name: str = name) -> Any:
            reads.append(name)
            return real(*args)

        monkeypatch.setattr(queries, name, counted)
    hunt = await database(make_hunt)
    ada = await connect(await database(make_player, hunt, "Ada"))
    await ada.ask("answer", q=1, text="wrong")
    boss = await database(make_user, "boss", role="viewer")
    consoles = [await connect(boss, "organiser") for _ in range(3)]
    for _ in range(3):
        await consoles[0].until("pulse")
    assert reads == []
    monkeypatch.setattr(walls, "ROWS_S", 3_600)
    monkeypatch.setattr(walls, "GUESSES_S", 3_600)
    for console in consoles:
        await console.ask("watch", view="walls", q=1)
        assert (await console.until("walls"))["rows"][0]["here"] == 1
        await guessed(console, 1)
    assert reads.count("walls") == reads.count("tried_above") == 1
    # All have gone: it is forgotten, and counted afresh for who comes.
    for console in consoles:
        await console.close()
    held = hubs.current().walls
    last = await connect(boss, "organiser")
    while held._questions:
        await last.until("pulse")
    await last.ask("watch", view="walls", q=1)
    await guessed(last, 1)
    assert reads.count("walls") == 2


async def test_the_mark_follows_and_nothing_is_counted_twice(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "MARK_S", 0)
    hunt = await database(make_hunt)
    players = [await connect(await database(make_player, hunt, name)) for name in ("Ada", "Bob", "Cleo")]
    console = await connect(await database(make_user, "boss", role="viewer"), "organiser")
    await console.ask("watch", view="walls", q=1)
    held = hubs.current().walls
    for number, player in enumerate(players, 1):
        await player.ask("answer", q=1, text="left lamp")
        frame = await guessed(console, number)
        assert (frame["total"], frame["groups"][0]["tries"]) == (1, number)
        mark = await database(queries.newest, hunt.id)
        while held._mark != mark:
            await console.until("pulse")


async def test_a_look_that_fails_is_said_and_the_next_one_makes_up_for_it(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = queries.tried_above, [True]

    def sometimes(*args: Any) -> Any:
        if broken:
            raise ValueError("the database is away")
        return real(*args)

    monkeypatch.setattr(queries, "tried_above", sometimes)
    hunt = await database(make_hunt)
    ada = await connect(await database(make_player, hunt, "Ada"))
    await ada.ask("answer", q=1, text="wrong")
    console = await connect(await database(make_user, "boss", role="viewer"), "organiser")
    assert (await console.ask("watch", view="walls", q=1))["code"] == "server_error"
    broken.clear()
    assert (await guessed(console, 1))["total"] == 1


async def test_there_is_no_question_beyond_the_last(connect: Connect, database: Database) -> None:
    await database(make_hunt)
    console = await connect(await database(make_user, "boss", role="viewer"), "organiser")
    assert (await console.ask("watch", view="walls", q=4))["code"] == "not_found"
    assert not hubs.current().walls._watchers
