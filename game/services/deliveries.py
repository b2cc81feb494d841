"""Sends what webhooks are owed: in order, signed, again and again until it is taken or has failed too often.

At least once: whoever is killed between a receiver's "yes" and the note of it sends the same delivery, with the same
id, once more. A webhook is held by one sender at a time, so that two clusters do not overtake each other.
"""

import logging
import random
import time

from django.db.models import F

from game.models import Delivery, Webhook
from game.queries.clock import now_ms
from game.rules import webhooks as rules
from game.services import outgoing, webhooks

logger = logging.getLogger(__name__)

HOLD_MS = 30_000
"""Longer than an exchange may take (outgoing.DEADLINE_S). So long nobody sends for a webhook whose sender has died."""
TURN_S = 12.0
"""How long one webhook may keep the others waiting."""
WORK_S = 25.0
"""With the last turn in it still well within a task's time (settings.Q_CLUSTER)."""


def work() -> bool:
    """For every active webhook, write down what has happened and send what is due. Whether there was anything to do."""
    busy = False
    active = list(Webhook.objects.filter(active=True).select_related("hunt"))
    # Those that are slow must not always be the same ones' turn.
    random.shuffle(active)
    began = time.monotonic()
    for webhook in active:
        if time.monotonic() - began > WORK_S:
            return True
        try:
            busy |= bool(webhooks.collect(webhook, now_ms()))
            busy |= bool(_send_due(webhook))
        except ValueError as error:
            logger.error("webhook %d: %s", webhook.id, error)
    return busy


def _send_due(webhook: Webhook) -> int:
    """Returns how many were taken."""
    if _head(webhook, now_ms()) is None:
        return 0
    now = now_ms()
    # Claimed by a conditional update: of two, one has it.
    held = now + HOLD_MS
    if not Webhook.objects.filter(id=webhook.id, active=True, held_until__lt=now).update(held_until=held):
        return 0
    taken, began = 0, time.monotonic()
    try:
        while time.monotonic() - began < TURN_S:
            now = now_ms()
            renewed = Webhook.objects.filter(id=webhook.id, active=True, held_until=held).update(
                held_until=now + HOLD_MS
            )
            if not renewed:
                break  # paused or deleted meanwhile, or somebody else's by now
            held = now + HOLD_MS
            head = _head(webhook, now)
            if head is None or not _send(webhook, head):
                break
            taken += 1
    finally:
        Webhook.objects.filter(id=webhook.id, held_until=held).update(held_until=0)
    return taken


def _head(webhook: Webhook, now: int) -> Delivery | None:
    """The oldest that waits, if it is due: nothing overtakes it."""
    head = webhook.deliveries.filter(status=Delivery.Status.WAITING).order_by("id").first()
    return head if head is not None and head.next_at <= now else None


def _send(webhook: Webhook, delivery: Delivery) -> bool:
    """Whether there is any use in sending the next one now."""
    body = rules.body(webhook.format, delivery.payload)
    second, uid = now_ms() // 1000, str(delivery.uid)
    headers = {
        "webhook-id": uid,
        "webhook-timestamp": str(second),
        "webhook-signature": rules.sign(webhook.secret, uid, second, body),
    }
    answer = outgoing.post(webhook.url, body, headers)
    row = Delivery.objects.filter(id=delivery.id, status=Delivery.Status.WAITING)
    now = now_ms()
    if not answer.problem:
        row.update(status=Delivery.Status.DELIVERED, delivered_at=now, tries=F("tries") + 1, last_error="")
        return True
    tries = delivery.tries + 1
    if tries >= rules.MOST_TRIES:
        row.update(status=Delivery.Status.FAILED, tries=tries, last_error=answer.problem)
        return False
    chance = random.random()  # noqa: S311  # spreads load, guards nothing
    wait = max(rules.wait_ms(tries, chance), min(answer.retry_after_s * 1000, rules.LONGEST_WAIT_MS))
    row.update(tries=tries, next_at=now + wait, last_error=answer.problem)
    return False


def wanted() -> bool:
    """Whether any webhook is active."""
    return Webhook.objects.filter(active=True).exists()
