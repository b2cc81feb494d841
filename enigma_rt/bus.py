"""How a committed change reaches every process: named events on the channel layer. Imports nothing of ours.

Services call `publish_on_commit`; each web process's hub calls `subscribe`. Events carry *absolute* values (a standing,
a version), so that a lost one is repaired by the next or by the hub's reconciliation, and a doubled one is harmless.
Nothing ever waits for the bus before a player is answered: sending is bounded in time and a failure is only counted.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

GROUP = "enigma.bus"
SEND_TIMEOUT_S = 2.0
QUEUE_LIMIT = 10_000
RETRY_S = 1.0
TOGETHER = 50
"""Events in one message at most. What one commit has to say, and what gathered while the bus was busy, goes as one."""

Event = dict[str, Any]


class _Trouble:
    """Said once when it begins and once when it is over, however many events it meets meanwhile."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._kind: type[Exception] | None = None
        self._count = 0

    def met(self, error: Exception) -> None:
        self._count += 1
        if type(error) is not self._kind:
            self._kind = type(error)
            logger.warning("bus: not %s until further notice: %r", self._what, error)

    @property
    def kind(self) -> str:
        """What kind of trouble there is now; "" for none."""
        return self._kind.__name__ if self._kind else ""

    def over(self) -> None:
        if self._kind is not None:
            logger.warning("bus: %s again, after %d failures", self._what, self._count)
            self._kind, self._count = None, 0


class _Outlet:
    """The way out of a process that runs an event loop: one queue, one sender, order kept, never blocking a caller."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_LIMIT)
        self.dropped = 0
        self.trouble = _Trouble("sent")

    def put(self, event: Event) -> None:
        """From any thread."""
        self.loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Event) -> None:
        if self.queue.full():
            # The bus is a convenience and reconciliation the guarantee: memory stays bounded when Redis hangs.
            self.queue.get_nowait()
            self.dropped += 1
        self.queue.put_nowait(event)

    async def run(self) -> None:
        layer = get_channel_layer()
        assert layer is not None
        while True:
            events = [await self.queue.get()]
            while len(events) < TOGETHER and not self.queue.empty():
                events.append(self.queue.get_nowait())
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await layer.group_send(GROUP, _message(events))
            except Exception as error:
                self.dropped += len(events)
                self.trouble.met(error)
            else:
                self.trouble.over()


_outlet: _Outlet | None = None


def publish_on_commit(kind: str, payload: Event) -> None:
    """Send `payload` (JSON types only) as an event named `kind` to every process, once the transaction is durable.

    Outside a transaction it is sent at once. Never raises and never waits in a process that serves sockets.
    """
    event = {"kind": kind, **payload}
    transaction.on_commit(lambda: _send(event), robust=True)


def _message(events: list[Event]) -> dict[str, Any]:
    return {"type": "bus.events", "events": events}


def _send(event: Event) -> None:
    if _outlet is not None:
        _outlet.put(event)
        return
    layer = get_channel_layer()
    if layer is None or isinstance(layer, InMemoryChannelLayer):
        return  # no other process can hear it: the hub finds the rows by itself

    async def send() -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await layer.group_send(GROUP, _message([event]))

    try:
        async_to_sync(send)()
    except Exception as error:
        logger.warning("bus: %s not sent: %s", event["kind"], repr(error))


async def open_outlet() -> asyncio.Task[None]:
    """Make this process's sends go through its running loop. Returns the sender's task; cancel it to close."""
    global _outlet
    outlet = _outlet = _Outlet(asyncio.get_running_loop())
    task = asyncio.get_running_loop().create_task(outlet.run(), name="bus")

    def close(_: asyncio.Task[None]) -> None:
        global _outlet
        if _outlet is outlet:
            _outlet = None

    task.add_done_callback(close)
    return task


def echo(sender: str) -> None:
    """Say something that changes nothing, to measure by it how long the way to every process and back here takes."""
    if _outlet is not None:
        _outlet.put({"kind": "echo", "sender": sender})


def trouble() -> str:
    """What keeps this process from sending now; "" for nothing."""
    return _outlet.trouble.kind if _outlet else ""


def dropped() -> int:
    """Events this process could not send since it started."""
    return _outlet.dropped if _outlet else 0


def waiting() -> int:
    """Events that this process has not sent yet."""
    return _outlet.queue.qsize() if _outlet else 0


class Subscription:
    """This process's ear: `await open()` first, then iterate. What arrives in between is kept by the layer."""

    def __init__(self) -> None:
        self._layer = get_channel_layer()
        self._channel = ""
        self._trouble = _Trouble("subscribed")

    @property
    def trouble(self) -> str:
        """What keeps it from hearing; "" for nothing."""
        return self._trouble.kind

    async def open(self) -> None:
        """Subscribe. A bus that is away is not waited for: iterating goes on trying, and rows are found without it."""
        assert self._layer is not None
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                channel = await self._layer.new_channel("enigma")
                await self._layer.group_add(GROUP, channel)
                self._channel = channel
        except Exception as error:
            self._trouble.met(error)
        else:
            self._trouble.over()

    async def close(self) -> None:
        if self._layer is not None and self._channel:
            await self._layer.group_discard(GROUP, self._channel)

    async def __aiter__(self) -> AsyncIterator[Event]:
        assert self._layer is not None
        while True:
            if not self._channel:
                await asyncio.sleep(RETRY_S)
                await self.open()
                continue
            message = await self._layer.receive(self._channel)
            for event in message.get("events", ()):  # a process of another version may say it otherwise
                yield event
