"""What webhooks say, how they are signed, when they are tried again."""

import json
import re
from typing import Any

import pytest

from game.rules.webhooks import LONGEST_WAIT_MS, MOST_TRIES, Event, Format, body, sign, wait_ms, words


def payload(event: str, **told: Any) -> dict[str, Any]:
    return {"event": event, "hunt": {"slug": "lamp", "title": "The Lamp"}, **told}


def solve(name: str) -> dict[str, Any]:
    return payload("solve", player={"id": 1, "name": name}, question={"position": 4})


def test_waits_grow_are_spread_and_bounded() -> None:
    longest = [wait_ms(tries, 1.0) for tries in range(1, MOST_TRIES + 1)]
    assert longest == sorted(longest)
    assert longest[0] == 5_000 and longest[-1] == LONGEST_WAIT_MS
    assert all(wait_ms(tries, 0.0) * 2 == wait for tries, wait in enumerate(longest, start=1))
    assert 15 * 60_000 < sum(longest) < 60 * 60_000


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, the vector that its libraries share."""
    signed = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "name", ["@everyone", "<@123>", "*b* _i_ ~s~ `c` ||x||", "[a](http://x)", "> q", "# h", ":skull:"]
)
def test_discord_shows_names_as_they_are_and_calls_nobody(name: str) -> None:
    said = json.loads(body(Format.DISCORD, solve(name)))
    assert said["allowed_mentions"] == {"parse": []}
    shown = re.sub(r"\\([^0-9A-Za-z\s])", r"\1", said["content"])
    assert shown == f"The Lamp: {name} solved no. 4."
    assert not re.search(r"(?<!\\)[*_~`|<>@#\[\]:]", said["content"])


def test_discord_takes_no_more_than_two_thousand_characters() -> None:
    said = json.loads(body(Format.DISCORD, payload("announcement", text="*" * 2_000)))
    assert len(said["content"]) <= 2_000


def test_slack_shows_names_as_they_are_and_calls_nobody() -> None:
    said = json.loads(body(Format.SLACK, solve("<!channel> & <@U1> *b*")))
    assert said["text"] == "The Lamp: &lt;!channel&gt; &amp; &lt;@U1&gt; *b* solved no. 4."
    assert (said["mrkdwn"], said["unfurl_links"]) == (False, False)


def test_json_is_the_payload_itself() -> None:
    assert json.loads(body(Format.JSON, solve("Zoë"))) == solve("Zoë")


@pytest.mark.parametrize("event", list(Event))
def test_each_event_has_words(event: str) -> None:
    told = payload(
        event, player={"id": 1, "name": "Ada"}, question={"position": 4}, players=7, minutes=30, text="Hello"
    )
    assert words(told).startswith("The Lamp: ")
