"""Roles given and taken: what is refused, that it is written down and undone, and that an owner is always left."""

import contextlib
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game import errors
from game.models import AuditEntry, Hunt, Organiser
from game.queries import history, organisers, roles
from game.queries.roles import Role
from game.services.roles import appoint
from game.services.undoing import undo
from tests.factories import make_hunt, make_player, make_user
from tests.services.threads import at_once

pytestmark = pytest.mark.django_db

EACH: list[Role | None] = [None, *Role]


def test_every_change_of_a_role_holds_and_is_written_down(hunt: Hunt, organiser: int) -> None:
    olga = make_user("olga")
    was: Role | None = None
    for role in [*Role, Role.VIEWER, Role.OWNER, Role.MODERATOR, None, Role.AUTHOR]:
        appoint(organiser, hunt.id, olga.pk, role, was)
        assert roles.of(olga.pk) is role
        olga.refresh_from_db()
        # A release without roles lets in whom it calls staff, to do everything.
        assert olga.is_staff is (role is Role.OWNER)
        entry = AuditEntry.objects.latest("id")
        assert (entry.user_id, entry.action, entry.hunt_id) == (organiser, "organiser.role", hunt.id)
        done = entry.detail["done"]
        assert (done["before"], done["after"]) == ({"role": was}, {"role": role})
        was = role


def test_what_somebody_has_changed_meanwhile_is_not_overwritten(hunt: Hunt, organiser: int) -> None:
    olga = make_user("olga", role="viewer").pk
    appoint(organiser, hunt.id, olga, Role.AUTHOR, Role.VIEWER)
    with pytest.raises(errors.Outdated):
        appoint(organiser, hunt.id, olga, Role.MODERATOR, Role.VIEWER)
    with pytest.raises(errors.Invalid):
        appoint(organiser, hunt.id, olga, Role.AUTHOR, Role.AUTHOR)
    assert roles.of(olga) is Role.AUTHOR
    assert AuditEntry.objects.count() == 1


def test_the_same_id_again_changes_nothing_and_another_payload_is_a_conflict(
    hunt: Hunt, organiser: int
) -> None:
    olga, command = make_user("olga").pk, uuid4()
    done = appoint(organiser, hunt.id, olga, Role.AUTHOR, None, command)
    appoint(organiser, hunt.id, olga, Role.VIEWER, Role.AUTHOR)
    assert appoint(organiser, hunt.id, olga, Role.AUTHOR, None, command) == done
    assert roles.of(olga) is Role.VIEWER
    with pytest.raises(errors.IdConflict):
        appoint(organiser, hunt.id, olga, Role.OWNER, None, command)


def test_nobody_dismisses_who_was_made_at_the_shell(hunt: Hunt, organiser: int) -> None:
    root = make_user("root", staff=True)
    root.is_superuser = True
    root.save()
    for role in (None, Role.VIEWER):
        with pytest.raises(errors.Invalid, match="invalid"):
            appoint(organiser, hunt.id, root.pk, role, Role.OWNER)
    assert roles.of(root.pk) is Role.OWNER


def test_an_account_that_is_not_there_or_closed_gets_nothing(hunt: Hunt, organiser: int) -> None:
    closed = make_user("closed")
    closed.is_active = False
    closed.save()
    for account in (closed.pk, 10**9):
        with pytest.raises(errors.NotFound):
            appoint(organiser, hunt.id, account, Role.VIEWER, None)
    assert not Organiser.objects.exists()


def test_the_last_owner_cannot_go(hunt: Hunt, organiser: int) -> None:
    for role in EACH[:-1]:
        with pytest.raises(errors.Invalid) as refused:
            appoint(organiser, hunt.id, organiser, role, Role.OWNER)
        assert "last owner" in str(refused.value.text)
    other = make_user("other", staff=True)
    appoint(organiser, hunt.id, organiser, Role.VIEWER, Role.OWNER)
    with pytest.raises(errors.Invalid):
        appoint(other.pk, hunt.id, other.pk, None, Role.OWNER)
    assert roles.of(other.pk) is Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_role_from_each_other_at_once_leave_one() -> None:
    # Of different hunts, so that the hunt's lock does not do it.
    hunts = [make_hunt().id, make_hunt(current=False).id]
    pair = [int(make_user(name, staff=True).pk) for name in ("ada", "bob")]

    def take(mine: int) -> Any:
        me, other = pair[mine], pair[1 - mine]
        try:
            return appoint(me, hunts[mine], other, None, Role.OWNER)
        except errors.GameError as refused:
            return refused.code

    outcomes = at_once([lambda: take(0), lambda: take(1)])
    assert sorted(outcome if isinstance(outcome, str) else "done" for outcome in outcomes) == [
        "done",
        "invalid",
    ]
    assert len([user for user in pair if roles.of(user) is Role.OWNER]) == 1


def test_undone_once_and_only_if_nothing_has_changed_since(hunt: Hunt, organiser: int) -> None:
    olga = make_user("olga").pk
    appoint(organiser, hunt.id, olga, Role.AUTHOR, None)
    given_id = AuditEntry.objects.latest("id").id
    moderator = make_user("mona", role="moderator").pk
    with pytest.raises(errors.Forbidden):
        undo(moderator, hunt.id, given_id)
    appoint(organiser, hunt.id, olga, Role.VIEWER, Role.AUTHOR)
    with pytest.raises(errors.Outdated):
        undo(organiser, hunt.id, given_id)
    undo(organiser, hunt.id, AuditEntry.objects.latest("id").id)
    assert roles.of(olga) is Role.AUTHOR
    command = uuid4()
    for _ in range(2):
        undo(organiser, hunt.id, given_id, command)
        assert roles.of(olga) is None
    appoint(organiser, hunt.id, olga, Role.AUTHOR, None)
    with pytest.raises(errors.Invalid):
        undo(organiser, hunt.id, given_id)
    (newest, *_), _ = history.audit_trail(hunt.id, None, Role.MODERATOR)
    assert (newest.action, newest.note, newest.undoable) == ("organiser.role", "olga@example.org", True)
    # Whoever may see no addresses sees that it was done, and none.
    (shown, *_), _ = history.audit_trail(hunt.id, None, Role.VIEWER)
    assert (shown.id, shown.who, shown.note, shown.changes) == (newest.id, newest.who, "", ())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(EACH)), max_size=12))
def test_whatever_owners_do_to_each_other_one_is_left(
    hunt: Hunt, steps: list[tuple[int, int, Role | None]]
) -> None:
    Organiser.objects.all().delete()
    people = [make_user(staff=True) for _ in range(3)]
    for person in people:
        type(person).objects.exclude(pk__in=[one.pk for one in people]).update(is_staff=False)
    for by, to, role in steps:
        if roles.of(people[by].pk) is Role.OWNER:
            with contextlib.suppress(errors.Invalid):
                appoint(people[by].pk, hunt.id, people[to].pk, role, roles.of(people[to].pk))
    assert any(roles.of(one.pk) is Role.OWNER for one in people)


def test_organisers_are_listed_and_accounts_found(hunt: Hunt, organiser: int) -> None:
    make_user("vera", role="viewer")
    make_user("mona", role="moderator")
    make_player(hunt, "Zoë Lamp")
    assert [(row.name, row.role) for row in organisers.organisers()] == [
        ("organiser", "owner"),
        ("mona", "moderator"),
        ("vera", "viewer"),
    ]
    assert [(row.email, row.role) for row in organisers.accounts("ZOË l")] == [("zoëlamp@example.org", None)]
    assert [row.name for row in organisers.accounts("vera@")] == ["vera"]
    assert organisers.accounts("  ") == ()
