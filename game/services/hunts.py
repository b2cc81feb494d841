"""An organiser's hand on the hunt: its phase and its end. Exact: no command is being judged meanwhile.

What an action would do is worked out by doing it to a hunt that is not saved: what was shown is what is done.
"""

import hashlib
import json
from collections.abc import Callable
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from msgspec import Struct

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Hunt, Player
from game.queries.clock import now_ms
from game.rules.phases import Phase, phase
from game.services import audit
from game.services.audit import Detail

MINUTE_MS = 60_000


class Prospect(Struct, frozen=True):
    """What an action would do. Pairs are before and after; `token` stands for the hunt as it is before.

    Of the players who were not removed: `started` have answered something, `answering` have a question before them,
    `clocks` are paid XP by the hour, `finished` have no question left.
    """

    token: str
    phase: tuple[str, str]
    starts_at: tuple[int, int]
    ends_at: tuple[int, int]
    players: int
    started: int
    answering: int
    clocks: int
    finished: int


def control(
    user_id: int,
    hunt_id: int,
    action: str,
    minutes: int | None = None,
    command: UUID | None = None,
    *,
    at: int | None = None,
    token: str | None = None,
) -> Detail:
    """Apply `action` (start, pause, resume, end, reopen, extend by `minutes`, reschedule to start `at`) by the
    database's clock. Idempotent per command.

    Holds the hunt alone, so that nothing is judged in the phase that was after it has changed. Raises Invalid when the
    action makes no sense in the present phase, Outdated when there is a `token` and it is not that of the hunt as it
    is, IdConflict, NotFound.
    """
    value = _value(action, minutes, at)

    def act(hunt: Hunt) -> Detail:
        now = now_ms()
        if token is not None and token != _token(hunt, now):
            raise errors.Outdated
        before = _instants(hunt)
        _ACTIONS[action](hunt, now, value)
        hunt.version += 1
        hunt.save()
        publish_on_commit("hunt", {"hunt": hunt.id, "version": hunt.version})
        return {"before": before, "after": _instants(hunt)}

    asked: Detail = {"minutes": minutes}
    if at is not None:
        asked["at"] = at
    return audit.once(user_id, hunt_id, command, f"hunt.{action}", asked, act)


def preview(hunt_id: int, action: str, minutes: int | None = None, at: int | None = None) -> Prospect:
    """What `control` would do now, and to how many. Raises Invalid as it does, NotFound."""
    value, now = _value(action, minutes, at), now_ms()
    hunt = Hunt.objects.filter(id=hunt_id).first()
    if hunt is None:
        raise errors.NotFound
    token, before, was = _token(hunt, now), phase(hunt.times, now), _shown(hunt)
    _ACTIONS[action](hunt, now, value)
    there = Q(finished_at__isnull=True)
    counts = Player.objects.filter(hunt_id=hunt_id, banned=False).aggregate(
        players=Count("id"),
        started=Count("id", filter=Q(first_attempt__isnull=False)),
        answering=Count("id", filter=there & Q(shown_clock__isnull=False)),
        clocks=Count("id", filter=there & Q(next_tick__isnull=False)),
        finished=Count("id", filter=~there),
    )
    after = _shown(hunt)
    return Prospect(
        token=token,
        phase=(before.value, phase(hunt.times, now).value),
        starts_at=(was[0], after[0]),
        ends_at=(was[1], after[1]),
        **counts,
    )


def _value(action: str, minutes: int | None, at: int | None) -> int:
    """What the action is given besides the hunt. Raises Invalid for what it is not."""
    if (
        action not in _ACTIONS
        or (action == "extend") != (minutes is not None)
        or (action == "reschedule") != (at is not None)
        or (minutes is not None and minutes < 1)
    ):
        raise errors.Invalid
    return minutes or at or 0


def _token(hunt: Hunt, now: int) -> str:
    """Of everything that decides what an action does, but for the clock: the phase changes by that, too."""
    state = json.dumps([_instants(hunt), phase(hunt.times, now).value], sort_keys=True)
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _shown(hunt: Hunt) -> tuple[int, int]:
    """(start, end), as everybody is told them."""
    end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
    return hunt.starts_at, end


def _instants(hunt: Hunt) -> Detail:
    return {
        name: getattr(hunt, name)
        for name in ("starts_at", "ends_at", "paused_at", "paused_ms", "ended_at", "freeze_at")
    }


def _need(hunt: Hunt, now: int, *phases: Phase) -> None:
    present = phase(hunt.times, now)
    if present not in phases:
        raise errors.Invalid(f"The hunt is {present.value}.")


def _start(hunt: Hunt, now: int, _minutes: int) -> None:
    _need(hunt, now, Phase.SCHEDULED)
    hunt.starts_at = now


def _reschedule(hunt: Hunt, now: int, at: int) -> None:
    """The hunt keeps its length."""
    _need(hunt, now, Phase.SCHEDULED)
    if at <= now:
        raise errors.Invalid(_("That instant is over. To start at once there is “Start now”."))
    if hunt.freeze_at is not None:
        hunt.freeze_at += at - hunt.starts_at
    hunt.ends_at += at - hunt.starts_at
    hunt.starts_at = at


def _reopen(hunt: Hunt, now: int, _none: int) -> None:
    """As if it had not been ended by hand: the time between costs nobody points, and the end moves by it."""
    _need(hunt, now, Phase.ENDED)
    if hunt.ended_at is None or hunt.ended_at >= hunt.ends_at:
        raise errors.Invalid(_("It has ended by the clock, and not by hand: extend it."))
    closed = now - hunt.ended_at
    if hunt.paused_at is None:
        hunt.paused_ms += closed
    hunt.ends_at += closed
    hunt.ended_at = None


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
    if hunt.freeze_at is not None and hunt.freeze_at > now:
        hunt.freeze_at = None  # it would freeze what is final


def _extend(hunt: Hunt, now: int, minutes: int) -> None:
    """Also reopens a hunt that has ended: it then runs for `minutes` from now, and the time between costs nobody.

    A freeze to come keeps its distance from the end.
    """
    if phase(hunt.times, now) is Phase.ENDED:
        end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)
        if hunt.paused_at is None:
            hunt.paused_ms += now - end
        hunt.ended_at = None
        hunt.ends_at = now + minutes * MINUTE_MS
    else:
        hunt.ends_at += minutes * MINUTE_MS
        if hunt.freeze_at is not None and hunt.freeze_at > now:
            hunt.freeze_at += minutes * MINUTE_MS


_ACTIONS: dict[str, Callable[[Hunt, int, int], None]] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "extend": _extend,
    "reschedule": _reschedule,
    "reopen": _reopen,
}
