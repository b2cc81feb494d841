"""Hourly XP: ticks are owed by the clock and settled by whoever comes first; one tick is granted once.

The schedule (each minute) settles everyone who is owed; a command settles its own player first (`rules.play.decide`).
A scheduler that was down, or two at once, change nothing in anybody's balance: what is owed is computed, the player's
row is locked while it is settled, and the ledger holds one grant per player and tick.
"""

import logging
from collections.abc import Sequence

import msgspec
from django.db import transaction

from enigma_rt import rows
from enigma_rt.bus import publish_on_commit
from game.models import Heartbeat, Hunt, LedgerEntry, Player
from game.queries.clock import now_ms
from game.queries.play import settings_of, state_of
from game.rules.play import Entry, settle
from game.services.locks import lock_players, share_hunt
from game.services.records import PlayerRow, player_row

logger = logging.getLogger(__name__)

CHUNK = 500
HEARTBEAT = "settle_xp"


def settle_due() -> int:
    """Grant every tick that is owed in every hunt. Returns how many players were granted something."""
    total = 0
    owing = Hunt.objects.filter(players__next_tick__lte=now_ms()).distinct()
    for hunt_id in owing.values_list("id", flat=True):
        try:
            while settled := _settle_chunk(hunt_id):
                total += settled
        except ValueError as error:
            # A hunt whose settings somebody broke must not keep the others from theirs.
            logger.error("hunt %d: XP not settled: %s", hunt_id, error)
    Heartbeat.objects.update_or_create(job=HEARTBEAT, defaults={"at": now_ms()})
    return total


@transaction.atomic
def _settle_chunk(hunt_id: int) -> int:
    """Locks the hunt (shared), then at most CHUNK players by id; closes the race with the same players' commands."""
    hunt = share_hunt(hunt_id)
    now = now_ms()
    until = min(now, hunt.ends_at, hunt.ended_at or now)
    # Ordered as the locks are: two schedulers take the same players in the same order.
    due = Player.objects.filter(hunt_id=hunt_id, next_tick__lte=until).order_by("id")
    players = lock_players(due.values_list("id", flat=True)[:CHUNK])
    settings = settings_of(hunt)
    written: list[PlayerRow] = []
    entries: list[LedgerEntry] = []
    for player in players.values():
        before = state_of(player)
        state, granted = settle(before, settings, hunt.times, now)
        if state == before:
            continue  # settled by somebody else while this one waited for the lock
        state = msgspec.structs.replace(state, version=before.version + 1)
        written.append(player_row(player.id, state, now))
        entries.extend(tick_entries(player, granted, now))
    LedgerEntry.objects.bulk_create(entries, batch_size=1000)
    if written:
        rows.run(rows.update(Player, written))
        publish_on_commit(
            "players", {"hunt": hunt_id, "versions": [[row.id, row.version] for row in written]}
        )
    return len(written)


def tick_entries(player: Player, granted: Sequence[Entry], now: int) -> list[LedgerEntry]:
    """The rows (not yet written) of the ticks that `rules.play.settle` granted."""
    return [
        LedgerEntry(
            hunt_id=player.hunt_id,
            player=player,
            cause=entry.cause.value,
            xp=entry.xp,
            tick=entry.tick,
            at=now,
        )
        for entry in granted
    ]
