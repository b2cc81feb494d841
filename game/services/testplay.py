"""Test play: an author plays the hunt from any question on, before it begins or beside it, and leaves no trace in it.

The author has a copy of the hunt to themselves, which is live for them and never current. Everything that the game
counts (solves, ranks, walls, webhooks, exports, who was first) is counted by hunt, so nothing of it can reach the real
one: there is no place that would have to leave test players out.
"""

from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from msgspec import Struct

from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Member, Player, TestPlay
from game.queries import play
from game.queries.clock import now_ms
from game.queries.play import HuntView
from game.rules.names import name_key
from game.services import packs
from game.services.answers import standing_of
from game.services.locks import own_hunt, share_hunt
from game.services.packs import HOUR_MS
from leaderboard import services as leaderboard

BEGAN = HOUR_MS
LASTS = 365 * 24 * HOUR_MS
NAME = "Test player"


class TestSeat(Struct, frozen=True):
    """Where an author plays: a hunt of their own."""

    hunt: HuntView
    player: int
    member: int


def begin(user_id: int, hunt_id: int, q: int) -> None:
    """Put the author before question `q` of the content as it is now; what they had played before is forgotten.

    Shares the real hunt while it is copied, so that no half of a change is copied, and holds nobody's answers up.
    Raises NotFound, Invalid for a question that is not there, RetryLater when two tabs ask at once.
    """
    try:
        with transaction.atomic():
            _begin(user_id, hunt_id, q)
    except Hunt.DoesNotExist:
        raise errors.NotFound from None
    except IntegrityError:
        raise errors.RetryLater from None


def _begin(user_id: int, hunt_id: int, q: int) -> None:
    real = share_hunt(hunt_id)
    if TestPlay.objects.filter(hunt=real).exists():
        raise errors.NotFound
    pack, now = packs.export_pack(real), now_ms()
    if not 1 <= q <= len(pack.questions):
        raise errors.Invalid(_("There is no such question."))
    slug = f"test-{real.id}-{user_id}"
    if (found := TestPlay.objects.filter(of=real, user_id=user_id).first()) is not None:
        own_hunt(found.hunt_id)
        _forget(found.hunt_id)
    hunt = packs.import_pack(
        pack, slug=slug, starts_at=now - BEGAN, ends_at=now + LASTS, replace=found is not None
    )
    TestPlay.objects.get_or_create(of=real, user_id=user_id, defaults={"hunt": hunt})
    _seat(hunt, user_id, q, now)


def _forget(hunt_id: int) -> None:
    """What was played in a copy."""
    LedgerEntry.objects.filter(hunt_id=hunt_id).delete()
    Attempt.objects.filter(hunt_id=hunt_id).delete()
    Player.objects.filter(hunt_id=hunt_id).delete()
    # Whatever an organiser did to it by hand, it is live again.
    Hunt.objects.filter(id=hunt_id).update(paused_at=None, paused_ms=0, ended_at=None)


def _seat(hunt: Hunt, user_id: int, q: int, now: int) -> None:
    """A player with as much XP as there can be, who has skipped all before `q` for nothing: the books are in order."""
    xp = play.settings_of(hunt).xp_cap
    player = Player.objects.create(
        hunt=hunt,
        name=NAME,
        name_key=name_key(NAME),
        position=q,
        xp=xp,
        hidden=True,
        changed_at=now,
        created_at=now,
    )
    member = Member.objects.create(hunt=hunt, player=player, user_id=user_id)
    if xp:
        LedgerEntry.objects.create(hunt=hunt, player=player, cause=LedgerEntry.Cause.GRANT, xp=xp, at=now)
    Attempt.objects.bulk_create(
        Attempt(
            hunt=hunt,
            player=player,
            member=member,
            question=question,
            command=uuid4(),
            kind=Attempt.Kind.SKIP,
            verdict=Attempt.Verdict.DONE,
            at=now,
        )
        for question in hunt.questions.filter(position__lt=q)
    )
    leaderboard.record(hunt.id, [standing_of(player)], now)


def seat(user_id: int, hunt_id: int) -> TestSeat | None:
    """Where this author plays hunt `hunt_id`, if they have begun to."""
    found = TestPlay.objects.filter(of_id=hunt_id, user_id=user_id).select_related("hunt").first()
    member = Member.objects.filter(hunt=found.hunt, user_id=user_id).first() if found else None
    if found is None or member is None:
        return None
    return TestSeat(play.hunt_view(found.hunt, now_ms()), member.player_id, member.id)
