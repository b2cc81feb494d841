"""A player's socket, from the handshake to the epilogue."""

import pytest

from tests.factories import command_id, grant_xp, make_hunt, make_player

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_player_plays_to_the_end(connect, database):
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
    delta = await client.until("board")
    assert delta["moves"][0][0] == ada.id
    refused = await client.ask("answer", q=3, text="right 3")
    assert refused["code"] == "finished"
