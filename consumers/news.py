"""What the hub reads of the database: everything once, and then what is new."""

from typing import Any

from django.db import connection
from msgspec import Struct

from game.queries import announcements, freeze, play
from game.queries.clock import now_ms
from game.queries.play import HuntView, NoticeView, SolveView
from leaderboard import queries as leaderboard
from leaderboard.ranking import Standing


class Everything(Struct, frozen=True):
    """What a hub starts from. `hunt` is null when none is current; lists newest first, `lines` in no order.

    `last_notice` is the highest id of any announcement, `due` when the next planned one is to be sent.
    `public`: the lines as the public sees them, if that is something else by now or in a moment.
    """

    now: int
    hunt: HuntView | None = None
    version: int = 0
    board_top: int = 25
    lines: tuple[Standing, ...] = ()
    solves: tuple[SolveView, ...] = ()
    notices: tuple[NoticeView, ...] = ()
    last_notice: int = 0
    due: int | None = None
    public: tuple[Standing, ...] | None = None


class News(Struct, frozen=True):
    """What was written at or after an instant. `notices` and `solves` oldest first, `solves` the latest ones whenever
    that was; `players` as (player, version)."""

    now: int
    hunt: HuntView | None = None
    version: int = 0
    lines: tuple[Standing, ...] = ()
    players: tuple[tuple[int, int], ...] = ()
    solves: tuple[SolveView, ...] = ()
    notices: tuple[NoticeView, ...] = ()
    due: int | None = None


def everything(limit: int) -> Everything:
    """The current hunt with its whole board, and the latest `limit` solves and announcements."""
    now, hunt = now_ms(), play.current_hunt()
    if hunt is None:
        return Everything(now)
    frozen = freeze.frozen_from(hunt.curtain, now)
    # Also shortly before it: the rest of this takes a while to read.
    drawn = frozen is not None and now >= frozen - freeze.LEAD_MS
    last_notice = play.last_notice(hunt.id)  # before the list: what comes meanwhile is found the next time
    return Everything(
        now=now,
        hunt=play.hunt_view(hunt, now),
        version=hunt.version,
        board_top=play.settings_of(hunt).board_top,
        lines=tuple(leaderboard.standings(hunt.id)),
        solves=play.latest_solves(hunt.id, limit, until=frozen),
        notices=play.latest_notices(hunt.id, limit=limit),
        last_notice=last_notice,
        due=announcements.next_due(hunt.id, now),
        public=tuple(freeze.standings_at(hunt.id, frozen)) if frozen is not None and drawn else None,
    )


def since(known: int | None, instant: int, players: list[int], last_notice: int, limit: int) -> News:
    """What is new in hunt `known` since `instant` about these players, and its latest `limit` solves; the hunt alone
    when another is current now."""
    # The clock first: what is written after it is read again the next time.
    now, hunt = now_ms(), play.current_hunt()
    if hunt is None:
        return News(now)
    if hunt.id != known:
        return News(now, play.hunt_view(hunt, now))
    return News(
        now=now,
        hunt=play.hunt_view(hunt, now),
        version=hunt.version,
        lines=tuple(leaderboard.changed_since(hunt.id, instant)),
        players=tuple(play.changed_players(hunt.id, instant, players)),
        solves=play.latest_solves(hunt.id, limit, until=freeze.frozen_from(hunt.curtain, now))[::-1],
        notices=play.next_notices(hunt.id, last_notice),
        due=announcements.next_due(hunt.id, now),
    )


def data_version() -> int:
    """SQLite's count of commits by others than this connection: asked on the writer's, our own batches do not count."""
    row: Any
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        row = cursor.fetchone()
    return int(row[0])
