"""Until when the public may see what happens in a hunt."""

from game.models import Hunt
from game.queries.clock import now_ms
from game.rules import freeze


def visible_until(hunt: Hunt, now: int | None = None) -> int | None:
    """The last instant whose standings the public may see, itself included; None: everything.

    For whatever shows players or spectators who stood where, or what was solved: what happened later than that is
    organisers' business until the board is unfrozen or has been revealed. `hunt` as read after the rows that it is
    about (or, since a freeze is written down `services.freeze.LEAD_MS` before it begins, at most that long before).
    """
    return freeze.public_until(hunt.curtain, now_ms() if now is None else now)
