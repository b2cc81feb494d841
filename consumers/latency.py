"""How long something took, over the last while, in buckets that can be added up over processes.

PURE: the clock is an argument. A bucket is a fifth wider than the one before it, which is as near as anybody looks.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from math import floor, log2

FIRST_MS = 0.5
PER_OCTAVE = 4
LAST = 15 * PER_OCTAVE
"""The bucket of all that took longer than 16 s."""

WINDOW_MS = 60_000
SLOT_MS = 5_000

Counts = Mapping[int, int]


def bucket_of(ms: float) -> int:
    return 0 if ms < FIRST_MS else min(LAST, 1 + floor(log2(ms / FIRST_MS) * PER_OCTAVE))


def ends_of(bucket: int) -> tuple[float, float]:
    """Where a bucket begins and ends, in milliseconds."""
    begins = 0.0 if bucket == 0 else FIRST_MS * 2.0 ** ((bucket - 1) / PER_OCTAVE)
    return begins, FIRST_MS * 2.0 ** (bucket / PER_OCTAVE)


def percentile(counts: Counts, share: float) -> float | None:
    """What `share` (0 to 1) of those counted did not exceed, in milliseconds; None when nothing was counted."""
    left = share * sum(counts.values())
    for bucket in sorted(counts):
        count = counts[bucket]
        if count and left <= count:
            begins, ends = ends_of(bucket)
            return begins + (ends - begins) * left / count
        left -= count
    return None


def added_up(several: Iterable[Counts]) -> dict[int, int]:
    """What several processes have counted, as one."""
    total: dict[int, int] = {}
    for counts in several:
        for bucket, count in counts.items():
            total[bucket] = total.get(bucket, 0) + count
    return total


class Window:
    """The last minute, give or take a slot; as much memory, however much is noted."""

    def __init__(self) -> None:
        self._slots: deque[tuple[int, dict[int, int]]] = deque(maxlen=WINDOW_MS // SLOT_MS)

    def note(self, ms: float, now_ms: int) -> None:
        slot = now_ms // SLOT_MS
        if not self._slots or self._slots[-1][0] != slot:
            self._slots.append((slot, {}))
        counts, bucket = self._slots[-1][1], bucket_of(ms)
        counts[bucket] = counts.get(bucket, 0) + 1

    def counts(self, now_ms: int) -> dict[int, int]:
        oldest = (now_ms - WINDOW_MS) // SLOT_MS
        return added_up(counts for slot, counts in self._slots if slot > oldest)
