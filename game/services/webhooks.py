"""Webhooks: organisers add, test, pause and delete them; what happens is written down as deliveries, each told once.

Solves and finishes are read from the rows they have left, by the worker, with an overlap: judging an answer costs
nothing more than before. An announcement's deliveries are written together with it.
"""

import base64
import secrets
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django_q.tasks import async_task

from game import errors
from game.models import Attempt, Delivery, Hunt, Player, Webhook
from game.queries import freeze
from game.queries.clock import now_ms
from game.queries.exports import iso
from game.queries.pauses import clocks
from game.rules.phases import Phase, phase, play_clock
from game.rules.webhooks import SECRET, SUBSCRIBED, Event, Format, shown_url
from game.services import audit, outgoing
from game.services.audit import Detail

MINUTE_MS = 60_000
OVERLAP_MS = 10_000
"""Rows become visible out of the order of their instants, when their transactions are committed."""
MARK_MS = 30_000
"""How often it is noted how far one has read, when there was nothing to tell."""
MOST_WEBHOOKS = 20
LONGEST_URL = 500
WALL_MINUTES, WALL_PLAYERS = range(1, 24 * 60 + 1), range(1, 10_001)


# --- what organisers do ---------------------------------------------------------------------------------------------


def add(
    user_id: int,
    hunt_id: int,
    url: str,
    form: str,
    events: Iterable[str],
    wall_minutes: int,
    wall_players: int,
    command: UUID | None = None,
) -> Webhook:
    """A new webhook, told of what happens from now on. Its secret is in no audit entry. Idempotent per command.

    Raises Invalid (its text says why) for an address that is not posted to and for values out of range; IdConflict.
    """
    wanted = sorted(set(events))
    try:
        outgoing.check(url)
    except outgoing.Refused as error:
        raise errors.Invalid(str(error)) from None
    if len(url) > LONGEST_URL or form not in list(Format) or not wanted or not set(wanted) <= set(SUBSCRIBED):
        raise errors.Invalid
    if wall_minutes not in WALL_MINUTES or wall_players not in WALL_PLAYERS:
        raise errors.Invalid

    def act(hunt: Hunt) -> Detail:
        if hunt.webhooks.count() >= MOST_WEBHOOKS:
            raise errors.Invalid(f"A hunt has at most {MOST_WEBHOOKS} webhooks.")
        row = Webhook.objects.create(
            hunt=hunt,
            url=url,
            secret=SECRET + base64.b64encode(secrets.token_bytes(32)).decode(),
            format=form,
            events=wanted,
            wall_minutes=wall_minutes,
            wall_players=wall_players,
            told_until=now_ms(),
        )
        _wake()
        return {"webhook": row.id, "after": {"url": shown_url(url, form), "events": wanted}}

    asked: Detail = {
        "url": shown_url(url, form),
        "format": form,
        "events": wanted,
        "wall_minutes": wall_minutes,
        "wall_players": wall_players,
    }
    done = audit.once(user_id, hunt_id, command, "webhook.add", asked, act)
    found = Webhook.objects.filter(id=int(str(done["webhook"]))).first()
    if found is None:
        raise errors.NotFound  # added with this command, and deleted since
    return found


def change(user_id: int, hunt_id: int, webhook_id: int, action: str, command: UUID | None = None) -> None:
    """`action`: pause (nothing is told of what happens meanwhile), resume, delete, test. Idempotent per command.

    Raises NotFound, IdConflict.
    """

    def act(hunt: Hunt) -> Detail:
        row = hunt.webhooks.filter(id=webhook_id).first()
        if row is None:
            raise errors.NotFound
        now = now_ms()
        if action == "delete":
            before: Detail = {"url": shown_url(row.url, row.format), "events": row.events}
            row.delete()
            return {"before": before}
        if action == "test":
            _write([row], Event.TEST, f"test:{uuid4()}", {}, hunt, now)
            return {"who": shown_url(row.url, row.format)}
        before = {"active": row.active}
        if row.active != (action == "resume"):
            row.active = action == "resume"
            if row.active:
                row.told_until = now
                _wake()
            row.save(update_fields=["active", "told_until"])
        who = shown_url(row.url, row.format)
        return {"who": who, "before": before, "after": {"active": row.active}}

    audit.once(user_id, hunt_id, command, f"webhook.{action}", {"webhook": webhook_id}, act)


def send_again(user_id: int, hunt_id: int, delivery_id: int, command: UUID | None = None) -> None:
    """A delivery that has failed waits again, with all its tries. Raises NotFound, IdConflict."""

    def act(_hunt: Hunt) -> Detail:
        failed = Delivery.objects.filter(
            id=delivery_id, webhook__hunt_id=hunt_id, status=Delivery.Status.FAILED
        )
        told = failed.select_related("webhook").first()
        if told is None or not failed.update(status=Delivery.Status.WAITING, tries=0, next_at=now_ms()):
            raise errors.NotFound
        return {"who": shown_url(told.webhook.url, told.webhook.format)}

    audit.once(user_id, hunt_id, command, "webhook.again", {"delivery": delivery_id}, act)


def _wake() -> None:
    """The worker looks soon, and not with its next schedule: a task in this transaction."""
    async_task("game.tasks.start_webhooks", save=False)


# --- what happens ---------------------------------------------------------------------------------------------------


def tell_announcement(hunt: Hunt, announcement: int, level: str, text: str, at: int) -> None:
    """In the transaction of the announcement itself."""
    told: Detail = {"announcement": {"id": announcement, "level": level}, "text": text}
    listeners = [row for row in hunt.webhooks.filter(active=True) if Event.ANNOUNCEMENT in row.events]
    _write(listeners, Event.ANNOUNCEMENT, f"announcement:{announcement}", told, hunt, at)


def collect(webhook: Webhook, now: int) -> int:
    """Write down what has happened in the webhook's hunt and was not told yet; returns how much. Harmless to repeat.

    Only reads as long as there is nothing to tell, but for a mark each MARK_MS. What a frozen board keeps from the
    public is told when that is over.
    """
    since = webhook.told_until - OVERLAP_MS
    frozen = freeze.frozen_from(Hunt.objects.get(id=webhook.hunt_id).curtain, now)
    until = now if frozen is None else min(now, frozen)
    rows = [
        Delivery(webhook=webhook, key=key, event=event, next_at=now, at=at, payload=payload)
        for event, key, at, payload in sorted(_news(webhook, since, now), key=lambda item: item[2])
        if frozen is None or at <= frozen
    ]
    known = set(
        webhook.deliveries.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
        if rows
        else ()
    )
    fresh = [row for row in rows if row.key not in known]
    if fresh or until - webhook.told_until > MARK_MS:
        with transaction.atomic():
            Delivery.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
            # Not backwards, if somebody has resumed it meanwhile.
            Webhook.objects.filter(id=webhook.id, told_until__lt=until).update(told_until=until)
    return len(fresh)


def _news(webhook: Webhook, since: int, now: int) -> Iterator[tuple[str, str, int, Any]]:
    """(event, key, instant, payload) of what has happened since, whether it has been told or not."""
    wanted, hunt = set(webhook.events), webhook.hunt
    if wanted & {Event.SOLVE, Event.FIRST_SOLVE}:
        for event, key, at, told in _solves(hunt, since):
            if event in wanted:
                yield event, key, at, _payload(event, hunt, at, told)
    if Event.FINISH in wanted:
        finished = Player.objects.filter(
            hunt=hunt, changed_at__gte=since, finished_at__gte=since, hidden=False, banned=False
        )
        for player in finished:
            assert player.finished_at is not None
            told = {"player": {"id": player.id, "name": player.name}, "solves": player.solves}
            key, at = f"finish:{player.id}", player.finished_at
            yield Event.FINISH, key, at, _payload(Event.FINISH, hunt, at, told)
    # Not each second: a wall is a matter of minutes.
    due = now // MARK_MS != webhook.told_until // MARK_MS
    if due and Event.WALL in wanted and phase(hunt.times, now) is Phase.LIVE:
        for position, here, last in walls(hunt, now, webhook.wall_minutes, webhook.wall_players):
            told = {"question": {"position": position}, "players": here, "minutes": webhook.wall_minutes}
            yield Event.WALL, f"wall:{position}:{last}", now, _payload(Event.WALL, hunt, now, told)


def _solves(hunt: Hunt, since: int) -> Iterator[tuple[str, str, int, Any]]:
    correct = Attempt.objects.filter(hunt=hunt, verdict=Attempt.Verdict.CORRECT)
    # What a regrade found is no news, and has its guess's instant: a freeze would not hold it back.
    found = list(
        correct.exclude(kind=Attempt.Kind.REGRADE)
        .filter(at__gte=since, player__hidden=False, player__banned=False)
        .order_by("at", "id")
        .values_list("id", "at", "player_id", "player__name", "question_id", "question__position")
    )
    if not found:
        return
    firsts = dict(
        correct.filter(question_id__in={question for *_, question, _ in found})
        .values_list("question_id")
        .annotate(first=Min("at"))
    )
    for _, at, player, name, question, position in found:
        told: Detail = {"player": {"id": player, "name": name}, "question": {"position": position}}
        yield Event.SOLVE, f"solve:{player}:{question}", at, told
        if at == firsts[question]:
            yield Event.FIRST_SOLVE, f"first:{question}", at, told


def walls(hunt: Hunt, now: int, minutes: int, players: int) -> list[tuple[int, int, int]]:
    """(position, players there, instant of its last solve or 0) of each question that at least `players` have had
    before them for `minutes` of play, while nobody has solved it."""
    long_ago = play_clock(hunt.times, now) - minutes * MINUTE_MS
    if long_ago < 0:
        return []
    here = dict(
        Player.objects.filter(
            hunt=hunt, finished_at=None, hidden=False, banned=False, shown_clock__lte=long_ago
        )
        .values_list("position")
        .annotate(n=Count("id"))
        .filter(n__gte=players)
    )
    if not here:
        return []
    solved = Q(attempts__verdict=Attempt.Verdict.CORRECT)
    found = hunt.questions.filter(position__in=here).annotate(last=Max("attempts__at", filter=solved))
    last = dict(found.order_by("position").values_list("position", "last"))
    at_clock = clocks(hunt, {position: at for position, at in last.items() if at is not None}, now)
    return [
        (position, here[position], at or 0)
        for position, at in last.items()
        if at is None or at_clock[position] <= long_ago
    ]


def _write(webhooks: Iterable[Webhook], event: str, key: str, told: Detail, hunt: Hunt, at: int) -> None:
    payload = _payload(event, hunt, at, told)
    Delivery.objects.bulk_create(
        [
            Delivery(webhook=webhook, key=key, event=event, next_at=at, at=at, payload=payload)
            for webhook in webhooks
        ],
        ignore_conflicts=True,
    )


def _payload(event: str, hunt: Hunt, at: int, told: Detail) -> Detail:
    about: Detail = {"event": str(event), "at": iso(at), "at_ms": at}
    return about | {"hunt": {"slug": hunt.slug, "title": hunt.title}} | told
