"""Files that are made while they are sent: no faster than their client reads, and never before the game's own work.

An ordinary page is made whole, and whatever its client does the server has it in memory. A file of millions of rows
would be a gigabyte there, and would hold one of the pages' few threads until the slowest client had it all.
"""

import asyncio
import logging
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.http import HttpResponse

if TYPE_CHECKING:
    from enigma_rt.requests import Request

logger = logging.getLogger(__name__)

CLIENT = "enigma.client"
"""The ASGI extension by which a download follows its client's pace and can cut it off: a `requests.Request`."""
AT_ONCE = 2
"""Downloads of one process: each has a thread and a database connection of its own."""
LONGEST_S = 3600.0
"""How long a download may take: until then the database keeps for it what others have changed since."""
LONGEST_REST_S = 0.1


class Stalled(Exception):
    """The client has left, or reads nothing."""


class Download(HttpResponse):
    """A view's answer. `parts` are made once the view's own thread is free again, one after the other in one thread."""

    def __init__(self, parts: Generator[bytes], name: str, content_type: str) -> None:
        super().__init__(content_type=content_type)
        self.parts = parts
        self["Content-Disposition"] = f'attachment; filename="{name}"'


class Downloads:
    """Those of one process."""

    def __init__(self) -> None:
        self._running = 0

    async def send(self, download: Download, request: "Request", send: Any) -> None:
        """Send all of `download`, or cut the connection off: what is not whole must not look whole."""
        if self._running >= AT_ONCE:
            await _refuse(send, b"other downloads are running, try again in a minute\n")
            return
        self._running += 1
        thread = ThreadPoolExecutor(1, thread_name_prefix="download")
        try:
            async with asyncio.timeout(LONGEST_S):
                await _send(download, request, thread, send)
        except (Stalled, TimeoutError) as error:
            logger.info("a download was cut off: %s", error)
            request.cut_off()
        except asyncio.CancelledError:
            request.cut_off()
            raise
        except Exception:
            logger.exception("a download failed")
            request.cut_off()
        finally:
            self._running -= 1
            # In the thread whose connection it is, behind the part that it may still be making.
            thread.submit(_close, download.parts)
            thread.shutdown(wait=False)


async def _send(download: Download, request: "Request", thread: ThreadPoolExecutor, send: Any) -> None:
    loop = asyncio.get_running_loop()
    reader = request.begin_download()
    await _start(download, send)
    while True:
        began = loop.time()
        part = await loop.run_in_executor(thread, next, download.parts, None)
        if part is None:
            break
        took = loop.time() - began
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await reader.room()
        # Never more than half of the time: while a part is made, this loop and its sockets run slower.
        await asyncio.sleep(min(took, LONGEST_REST_S))
    request.end_download()
    await send({"type": "http.response.body"})


async def _start(download: Download, send: Any) -> None:
    # Django has counted the bytes of an answer that is still empty.
    headers = [
        (name.lower().encode(), value.encode("latin1"))
        for name, value in download.items()
        if name.lower() != "content-length"
    ]
    headers += [(b"set-cookie", cookie.OutputString().encode()) for cookie in download.cookies.values()]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _refuse(send: Any, why: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": why})


def _close(parts: Generator[bytes]) -> None:
    parts.close()
    connections.close_all()
