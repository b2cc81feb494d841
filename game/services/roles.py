"""Who organises: a role given to an account, changed or taken away, by an owner in the console or at the shell.

Holds the rows of all owners, after the hunt: of two who take the role from each other at once, the second finds that
it would be the last, and is refused. A role holds from its commit on: every command asks for it (`queries/roles.py`).
"""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from game import errors
from game.models import AuditEntry, Hunt, Organiser
from game.queries.roles import OWNERS, Role
from game.rules.roles import role_of
from game.services import audit
from game.services.audit import Detail

ACTION = "organiser.role"


def appoint(
    user_id: int,
    hunt_id: int,
    account_id: int,
    role: Role | None,
    was: Role | None,
    command: UUID | None = None,
    *,
    undoes: int | None = None,
) -> Detail:
    """Give an account `role` (None: take it away), as the console does. Idempotent per command.

    `was` is the role that the owner saw: Outdated when it is another by now. Raises Invalid when it has that role
    already, for the last owner, and for those who are owners by the shell (superusers); NotFound, IdConflict.
    """
    asked: Detail = {"account": account_id, "role": role, "was": was}

    def act(_hunt: Hunt) -> Detail:
        account, last = _locked(account_id)
        present = _role(account)
        if undoes is not None and AuditEntry.objects.filter(undoes_id=undoes).exists():
            raise errors.Invalid(_("That has been undone before."))
        if present is not was:
            raise errors.Outdated
        if account.is_superuser:
            raise errors.Invalid(_("This owner was made at the server's shell, and is changed there alone."))
        if present is role:
            raise errors.Invalid(_("It is so already."))
        return _set(account, role, last)

    return audit.once(user_id, hunt_id, command, ACTION, asked, act, undoes=undoes)


def undo(user_id: int, hunt_id: int, entry: AuditEntry, command: UUID | None = None) -> Detail:
    """Give back what audit entry `entry` took, or take what it gave. Raises as `appoint`; Outdated when somebody has
    changed it since."""
    done = entry.detail["done"]
    before, after = (_read(done[when]["role"]) for when in ("before", "after"))
    return appoint(user_id, hunt_id, done["account"], before, after, command, undoes=entry.id)


@transaction.atomic
def install(account_id: int, role: Role) -> None:
    """As whoever has the server's shell: any role for any account. Raises Invalid when no owner would be left."""
    account, last = _locked(account_id)
    if _role(account) is role:
        return
    if role is not Role.OWNER:
        account.is_superuser = False
    done = _set(account, role, last)
    at_the_shell(ACTION, {"account": account_id, "role": role}, done)


def at_the_shell(action: str, asked: Detail, done: Detail) -> None:
    """Written down with the hunt that is current, if there is one, where its organisers see it."""
    hunt = Hunt.objects.filter(current=True).values_list("id", flat=True).first()
    audit.write_down(None, hunt, action, asked, done)


def _locked(account_id: int) -> tuple[Any, bool]:
    """(the account, whether it is the last owner). Holds it and all owners until commit."""
    accounts = get_user_model().objects.select_for_update(no_key=True)
    found = {row.pk: row for row in accounts.filter(OWNERS).order_by("pk")}
    account = found.get(account_id) or accounts.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise errors.NotFound
    return account, set(found) == {account_id}


def _role(account: Any) -> Role | None:
    given = Organiser.objects.filter(user=account).values_list("role", flat=True).first()
    return role_of(staff=account.is_staff or account.is_superuser, given=given)


def _set(account: Any, role: Role | None, last: bool) -> Detail:
    before = _role(account)
    if last and role is not Role.OWNER:
        raise errors.Invalid(_("This is the last owner. Make somebody else an owner first."))
    account.is_staff = role is Role.OWNER
    account.save(update_fields=["is_staff", "is_superuser"])
    if role is None or role is Role.OWNER:
        Organiser.objects.filter(user=account).delete()
    else:
        Organiser.objects.update_or_create(user=account, defaults={"role": role.value})
    return {
        "account": account.pk,
        "who": account.email or account.get_username(),
        "before": {"role": before},
        "after": {"role": role},
    }


def _read(role: str | None) -> Role | None:
    return Role(role) if role else None
