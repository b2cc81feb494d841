"""Which player was told of which announcement: noted when it is sent, written by the hundred."""

from collections import deque
from collections.abc import Iterable

from consumers.batcher import Bridge
from game.services import announcements

REMEMBERED = 100_000
AT_ONCE = 1_000


class Receipts:
    """One per process. What is forgotten under a flood is a count that lags: who has seen something was told."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        # In the order in which they came, so that the oldest are forgotten; then they are written again, in vain.
        self._known: dict[tuple[int, int], None] = {}
        self._new: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)

    def note(self, notices: Iterable[int], players: Iterable[int]) -> None:
        players = list(players)
        for told in ((notice, player) for notice in notices for player in players):
            if told in self._known:
                continue
            self._known[told] = None
            self._new.append(told)
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]

    async def write(self) -> None:
        """Write some of what is new; the rest the next time, and what the database did not take again."""
        part = [self._new.popleft() for _ in range(min(AT_ONCE, len(self._new)))]
        if part:
            try:
                await self._bridge.read(announcements.told, part)
            except Exception:
                self._new.extend(part)
                raise
