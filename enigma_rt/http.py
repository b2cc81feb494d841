"""Django's pages on a few threads that keep their database connections.

Django's own handler opens a thread, and with it a connection, for every request, and hops between loop and thread for
every middleware. Here a request borrows one of a fixed number of threads and passes through it once: the start of a
hunt, when everybody loads the page at once, is a queue and not a thousand connections.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from enigma_rt.downloads import CLIENT, Download, Downloads

WAIT_S = 10.0
DOWNLOAD = "enigma.download"


class Threads:
    """`count` threads, each with work for one request at a time."""

    def __init__(self, count: int) -> None:
        # Last in, first out: a quiet server uses one warm thread and one connection.
        self._idle: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for number in range(count):
            self._idle.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"http-{number}"))

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[ThreadPoolExecutor]:
        """Raises TimeoutError when none has become free within `WAIT_S`."""
        thread = await asyncio.wait_for(self._idle.get(), WAIT_S)
        try:
            yield thread
        finally:
            self._idle.put_nowait(thread)


class Pages(ASGIHandler):
    """The ASGI application of everything that is not a socket."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = Threads(settings.HTTP_THREADS)
        self._downloads = Downloads()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Daphne takes it from a header that any client can send.
        scope = scope | {"root_path": ""}
        try:
            async with self._threads.borrow() as thread, ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        except TimeoutError:
            headers = [(b"content-type", b"text/plain"), (b"retry-after", b"5")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": b"busy, try again in a moment\n"})
            return
        if download := scope.get(DOWNLOAD):
            await self._downloads.send(download, scope["extensions"][CLIENT], send)

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        if not isinstance(response, Download):
            await super().send_response(response, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self._respond)(request)

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # Files: read here, where waiting for a disk holds up nobody else.
            parts = cast(Iterable[bytes], response.streaming_content)
            response.streaming_content = _one_by_one(list(parts))
        if isinstance(response, Download):
            # Sent when this thread is free again.
            cast(Any, request).scope[DOWNLOAD] = response
        return response


async def _one_by_one(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
