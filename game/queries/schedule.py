"""When the scheduled jobs last ran."""

from game.models import Heartbeat
from game.queries.clock import now_ms


def heartbeat_age(job: str) -> float | None:
    """Seconds by the database's clock since `job` last ran to its end; None if it never has."""
    at = Heartbeat.objects.filter(job=job).values_list("at", flat=True).first()
    return None if at is None else max(0, now_ms() - at) / 1000
