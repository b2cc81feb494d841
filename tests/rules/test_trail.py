"""The audit trail's actions: the console has words for each, and who may read what is in the table of the roles."""

import re
from pathlib import Path

import pytest

from game.rules.roles import LADDER, NEEDS, Role, may
from game.rules.trail import ACTIONS, UNDOABLE, needed_to_read

CONSOLE = Path(__file__).parents[2] / "enigma_rt/static/enigma/js/console/words_player.js"


def test_the_console_has_words_for_every_action_and_for_no_other() -> None:
    table = CONSOLE.read_text().partition("const ACTIONS = {")[2].partition("\n};")[0]
    assert set(re.findall(r'^  "?([a-z_.]+)"?: \(\) => gettext\(', table, re.MULTILINE)) == ACTIONS


def test_what_can_be_undone_is_an_action() -> None:
    assert UNDOABLE < ACTIONS


def test_who_may_read_on_is_in_the_table_of_the_roles() -> None:
    for action in ACTIONS:
        needed = needed_to_read(action)
        assert needed is None or needed in NEEDS


@pytest.mark.parametrize(
    ("action", "least"),
    [
        ("player.ban", Role.VIEWER),
        ("announce", Role.VIEWER),
        ("organiser.role", Role.MODERATOR),
        ("integrity.confirm", Role.MODERATOR),
        ("webhook.add", Role.OWNER),
    ],
)
def test_more_than_that_it_was_done_is_for_those_who_may_see_the_thing(action: str, least: Role) -> None:
    needed = needed_to_read(action)
    assert next(role for role in LADDER if needed is None or may(role, needed)) is least
