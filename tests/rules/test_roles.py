"""Who may do what: one ladder, one table, and nothing of the console that is not in it."""

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers import protocol
from game.rules.roles import LADDER, NEEDS, Role, may, needed, rights, role_of

COMMANDS = {command.__struct_config__.tag for command in typing.get_args(protocol.OrganiserCommand)}
OF_EVERY_SOCKET = {"resync", "ping"}
SHOWN = {"addresses"}

names = st.one_of(st.sampled_from(sorted(NEEDS)), st.text(max_size=12))


def test_every_command_of_the_console_is_in_the_table_and_nothing_else() -> None:
    """A new command needs a line in `game/rules/roles.py`: which role may send it?"""
    assert {what for what in NEEDS if not what.startswith("/")} == COMMANDS - OF_EVERY_SOCKET | SHOWN


@given(names)
def test_each_role_may_do_all_that_those_before_it_may(what: str) -> None:
    allowed = [may(role, what) for role in LADDER]
    assert allowed == sorted(allowed)
    assert allowed.index(True) == LADDER.index(needed(what))
    assert not may(None, what)


@given(st.text())
def test_what_the_table_does_not_name_is_the_owners(what: str) -> None:
    if what not in NEEDS:
        assert [role for role in LADDER if may(role, what)] == [Role.OWNER]


def test_rights_are_what_one_may() -> None:
    for role in LADDER:
        assert set(rights(role)) == {what for what in NEEDS if may(role, what)}
    assert set(rights(Role.OWNER)) == set(NEEDS)


@pytest.mark.parametrize(
    ("what", "role"),
    [
        ("watch", Role.VIEWER),
        ("moderate", Role.MODERATOR),
        ("announce", Role.MODERATOR),
        ("mend", Role.AUTHOR),
        ("regrade_apply", Role.AUTHOR),
        ("control", Role.OWNER),
        ("webhook_add", Role.OWNER),
        ("/console/export?emails", Role.OWNER),
        ("/admin", Role.OWNER),
    ],
)
def test_what_must_not_move_unnoticed(what: str, role: Role) -> None:
    assert needed(what) is role


def test_staff_is_an_owner_whatever_its_row_says_and_a_row_never_makes_an_owner() -> None:
    for given_role in (None, *LADDER, "a role of a later release", ""):
        assert role_of(staff=True, given=given_role) is Role.OWNER
    assert role_of(staff=False, given=None) is None
    assert role_of(staff=False, given="owner") is None
    assert role_of(staff=False, given="a role of a later release") is None
    for role in LADDER[:-1]:
        assert role_of(staff=False, given=role.value) is role
