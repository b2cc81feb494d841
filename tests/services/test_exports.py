"""Exports: what is in the files, that one file tells of one moment, and that no spreadsheet runs what players type."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from game.models import Attempt, AuditEntry, Hunt, LedgerEntry, Player
from game.queries import exports
from leaderboard import queries as leaderboard
from leaderboard.ranking import Board
from tests.factories import make_hunt, make_player
from tests.services.hunters import Hunter
from tests.services.threads import begin

pytestmark = pytest.mark.django_db(transaction=True)

FORMULA = '=HYPERLINK("http://x.example","x")'


@pytest.fixture
def hunt(transactional_db: None) -> Hunt:
    return make_hunt()


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def rows_of(hunt: Hunt, what: str, form: str = "json", **options: Any) -> Any:
    data = b"".join(exports.export(hunt.id, what, form, **options))
    return json.loads(data) if form == "json" else read_csv(data)


def in_csv(value: Any) -> str:
    return "" if value is None else str(int(value) if isinstance(value, bool) else value)


def iso(at: int) -> str:
    moment = datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_results_rank_players_as_the_board_does(hunt: Hunt) -> None:
    ada, bob, eve, zoe = (Hunter.of(hunt, name) for name in ("Ada", "Bob", "Eve", "Zoë"))
    for hunter, until in ((zoe, 4), (ada, 3), (eve, 3), (bob, 2)):
        hunter.solves_until(until)
    make_player(hunt, "Newcomer")
    Player.objects.filter(id=ada.id).update(points=150, last_solve=2000)
    Player.objects.filter(id=eve.id).update(points=150, last_solve=1000)
    for row in Player.objects.all():
        row.standing.points, row.standing.last_solve = row.points, row.last_solve
        row.standing.save()
    board = Board(leaderboard.standings(hunt.id))
    rows = rows_of(hunt, "results")
    assert [row["name"] for row in rows] == ["Zoë", "Eve", "Ada", "Bob", "Newcomer"]
    assert [row["rank"] for row in rows] == [board.rank_of(row["player"]) for row in rows]

    best = rows[0]
    solved = Attempt.objects.filter(player_id=zoe.id, verdict="correct").order_by("question__position")
    instants = list(solved.values_list("at", flat=True))
    assert [best[f"q{q}_ms"] for q in (1, 2, 3)] == instants
    assert best["q3"] == best["last_solve"] == best["finished"] == iso(instants[2])
    assert (best["solves"], best["points"], best["xp"]) == (3, zoe.row.points, zoe.row.xp)
    assert rows[3]["q2"] is None and rows[4]["first_attempt_ms"] is None
    assert "emails" not in best


def test_the_hidden_and_the_banned_have_no_rank_and_take_none(hunt: Hunt) -> None:
    for points, name in ((400, "Hidden"), (300, "Banned"), (200, "Ada"), (100, "Bob")):
        make_player(hunt, name, points=points, hidden=name == "Hidden", banned=name == "Banned")
    rows = rows_of(hunt, "results", "csv")
    assert [(row["name"], row["rank"]) for row in rows] == [
        *(("Hidden", ""), ("Banned", ""), ("Ada", "1"), ("Bob", "2"))
    ]
    assert [(row["hidden"], row["banned"]) for row in rows[:2]] == [("1", "0"), ("0", "1")]


def test_addresses_are_given_only_where_they_are_asked_for(hunt: Hunt) -> None:
    make_player(hunt, "Ada")
    assert rows_of(hunt, "results", emails=True)[0]["emails"] == "ada@example.org"
    for what in exports.TABLES:
        for form in exports.FORMATS:
            assert b"example.org" not in b"".join(exports.export(hunt.id, what, form))


def test_attempts_and_ledger_are_all_there_in_both_formats(
    hunt: Hunt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PIECE", 2)
    ada = Hunter.of(hunt, "Ada")
    ada.has_xp(100)
    ada.answers("näh, \"no\"\nway; 'x'")
    ada.hints("points")
    ada.solves_until(3)
    ada.skips()
    make_hunt(current=False)  # another's rows are in nobody's file
    attempts, ledger = rows_of(hunt, "attempts"), rows_of(hunt, "ledger")
    stored = Attempt.objects.order_by("id").values_list("id", "text", "verdict", "question__position", "at")
    assert [
        (row["attempt"], row["text"], row["verdict"], row["question"], row["at_ms"]) for row in attempts
    ] == list(stored)
    assert [row["at"] for row in attempts] == [iso(row["at_ms"]) for row in attempts]
    assert len(ledger) == LedgerEntry.objects.count()
    assert sum(row["points"] for row in ledger) == ada.row.points
    assert sum(row["xp"] for row in ledger) == ada.row.xp
    for what, rows in (("attempts", attempts), ("ledger", ledger)):
        as_text = [{name: in_csv(value) for name, value in row.items()} for row in rows]
        assert rows_of(hunt, what, "csv") == as_text


@pytest.mark.parametrize("text", [FORMULA, "+1", "-1+1", "@SUM(A1)", "＝1", "\t=1"])
def test_no_spreadsheet_runs_what_players_type(hunt: Hunt, text: str) -> None:
    ada = Hunter.of(hunt, "=1+1")
    ada.answers(text)
    row = rows_of(hunt, "attempts", "csv")[0]
    assert row["text"].startswith("'")
    assert (row["text"].replace("'", ""), row["name"]) == (text, "'=1+1")
    assert rows_of(hunt, "attempts")[0]["text"] == text  # nothing is changed where nothing can run


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a\n+1", "a\n'+1"),
        ('";@SUM(A1)', "\";'@SUM(A1)"),
        ("a; b-c, d=e", "a; b-c, d=e"),
    ],
)
def test_nor_what_begins_behind_the_end_of_a_cell_elsewhere(hunt: Hunt, text: str, cell: str) -> None:
    """A spreadsheet that takes the semicolon for the separator knows nothing of our quotation marks."""
    Hunter.of(hunt, "Ada").answers(text)
    assert rows_of(hunt, "attempts", "csv")[0]["text"] == cell


def test_numbers_stay_numbers(hunt: Hunt) -> None:
    ada = Hunter.of(hunt, "Ada")
    ada.has_xp(100)
    ada.skips()
    assert min(int(row["xp"]) for row in rows_of(hunt, "ledger", "csv")) < 0


def test_an_empty_hunt_is_an_empty_file(hunt: Hunt) -> None:
    assert rows_of(hunt, "attempts") == []
    assert rows_of(hunt, "ledger", "csv") == []


@pytest.mark.parametrize("what", ["results", "attempts", "ledger"])
def test_one_file_tells_of_one_moment_and_keeps_nobody_from_playing(
    hunt: Hunt, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(exports, "PIECE", 1)
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(4)]
    for hunter in hunters:
        hunter.solves_until(2)
    before = rows_of(hunt, what)

    parts = exports.export(hunt.id, what, "json")
    taken = next(parts)

    def play() -> None:
        for hunter in hunters:
            hunter.solves_until(4)
        Hunter.of(hunt, "Latecomer").answers("right 1")

    begin(play).result(20)
    assert json.loads(taken + b"".join(parts)) == before
    assert len(rows_of(hunt, what)) > len(before)


def test_an_export_that_is_left_ends_its_transaction(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PIECE", 1)
    for name in ("Ada", "Bob", "Eve"):
        make_player(hunt, name)
    parts = exports.export(hunt.id, "results", "csv")
    next(parts)
    parts.close()
    make_player(hunt, "Zoe")  # this connection writes as before
    assert begin(Player.objects.count).result(20) == 4


def test_sizes_are_close_to_what_the_files_have(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SAMPLE", 3)
    for number in range(6):
        Hunter.of(hunt, f"Hunter {number:02d}").answers("right 1")
    for size in exports.sizes(hunt.id):
        assert size.rows == len(rows_of(hunt, size.what))
        for form, said in (("csv", size.csv), ("json", size.json)):
            real = len(b"".join(exports.export(hunt.id, size.what, form)))
            assert 0.7 * real < said < 1.6 * real


def test_the_command_writes_the_same_file(hunt: Hunt, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    make_player(hunt, "Ada")
    call_command("export_data", "results", "--format", "json", "--emails")
    assert json.loads(capfdbinary.readouterr().out) == rows_of(hunt, "results", emails=True)
    entry = AuditEntry.objects.get()
    assert (entry.hunt, entry.user, entry.action) == (hunt, None, "export.emails")
