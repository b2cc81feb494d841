"""A process says how it does. Each has one row a minute, which it writes over and over until the minute is gone: the
last one is how it does now, those before are its history. No lock: a row has one writer."""

from collections.abc import Collection

import msgspec

from game.models import Presence, Vitals
from game.queries.clock import now_ms
from game.queries.vitals import MINUTE_MS, SHOWN_MS, Report

KEPT_MINUTES = 72 * 60


def tell(process: str, report: Report, players: Collection[int] | None = None) -> None:
    """`players`: who is connected to it; None: the same as the last time."""
    now = now_ms()
    if players is not None:
        present = Presence(process=process, at=now, players=sorted(players))
        Presence.objects.bulk_create(
            [present], update_conflicts=True, unique_fields=["process"], update_fields=["at", "players"]
        )
        Presence.objects.filter(at__lt=now - SHOWN_MS).delete()
    minute = now // MINUTE_MS
    row = Vitals(process=process, minute=minute, at=now, report=msgspec.to_builtins(report))
    Vitals.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["minute", "process"], update_fields=["at", "report"]
    )
    if minute % 60 == 0:
        Vitals.objects.filter(minute__lt=minute - KEPT_MINUTES).delete()
