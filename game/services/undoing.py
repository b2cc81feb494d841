"""What an organiser did, taken back: each kind of action by its own service, and by those who may do it."""

from uuid import UUID

from game import errors
from game.models import AuditEntry
from game.queries.roles import require
from game.services import moderation, roles
from game.services.audit import Detail


def undo(user_id: int, hunt_id: int, entry_id: int, command: UUID | None = None) -> Detail:
    """Do the contrary of audit entry `entry_id`, once. Idempotent per command.

    Raises NotFound for an entry that cannot be taken back, Forbidden for those who might not have done it either, and
    what the contrary raises.
    """
    entry = AuditEntry.objects.filter(id=entry_id, hunt_id=hunt_id).first()
    if entry is None:
        raise errors.NotFound
    if entry.action == roles.ACTION:
        require(user_id, "appoint")
        return roles.undo(user_id, hunt_id, entry, command)
    return moderation.undo(user_id, hunt_id, entry_id, command)
