"""What the scheduler runs. Thin: each calls one service, which may run twice or late without harm."""

import time

from django_q.tasks import async_task

from game.models import Heartbeat
from game.queries.clock import now_ms
from game.services import deliveries, xp

CHAIN = "webhooks"
LINK_S = 4.0
"""How long one link of the chain looks out for news: so long may hourly XP wait for the worker."""
LOOK_S = 1.0
DEAD_MS = 60_000
"""A chain that has said nothing for so long is dead: `deliveries.work` takes less."""


def settle_xp() -> int:
    """Every minute: grant the hourly XP that is owed. Returns how many players were granted something."""
    return xp.settle_due()


def start_webhooks() -> None:
    """Every minute: webhooks are looked after by one chain of short tasks, each of which queues the next. Start one if
    there is a use for it and none is alive."""
    if not deliveries.wanted():
        return
    now = now_ms()
    alive, made = Heartbeat.objects.get_or_create(job=CHAIN, defaults={"at": now})
    # Claimed by a conditional update: of two clusters, one starts it.
    if made or Heartbeat.objects.filter(job=CHAIN, at=alive.at, at__lt=now - DEAD_MS).update(at=now):
        _next_link(now)


def tell_webhooks(beat: int) -> None:
    """A link of the chain that last said `beat`. What another chain has taken over ends here."""
    until = time.monotonic() + LINK_S
    while True:
        now = max(now_ms(), beat + 1)
        if not Heartbeat.objects.filter(job=CHAIN, at=beat).update(at=now):
            return
        beat = now
        busy = deliveries.work()
        if time.monotonic() > until:
            break
        if not busy:
            time.sleep(LOOK_S)
    if deliveries.wanted():
        _next_link(beat)
    else:
        Heartbeat.objects.filter(job=CHAIN, at=beat).update(at=0)  # the next start need not wait


def _next_link(beat: int) -> None:
    async_task("game.tasks.tell_webhooks", beat, save=False)
