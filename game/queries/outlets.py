"""Webhooks and their deliveries, as the console shows them."""

from django.db.models import Count, Q
from msgspec import Struct

from game.models import Delivery, Webhook
from game.queries.room import fitting
from game.rules.webhooks import shown_url, words

LATEST, LATEST_BYTES = 12, 24 * 1024
TEXT = 160


class WebhookView(Struct, frozen=True):
    """`url` without what is secret in it; `waiting` and `failed` count its deliveries."""

    webhook: int
    url: str
    format: str
    events: tuple[str, ...]
    active: bool
    wall_minutes: int
    wall_players: int
    waiting: int
    failed: int


class DeliveryView(Struct, frozen=True):
    delivery: int
    webhook: int
    at: int
    text: str
    status: str
    tries: int
    next_at: int
    error: str


def webhooks(hunt_id: int) -> tuple[tuple[WebhookView, ...], tuple[DeliveryView, ...]]:
    """All webhooks, oldest first; of each the delivery that keeps the others waiting, if one was not taken; and the
    LATEST deliveries of each, newest first, at most LATEST_BYTES."""
    status = {name: Count("deliveries", filter=Q(deliveries__status=name)) for name in ("waiting", "failed")}
    rows = list(Webhook.objects.filter(hunt_id=hunt_id).annotate(**status).order_by("id"))
    heads = [head for row in rows if (head := _stuck(row)) is not None]
    known = {head.id for head in heads}
    latest = sorted(
        (each for row in rows for each in row.deliveries.order_by("-id")[:LATEST] if each.id not in known),
        key=lambda each: each.id,
        reverse=True,
    )
    shown = fitting((_delivery(each) for each in (*heads, *latest)), LATEST_BYTES)
    return tuple(_view(row) for row in rows), shown


def _stuck(webhook: Webhook) -> Delivery | None:
    """The oldest that waits, if it was sent in vain: all others wait for it, however far down the list it is."""
    head = webhook.deliveries.filter(status=Delivery.Status.WAITING).order_by("id").first()
    return head if head is not None and head.tries else None


def _view(row: Webhook) -> WebhookView:
    counts = vars(row)
    return WebhookView(
        webhook=row.id,
        url=shown_url(row.url, row.format),
        format=row.format,
        events=tuple(row.events),
        active=row.active,
        wall_minutes=row.wall_minutes,
        wall_players=row.wall_players,
        waiting=counts["waiting"],
        failed=counts["failed"],
    )


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        delivery=row.id,
        webhook=row.webhook_id,
        at=row.at,
        text=words(row.payload)[:TEXT],
        status=row.status,
        tries=row.tries,
        next_at=row.next_at,
        error=row.last_error,
    )
