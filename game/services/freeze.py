"""The public's board stands still from an instant on, and moves again: by an organiser's hand."""

from uuid import UUID

from django.utils.translation import gettext as _

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Hunt
from game.queries import freeze as queries
from game.queries.clock import now_ms
from game.rules.phases import Phase, phase
from game.services import audit
from game.services.audit import Detail

CURTAIN = ("freeze_at", "reveal_at", "reveal_step", "reveal_steps", "reveal_since", "reveal_every_ms")


def freeze(user_id: int, hunt_id: int, at: int | None = None, command: UUID | None = None) -> Detail:
    """Nobody but organisers sees what happens after the instant `at`; None: the next that every process knows before.

    Idempotent per command. Raises Invalid for an instant that is too soon or not before the end, and when the board
    is frozen already; NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        now = now_ms()
        soonest = now + queries.LEAD_MS
        if queries.visible_until(hunt, now) is not None:
            raise errors.Invalid(_("The board is frozen already."))
        if phase(hunt.times, now) is Phase.ENDED:
            raise errors.Invalid(_("The hunt is over: the board is final."))
        if at is not None and not soonest <= at <= hunt.ends_at:
            raise errors.Invalid(_("Choose an instant from ten seconds from now on, and not after the end."))
        return write(hunt, freeze_at=soonest if at is None else at)

    return audit.once(user_id, hunt_id, command, "hunt.freeze", {"at": at}, act)


def unfreeze(user_id: int, hunt_id: int, command: UUID | None = None) -> Detail:
    """Everybody sees the live board, or goes on seeing it. Idempotent per command.

    Raises Invalid when there is no freeze, NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        if queries.frozen_from(hunt.curtain, now_ms()) is None:
            raise errors.Invalid(_("The board is not frozen."))
        return write(hunt)

    return audit.once(user_id, hunt_id, command, "hunt.unfreeze", {}, act)


def write(hunt: Hunt, *, content: bool = True, **curtain: int | None) -> Detail:
    """The hunt's freeze and reveal are these from now on, what is left out as before any; says what has changed.

    Without `content` no page is to ask for anything: whatever comes of it is told.
    """
    before = {name: getattr(hunt, name) for name in CURTAIN}
    values = {"reveal_step": 0, "reveal_steps": 0, "reveal_since": 0, **curtain}
    for name in CURTAIN:
        setattr(hunt, name, values.get(name))
    hunt.version += content
    hunt.save(update_fields=[*CURTAIN, "version"])
    publish_on_commit("hunt", {"hunt": hunt.id, "version": hunt.version})
    changed = [name for name in CURTAIN if getattr(hunt, name) != before[name]]
    return {
        "before": {name: before[name] for name in changed},
        "after": {name: getattr(hunt, name) for name in changed},
    }
