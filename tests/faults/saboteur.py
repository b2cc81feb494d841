"""Somebody who listens on the bus and makes the worst of it: every event again, later, and connections cut."""

import asyncio
import random
from collections import Counter
from types import TracebackType
from typing import Any, Self

from redis import asyncio as aioredis

NAME = "saboteur"
LATEST_S = 3.0
CUT_EVERY_S = 2.0


class Saboteur:
    """`async with Saboteur(url) as saboteur:` so many events were `doubled`, some twice, up to `LATEST_S` late and thus
    behind newer ones; each `cut` ended one process's subscription, and with it whatever was on its way."""

    def __init__(self, url: str) -> None:
        self.doubled = self.cut = 0
        self._redis: Any = aioredis.Redis.from_url(url, client_name=NAME)
        self._echoes: Counter[bytes] = Counter()
        self._dice = random.Random(NAME)
        self._tasks: set[asyncio.Task[None]] = set()

    async def _listen(self) -> None:
        async with self._redis.pubsub() as ear:
            await ear.psubscribe("*")
            async for message in ear.listen():
                if message["type"] == "pmessage":
                    self._heard(message["channel"], message["data"])

    def _heard(self, channel: bytes, data: bytes) -> None:
        if self._echoes[data]:
            self._echoes[data] -= 1
            return
        for _ in range(self._dice.choice((1, 1, 2))):
            self._begin(self._again(channel, data))

    async def _again(self, channel: bytes, data: bytes) -> None:
        await asyncio.sleep(self._dice.uniform(0, LATEST_S))
        self._echoes[data] += 1
        self.doubled += 1
        await self._redis.publish(channel, data)

    async def _cut(self) -> None:
        while True:
            await asyncio.sleep(CUT_EVERY_S)
            ears = [one for one in await self._redis.client_list(_type="pubsub") if one.get("name") != NAME]
            if ears:
                await self._redis.client_kill_filter(_id=self._dice.choice(ears)["id"])
                self.cut += 1

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def __aenter__(self) -> Self:
        self._begin(self._listen())
        self._begin(self._cut())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        await self._redis.aclose()
        troubles = [trouble for trouble in done if isinstance(trouble, Exception)]
        if troubles:
            raise troubles[0]
