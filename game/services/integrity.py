"""Where players come from, written down as digests; and what an organiser decides about two of them.

A decision changes nothing for anybody but the list of pairs: to take a player off the board or out of the hunt is an
act of its own (`moderation`), with its own audit entry.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from msgspec import Struct

from enigma_rt import rows
from game import errors
from game.models import Hunt, IntegrityDecision, Player, PlayerAddress
from game.queries import integrity
from game.queries.clock import now_ms
from game.queries.integrity import Everybody
from game.rules.integrity import DECISIONS, state_of
from game.services import audit
from game.services.audit import Detail
from game.services.moderation import checked_reason

DIGEST = 32


class _Address(Struct, frozen=True):
    player_id: int
    digest: str
    first_at: int


def came_from(hunt_id: int, seen: Sequence[tuple[int, str]]) -> None:
    """These (player, address) were seen; what is known already stays as it is, and players who are gone are passed
    over. One statement, whatever their number."""
    now = now_ms()
    records = [_Address(player, digest(hunt_id, address), now) for player, address in set(seen)]
    if records:
        rows.run(
            (_CAME.format(source=rows.source(_Address, PlayerAddress)), [rows.as_json(records), hunt_id])
        )


def digest(hunt_id: int, address: str) -> str:
    """What is kept of an address. Keyed with SECRET_KEY, or all four billion could be tried; and with the hunt, so that
    nobody can be followed from one to the next."""
    keyed = salted_hmac("enigma.address", f"{hunt_id} {address}", algorithm="sha256")
    return keyed.hexdigest()[:DIGEST]


# CROSS: SQLite takes the tables in this order then, and not every player with every address.
_CAME = """
    INSERT INTO game_playeraddress (player_id, digest, first_at)
    SELECT v.player_id, v.digest, v.first_at FROM {source} CROSS JOIN game_player p
    WHERE p.id = v.player_id AND p.hunt_id = %s
    ON CONFLICT DO NOTHING
"""


def decide(
    user_id: int,
    hunt_id: int,
    players: tuple[int, int],
    decision: str,
    reason: str,
    all_do: Everybody,
    command: UUID | None = None,
) -> Detail:
    """`watch` a pair, `clear` or `confirm` it, with the evidence of this moment written down. Idempotent per command.

    Raises Invalid for another decision and when one but `watch` has no reason; NotFound, IdConflict. The evidence is
    weighed before the hunt is held, so that no player's command waits for it.
    """
    if decision not in DECISIONS:
        raise errors.Invalid
    reason = checked_reason(reason) if reason.strip() or decision != "watch" else ""
    pair = integrity.weighed(hunt_id, *players, all_do)

    def act(hunt: Hunt) -> Detail:
        names = dict(Player.objects.filter(id__in=(pair.a, pair.b)).values_list("id", "name"))
        last = IntegrityDecision.objects.filter(a=pair.a, b=pair.b).order_by("-id").first()
        before = state_of(pair.bits, *integrity.holds(last))
        IntegrityDecision.objects.create(
            hunt=hunt,
            a_id=pair.a,
            b_id=pair.b,
            decision=decision,
            reason=reason,
            user_id=user_id,
            bits=pair.bits,
            evidence=msgspec.to_builtins(pair.parts),
            at=now_ms(),
        )
        return {
            "before": {"state": before.value},
            "after": {
                "state": DECISIONS[decision].value,
                "pair": _("%(a)s and %(b)s") % {"a": names[pair.a], "b": names[pair.b]},
                "bits": pair.bits,
            },
        }

    asked: Detail = {"players": [pair.a, pair.b], "reason": reason}
    return audit.once(user_id, hunt_id, command, f"integrity.{decision}", asked, act)
