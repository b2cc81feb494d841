"""A player's socket: every command, from the first question to the epilogue."""

import msgspec
import pytest

from consumers import protocol
from game.queries import content, play
from game.services.answers import AwardView
from tests.consumers.conftest import Connect, Database
from tests.factories import command_id, grant_xp, make_hunt, make_player


@pytest.mark.parametrize(
    ("view", "frame"),
    [
        (play.MeView, protocol.Me),
        (content.QuestionView, protocol.QuestionView),
        (content.BlockView, protocol.Block),
        (AwardView, protocol.Award),
    ],
)
def test_a_view_is_said_member_by_member(view: type[msgspec.Struct], frame: type[msgspec.Struct]) -> None:
    assert view.__struct_fields__ == frame.__struct_fields__


async def test_a_player_plays_to_the_end(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, 2)
    ada = await database(make_player, hunt, "Ada")
    client = await connect(ada)
    snapshot = client.snapshot
    assert snapshot["t"] == "snapshot"
    assert snapshot["question"]["q"] == 1
    assert [block["html"] for block in snapshot["story"]] == ["<p>Before 1</p>\n"]
    assert snapshot["board"]["rank"] == 1

    wrong = await client.ask("answer", q=1, text="nonsense")
    assert (wrong["t"], wrong["verdict"], wrong["repeat"]) == ("verdict", "wrong", False)
    assert wrong["me"]["first_attempt"] is not None
    again = await client.ask("answer", q=1, text="NONSENSE!")
    assert again["repeat"] is True
    close = await client.ask("answer", q=1, text="close 1")
    assert close["verdict"] == "close"

    right = await client.ask("answer", q=1, text="Right 1")
    assert right["verdict"] == "correct"
    assert right["award"]["total"] == 100
    assert right["question"]["q"] == 2
    assert [block["html"] for block in right["story"]] == ["<p>After 1</p>\n", "<p>Before 2</p>\n"]

    last = await client.ask("answer", q=2, text="right 2")
    assert last["me"]["finished"] is True
    assert last["question"] is None
    assert [block["html"] for block in last["story"]] == ["<p>After 2</p>\n"]
    refused = await client.ask("answer", q=3, text="right 3")
    assert refused["code"] == "finished"


async def test_a_resent_command_gets_its_stored_outcome(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    client = await connect(await database(make_player, hunt))
    command = command_id()
    first = await client.ask("answer", id=command, q=1, text="right 1")
    again = await client.ask("answer", id=command, q=1, text="right 1")
    assert {**again, "me": {**again["me"], "wait_ms": 0}} == {**first, "me": {**first["me"], "wait_ms": 0}}
    conflict = await client.ask("answer", id=command, q=1, text="right 2")
    assert conflict["code"] == "id_conflict"


async def test_answers_to_other_questions_are_stale(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    client = await connect(await database(make_player, hunt))
    future = await client.ask("answer", q=2, text="right 2")
    assert future["code"] == "stale_question"
    await client.ask("answer", q=1, text="right 1")
    past = await client.ask("answer", q=1, text="right 1")
    assert past["code"] == "stale_question"


async def test_a_hint_is_charged_once_whatever_it_is_paid_with(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    await database(grant_xp, ada, 60)
    client = await connect(ada)
    hint = await client.ask("hint", q=1, pay="xp")
    assert (hint["html"], hint["charged"], hint["me"]["xp"]) == ("<p>Hint 1</p>\n", "xp", 10)
    again = await client.ask("hint", q=1, pay="points")
    assert (again["html"], again["charged"], again["me"]["hint"]) == ("<p>Hint 1</p>\n", None, "xp")
    right = await client.ask("answer", q=1, text="right 1")
    assert right["award"] == {"gross": 100, "hint": 0, "accept_close": 0, "total": 100}


async def test_power_ups_cost_what_the_snapshot_says(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    client = await connect(ada)
    prices = client.snapshot["prices"]
    refused = await client.ask("skip", q=1)
    assert refused["code"] == "insufficient_xp"
    await database(grant_xp, ada, prices["skip_xp"])
    skipped = await client.ask("skip", q=1)
    assert (skipped["t"], skipped["me"]["xp"], skipped["question"]["q"]) == ("skipped", 0, 2)
    await database(grant_xp, ada, prices["accept_close_xp"])
    close = await client.ask("accept_close", q=2, text="close 2")
    assert (close["verdict"], close["accepted_close"]) == ("correct", True)
    assert close["award"]["total"] == 100 - prices["accept_close_points"]


async def test_wrong_answers_are_throttled_over_a_reconnect(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    client = await connect(ada)
    for number in range(5):
        assert (await client.ask("answer", q=1, text=f"guess {number}"))["verdict"] == "wrong"
    await client.close()
    client = await connect(ada)
    assert client.snapshot["me"]["wait_ms"] > 0
    refused = await client.ask("answer", q=1, text="right 1")
    assert refused["code"] == "too_many_guesses"
    assert 0 < refused["wait_ms"] <= 6_000


async def test_the_story_so_far_is_paged(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, 20)
    ada = await database(make_player, hunt, position=20)
    client = await connect(ada)
    page = await client.ask("story")
    blocks = page["blocks"]
    while page["before"] is not None:
        page = await client.ask("story", before=page["before"])
        blocks = page["blocks"] + blocks
    assert [block["n"] for block in blocks] == list(range(1, 40))
    assert blocks[-1]["html"] == "<p>Before 20</p>\n"


async def test_around_shows_the_neighbours(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    people = [await database(make_player, hunt) for _ in range(7)]
    client = await connect(people[3])
    around = await client.ask("around")
    assert around["rank"] == 4
    assert around["ranks"] == [2, 3, 4, 5, 6]
    assert [row[0] for row in around["rows"]] == [person.id for person in people[1:6]]


async def test_ping_is_answered_with_the_servers_clock(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    client = await connect(await database(make_player, hunt))
    await client.send({"t": "ping", "n": 7})
    pong = await client.next()
    assert (pong["t"], pong["n"]) == ("pong", 7)
    assert abs(pong["now"] - client.snapshot["now"]) < 10_000


async def test_the_first_questions_clock_starts_when_it_is_shown(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt, started_h=3)
    ada = await database(make_player, hunt)
    await connect(ada)
    await database(ada.refresh_from_db)
    shown = ada.shown_clock
    assert shown is not None and shown > 2.9 * 3_600_000
    await connect(ada)
    await database(ada.refresh_from_db)
    assert ada.shown_clock == shown
