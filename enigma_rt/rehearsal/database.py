"""The rehearsal beside the server's database: accounts made and removed directly, outcomes compared exactly."""

from collections.abc import Callable, Collection, Iterator, Sequence
from importlib import import_module
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from enigma_rt.rehearsal import RehearsalError
from enigma_rt.rehearsal.accounts import DOMAIN, Account, Cast
from enigma_rt.rehearsal.truth import Award, Effect, Outcome
from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Member, Player
from game.queries import play
from game.queries.clock import now_ms
from game.services import players
from game.services.answers import standing_of
from game.services.locks import lock_players
from leaderboard import services as leaderboard

TOLD_EVERY = 50
CHUNK = 100
"""Players that are removed in one transaction: SQLite's only writer is not kept from a running hunt for long."""


def is_there() -> bool:
    """Whether this process has a migrated database at all. Makes none."""
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).exists():
        return False
    try:
        return Hunt._meta.db_table in connection.introspection.table_names()
    except DatabaseError:
        return False


def make_accounts(count: int, cast: Cast, tell: Callable[[int], None] = lambda done: None) -> list[Account]:
    """Players with sessions, as signing up would have made them. `tell` hears how many there are. Raises
    RehearsalError."""
    hunt = play.joinable_hunt() if is_there() else None
    if hunt is None:
        raise RehearsalError(
            "this database has no current hunt to join (is it the server's? see ENIGMA_DATA_DIR)"
        )
    accounts = []
    for number in range(1, count + 1):
        accounts.append(_account(hunt, number, cast))
        if number % TOLD_EVERY == 0:
            tell(number)
    return accounts


def _account(hunt: Hunt, number: int, cast: Cast) -> Account:
    email = cast.email(number)
    # No password: nobody can log in as a bot.
    user = get_user_model().objects.create_user(username=email.partition("@")[0], email=email)
    for name in cast.names(number):
        try:
            players.join(user, hunt, name)
        except errors.NameTaken:
            continue
        except errors.GameError as refusal:
            raise RehearsalError(str(refusal.text)) from None
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return Account(name, email, f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    raise RehearsalError("every name for bots is taken: remove those of earlier rehearsals (--remove)")


def knows(hunt: int, emails: Sequence[str], player_ids: Collection[int]) -> bool:
    """Whether these players, whom the server told us of, are rows of this database under these addresses."""
    if not is_there():
        return False
    found = Member.objects.filter(hunt_id=hunt, user__email__in=emails, player_id__in=player_ids)
    return found.count() == len(player_ids)


def effects(player_ids: Collection[int]) -> Iterator[Effect]:
    """Every stored attempt of these players."""
    rows = Attempt.objects.filter(player_id__in=player_ids).select_related("question").order_by("id")
    for row in rows:
        done = row.verdict == Attempt.Verdict.DONE
        correct = row.verdict == Attempt.Verdict.CORRECT
        yield Effect(
            player=row.player_id,
            command=str(row.command),
            outcome=Outcome(
                kind=row.kind,
                q=row.question.position,
                verdict=row.verdict,
                repeat=row.repeat,
                accepted_close=row.accepted_close,
                points=row.gross - row.hint_cost - row.close_cost if correct else 0,
                xp=0 if done else row.xp,
                charged=row.text if row.kind == Attempt.Kind.HINT else "",
            ),
        )


def awards(player_ids: Collection[int]) -> Iterator[Award]:
    """Every ledger entry of these players for a solved question."""
    rows = LedgerEntry.objects.filter(player_id__in=player_ids, cause=LedgerEntry.Cause.SOLVE)
    for player, q, command in rows.values_list("player_id", "question__position", "command"):
        yield Award(player, q or 0, str(command))


def ledger_problems(hunt: int) -> str:
    """What `check_ledger` complains of in this hunt; empty when the ledger proves every balance."""
    complaints = StringIO()
    try:
        call_command("check_ledger", Hunt.objects.get(id=hunt).slug, stdout=StringIO(), stderr=complaints)
    except CommandError as error:
        return complaints.getvalue().strip() or str(error)
    return ""


# --- removal --------------------------------------------------------------------------------------------------------


def hide_bots() -> int:
    """Take every bot off every board; returns how many players that are. Boards follow within some seconds.

    A board learns of standings, never of their absence: whoever is deleted while still visible would stay on it.
    """
    ids = list(_bots().filter(hidden=False).values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        _hide(ids[start : start + CHUNK])
    return _bots().count()


@transaction.atomic
def _hide(ids: list[int]) -> None:
    now = now_ms()
    hunts: dict[int, list[Player]] = {}
    for player in lock_players(ids).values():
        player.hidden, player.changed_at = True, now
        player.version += 1
        player.save(update_fields=["hidden", "version", "changed_at"])
        hunts.setdefault(player.hunt_id, []).append(player)
    for hunt, hidden in hunts.items():
        leaderboard.record(hunt, [standing_of(player) for player in hidden], now)


def delete_bots() -> int:
    """Delete the bots' accounts, players, attempts and ledgers. Returns how many accounts."""
    ids = list(_bots().values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            # Their locks first: a command that is being judged ends before its player does.
            Player.objects.filter(id__in=lock_players(ids[start : start + CHUNK])).delete()
    users = get_user_model().objects.filter(email__endswith="@" + DOMAIN)
    count = users.count()
    while chunk := list(users.values_list("pk", flat=True)[:CHUNK]):
        users.filter(pk__in=chunk).delete()
    return count


def _bots() -> QuerySet[Player]:
    return Player.objects.filter(members__user__email__endswith="@" + DOMAIN).distinct()
