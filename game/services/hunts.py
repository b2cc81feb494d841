"""An organiser's hand on the hunt: start, pause, resume, end, extend. Exact: no command is being judged meanwhile."""

from collections.abc import Callable
from uuid import UUID

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Hunt
from game.queries.clock import now_ms
from game.rules.phases import Phase, phase
from game.services import audit
from game.services.audit import Detail

MINUTE_MS = 60_000


def control(
    user_id: int, hunt_id: int, action: str, minutes: int | None = None, command: UUID | None = None
) -> Detail:
    """Apply `action` (start, pause, resume, end, extend by `minutes`) by the database's clock. Idempotent per command.

    Holds the hunt alone, so that nothing is judged in the phase that was after it has changed. Raises Invalid when the
    action makes no sense in the present phase, IdConflict, NotFound.
    """
    if action not in _ACTIONS or (action == "extend") != (minutes is not None):
        raise errors.Invalid
    if minutes is not None and minutes < 1:
        raise errors.Invalid

    def act(hunt: Hunt) -> Detail:
        before = _instants(hunt)
        _ACTIONS[action](hunt, now_ms(), minutes or 0)
        hunt.version += 1
        hunt.save()
        publish_on_commit("hunt", {"hunt": hunt.id, "version": hunt.version})
        return {"before": before, "after": _instants(hunt)}

    return audit.once(user_id, hunt_id, command, f"hunt.{action}", {"minutes": minutes}, act)


def _instants(hunt: Hunt) -> Detail:
    return {
        name: getattr(hunt, name) for name in ("starts_at", "ends_at", "paused_at", "paused_ms", "ended_at")
    }


def _need(hunt: Hunt, now: int, *phases: Phase) -> None:
    present = phase(hunt.times, now)
    if present not in phases:
        raise errors.Invalid(f"The hunt is {present.value}.")


def _start(hunt: Hunt, now: int, _minutes: int) -> None:
    _need(hunt, now, Phase.SCHEDULED)
    hunt.starts_at = now


def _pause(hunt: Hunt, now: int, _minutes: int) -> None:
    _need(hunt, now, Phase.LIVE)
    hunt.paused_at = now


def _resume(hunt: Hunt, now: int, _minutes: int) -> None:
    _need(hunt, now, Phase.PAUSED)
    assert hunt.paused_at is not None
    hunt.paused_ms += now - hunt.paused_at
    hunt.paused_at = None


def _end(hunt: Hunt, now: int, _minutes: int) -> None:
    _need(hunt, now, Phase.LIVE, Phase.PAUSED)
    hunt.ended_at = now


def _extend(hunt: Hunt, now: int, minutes: int) -> None:
    """Also reopens a hunt that has ended: it then runs for `minutes` from now, and the time between costs nobody."""
    if phase(hunt.times, now) is Phase.ENDED:
        end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
        if hunt.paused_at is None:
            hunt.paused_ms += now - end
        hunt.ended_at = None
        hunt.ends_at = now + minutes * MINUTE_MS
    else:
        hunt.ends_at += minutes * MINUTE_MS


_ACTIONS: dict[str, Callable[[Hunt, int, int], None]] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "extend": _extend,
}
