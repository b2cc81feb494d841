"""How the benchmark tells a fan-out server what to do, the same for ours and for the baselines.

A text "COUNT" to the WebSocket `/control` makes the server tell all its other sockets so many frames, one after the
other as fast as it can; its reply "BEGAN ENDED" are the instants of the first call and of the return from the last one,
on the machine's monotonic clock.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

SIZE = 1024
"""Bytes of a frame's payload."""
NOW = 1_772_838_720_000
_FORM = '{"t":"announcement","notice":{"id":%d,"at":%d,"level":"info","html":"%s"}}'
FILLING = "x" * (SIZE - len(_FORM % (10_000_000, NOW, "")))

Tell = Callable[[int], Awaitable[None]]
"""Tells everybody the frame with that number."""


def number_of(sequence: int) -> int:
    """An id that always has eight digits, so that every frame has the same size."""
    return 10_000_000 + sequence


def text_of(sequence: int) -> str:
    """What our announcement frame looks like."""
    return _FORM % (number_of(sequence), NOW, FILLING)


class Control:
    """Frames are numbered from 1 for as long as the process lives."""

    sequence = 0

    @classmethod
    async def obey(cls, order: str, tell: Tell) -> str:
        """Carry out an order; returns the reply."""
        began = time.perf_counter()
        for _ in range(int(order)):
            cls.sequence += 1
            await tell(cls.sequence)
            # As between two pieces of news that come one after the other.
            await asyncio.sleep(0)
        return f"{began} {time.perf_counter()}"


async def control_socket(receive: Any, send: Any, obey: Callable[[str], Awaitable[str]]) -> None:
    """The ASGI application at `/control`."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": await obey(message["text"])})
