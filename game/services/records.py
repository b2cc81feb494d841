"""What judging a batch reads and writes, as records and statements of a fixed text.

Model instances would say the same; to make and to take apart a few hundred of them costs several times what judging
them does.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from msgspec import Struct

from enigma_rt import rows
from enigma_rt.rows import Row, Statement
from game.models import GUESS_START, Attempt, Player, Question
from game.queries import clock
from game.queries.play import state_of
from game.rules.play import State
from game.services import locks

STATE = State.__struct_fields__


class Seat(Struct):
    """A player whose row is locked, with what the commands of a batch have made of their state so far."""

    id: int
    hunt: int
    name: str
    hidden: bool
    state: State
    changed: bool = False
    moved: bool = False


class AttemptRow(Struct):
    """`game.models.Attempt`; `command` is a UUID without dashes, as SQLite keeps it and PostgreSQL reads it."""

    hunt_id: int
    player_id: int
    member_id: int
    question_id: int
    command: str
    kind: str
    text: str
    normalised: str
    verdict: str
    repeat: bool
    accepted_close: bool
    gross: int
    hint_cost: int
    close_cost: int
    xp: int
    elapsed_ms: int | None
    at: int


class LedgerRow(Struct):
    """`game.models.LedgerEntry`."""

    hunt_id: int
    player_id: int
    member_id: int | None
    question_id: int | None
    cause: str
    points: int
    xp: int
    tick: int | None
    command: str | None
    at: int
    note: str = ""


class PlayerRow(Struct):
    """The part of `game.models.Player` that a decided state is written to."""

    id: int
    position: int
    points: int
    xp: int
    solves: int
    last_solve: int | None
    first_attempt: int | None
    ticks: int
    next_tick: int | None
    shown_clock: int | None
    hint_paid: str
    wrong_tat: int | None
    finished_at: int | None
    version: int
    changed_at: int


WRITTEN_FIELDS = tuple(name for name in PlayerRow.__struct_fields__ if name != "id")


class Wanted(Struct):
    """A command that may have been judged before."""

    player_id: int
    command: str


class Guess(Struct):
    """A guess that a player may have made before."""

    player_id: int
    question_id: int
    normalised: str


class Stored(Struct):
    """An attempt as far as a repeat of its command is told of it."""

    q: int
    kind: str
    text: str
    verdict: str
    repeat: bool
    accepted_close: bool
    gross: int
    hint_cost: int
    close_cost: int
    xp: int


def seat_of(player: Player) -> Seat:
    return Seat(player.id, player.hunt_id, player.name, player.hidden, state_of(player))


def player_row(player: int, state: State, now: int) -> PlayerRow:
    """What is to be written of a decided state."""
    return PlayerRow(
        player,
        state.position,
        state.points,
        state.xp,
        state.solves,
        state.last_solve,
        state.first_attempt,
        state.ticks,
        state.next_tick,
        state.shown_clock,
        state.hint_paid,
        state.wrong_tat,
        state.finished_at,
        state.version,
        now,
    )


def store(player: Player, state: State, now: int) -> None:
    """Copy a decided state into a model instance (not yet written), for whoever has one player to write."""
    decided = player_row(player.id, state, now)
    for field in WRITTEN_FIELDS:
        setattr(player, field, getattr(decided, field))


def command_key(command: str) -> str:
    return command.replace("-", "")


# --- reading --------------------------------------------------------------------------------------------------------


def seats(ids: Iterable[int]) -> Statement:
    """Locks these players, by id."""
    names = rows.columns(("id", "hunt_id", "name", "hidden", *STATE))
    where = f"WHERE {rows.among('id')} ORDER BY id {locks.held_back()}"
    return f"SELECT {names} FROM {rows.table(Player)} {where}", [rows.id_list(ids)]


def as_seats(found: Iterable[Row]) -> dict[int, Seat]:
    return {row[0]: Seat(row[0], row[1], row[2], row[3], State(*row[4:])) for row in found}


def judged(wanted: Sequence[Wanted]) -> Statement:
    """Which of these commands have been judged before, and how."""
    outcome = (
        "kind",
        "text",
        "verdict",
        "repeat",
        "accepted_close",
        "gross",
        "hint_cost",
        "close_cost",
        "xp",
    )
    sql = (
        f"SELECT a.player_id, a.command, q.position, {rows.columns(outcome, 'a')} "
        f"FROM {rows.source(Wanted, Attempt)} "
        f"JOIN {rows.table(Attempt)} a ON a.player_id = v.player_id AND a.command = v.command "
        f"JOIN {rows.table(Question)} q ON q.id = a.question_id"
    )
    return sql, [rows.as_json(wanted)]


def as_judged(found: Iterable[Row]) -> dict[tuple[int, str], Stored]:
    return {(row[0], command_key(str(row[1]))): Stored(*row[2:]) for row in found}


def guessed(guesses: Sequence[Guess]) -> Statement:
    """Which of these guesses have been made before: (player, question, guess)."""
    sql = (
        f"SELECT a.player_id, a.question_id, a.normalised FROM {rows.source(Guess, Attempt)} "
        f"JOIN {rows.table(Attempt)} a "
        f"ON a.player_id = v.player_id AND a.question_id = v.question_id "
        f"AND {_start('a')} = {_start('v')} AND a.normalised = v.normalised"
    )
    return sql, [rows.as_json(guesses)]


def _start(of: str) -> str:
    """As it is in the index."""
    return (
        f"substr({of}.normalised, 1, {GUESS_START})"
        if connection.vendor == "sqlite"
        else f"left({of}.normalised, {GUESS_START})"
    )


def held_questions(questions: Iterable[int]) -> Statement:
    """Locks these questions, by id."""
    sql = f"SELECT id FROM {rows.table(Question)} WHERE {rows.among('id')} ORDER BY id {locks.held_back()}"
    return sql, [rows.id_list(questions)]


def solves(questions: Iterable[int], upto: int) -> Statement:
    """(question, how many have solved it), counted no further than `upto`."""
    # The verdict is a parameter, or a kept plan could go through all solves, in the index of one solve a question.
    sql = (
        f"SELECT q.id, (SELECT count(*) FROM (SELECT 1 FROM {rows.table(Attempt)} a "
        f"WHERE a.question_id = q.id AND a.verdict = %s LIMIT %s) s) "
        f"FROM {rows.table(Question)} q WHERE {rows.among('q.id')}"
    )
    return sql, [Attempt.Verdict.CORRECT.value, upto, rows.id_list(questions)]


def now() -> Statement:
    return clock.statement(), ()
