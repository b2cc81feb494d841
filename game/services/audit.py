"""What organisers do is done once per command id, and written down: who, what, when, before and after."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from game import errors
from game.models import AuditEntry, Hunt
from game.queries.clock import now_ms
from game.rules.trail import ACTIONS
from game.services.locks import own_hunt

Detail = dict[str, object]


@transaction.atomic
def once(
    user_id: int | None,
    hunt_id: int,
    command: UUID | None,
    action: str,
    asked: Detail,
    act: Callable[[Hunt], Detail],
    *,
    player: int | None = None,
    undoes: int | None = None,
) -> Detail:
    """Run `act` and record it as `action`, unless `command` has been applied before: then return what it did.

    `asked` is the payload that makes two commands the same one; raises IdConflict when it differs, NotFound without
    the hunt. `act` returns what it did, with what changed as {"before": {…}, "after": {…}}. `player` is whom it was
    done to, if it was one; `undoes` the entry that it takes back; `user_id` is null for the server's own shell. Holds
    the hunt alone: organisers act one after the other, and no player's command is being judged meanwhile.
    """
    try:
        hunt = own_hunt(hunt_id)
    except Hunt.DoesNotExist:
        raise errors.NotFound from None
    earlier = (
        AuditEntry.objects.filter(user_id=user_id, command=command).first()
        if command and user_id is not None
        else None
    )
    if earlier is not None:
        done_before = (earlier.hunt_id, earlier.action, earlier.detail.get("asked"))
        if done_before != (hunt_id, action, asked):
            raise errors.IdConflict
        return dict(earlier.detail["done"])
    done = act(hunt)
    write_down(user_id, hunt_id, action, asked, done, command=command, player=player, undoes=undoes)
    return done


def write_down(
    user_id: int | None,
    hunt_id: int | None,
    action: str,
    asked: Detail,
    done: Detail,
    *,
    command: UUID | None = None,
    player: int | None = None,
    undoes: int | None = None,
) -> None:
    """What has been done in this transaction. For `once`, and for what holds its rows in its own way."""
    assert action in ACTIONS, action
    AuditEntry.objects.create(
        hunt_id=hunt_id,
        user_id=user_id,
        player_id=player,
        undoes_id=undoes,
        command=command,
        action=action,
        detail={"asked": asked, "done": done},
        at=now_ms(),
    )
