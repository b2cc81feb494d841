"""Players and attempts by the million, made by PostgreSQL itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg

PER_PLAYER = 50
MOST_SOLVED = 10
MOST_SOLVED_ALONE = 150
"""Exclusive; players without attempts may have solved more than they could have tried."""
POINTS, XP = 100, 5
HOUR_MS = 3_600_000

USERS = """
INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
SELECT '!', false, 'crowd-' || n, '', '', 'crowd-' || n || '@bench.invalid', false, true, now()
FROM generate_series(1, %(players)s) n
"""
PLAYERS = """
INSERT INTO game_player (
    hunt_id, name, name_key, position, points, xp, solves, last_solve, first_attempt, ticks, next_tick, shown_clock,
    hint_paid, wrong_tat, finished_at, hidden, banned, version, changed_at, created_at
)
SELECT
    %(hunt)s, 'Crowd ' || n, 'crowd' || n, solved + 1, solved * {points}, solved * {xp}, solved,
    CASE WHEN solved > 0 THEN %(now)s - {hour} + solved * 1000 END, %(now)s, 0, %(now)s + {hour}, 0,
    '', NULL, NULL, false, false, 1, %(now)s - {hour}, %(now)s - {hour}
FROM generate_series(1, %(players)s) n CROSS JOIN LATERAL (SELECT n %% {most} AS solved) s
"""
MEMBERS = """
INSERT INTO game_member (hunt_id, player_id, user_id)
SELECT player.hunt_id, player.id, account.id
FROM game_player player JOIN auth_user account ON account.username = 'crowd-' || substr(player.name, 7)
WHERE player.hunt_id = %(hunt)s AND player.name LIKE 'Crowd %%'
ORDER BY player.id
"""
STANDINGS = """
INSERT INTO leaderboard_standing (player_id, hunt_id, name, points, last_solve, finished, hidden, version, changed_at)
SELECT id, hunt_id, name, points, last_solve, false, false, version, changed_at
FROM game_player WHERE hunt_id = %(hunt)s AND name LIKE 'Crowd %%'
ORDER BY id
"""
# Those of one player beside each other, as the players lie; to sort or join ten million rows would take a minute more.
ATTEMPTS = """
INSERT INTO game_attempt (
    hunt_id, player_id, member_id, question_id, command, kind, text, normalised, verdict, repeat, accepted_close,
    gross, hint_cost, close_cost, xp, at
)
SELECT
    player.hunt_id, player.id, member.id, (%(questions)s::bigint[])[LEAST(n, position)], gen_random_uuid(),
    'answer', 'guess ' || n, 'guess' || n,
    CASE WHEN n <= solves THEN 'correct' ELSE 'wrong' END, false, false,
    CASE WHEN n <= solves THEN {points} ELSE 0 END, 0, 0, CASE WHEN n <= solves THEN {xp} ELSE 0 END,
    %(now)s - {hour} + n * 1000
FROM game_player player
JOIN game_member member ON member.player_id = player.id
CROSS JOIN generate_series(1, {each}) n
WHERE player.hunt_id = %(hunt)s AND player.name LIKE 'Crowd %%'
"""
LEDGER = """
INSERT INTO game_ledgerentry (
    hunt_id, player_id, member_id, question_id, cause, points, xp, tick, command, note, at
)
SELECT hunt_id, player_id, member_id, question_id, 'solve', gross, xp, NULL, command, '', at
FROM game_attempt WHERE hunt_id = %(hunt)s AND verdict = 'correct'
ORDER BY id
"""


def crowd(url: str, players: int) -> None:
    """So many players of the current hunt with PER_PLAYER attempts each, and the ledger that these make. Balances,
    standings and ledger agree, as `check_ledger` wants it."""
    load(url, players, (USERS, PLAYERS, MEMBERS, STANDINGS, ATTEMPTS, LEDGER), MOST_SOLVED)


def standings(url: str, players: int) -> None:
    """So many players and standings of the current hunt, and nothing else: enough for a board."""
    load(url, players, (PLAYERS, STANDINGS), MOST_SOLVED_ALONE)


def load(url: str, players: int, statements: Sequence[str], most_solved: int) -> None:
    sizes = {"most": most_solved, "points": POINTS, "xp": XP, "hour": HOUR_MS, "each": PER_PLAYER}
    with psycopg.connect(url, autocommit=True) as connection:
        # Loading is not measured: no foreign key is looked at, and few checkpoints interrupt it.
        connection.execute("ALTER SYSTEM SET max_wal_size = '16GB'")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '1GB'")
        hunt, now, questions = _one(
            connection,
            "SELECT hunt.id, (extract(epoch FROM clock_timestamp()) * 1000)::bigint,"
            " array_agg(q.id ORDER BY q.position)"
            " FROM game_hunt hunt JOIN game_question q ON q.hunt_id = hunt.id WHERE hunt.current GROUP BY hunt.id",
        )
        values = {"players": players, "hunt": hunt, "now": now, "questions": questions}
        with _without_indexes(connection, "game_attempt"):
            for statement in statements:
                connection.execute(statement.format(**sizes), values)
        connection.execute("VACUUM ANALYZE")
        connection.execute("ALTER SYSTEM RESET max_wal_size")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """They are made anew at the end, in a tenth of the time that keeping them up to date would take."""
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    ).fetchall()
    for name, _ in constraints:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary",
        [table],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        connection.execute(definition)
    for name, definition in constraints:
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _one(connection: psycopg.Connection[Any], question: LiteralString) -> tuple[Any, ...]:
    answer: tuple[Any, ...] | None = connection.execute(question).fetchone()
    assert answer is not None
    return answer
