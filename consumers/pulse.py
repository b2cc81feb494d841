"""What the console is told each second, while somebody watches: new attempts, and counts."""

from typing import TYPE_CHECKING

import msgspec

from consumers import protocol
from game.queries import console

if TYPE_CHECKING:
    from consumers.hub import Hub

# Attempt ids become visible out of order when several processes write; so far back is looked again.
OVERLAP = 500


class Pulse:
    """One per hub. Reads the database only while this process has an organiser's socket."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._last = 0
        self._shown: frozenset[int] = frozenset()
        self._watched = False

    async def beat(self) -> None:
        hub = self._hub
        if hub.hunt is None or not hub.audience.sockets["organiser"]:
            self._watched = False
            return
        items = await hub.bridge.read(console.feed, hub.hunt.id, max(0, self._last - OVERLAP), self._shown)
        totals = await hub.bridge.read(console.totals, hub.hunt.id)
        self._last = max((item.id for item in items), default=self._last)
        self._shown = frozenset(
            number for number in (*self._shown, *(item.id for item in items)) if number > self._last - OVERLAP
        )
        # What was there before anybody watched is in their snapshots.
        news = items[::-1] if self._watched else ()
        self._watched = True
        await hub.audience.tell(
            protocol.Pulse(
                now=hub.now(),
                players=totals.players,
                finished=totals.finished,
                sockets=hub.audience.counts(),
                questions=msgspec.convert(
                    totals.questions, tuple[protocol.QuestionStats, ...], from_attributes=True
                ),
                feed=msgspec.convert(news, tuple[protocol.FeedItem, ...], from_attributes=True),
            ),
            "organiser",
        )
