"""The reveal, by an organiser's hand: begun, a step on or back, by the clock, held, or broken off."""

from uuid import UUID

from django.utils.translation import gettext as _

from game import errors
from game.models import Hunt
from game.queries import freeze as queries
from game.queries.clock import now_ms
from game.queries.reveal import ceremony
from game.rules.freeze import step_at
from game.rules.phases import Phase, phase
from game.services import audit
from game.services.audit import Detail
from game.services.freeze import write

SECONDS = range(2, 61)


def reveal(
    user_id: int,
    hunt_id: int,
    action: str,
    *,
    step: int | None = None,
    seconds: int | None = None,
    command: UUID | None = None,
) -> Detail:
    """`action`: start, next, back, auto (a step each `seconds`), hold, abort (frozen again). Idempotent per command.

    `step`: how many were done when the organiser asked, or None; of two who press “next” at once, one does. Raises
    Outdated when it is another number by now, Invalid when the action makes no sense, NotFound, IdConflict.
    """
    if action not in _ACTIONS or (action == "auto") != (seconds is not None):
        raise errors.Invalid
    if seconds is not None and seconds not in SECONDS:
        raise errors.Invalid

    def act(hunt: Hunt) -> Detail:
        now = now_ms()
        frozen = queries.visible_until(hunt, now) is not None
        if not frozen:
            raise errors.Invalid(_("The board is not frozen: there is nothing to reveal."))
        if (hunt.reveal_at is None) != (action == "start"):
            began = _("The reveal is under way.") if action == "start" else _("The reveal has not begun.")
            raise errors.Invalid(began)
        if step is not None and step != step_at(hunt.curtain, now):
            raise errors.Outdated
        return _ACTIONS[action](hunt, now, (seconds or 0) * 1000)

    asked: Detail = {"step": step, "seconds": seconds}
    return audit.once(user_id, hunt_id, command, f"reveal.{action}", asked, act)


def _start(hunt: Hunt, now: int, _ms: int) -> Detail:
    if phase(hunt.times, now) is not Phase.ENDED:
        raise errors.Invalid(_("The hunt is not over yet."))
    assert hunt.freeze_at is not None
    steps = len(ceremony(hunt.id, hunt.freeze_at, now).steps)
    if not steps:
        raise errors.Invalid(_("Nothing has changed since the freeze: unfreeze the board."))
    return _at(hunt, now, 0, reveal_at=now, reveal_steps=steps)


def _next(hunt: Hunt, now: int, _ms: int) -> Detail:
    return _at(hunt, now, step_at(hunt.curtain, now) + 1)


def _back(hunt: Hunt, now: int, _ms: int) -> Detail:
    done = step_at(hunt.curtain, now)
    if not done:
        raise errors.Invalid(_("That was the first step."))
    return _at(hunt, now, done - 1, reveal_every_ms=None)


def _auto(hunt: Hunt, now: int, ms: int) -> Detail:
    return _at(hunt, now, step_at(hunt.curtain, now), reveal_every_ms=ms)


def _hold(hunt: Hunt, now: int, _ms: int) -> Detail:
    return _at(hunt, now, step_at(hunt.curtain, now), reveal_every_ms=None)


def _abort(hunt: Hunt, _now: int, _ms: int) -> Detail:
    return write(hunt, content=False, freeze_at=hunt.freeze_at)


def _at(hunt: Hunt, now: int, done: int, **others: int | None) -> Detail:
    """So many steps are done at this moment; the page of nobody else has to be asked for again."""
    curtain = {
        "freeze_at": hunt.freeze_at,
        "reveal_at": hunt.reveal_at,
        "reveal_steps": hunt.reveal_steps,
        "reveal_every_ms": hunt.reveal_every_ms,
        "reveal_step": done,
        "reveal_since": now,
    }
    return write(hunt, content=False, **(curtain | others))


_ACTIONS = {
    "start": _start,
    "next": _next,
    "back": _back,
    "auto": _auto,
    "hold": _hold,
    "abort": _abort,
}
