"""Joining a hunt, and entering its page."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from enigma_rt import rows
from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Announcement, Hunt, LedgerEntry, Member, Player, Seen
from game.queries import clock, hunts, play
from game.queries.announcements import for_player
from game.queries.clock import now_ms
from game.queries.play import RUNNING, PlayerSnapshot, settings_of
from game.rules.names import clean_name, name_key
from game.rules.phases import Phase, phase, play_clock
from game.services.answers import standing_of
from game.services.locks import held_back, share_hunt, share_hunts
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


def enter(hunt_id: int, player_ids: Sequence[int]) -> list[PlayerSnapshot | None]:
    """The snapshot of each player's page, None for who is none of the hunt's; the first time that the first question is
    in it, its clock starts."""
    snapshots = play.player_snapshots(hunt_id, set(player_ids))
    fresh = [player for player, snapshot in snapshots.items() if snapshot.first_sight]
    if fresh:
        _start_clocks(hunt_id, fresh)
    return [snapshots.get(player) for player in player_ids]


def _start_clocks(hunt_id: int, player_ids: Sequence[int]) -> None:
    """Locks the hunt (shared), then the players by id; a conditional update, so that the first of several tabs decides
    and nobody can restart a clock by reloading. Two round trips: a crowd waits for each of them."""
    wanted, among = rows.id_list(player_ids), rows.among("id")
    with rows.one_transaction() as asking:
        asking.tell(*share_hunts([hunt_id]))
        _, hunt_rows, [[now]] = asking.ask(
            (_HELD.format(among=among, held_back=held_back()), [wanted]),
            hunts.statement([hunt_id]),
            (clock.statement(), ()),
        )
        hunt = hunts.read(hunt_rows).get(hunt_id)
        if hunt is not None and phase(hunt.times, now) in RUNNING:
            # No new version: nothing that a client is shown has changed.
            asking.tell((_STARTED.format(among=among), [play_clock(hunt.times, now), wanted]))


_HELD = "SELECT id FROM game_player WHERE {among} ORDER BY id {held_back}"
_STARTED = (
    "UPDATE game_player SET shown_clock = %s WHERE {among} AND shown_clock IS NULL AND finished_at IS NULL"
)


def seen(hunt_id: int, player_id: int, announcements: tuple[int, ...]) -> None:
    """Note that the player has seen these announcements; repeats are ignored, and ids of what is not for them."""
    theirs = Announcement.objects.filter(for_player(player_id), hunt_id=hunt_id, id__in=announcements)
    Seen.objects.bulk_create(
        [
            Seen(player_id=player_id, announcement_id=announcement)
            for announcement in theirs.values_list("id", flat=True)
        ],
        ignore_conflicts=True,
    )


def signed_out(session_key: str) -> None:
    """Tell every process that this session is over, so that its sockets close at once."""
    publish_on_commit("session_over", {"digest": session_digest(session_key)})


def session_digest(session_key: str) -> str:
    """What the bus may carry of a session key, which is a secret."""
    from hashlib import sha256

    return sha256(session_key.encode()).hexdigest()
