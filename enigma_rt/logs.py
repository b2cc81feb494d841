"""One line per event, and what it was done for: the request, the command, the player.

A request's id is the proxy's (X-Request-ID) or made here; a page's answer tells it, and a socket's lines carry the one
of its handshake. No line of ours holds an answer's text or a session's key.
"""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

from consumers import context

request: ContextVar[str | None] = ContextVar("request", default=None)

HEADER = b"x-request-id"
SOUND = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class JsonFormatter(logging.Formatter):
    """An object on one line: time (UTC), level, logger, message; request_id, command_id, player_id where there are any;
    the traceback in `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        } | ids()
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        elif record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        # Lone surrogates, which no encoder takes, are shown as what they are.
        return msgspec.json.encode(_encodable(line)).decode()


def ids() -> dict[str, str | int]:
    """What the running code works for, as far as it is known."""
    known = {
        "request_id": request.get(),
        "command_id": context.command.get(),
        "player_id": context.player.get(),
    }
    return {name: value for name, value in known.items() if value is not None}


def _encodable(line: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
        for name, value in line.items()
    }


class Calm(logging.Filter):
    """Of a Redis that is away the layer's receiver says the same each second, with its traceback: it is said once. All
    else that the layer says is left as it is."""

    QUIET_S = 5.0
    """Silent for so long it was back, and what comes then is said again."""

    def __init__(self) -> None:
        super().__init__()
        from redis import exceptions  # not needed by a process without

        self._away = (OSError, exceptions.ConnectionError, exceptions.TimeoutError)
        self._last = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, self._away):
            return True
        said, self._last = self._last, record.created
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args, record.exc_info = "Redis is away, nothing is heard: %r", (error,), None
        return record.created - said > self.QUIET_S


class Traced:
    """An ASGI application whose every request has an id; with `believe` the one that the proxy has set."""

    def __init__(self, application: Callable[..., Any], *, believe: bool) -> None:
        self._application = application
        self._believe = believe

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        mine = (self._believe and _told(scope)) or uuid.uuid4().hex
        request.set(mine)
        header = (HEADER, mine.encode())

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": [*message.get("headers", ()), header]}
            await send(message)

        await self._application(scope, receive, answer)


def _told(scope: Any) -> str:
    told = next((value.decode("latin1") for name, value in scope["headers"] if name == HEADER), "")
    return told if SOUND.fullmatch(told) else ""
