"""Joining a hunt, and entering its page."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Announcement, Hunt, LedgerEntry, Member, Player, Seen
from game.queries import play
from game.queries.clock import now_ms
from game.queries.play import RUNNING, PlayerSnapshot, settings_of
from game.rules.names import clean_name, name_key
from game.rules.phases import Phase, phase, play_clock
from game.services.answers import standing_of
from game.services.locks import lock_players, share_hunt
from leaderboard import services as leaderboard


def join(user: AbstractBaseUser, hunt: Hunt, name: str) -> Player:
    """Make `user` a player of `hunt` under `name`; who already plays keeps what they have, whatever the name.

    Raises BadName, NameTaken, HuntEnded. The unique constraints decide races between two tabs or two people.
    """
    if player := _player_of(user, hunt):
        return player
    try:
        cleaned = clean_name(name)
    except ValueError as error:
        raise errors.BadName from error
    try:
        with transaction.atomic():
            hunt = share_hunt(hunt.id)
            now = now_ms()
            if phase(hunt.times, now) is Phase.ENDED:
                raise errors.HuntEnded
            start = settings_of(hunt).xp_start
            player = Player.objects.create(
                hunt=hunt, name=cleaned, name_key=name_key(cleaned), xp=start, changed_at=now, created_at=now
            )
            Member.objects.create(hunt=hunt, player=player, user_id=user.pk)
            if start:
                LedgerEntry.objects.create(
                    hunt=hunt, player=player, cause=LedgerEntry.Cause.START, xp=start, at=now
                )
            leaderboard.record(hunt.id, [standing_of(player)], now)
            return player
    except IntegrityError:
        if player := _player_of(user, hunt):
            return player  # joined by another tab meanwhile
        raise errors.NameTaken from None


def _player_of(user: AbstractBaseUser, hunt: Hunt) -> Player | None:
    member = Member.objects.filter(hunt=hunt, user_id=user.pk).select_related("player").first()
    return member.player if member else None


def check_name(hunt: Hunt, name: str) -> str:
    """The name as it would be stored. Raises BadName or NameTaken; a name that is free now can be taken by the time
    that `join` asks for it."""
    try:
        cleaned = clean_name(name)
    except ValueError as error:
        raise errors.BadName from error
    if Player.objects.filter(hunt=hunt, name_key=name_key(cleaned)).exists():
        raise errors.NameTaken
    return cleaned


def enter(hunt_id: int, player_id: int) -> PlayerSnapshot:
    """The snapshot of a player's page; the first time the first question is in it, its clock starts.

    Raises NotFound.
    """
    snapshot = play.player_snapshot(hunt_id, player_id)
    if snapshot.play.question is not None and not snapshot.play.me.finished:
        _start_clock(hunt_id, player_id)
    return snapshot


def _start_clock(hunt_id: int, player_id: int) -> None:
    """A conditional update, so that the first of several tabs decides and nobody can restart it by reloading."""
    if not Player.objects.filter(id=player_id, shown_clock=None, finished_at=None).exists():
        return
    with transaction.atomic():
        hunt = share_hunt(hunt_id)
        player = lock_players([player_id])[player_id]
        now = now_ms()
        if phase(hunt.times, now) in RUNNING and player.shown_clock is None and player.finished_at is None:
            # No new version: nothing that a client is shown has changed.
            Player.objects.filter(id=player_id).update(shown_clock=play_clock(hunt.times, now))


def seen(hunt_id: int, player_id: int, announcements: tuple[int, ...]) -> None:
    """Note that the player has seen these announcements; unknown ids and repeats are ignored."""
    known = Announcement.objects.filter(hunt_id=hunt_id, id__in=announcements).values_list("id", flat=True)
    Seen.objects.bulk_create(
        [Seen(player_id=player_id, announcement_id=announcement) for announcement in known],
        ignore_conflicts=True,
    )


def signed_out(session_key: str) -> None:
    """Tell every process that this session is over, so that its sockets close at once."""
    publish_on_commit("session_over", {"digest": session_digest(session_key)})


def session_digest(session_key: str) -> str:
    """What the bus may carry of a session key, which is a secret."""
    from hashlib import sha256

    return sha256(session_key.encode()).hexdigest()
