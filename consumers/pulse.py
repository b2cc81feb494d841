"""What the console is told each second, while somebody watches: new attempts, and counts.

What was there before is counted once (`consumers/tally.py`), however many consoles come and however large the hunt is.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from consumers import protocol
from consumers.tally import MINUTE_MS, Count, Counts, Group, Tally, series, spans, step_of
from consumers.vitals import sockets_and_latency
from game.queries import console, vitals
from game.queries import pulse as counts

if TYPE_CHECKING:
    from consumers.hub import Hub

# Attempt ids become visible out of order when several processes write; so far back is looked again.
OVERLAP = 500
HOUR = 60
SPAN = 120
"""Minutes that are read of the index at once."""
MARK_S = 20.0
"""How old a mark is before the next is made (`game.queries.pulse.SETTLED_MS`)."""
RECOUNT_S = 600.0
"""Attempts are never deleted, but for those of a player whom somebody deletes. What is older is counted afresh when
somebody comes to watch."""
RESTS = 20
"""And never for more than so small a part of the time."""


class Pulse:
    """One per hub. Reads the database only while this process has an organiser's socket."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._last = 0
        self._shown: frozenset[int] = frozenset()
        self._watched = False
        self._hunt: int | None = None
        self._tally: Tally | None = None
        self._counted_at = self._good_until = 0.0
        self._next: tuple[int, float] | None = None
        # One count at a time: what is below the mark must not be counted twice.
        self._turn = asyncio.Lock()
        self._filling: asyncio.Task[None] | None = None

    async def beat(self) -> None:
        hub = self._hub
        if hub.hunt is None or not hub.audience.sockets["organiser"]:
            self._watched = False
            return
        await self.watch()
        news = await hub.bridge.read(console.feed, hub.hunt.id, max(0, self._last - OVERLAP), self._shown)
        self._has_shown(item.id for item in news)
        players, finished, questions = await self.totals()
        assert self._tally is not None
        await hub.audience.tell(
            protocol.Pulse(
                now=hub.now(),
                players=players,
                finished=finished,
                sockets=hub.audience.counts(),
                questions=questions,
                feed=msgspec.convert(news[::-1], tuple[protocol.FeedItem, ...], from_attributes=True),
                minutes=_minutes(self._tally.news(hub.now() // MINUTE_MS - HOUR)),
                accepted=self._tally.everything().accepted,
            ),
            "organiser",
        )

    async def watch(self) -> None:
        """Somebody watches from now on: what is there is in their snapshot, which is read after this, and no news."""
        async with self._turn:
            if self._watched or self._hub.hunt is None:
                return
            self._has_shown(await self._hub.bridge.read(console.newest, self._hub.hunt.id, OVERLAP))
            self._watched = True
            if time.monotonic() > self._good_until:
                self._tally = None

    def _has_shown(self, numbers: Iterable[int]) -> None:
        shown = {*self._shown, *numbers}
        self._last = max(shown, default=self._last)
        self._shown = frozenset(number for number in shown if number > self._last - OVERLAP)

    async def totals(self) -> tuple[int, int, tuple[protocol.QuestionStats, ...]]:
        """Players, those who are through, and counts of each question, as they are now."""
        hub = self._hub
        assert hub.hunt is not None
        hunt = hub.hunt.id
        people = await hub.bridge.read(counts.people, hunt)
        tally = await self._count(hunt)
        return people.players, people.finished, tuple(_stats(room, tally) for room in people.questions)

    async def past(self, questions: Iterable[int]) -> dict[int, int]:
        """When somebody last got past each of these questions (by their rows), of those that somebody has."""
        assert self._hub.hunt is not None
        tally = await self._count(self._hub.hunt.id)
        return {question: at for question in questions if (at := tally.question(question).past)}

    async def history(self, span: str, command: str) -> protocol.PulseHistoryReply:
        """The last hour minute by minute, or the whole hunt in steps. What is not read of it yet is read meanwhile."""
        hub = self._hub
        assert hub.hunt is not None
        tally = await self._count(hub.hunt.id)
        last = hub.now() // MINUTE_MS
        begins = min(last, hub.hunt.starts_at // MINUTE_MS)
        first = last - HOUR if span == "hour" else begins
        step = step_of(first, last)
        first -= first % step
        complete = tally.since <= max(first, begins)
        if not complete and self._filling is None:
            self._filling = asyncio.create_task(self._fill(tally, first), name="pulse-fill")
            self._filling.add_done_callback(self._filled)
        points = series(tally.minutes(first), first, last, step)
        around = await hub.bridge.read(vitals.by_minute, first, step)
        beside = sockets_and_latency(around, first, step, len(points))
        return protocol.PulseHistoryReply(
            id=command,
            span=span,  # type: ignore[arg-type]  # the command's
            first=first,
            step=step,
            since=max(first, tally.since),
            complete=complete,
            counts=tuple(protocol.Minute(first + i * step, *_told(point)) for i, point in enumerate(points)),
            sockets=tuple(sockets for sockets, _, _ in beside),
            p50=tuple(p50 for _, p50, _ in beside),
            p99=tuple(p99 for _, _, p99 in beside),
        )

    # --- counting ---------------------------------------------------------------------------------------------------

    async def _count(self, hunt: int) -> Tally:
        """Everything up to now. The first time, and after a long while in which nobody has watched, afresh."""
        async with self._turn:
            now = time.monotonic()
            if self._tally is None or self._hunt != hunt:
                self._tally, self._hunt, self._next = await self._afresh(hunt), hunt, None
                took = time.monotonic() - now
                self._good_until = now + max(RECOUNT_S, RESTS * took)
            tally, now = self._tally, time.monotonic()
            # The mark moves to the highest id of a while ago, when all below it have become visible.
            seen, since = self._next or (tally.mark, float("-inf"))
            ripe = now - since >= MARK_S
            reached = seen if ripe else tally.mark
            groups, highest = await self._hub.bridge.read(counts.above, hunt, tally.mark, reached)
            if ripe:
                self._next = (highest, now)
            tally.take((_group(group) for group in groups), reached)
            return tally

    async def _afresh(self, hunt: int) -> Tally:
        """Piece by piece, so that no statement of it takes long."""
        read = self._hub.bridge.read
        mark = await read(counts.mark, hunt)
        questions: Counts = {}
        for after in range(0, mark, counts.AT_ONCE):
            part = await read(counts.by_question, hunt, after, min(mark, after + counts.AT_ONCE))
            for question, numbers in part.items():
                questions[question] = questions.get(question, Count()) + Count(*numbers)
        since = self._hub.now() // MINUTE_MS - HOUR
        minutes: Counts = {}
        for first, end in spans(since, since + HOUR + 2, HOUR // 4):
            minutes |= _counts(await read(counts.by_minute, hunt, first, end, mark))
        return Tally(mark, since, questions, minutes)

    async def _fill(self, tally: Tally, first: int) -> None:
        """The minutes of the hunt before those that are known, the latest first, and half of the time at most."""
        hunt = self._hunt
        for begins, ends in spans(first, tally.since, SPAN):
            async with self._turn:
                if self._tally is not tally or hunt is None:
                    return
                began = time.monotonic()
                read = await self._hub.bridge.read(counts.by_minute, hunt, begins, ends, tally.mark)
                tally.fill(begins, _counts(read))
            await asyncio.sleep(time.monotonic() - began)

    def _filled(self, task: "asyncio.Task[None]") -> None:
        self._filling = None
        if not task.cancelled():
            task.exception()  # the database was away: it is asked for again


def _stats(room: counts.RoomView, tally: Tally) -> protocol.QuestionStats:
    count = tally.question(room.id)
    return protocol.QuestionStats(
        q=room.q,
        title=room.title,
        here=room.here,
        attempts=count.attempts,
        wrong=count.wrong,
        close=count.close,
        solves=count.solves,
        hints=count.hints,
        skips=count.skips,
    )


def _group(view: counts.GroupView) -> Group:
    return Group(view.question, view.minute, view.below, Count(*view.count))


def _counts(read: dict[int, counts.Numbers]) -> Counts:
    return {minute: Count(*numbers) for minute, numbers in read.items()}


def _told(count: Count) -> tuple[int, int, int, int, int, int]:
    return count.right, count.close, count.wrong, count.hints, count.skips, count.accepted


def _minutes(counted: Counts) -> tuple[protocol.Minute, ...]:
    return tuple(protocol.Minute(minute, *_told(count)) for minute, count in sorted(counted.items()))
