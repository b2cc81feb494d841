"""What webhooks say, in which words, how it is signed and when it is tried again. PURE."""

import base64
import hashlib
import hmac
import json
import re
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit


class Event(StrEnum):
    SOLVE = "solve"
    FIRST_SOLVE = "first_solve"
    FINISH = "finish"
    WALL = "wall"
    ANNOUNCEMENT = "announcement"
    TEST = "test"
    """Sent when an organiser asks for it; nobody subscribes to it."""


class Format(StrEnum):
    JSON = "json"
    DISCORD = "discord"
    SLACK = "slack"


SUBSCRIBED = tuple(event for event in Event if event is not Event.TEST)
MOST_TRIES = 10
FIRST_WAIT_MS, LONGEST_WAIT_MS = 5_000, 10 * 60_000
SECRET = "whsec_"  # noqa: S105  # how a Standard Webhooks secret begins
DISCORD_MOST = 2_000
CHAT_MOST = 1_500
"""Characters of a text that comes from people, before it is escaped for a chat."""
SUPPRESS_EMBEDS = 1 << 2
# https://support.discord.com/hc/en-us/articles/210298617 and mentions, channels, commands, time stamps: <…>, @, #, :
_DISCORD_MARKUP = re.compile(r"([\\*_~`|>#\-+.()\[\]<@:/])")


def wait_ms(tries: int, chance: float) -> int:
    """How long to wait after `tries` failures in a row; `chance` (0 to 1) spreads those who wait for the same."""
    full = min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1))
    return int(full * (0.5 + 0.5 * chance))


def sign(secret: str, delivery: str, second: int, body: bytes) -> str:
    """The signature header of Standard Webhooks (https://www.standardwebhooks.com), version 1."""
    key = base64.b64decode(secret.removeprefix(SECRET))
    signed = f"{delivery}.{second}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def shown_url(url: str, form: str) -> str:
    """As much of an address as people need to recognise it: a chat's address is itself the key to the chat."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path if form == Format.JSON else '/…'}"


def body(form: str, payload: dict[str, Any]) -> bytes:
    """What is posted. `payload` has `event`, `hunt` and what belongs to the event."""
    said: dict[str, Any] = payload
    if form == Format.DISCORD:
        said = {
            "content": _DISCORD_MARKUP.sub(r"\\\1", words(payload))[:DISCORD_MOST],
            "allowed_mentions": {"parse": []},
            "flags": SUPPRESS_EMBEDS,
        }
    elif form == Format.SLACK:
        text = words(payload).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        said = {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def words(payload: dict[str, Any]) -> str:
    """The event in one sentence, for a chat: positions only, since titles tell those who are not there yet."""
    hunt = payload["hunt"]["title"]
    name = payload.get("player", {}).get("name", "")
    q = payload.get("question", {}).get("position", 0)
    match payload["event"]:
        case Event.SOLVE:
            return f"{hunt}: {name} solved no. {q}."
        case Event.FIRST_SOLVE:
            return f"{hunt}: {name} is the first to solve no. {q}!"
        case Event.FINISH:
            return f"{hunt}: {name} has finished!"
        case Event.WALL:
            here, minutes = payload["players"], payload["minutes"]
            return f"{hunt}: nobody has solved no. {q} for {minutes} minutes; {here} players are stuck there."
        case Event.ANNOUNCEMENT:
            return f"{hunt}: {payload['text'][:CHAT_MOST]}"
    return f"{hunt}: a test event. Webhooks arrive here."
