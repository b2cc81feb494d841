"""When the hunt stood still, and how much play there had been at an instant: pauses have no rows of their own."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from game.models import AuditEntry, Hunt
from game.rules.phases import clock_at


class Stretch(Struct, frozen=True, array_like=True):
    """From an instant to another."""

    start: int
    end: int


def pauses(hunt: Hunt, limit: int) -> Iterator[Stretch]:
    """Those before `limit`, as its organisers' actions were written down: paused, or over for a while."""
    # Whatever ends a stretch without play adds it to what does not count.
    actions = AuditEntry.objects.filter(hunt=hunt, action__startswith="hunt.").order_by("id")
    for detail in actions.values_list("detail", flat=True):
        done: dict[str, Any] = detail.get("done") or {}
        before, after = (done.get(side) or {} for side in ("before", "after"))
        length = (after.get("paused_ms") or 0) - (before.get("paused_ms") or 0)
        ended = [before[name] for name in ("ends_at", "ended_at") if before.get(name) is not None]
        began = before.get("paused_at") or min(ended, default=None)
        if began is not None and began < limit and length > 0:
            yield Stretch(began, min(limit, began + length))
    if hunt.paused_at is not None and hunt.paused_at < limit:
        end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
        yield Stretch(hunt.paused_at, min(limit, end))


def clocks(hunt: Hunt, instants: dict[int, int], now: int) -> dict[int, int]:
    """The hunt's play clock at each of these instants, under the same keys."""
    still = [(stretch.start, stretch.end) for stretch in pauses(hunt, now)] if instants else []
    return {key: clock_at(hunt.times, still, at, now) for key, at in instants.items()}
