"""What organisers do to one player: proved by the ledger, told to the player, written down, and undone once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from game import errors
from game.models import AuditEntry, Hunt
from game.queries import console, history, play
from game.rules.roles import Role
from game.services.looking import look
from game.services.moderation import grant, moderate, undo
from tests.factories import enter, make_hunt
from tests.services.hunters import Hunter, assert_proved, code, new_id

pytestmark = pytest.mark.django_db


def told(hunter: Hunter) -> list[str]:
    """What this player has been told and has not seen."""
    return [notice.html for notice in enter(hunter.hunt.id, hunter.id).announcements]


def last_entry() -> AuditEntry:
    return AuditEntry.objects.latest("id")


# --- points and XP ----------------------------------------------------------------------------------------------


def test_a_grant_is_a_ledger_entry_with_its_reason(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    version = ada.row.version
    grant(organiser, hunt.id, ada.id, 50, 20, " the  picture was missing ")
    assert (ada.row.points, ada.row.xp, ada.row.version) == (50, 20, version + 1)
    assert ada.entries() == [("grant", 50, 20)]
    assert ada.standing.points == 50
    assert told(ada) == ["<p><strong>+50 points, +20 XP</strong>. the picture was missing</p>\n"]
    assert told(bob) == []
    assert play.latest_notices(hunt.id) == ()
    assert_proved(hunt)


def test_what_is_taken_leaves_no_balance_below_nothing(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("right 1")
    points, xp = ada.row.points, ada.row.xp
    for too_much in ((-points - 1, 0), (0, -xp - 1)):
        with pytest.raises(errors.Invalid):
            grant(organiser, hunt.id, ada.id, *too_much, "a mistake")
    grant(organiser, hunt.id, ada.id, -points, -xp, "a mistake")
    assert (ada.row.points, ada.row.xp, ada.row.solves) == (0, 0, 1)
    assert "\N{MINUS SIGN}" in told(ada)[0]
    assert_proved(hunt)


def test_the_hours_that_are_owed_come_before_the_grant(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    """XP from an organiser must not push an earned hour over the cap."""
    ada.answers("wrong")
    ada.waits_hours(3.2)
    grant(organiser, hunt.id, ada.id, 0, 90, "for the queue at the door")
    assert ada.entries() == [("tick", 0, 10)] * 3 + [("grant", 0, 90)]
    assert ada.row.xp == 120
    assert last_entry().detail["done"] == {
        "before": {"points": 0, "xp": 30},
        "after": {"points": 0, "xp": 120},
    }
    assert_proved(hunt)


@pytest.mark.parametrize(
    ("points", "xp", "reason"), [(0, 0, "why"), (1, 0, " "), (1, 0, "x" * 201), (1, 0, "a\0b")]
)
def test_nothing_without_an_amount_and_a_reason(
    hunt: Hunt, organiser: int, ada: Hunter, points: int, xp: int, reason: str
) -> None:
    with pytest.raises(errors.Invalid):
        grant(organiser, hunt.id, ada.id, points, xp, reason)
    assert ada.entries() == []
    assert not AuditEntry.objects.exists()


# --- the board and the door -------------------------------------------------------------------------------------


def test_hidden_and_shown_again(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("right 1")
    moderate(organiser, hunt.id, ada.id, "hide", "a test player")
    assert ada.standing.hidden
    assert "off the board" in told(ada)[0]
    assert "a test player" in told(ada)[0]
    ada.answers("right 2")  # goes on playing
    assert ada.standing.hidden
    moderate(organiser, hunt.id, ada.id, "show", "a real one")
    assert (ada.standing.hidden, ada.standing.points) == (False, ada.row.points)
    assert_proved(hunt)


def test_a_banned_player_is_refused_and_off_the_board_until_readmitted(
    hunt: Hunt, organiser: int, ada: Hunter
) -> None:
    moderate(organiser, hunt.id, ada.id, "ban", "a shared account")
    assert code(ada.does("answer", "right 1")) == "banned"
    assert ada.standing.hidden
    moderate(organiser, hunt.id, ada.id, "unban", "it was not")
    assert ada.answers("right 1").verdict == "correct"
    assert (ada.standing.hidden, ada.standing.points) == (False, 100)
    assert_proved(hunt)


def test_what_is_so_already_is_refused(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    for action in ("show", "unban", "delete"):
        with pytest.raises(errors.Invalid):
            moderate(organiser, hunt.id, ada.id, action, "why")
    assert not AuditEntry.objects.exists()


# --- once, of this hunt, and undone once ------------------------------------------------------------------------

Act = Callable[..., Any]
ACTIONS: dict[str, Act] = {
    "grant": partial(grant, points=30, xp=5, reason="a gift"),
    "hide": partial(moderate, action="hide", reason="a test"),
    "ban": partial(moderate, action="ban", reason="a test"),
}


def state(hunter: Hunter) -> tuple[Any, ...]:
    row = hunter.row
    return row.points, row.xp, row.hidden, row.banned


@pytest.mark.parametrize("name", ACTIONS)
def test_once_per_command(hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter, name: str) -> None:
    act, command = ACTIONS[name], new_id()
    first = act(organiser, hunt.id, ada.id, command=command)
    after = ada.stored()
    assert act(organiser, hunt.id, ada.id, command=command) == first
    assert ada.stored() == after
    with pytest.raises(errors.IdConflict):
        act(organiser, hunt.id, bob.id, command=command)
    assert AuditEntry.objects.count() == 1
    assert len(told(ada)) == 1


@pytest.mark.parametrize("name", ACTIONS)
def test_undone_and_the_undoing_undone(hunt: Hunt, organiser: int, ada: Hunter, name: str) -> None:
    before = state(ada)
    ACTIONS[name](organiser, hunt.id, ada.id)
    after, entry, command = state(ada), last_entry().id, new_id()
    for _ in range(2):
        undo(organiser, hunt.id, entry, command)
        assert state(ada) == before
    assert last_entry().detail["asked"]["reason"].startswith("Undone: a ")
    with pytest.raises(errors.Invalid):
        undo(organiser, hunt.id, entry, new_id())
    undo(organiser, hunt.id, last_entry().id, new_id())
    assert state(ada) == after
    assert len(told(ada)) == 3
    assert_proved(hunt)


def test_what_was_spent_cannot_be_undone(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    grant(organiser, hunt.id, ada.id, 0, 60, "a gift")
    ada.hints("xp")
    with pytest.raises(errors.Invalid):
        undo(organiser, hunt.id, last_entry().id)
    assert (ada.row.xp, AuditEntry.objects.count()) == (10, 1)


def test_a_look_is_written_down_and_not_undone(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    look(organiser, hunt.id, ada.id)
    (entry,), _ = history.audit_trail(hunt.id, None, Role.OWNER)
    assert (entry.action, entry.undoable) == ("player.look", False)
    with pytest.raises(errors.NotFound):
        undo(organiser, hunt.id, entry.id)


def test_only_what_was_done_to_a_player_of_this_hunt(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    other = make_hunt(current=False)
    for act in ACTIONS.values():
        with pytest.raises(errors.NotFound):
            act(organiser, other.id, ada.id)
    grant(organiser, hunt.id, ada.id, 1, 0, "a gift")
    with pytest.raises(errors.NotFound):
        undo(organiser, other.id, last_entry().id)
    with pytest.raises(errors.NotFound):
        undo(organiser, hunt.id, last_entry().id + 1)
    assert ada.row.points == 1


# --- what organisers read of it ---------------------------------------------------------------------------------


def test_why_this_score_adds_up_to_it(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    ada.answers("wrong")
    ada.waits_hours(2.2)
    ada.hints("points")
    ada.answers("right 1")
    for _ in range(2):
        grant(organiser, hunt.id, ada.id, 7, 0, "a gift")
    score = console.player(hunt.id, ada.id).score
    lines = [(line.cause, line.q, line.times, line.points, line.xp, line.note) for line in score]
    assert lines == [
        ("tick", None, 2, 0, 20, ""),
        ("solve", 1, 1, ada.row.points + 10 - 14, 5, ""),
        ("hint", 1, 1, -10, 0, ""),
        ("grant", None, 2, 14, 0, "a gift"),
    ]
    assert sum(line.points for line in score) == ada.row.points
    assert sum(line.xp for line in score) == ada.row.xp


def test_the_timeline_is_whole_in_order_and_paged(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob.answers("right 1")
    ada.answers("wrong")
    ada.waits_hours(3.2)
    ada.hints("points")
    ada.answers("right 1")
    grant(organiser, hunt.id, ada.id, 7, 0, "a gift")
    undo(organiser, hunt.id, last_entry().id)
    whole, cursor = history.timeline(hunt.id, ada.id, None)
    assert cursor is None
    assert len(whole) == ada.attempts() + len(ada.entries()) + 2
    newest = whole[0].action
    assert newest is not None
    assert (newest.action, newest.undoes, newest.note) == (
        "player.grant",
        last_entry().undoes_id,
        "Undone: a gift",
    )
    instants = [(view.attempt or view.entry or view.action).at for view in whole]  # type: ignore[union-attr]
    assert instants == sorted(instants, reverse=True)
    for size in (1, 2, 5):
        monkeypatch.setattr(history, "PAGE", size)
        pages, cursor = list[Any](), None
        while True:
            page, cursor = history.timeline(hunt.id, ada.id, cursor)
            pages += page
            if cursor is None:
                break
        assert tuple(pages) == whole
    with pytest.raises(errors.NotFound):
        history.timeline(make_hunt(current=False).id, ada.id, None)


def test_the_audit_trail_says_who_what_and_what_it_was_before(
    hunt: Hunt, organiser: int, ada: Hunter, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(organiser, hunt.id, ada.id, 7, 0, "a gift")
    moderate(organiser, hunt.id, ada.id, "ban", "a shared account")
    undo(organiser, hunt.id, last_entry().id)
    monkeypatch.setattr(history, "PAGE", 2)
    (unbanned, banned), before = history.audit_trail(hunt.id, None, Role.VIEWER)
    (granted,), end = history.audit_trail(hunt.id, before, Role.VIEWER)
    assert end is None
    assert (unbanned.action, unbanned.undoes, unbanned.undoable) == ("player.unban", banned.id, True)
    assert (banned.action, banned.undone, banned.undoable) == ("player.ban", True, False)
    assert (granted.who, granted.name, granted.note) == ("organiser", "Ada", "a gift")
    assert granted.changes == (history.ChangeView("points", "0", "7"),)
    assert banned.changes == (history.ChangeView("banned", "false", "true"),)
