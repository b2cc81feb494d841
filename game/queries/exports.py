"""What organisers take home: results, attempts and ledger, as CSV or JSON, in pieces.

However many rows there are, only a few hundred are in memory. All that one export says was true at the same moment.
docs/organising.md says what is in the files, and why.
"""

import csv
import re
import time
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from io import StringIO
from typing import Any

import msgspec
from django.db.models import F, QuerySet
from msgspec import Struct

from game.models import Attempt, Hunt, LedgerEntry, Member, Player, Question
from game.queries.moment import one_moment

FORMATS = ("csv", "json")
PIECE = 500
"""Rows that are read and encoded at a time: a few milliseconds, some 50 KB."""
SAMPLE = 200
"""Rows from which the size of all is estimated."""
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r\n＝＋－＠])")
"""Where a text begins that spreadsheets take for a formula (OWASP, "CSV Injection"): also behind what some of them take
for the end of a cell, as the semicolon where the comma is in numbers. They do not know our quotation marks then."""

Row = tuple[Any, ...]
Names = tuple[str, ...]


class Size(Struct, frozen=True):
    """Rows of a table, and about how many bytes they are in each format."""

    what: str
    rows: int
    csv: int
    json: int


class Table(Struct, frozen=True):
    """Columns by name, and the rows, at most `limit` of them unless that is None."""

    columns: Names
    rows: Iterator[Row]


def export(hunt_id: int, what: str, form: str, *, emails: bool = False) -> Generator[bytes]:
    """The file `what` (see TABLES) in `form` (see FORMATS), in pieces.

    Between the pieces a read-only transaction is open: whoever stops early closes the iterator. `emails` adds the
    addresses of each player's accounts to the results. Raises Hunt.DoesNotExist with the first piece.
    """
    with one_moment():
        table = TABLES[what](Hunt.objects.get(id=hunt_id), None, emails)
        yield from _WRITERS[form](table)


def sizes(hunt_id: int) -> tuple[Size, ...]:
    """How large each table of the hunt is."""
    hunt = Hunt.objects.get(id=hunt_id)
    counts = {
        "results": Player.objects.filter(hunt=hunt).count(),
        "attempts": Attempt.objects.filter(hunt=hunt).count(),
        "ledger": LedgerEntry.objects.filter(hunt=hunt).count(),
    }

    def size(what: str, form: str) -> int:
        sample = sum(map(len, _WRITERS[form](TABLES[what](hunt, SAMPLE, False))))
        return sample * max(1, counts[what]) // max(1, min(SAMPLE, counts[what]))

    return tuple(Size(what, counts[what], *(size(what, form) for form in FORMATS)) for what in TABLES)


# --- tables ---------------------------------------------------------------------------------------------------------


def _results(hunt: Hunt, limit: int | None, emails: bool) -> Table:
    """One row a player, best first. The hidden and the banned stand where their points put them, without a rank."""
    positions = list(hunt.questions.order_by("position").values_list("position", flat=True))
    columns = (
        *("rank", "player", "name", "points", "xp", "solves", "position", "hidden", "banned"),
        *("first_attempt", "first_attempt_ms", "last_solve", "last_solve_ms", "finished", "finished_ms"),
        *(f"q{position}{unit}" for position in positions for unit in ("", "_ms")),
        *(("emails",) if emails else ()),
    )

    def rows() -> Iterator[Row]:
        # As the board orders: leaderboard.ranking.key.
        order = (F("points").desc(), F("last_solve").asc(nulls_last=True), F("id").asc())
        players = Player.objects.filter(hunt=hunt).order_by(*order)
        rank = 0
        for some in _pieces(players, limit):
            ids = [player.id for player in some]
            solved = {
                (player, position): at
                for player, position, at in Attempt.objects.filter(
                    player_id__in=ids, verdict=Attempt.Verdict.CORRECT
                ).values_list("player_id", "question__position", "at")
            }
            addresses: dict[int, list[str]] = {}
            if emails:
                members = Member.objects.filter(player_id__in=ids).order_by("id")
                for player_id, address in members.values_list("player_id", "user__email"):
                    addresses.setdefault(player_id, []).append(address)
            for player in some:
                shown = not (player.hidden or player.banned)
                rank += shown
                yield (
                    rank if shown else None,
                    *(player.id, player.name, player.points, player.xp, player.solves, player.position),
                    *(player.hidden, player.banned),
                    *_instant(player.first_attempt),
                    *_instant(player.last_solve),
                    *_instant(player.finished_at),
                    *(part for position in positions for part in _instant(solved.get((player.id, position)))),
                    *((", ".join(addresses.get(player.id, ())),) if emails else ()),
                )

    return Table(columns, rows())


def _attempts(hunt: Hunt, limit: int | None, _emails: bool) -> Table:
    """One row for each accepted command on a question, in the order of their ids: about as they came."""
    fields = (
        *("id", "at", "player_id", "player__name", "question_id", "kind", "text", "normalised", "verdict"),
        *("repeat", "accepted_close", "gross", "hint_cost", "close_cost", "xp", "member_id", "command"),
    )
    columns = (
        *("attempt", "at", "at_ms", "player", "name", "question", "kind", "text", "normalised", "verdict"),
        *("repeat", "accepted_close", "gross", "hint_cost", "close_cost", "xp", "member", "command"),
    )
    positions = _positions(hunt)

    def rows() -> Iterator[Row]:
        found = Attempt.objects.filter(hunt=hunt).order_by("id").values_list(*fields)
        for some in _pieces(found, limit):
            for number, at, player, name, question, *rest, command in some:
                yield (number, *_instant(at), player, name, positions[question], *rest, str(command))

    return Table(columns, rows())


def _ledger(hunt: Hunt, limit: int | None, _emails: bool) -> Table:
    """One row for each change of points or XP, in the order of their ids."""
    fields = (
        *("id", "at", "player_id", "player__name", "question_id", "cause", "points", "xp"),
        *("tick", "note", "member_id", "command"),
    )
    columns = (
        *("entry", "at", "at_ms", "player", "name", "question", "cause", "points", "xp"),
        *("tick", "note", "member", "command"),
    )
    positions = _positions(hunt)

    def rows() -> Iterator[Row]:
        found = LedgerEntry.objects.filter(hunt=hunt).order_by("id").values_list(*fields)
        for some in _pieces(found, limit):
            for number, at, player, name, question, *rest, command in some:
                yield (
                    *(number, *_instant(at), player, name, positions[question], *rest),
                    None if command is None else str(command),
                )

    return Table(columns, rows())


TABLES: dict[str, Callable[[Hunt, int | None, bool], Table]] = {
    "results": _results,
    "attempts": _attempts,
    "ledger": _ledger,
}


def _positions(hunt: Hunt) -> dict[int | None, int | None]:
    return {None: None, **dict(Question.objects.filter(hunt=hunt).values_list("id", "position"))}


def _pieces(rows: QuerySet[Any, Any], limit: int | None) -> Iterator[list[Any]]:
    """A cursor of the database's own, read PIECE rows at a time."""
    piece: list[Any] = []
    for row in rows[:limit].iterator(chunk_size=PIECE):
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _instant(at: int | None) -> tuple[str | None, int | None]:
    """The instant as ISO 8601 in UTC with milliseconds, and as milliseconds since the epoch."""
    if at is None:
        return None, None
    return iso(at), at


def iso(at: int) -> str:
    """`2027-03-05T18:00:00.123Z`"""
    second, ms = divmod(at, 1000)
    return f"{_second(second)}.{ms:03d}Z"


@lru_cache(maxsize=1024)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


# --- formats --------------------------------------------------------------------------------------------------------


def _csv(table: Table) -> Iterator[bytes]:
    """RFC 4180, in UTF-8 with a byte order mark, without which spreadsheets take it for something else."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(table.columns)
    for number, row in enumerate(table.rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if number % PIECE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: Any) -> Any:
    """As a spreadsheet may have it: no text is a formula, a truth is 1 or 0."""
    if isinstance(value, str):
        return FORMULA.sub(r"\1'", value)
    return int(value) if isinstance(value, bool) else value


def _json(table: Table) -> Iterator[bytes]:
    """One array, an object on each line: whole it is JSON, line by line it is nearly JSON Lines, and cut off it is
    neither."""
    encode = msgspec.json.Encoder().encode
    lines: list[bytes] = []
    before = b"[\n"
    for number, row in enumerate(table.rows, start=1):
        lines.append(encode(dict(zip(table.columns, row, strict=True))))
        if number % PIECE == 0:
            yield before + b",\n".join(lines)
            before, lines = b",\n", []
    yield (before + b",\n".join(lines) if lines else before if before == b"[\n" else b"") + b"\n]\n"


_WRITERS: dict[str, Callable[[Table], Iterator[bytes]]] = {"csv": _csv, "json": _json}
