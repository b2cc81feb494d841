"""People who load pages all the while, and what came of each request."""

import http.client
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PATHS = ("/", "/board", "/healthz", "/static/enigma/css/base.css", "/rules")
PAUSE_S = 0.1
TIMEOUT_S = 20


class Visitors:
    """`with Visitors(url) as visitors:` two of them look around; `answers` counts statuses, and errors by name."""

    def __init__(self, url: str, count: int = 2) -> None:
        self._address = urlsplit(url).netloc
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._look_around, args=[n]) for n in range(count)]

    @property
    def failed(self) -> dict[str, int]:
        return {answer: count for answer, count in self.answers.items() if answer not in ("200", "302")}

    def _look_around(self, number: int) -> None:
        while not self._ended.wait(PAUSE_S):
            path = PATHS[(number + self.answers.total()) % len(PATHS)]
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                answer = str(response.status)
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                answer = f"{path}: {error!r}"
            if not answer.isdigit() or int(answer) >= http.client.BAD_REQUEST:
                answer = f"{path}: {answer}"
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.answers[answer] += 1

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
