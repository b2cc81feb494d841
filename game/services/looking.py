"""An organiser looks at a player's page: who looked at whom, and when, is written down."""

from game import errors
from game.models import AuditEntry, Player
from game.queries.clock import now_ms
from game.services import audit

AGAIN_MS = 10 * 60_000
"""A connection that was lost and comes back is the same look."""
ACTION = "player.look"


def look(user_id: int, hunt_id: int, player_id: int) -> bool:
    """Write it down, unless this organiser has looked at this player just now. Returns whether the player is banned.
    Raises NotFound."""
    banned = Player.objects.filter(id=player_id, hunt_id=hunt_id).values_list("banned", flat=True).first()
    if banned is None:
        raise errors.NotFound
    looks = AuditEntry.objects.filter(hunt_id=hunt_id, user_id=user_id, player_id=player_id, action=ACTION)
    if not looks.filter(at__gt=now_ms() - AGAIN_MS).exists():
        audit.once(user_id, hunt_id, None, ACTION, {}, lambda _hunt: {}, player=player_id)
    return bool(banned)
