"""What a player is told of the others: how many are on the question, how many have tried a guess, where a rival is."""

import pytest

from game.models import Player
from game.queries import crowd
from game.services.answers import submit
from tests.consumers.conftest import Connect, Database
from tests.factories import make_hunt, make_player, submission


def guess(player: Player, *texts: str) -> None:
    for text in texts:
        submit([submission(player, "answer", text=text)])


async def test_how_many_are_here_and_have_tried_the_same(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, 3)
    people = [await database(make_player, hunt, f"Player {number}") for number in range(4)]
    _, bob, cleo, _ = people
    await database(guess, bob, "Left  Lamp!", "left lamp", "something else")
    await database(guess, cleo, "right 1")
    clients = [await connect(person) for person in people[:3]]
    client = clients[0]
    # A repeat counts once; who has not opened the page has no question, and who has solved it is on the next.
    wrong = await client.ask("answer", q=1, text="LEFT LAMP")
    assert wrong["verdict"] == "wrong"
    found = await client.ask("crowd", q=1, text="LEFT LAMP", rival=cleo.id)
    assert (found["t"], found["here"], found["tried"]) == ("crowd", 2, 2)
    assert found["rival"][:3] == [cleo.id, "Player 2", 100]
    alone = await client.ask("crowd", q=1, text="something else", rival=None)
    assert (alone["tried"], alone["rival"]) == (1, None)
    assert (await client.ask("crowd", q=1, text=None, rival=None))["tried"] is None


async def test_only_the_own_question_is_told_of(connect: Connect, database: Database) -> None:
    """How far the others are is the board's to tell, and it may stand still."""
    hunt = await database(make_hunt, 3)
    ada = await database(make_player, hunt, "Ada")
    client = await connect(ada)
    assert (await client.ask("crowd", q=2, text=None, rival=None))["code"] == "stale_question"
    await client.ask("answer", q=1, text="right 1")
    assert (await client.ask("crowd", q=1, text=None, rival=None))["code"] == "stale_question"
    assert (await client.ask("crowd", q=2, text=None, rival=None))["here"] == 1
    assert (await client.ask("crowd", q=2, text=None, rival=ada.id + 999))["rival"] is None


async def test_many_who_ask_at_once_are_one_count(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[str] = []

    def counted(name: str) -> None:
        original = getattr(crowd, name)

        def count(*args: int) -> dict[object, int]:
            counts.append(name)
            return dict(original(*args))

        monkeypatch.setattr(crowd, name, count)

    counted("here")
    counted("tried")
    hunt = await database(make_hunt, 2)
    client = await connect(await database(make_player, hunt, "Ada"))
    for _ in range(3):
        assert (await client.ask("crowd", q=1, text="nobody says this", rival=None))["tried"] == 1
    assert sorted(counts) == ["here", "tried"]
