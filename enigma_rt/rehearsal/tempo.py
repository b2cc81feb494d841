"""How fast bots think: a clock of their own, which runs faster or slower than ours, and who sets it.

All bots of a process sleep on one `Tempo`. When its rate changes, so does what is left of every sleep: a rehearsal that
wants so many right answers a second gets there in seconds, not after everybody's next thought.
"""

import asyncio
import heapq
from collections import deque
from itertools import count

SLOWEST, FASTEST = 0.02, 200.0
WINDOW_SOLVES = 120
"""So many right answers are looked back upon: enough for their rate to be known within a tenth or so."""
WINDOW_S = (6.0, 40.0)
PRIOR_SOLVES = 15
"""What the first estimate counts for until there are those. A last one stays: none at all is no rate."""


class Tempo:
    """A clock that runs `rate` times as fast as ours. One timer, however many sleep."""

    def __init__(self, rate: float = 1.0) -> None:
        self._rate = rate
        self._now = 0.0
        self._at: float | None = None
        self._due: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    async def sleep(self, seconds: float) -> None:
        """Sleep so many seconds of this clock."""
        self._move()
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._due, (self._now + seconds, next(self._order), woken))
        self._arm()
        await woken

    def set_rate(self, rate: float) -> None:
        self._move()
        self._rate = rate
        self._arm()

    def _move(self) -> None:
        at = asyncio.get_running_loop().time()
        if self._at is not None:
            self._now += (at - self._at) * self._rate
        self._at = at

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due:
            wait = max(0.0, self._due[0][0] - self._now) / self._rate
            self._timer = asyncio.get_running_loop().call_later(wait, self._wake)

    def _wake(self) -> None:
        self._move()
        # A timer may be early by what a float can be wrong.
        while self._due and self._due[0][0] <= self._now + 1e-6:
            woken = heapq.heappop(self._due)[2]
            if not woken.done():
                woken.set_result(None)
        self._arm()


class Steering:
    """PURE: at which rate the bots' clock has to run for `wanted` right answers a second.

    Right answers come in proportion to the clock: how many come in one of its seconds is what is learned, from the
    latest of them, starting from the guess `first` (right answers in one second at rate 1).
    """

    def __init__(self, wanted: float, first: float) -> None:
        self.wanted = wanted
        self._first = first
        self._seen: deque[tuple[float, float, int]] = deque()
        self._span = min(WINDOW_S[1], max(WINDOW_S[0], WINDOW_SOLVES / wanted))

    def note(self, seconds: float, rate: float, solves: int) -> None:
        """For so many seconds the clock ran at `rate`, and so many right answers came."""
        self._seen.append((seconds, rate, solves))
        while sum(seen[0] for seen in self._seen) - self._seen[0][0] >= self._span:
            self._seen.popleft()

    @property
    def rate(self) -> float:
        known = sum(seen[0] for seen in self._seen) / self._span
        prior = max(1.0, PRIOR_SOLVES * (1 - known))
        solves = prior + sum(seen[2] for seen in self._seen)
        clock = prior / self._first + sum(seen[0] * seen[1] for seen in self._seen)
        return min(FASTEST, max(SLOWEST, self.wanted * clock / solves))
