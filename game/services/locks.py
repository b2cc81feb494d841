"""Who waits for whom. The order is always: hunt, then players by id, then questions by id; so nothing deadlocks.

The hunt's lock is an advisory one on PostgreSQL, and not a row lock: writers of a row wait behind any number of
sharers that keep arriving, while a waiting pause stands in the advisory queue and the next batch waits behind it.
It also costs no write to the hunt's row. SQLite's IMMEDIATE transactions are already one at a time.
"""

from collections.abc import Iterable

from django.db import connection

from enigma_rt import rows
from enigma_rt.rows import Statement
from game.models import Hunt, Player

_SPACE = 0x454E  # keeps these advisory locks apart from any other use of the database


def share_hunt(hunt_id: int) -> Hunt:
    """Hold the hunt's phase and settings still until commit, together with other sharers. Raises Hunt.DoesNotExist."""
    _advisory("pg_advisory_xact_lock_shared", hunt_id)
    return Hunt.objects.get(id=hunt_id)


def share_hunts(ids: Iterable[int]) -> list[Statement]:
    """The same for several, as a statement of its own: whatever is to be true under the lock is asked after it."""
    if connection.vendor != "postgresql":
        return []
    # The rows of an array come in its order.
    sql = "SELECT pg_advisory_xact_lock_shared(%s, hunt::int) FROM unnest(%s::bigint[]) AS hunt"
    return [(sql, [_SPACE, rows.id_list(sorted(ids))])]


def held_back() -> str:
    """What a SELECT … ORDER BY id ends with that holds its rows until commit."""
    return "FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""


def own_hunt(hunt_id: int) -> Hunt:
    """Hold the hunt alone until commit: no command of it is being judged meanwhile. Raises Hunt.DoesNotExist."""
    _advisory("pg_advisory_xact_lock", hunt_id)
    return Hunt.objects.select_for_update(no_key=True).get(id=hunt_id)


def lock_players(ids: Iterable[int]) -> dict[int, Player]:
    """Hold these players' rows until commit, by id. Missing ones are left out."""
    rows = Player.objects.select_for_update(no_key=True).filter(id__in=sorted(set(ids))).order_by("id")
    return {player.id: player for player in rows}


def _advisory(function: str, hunt_id: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, %s)", [_SPACE, hunt_id])
