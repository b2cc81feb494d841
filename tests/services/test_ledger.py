"""The ledger proves every balance, and `check_ledger` notices whatever does not follow from it."""

import random
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, QuerySet

from game.management.commands import check_ledger
from game.models import Attempt, Hunt, LedgerEntry, Player
from game.queries.ledger import problems
from game.services import xp
from leaderboard.models import Standing
from tests.factories import make_hunt
from tests.services.hunters import Hunter, assert_proved

pytestmark = pytest.mark.django_db
# The command opens its own snapshot of the database, which no test's transaction may surround.
in_transactions_of_its_own = pytest.mark.django_db(transaction=True)


def check(*slugs: str) -> tuple[str, str]:
    """(what was found, one line of figures per hunt) of a check that fails if it finds anything."""
    out, err = StringIO(), StringIO()
    try:
        call_command("check_ledger", *slugs, stdout=out, stderr=err)
    except CommandError as error:
        assert error.returncode == 1
        return err.getvalue(), out.getvalue()
    assert err.getvalue() == ""
    return "", out.getvalue()


def live(hunter: Hunter, chance: random.Random) -> None:
    """Twenty moves at random, refused or not."""
    for number in range(20):
        row = hunter.row
        kind, text = chance.choice(
            [
                ("answer", f"right {row.position}"),
                ("answer", f"close {row.position}"),
                ("answer", f"wrong {number % 4}"),
                ("accept_close", f"close {row.position}"),
                ("hint", "points"),
                ("hint", "xp"),
                ("skip", ""),
            ]
        )
        hunter.does(kind, text)
        if chance.random() < 0.3:
            hunter.waits_hours(chance.choice([0.1, 1, 3]))
        if chance.random() < 0.2:
            xp.settle_due()


@in_transactions_of_its_own
@pytest.mark.parametrize("seed", range(2))
def test_whatever_players_do_the_ledger_proves_it(seed: int) -> None:
    chance = random.Random(seed)
    hunt = make_hunt(12, settings={"xp_start": 60, "curve": chance.choice(["elapsed", "solve_order"])})
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(3)]
    for hunter in hunters:
        live(hunter, chance)
    found, figures = check()
    assert found == ""
    assert figures == f"{hunt.slug}: 3 players, {LedgerEntry.objects.count()} ledger entries, 0 problems\n"
    for hunter in hunters:
        assert hunter.ledger_sums() == (hunter.row.points, hunter.row.xp)


@pytest.fixture
def clean(hunt: Hunt) -> Hunter:
    """Ada, with one of everything: ticks, a hint, an accepted close answer, a skip; Bob beside her."""
    ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
    bob.answers("right 1")
    ada.answers("wrong")
    ada.waits_hours(3.5)
    xp.settle_due()
    ada.hints("points")
    ada.answers("right 1")
    ada.has_xp(100)
    ada.accepts_close("close 2")
    ada.has_xp(130)
    ada.hints("xp")
    ada.skips()
    assert_proved(hunt)
    return ada


def _entries(player: int, cause: str) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(player_id=player, cause=cause)


def _attempts(player: int, **which: object) -> QuerySet[Attempt]:
    return Attempt.objects.filter(player_id=player, **which)


def _others() -> Hunt:
    return make_hunt(current=False)


CORRUPTIONS: dict[str, Callable[[int], object]] = {
    "points": lambda ada: Player.objects.filter(id=ada).update(points=F("points") + 1),
    "XP": lambda ada: Player.objects.filter(id=ada).update(xp=F("xp") - 1),
    "solves": lambda ada: Player.objects.filter(id=ada).update(solves=F("solves") + 1),
    "ticks": lambda ada: Player.objects.filter(id=ada).update(ticks=F("ticks") + 1),
    "last solve": lambda ada: Player.objects.filter(id=ada).update(last_solve=F("last_solve") - 1),
    "standing: points": lambda ada: Standing.objects.filter(player_id=ada).update(points=F("points") - 1),
    "standing: last solve": lambda ada: Standing.objects.filter(player_id=ada).update(last_solve=None),
    "standing: finished": lambda ada: Standing.objects.filter(player_id=ada).update(finished=False),
    "standing: hidden": lambda ada: Standing.objects.filter(player_id=ada).update(hidden=True),
    "standing: name": lambda ada: Standing.objects.filter(player_id=ada).update(name="Eve"),
    "standing: none": lambda ada: Standing.objects.filter(player_id=ada).delete(),
    "standing: of another hunt": lambda ada: Standing.objects.filter(player_id=ada).update(hunt=_others()),
    "entry gone: award": lambda ada: _entries(ada, "solve").delete(),
    "entry gone: hint": lambda ada: _entries(ada, "hint").filter(xp=-50).delete(),
    "entry gone: what a hint takes off": lambda ada: _entries(ada, "hint").filter(points=-10).delete(),
    "entry gone: skip": lambda ada: _entries(ada, "skip").delete(),
    "entry gone: accept close": lambda ada: _entries(ada, "accept_close").delete(),
    "entry gone: tick": lambda ada: _entries(ada, "tick").filter(tick=2).delete(),
    "entry gone: grant": lambda ada: _entries(ada, "grant").delete(),
    "entry changed": lambda ada: _entries(ada, "solve").filter(question__position=1).update(points=99),
    "entry moved to somebody else": lambda ada: _entries(ada, "grant").update(
        player=Player.objects.exclude(id=ada).get()
    ),
    "entry moved to another hunt": lambda ada: _entries(ada, "grant").update(hunt=_others()),
    "entry invented": lambda ada: LedgerEntry.objects.create(
        hunt=Hunt.objects.get(), player_id=ada, cause="grant", xp=1, at=0
    ),
    "tick out of order": lambda ada: _entries(ada, "tick").filter(tick=3).update(tick=7),
    "attempt gone: solve": lambda ada: _attempts(ada, verdict="correct", question__position=1).delete(),
    "attempt gone: skip": lambda ada: _attempts(ada, kind="skip").delete(),
    "attempt gone: hint": lambda ada: _attempts(ada, kind="hint", text="xp").delete(),
    "attempt changed: verdict": lambda ada: _attempts(ada, kind="skip").update(verdict="correct"),
    "attempt changed: award": lambda ada: _attempts(ada, question__position=1, verdict="correct").update(
        gross=50
    ),
    "award paid twice over, balance too": lambda ada: (
        _entries(ada, "solve").filter(question__position=1).update(points=F("points") + 50),
        Player.objects.filter(id=ada).update(points=F("points") + 50),
        Standing.objects.filter(player_id=ada).update(points=F("points") + 50),
    ),
    "position": lambda ada: Player.objects.filter(id=ada).update(position=F("position") - 1),
}


@pytest.mark.parametrize("corrupt", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_what_does_not_follow_from_the_ledger_is_found(
    clean: Hunter, corrupt: Callable[[int], object]
) -> None:
    corrupt(clean.id)
    found = list(problems(Hunt.objects.get(id=clean.hunt.id)))
    assert found
    assert any("Ada" in line or "Bob" in line for line in found)


@in_transactions_of_its_own
@pytest.mark.parametrize("what", ["points", "standing: none", "entry gone: award", "tick out of order"])
def test_the_command_fails_when_anything_is_found(clean: Hunter, what: str) -> None:
    assert check()[0] == ""
    CORRUPTIONS[what](clean.id)
    found, figures = check()
    assert "(Ada): " in found
    assert ", 0 problems" not in figures


@in_transactions_of_its_own
def test_only_the_hunts_that_are_named_are_checked(clean: Hunter) -> None:
    other = make_hunt(current=False, slug="another")
    Player.objects.filter(id=clean.id).update(points=1)
    assert check("another") == ("", "another: 0 players, 0 ledger entries, 0 problems\n")
    assert "points 1, the ledger proves" in check(clean.hunt.slug)[0]
    assert "points 1, the ledger proves" in check(clean.hunt.slug, "another")[0]
    assert other.slug == "another"


@in_transactions_of_its_own
def test_an_unknown_hunt_is_no_success(clean: Hunter) -> None:
    with pytest.raises(CommandError, match="no such hunt: missing"):
        call_command("check_ledger", "missing")


@pytest.mark.production
@in_transactions_of_its_own
def test_it_takes_as_long_as_it_needs_and_nothing_else_does(
    clean: Hunter, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def patience(hunt: Hunt | None = None) -> list[str]:
        with connection.cursor() as cursor:
            seen.append(cursor.execute("SHOW statement_timeout").fetchone()[0])
        return []

    monkeypatch.setattr(check_ledger, "problems", patience)
    assert check(clean.hunt.slug)[0] == ""
    patience()
    assert seen == ["0", "5s"]
