"""Attempts counted by question and by minute, so that a second's news costs a second's rows and not the whole hunt's.

PURE. Ids become visible out of order when several processes write: what is counted once and for all ends at a *mark*
that is old enough for everything below it to be there. What is above it is counted again each time, and the mark
follows.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

MINUTE_MS = 60_000
POINTS = 240
"""Of a series that is drawn: a screen has not many more, and a frame no more room."""
MOST_MINUTES = 14 * 24 * 60


class Count(Struct, frozen=True, array_like=True):
    """Answers by their verdict; hints, skips and close answers that XP was paid for; solves by a regrade; and when the
    last one got past (0: nobody has)."""

    right: int = 0
    close: int = 0
    wrong: int = 0
    hints: int = 0
    skips: int = 0
    accepted: int = 0
    regraded: int = 0
    past: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.right + other.right,
            self.close + other.close,
            self.wrong + other.wrong,
            self.hints + other.hints,
            self.skips + other.skips,
            self.accepted + other.accepted,
            self.regraded + other.regraded,
            max(self.past, other.past),
        )

    @property
    def attempts(self) -> int:
        return self.right + self.close + self.wrong

    @property
    def solves(self) -> int:
        return self.right + self.regraded


NOTHING = Count()


class Group(Struct, frozen=True):
    """Attempts on one question (its row's id) in one minute since the epoch, all below the next mark or all above."""

    question: int
    minute: int
    below: bool
    count: Count


Counts = dict[int, Count]


def add(counts: Counts, key: int, count: Count) -> None:
    counts[key] = counts.get(key, NOTHING) + count


class Tally:
    """`questions` and `minutes` are counted up to the mark; minutes before `since` have not been asked for yet."""

    def __init__(self, mark: int, since: int, questions: Counts, minutes: Counts) -> None:
        self.mark, self.since = mark, since
        self._questions, self._minutes = questions, minutes
        self._fresh: tuple[Group, ...] = ()
        self._told: Counts = {}

    def take(self, groups: Iterable[Group], mark: int) -> None:
        """All that is above the mark now, and the next mark (the same, if it stays)."""
        kept = []
        for group in groups:
            if not group.below:
                kept.append(group)
                continue
            add(self._questions, group.question, group.count)
            if group.minute >= self.since:
                add(self._minutes, group.minute, group.count)
        self._fresh, self.mark = tuple(kept), mark
        while len(self._minutes) > MOST_MINUTES:
            self.since = min(self._minutes) + 1
            del self._minutes[self.since - 1]

    def fill(self, since: int, minutes: Counts) -> None:
        """Minutes from `since` to where it began, counted up to the mark."""
        self._minutes = minutes | self._minutes
        self.since = since

    def question(self, question: int) -> Count:
        fresh = (group.count for group in self._fresh if group.question == question)
        return sum(fresh, self._questions.get(question, NOTHING))

    def everything(self) -> Count:
        return sum((group.count for group in self._fresh), sum(self._questions.values(), NOTHING))

    def minutes(self, since: int) -> Counts:
        """Those that had attempts, from `since` on."""
        found = {minute: count for minute, count in self._minutes.items() if minute >= since}
        for group in self._fresh:
            if group.minute >= max(since, self.since):
                add(found, group.minute, group.count)
        return found

    def news(self, since: int) -> Counts:
        """The minutes from `since` on that have another count than when this was asked the last time."""
        now = self.minutes(since)
        changed = {minute: count for minute, count in now.items() if self._told.get(minute) != count}
        self._told = now
        return changed


def step_of(first: int, last: int, points: int = POINTS) -> int:
    """How many minutes one point stands for, of at most so many from minute `first` to `last`: a round number."""
    needed = (last - first + 1) / points
    return next(step for step in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440) if step >= min(needed, 1440))


def series(minutes: Counts, first: int, last: int, step: int) -> tuple[Count, ...]:
    """Sums of `step` minutes each from minute `first` to beyond `last`; `first` is a multiple of it."""
    sums = [NOTHING] * ((last - first) // step + 1)
    for minute, count in minutes.items():
        if first <= minute <= last:
            sums[(minute - first) // step] += count
    return tuple(sums)


def spans(first: int, last: int, length: int) -> Sequence[tuple[int, int]]:
    """The minutes from `first` to before `last` in spans of `length`, the latest first."""
    return [(max(first, end - length), end) for end in range(last, first, -length)]
