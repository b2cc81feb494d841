"""What organisers do to one player: points and XP granted or taken, the board, the door; and any of it undone.

Nothing is edited: a grant is a ledger entry, and what is undone is done the other way round, which is an action of its
own. Each holds the hunt alone (`audit.once`), so that no command of the player is being judged meanwhile, and the
player is told what was done and why.
"""

from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Announcement, AuditEntry, Hunt, LedgerEntry, Player
from game.queries.clock import now_ms
from game.queries.play import settings_of, state_of
from game.rules.play import settle
from game.rules.texts import storable
from game.services import audit
from game.services.answers import standing_of
from game.services.audit import Detail
from game.services.locks import lock_players
from game.services.records import WRITTEN_FIELDS, store
from game.services.xp import tick_entries
from leaderboard import services as leaderboard

LONGEST_REASON = 200
GRANT = "player.grant"

# What it sets, and what it is undone by.
ACTIONS = {
    "hide": ("hidden", True, "show"),
    "show": ("hidden", False, "hide"),
    "ban": ("banned", True, "unban"),
    "unban": ("banned", False, "ban"),
}
UNDONE = (GRANT, *(f"player.{action}" for action in ACTIONS))


def grant(
    user_id: int,
    hunt_id: int,
    player_id: int,
    points: int,
    xp: int,
    reason: str,
    command: UUID | None = None,
) -> Detail:
    """Give `points` and `xp`, or take them (negative). Idempotent per command.

    Raises Invalid when there is nothing to do, without a reason, and when a balance would fall below 0; NotFound,
    IdConflict.
    """
    reason = checked_reason(reason)
    if not (points or xp):
        raise errors.Invalid(_("Say how many points or how much XP."))
    asked: Detail = {"player": player_id, "points": points, "xp": xp, "reason": reason}
    return audit.once(
        user_id,
        hunt_id,
        command,
        GRANT,
        asked,
        lambda hunt: _grant(hunt, player_id, points, xp, reason),
        player=player_id,
    )


def moderate(
    user_id: int, hunt_id: int, player_id: int, action: str, reason: str, command: UUID | None = None
) -> Detail:
    """`hide` from the board, `show` on it, `ban` (no more commands, sockets closed) or `unban`. Idempotent per command.

    Raises Invalid for another action, without a reason, and when the player is so already; NotFound, IdConflict.
    """
    if action not in ACTIONS:
        raise errors.Invalid
    reason = checked_reason(reason)
    return audit.once(
        user_id,
        hunt_id,
        command,
        f"player.{action}",
        {"player": player_id, "reason": reason},
        lambda hunt: _moderate(hunt, player_id, action, reason),
        player=player_id,
    )


@transaction.atomic
def undo(user_id: int, hunt_id: int, entry_id: int, command: UUID | None = None) -> Detail:
    """Do the contrary of what audit entry `entry_id` did to a player, once. Idempotent per command.

    Raises NotFound for an entry that is none of these, Invalid when it has been undone, when the player is so
    already, and when what was given has been spent.
    """
    entry = AuditEntry.objects.filter(id=entry_id, hunt_id=hunt_id, action__in=UNDONE).first()
    if entry is None or entry.player_id is None:
        raise errors.NotFound
    player_id, action = entry.player_id, entry.action.removeprefix("player.")
    told = _("Undone: %(reason)s") % {"reason": entry.detail["asked"]["reason"]}
    reason = told[:LONGEST_REASON]

    def act(hunt: Hunt) -> Detail:
        if AuditEntry.objects.filter(undoes_id=entry_id).exists():
            raise errors.Invalid(_("That has been undone before."))
        if entry.action == GRANT:
            before, after = entry.detail["done"]["before"], entry.detail["done"]["after"]
            points, xp = (before[name] - after[name] for name in ("points", "xp"))
            return _grant(hunt, player_id, points, xp, reason)
        return _moderate(hunt, player_id, ACTIONS[action][2], reason)

    contrary = GRANT if entry.action == GRANT else f"player.{ACTIONS[action][2]}"
    asked: Detail = {"undoes": entry_id, "reason": reason}
    return audit.once(user_id, hunt_id, command, contrary, asked, act, player=player_id, undoes=entry_id)


def tell(hunt_id: int, lines: list[tuple[int, str]], now: int) -> None:
    """An announcement to each of these players alone: (player, Markdown)."""
    Announcement.objects.bulk_create(
        [
            Announcement(
                hunt_id=hunt_id,
                player_id=player,
                level=Announcement.Level.IMPORTANT,
                text=text,
                at=now,
            )
            for player, text in lines
        ],
        batch_size=1000,
    )
    publish_on_commit("announcement", {"hunt": hunt_id})


def amounts(points: int, xp: int) -> str:
    """ "+50 points, −10 XP"; what is 0 is left out."""
    parts = [(points, _("points")), (xp, _("XP"))]
    return ", ".join(f"{value:+d} {unit}".replace("-", "\N{MINUS SIGN}") for value, unit in parts if value)


def checked_reason(reason: str) -> str:
    """As it is written down. Raises Invalid without one, and when it is too long."""
    reason = " ".join(reason.split())
    if not reason or not storable(reason, LONGEST_REASON):
        raise errors.Invalid(_("Give a reason of at most %(n)d characters.") % {"n": LONGEST_REASON})
    return reason


def _locked(hunt: Hunt, player_id: int) -> Player:
    player = lock_players([player_id]).get(player_id)
    if player is None or player.hunt_id != hunt.id:
        raise errors.NotFound
    return player


def _grant(hunt: Hunt, player_id: int, points: int, xp: int, reason: str) -> Detail:
    player, now = _locked(hunt, player_id), now_ms()
    # What is owed comes first, as before a power-up: a grant must not push an earned hour over the cap.
    state, ticks = settle(state_of(player), settings_of(hunt), hunt.times, now)
    if state.points + points < 0:
        raise errors.Invalid(_("No more than %(n)d points are left to take.") % {"n": state.points})
    if state.xp + xp < 0:
        raise errors.Invalid(_("No more than %(n)d XP are left to take.") % {"n": state.xp})
    before: Detail = {"points": state.points, "xp": state.xp}
    state = msgspec.structs.replace(
        state, points=state.points + points, xp=state.xp + xp, version=state.version + 1
    )
    store(player, state, now)
    LedgerEntry.objects.bulk_create(
        [
            *tick_entries(player, ticks, now),
            LedgerEntry(
                hunt=hunt,
                player=player,
                cause=LedgerEntry.Cause.GRANT,
                points=points,
                xp=xp,
                note=reason,
                at=now,
            ),
        ]
    )
    _write(player, now)
    _tell(player, f"**{amounts(points, xp)}**. {reason}", now)
    return {"before": before, "after": {"points": state.points, "xp": state.xp}}


def _moderate(hunt: Hunt, player_id: int, action: str, reason: str) -> Detail:
    player, now = _locked(hunt, player_id), now_ms()
    field, value, _contrary = ACTIONS[action]
    if getattr(player, field) is value:
        raise errors.Invalid(_("It is so already."))
    setattr(player, field, value)
    player.version += 1
    player.changed_at = now
    _write(player, now)
    words = {
        "hide": _("The organisers have taken you off the board; you keep your points and play on. %(why)s"),
        "show": _("You are on the board again. %(why)s"),
        "ban": _("The organisers have removed you from this hunt. %(why)s"),
        "unban": _("You may play again. %(why)s"),
    }
    _tell(player, words[action] % {"why": reason}, now)
    if action == "ban":
        publish_on_commit("banned", {"hunt": hunt.id, "player": player.id})
    return {"before": {field: not value}, "after": {field: value}}


def _write(player: Player, now: int) -> None:
    player.save(update_fields=[*WRITTEN_FIELDS, "hidden", "banned"])
    leaderboard.record(player.hunt_id, [standing_of(player)], now)
    publish_on_commit("players", {"hunt": player.hunt_id, "versions": [[player.id, player.version]]})


def _tell(player: Player, text: str, now: int) -> None:
    tell(player.hunt_id, [(player.id, text)], now)
