"""Does every balance equal its ledger? Read-only; what `manage.py check_ledger` and every load and fault test ask."""

from collections.abc import Iterator

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce

from game.models import Attempt, Hunt, LedgerEntry, Player
from leaderboard.models import Standing


def problems(hunt: Hunt) -> Iterator[str]:
    """One line for each thing that is wrong in `hunt`; nothing when the ledger proves every balance."""
    sums = {
        row["player_id"]: row
        for row in LedgerEntry.objects.filter(hunt=hunt)
        .values("player_id")
        .annotate(
            points=Coalesce(Sum("points"), 0),
            xp=Coalesce(Sum("xp"), 0),
            solves=Count("id", filter=Q(cause=LedgerEntry.Cause.SOLVE)),
            ticks=Count("id", filter=Q(cause=LedgerEntry.Cause.TICK)),
            last_tick=Coalesce(Max("tick"), 0),
            last_solve=Max("at", filter=Q(cause=LedgerEntry.Cause.SOLVE)),
        )
    }
    solved = dict(
        Attempt.objects.filter(hunt=hunt, verdict=Attempt.Verdict.CORRECT)
        .values_list("player_id")
        .annotate(count=Count("id"))
    )
    standings = {row.player_id: row for row in Standing.objects.filter(hunt=hunt)}
    nothing = {"points": 0, "xp": 0, "solves": 0, "ticks": 0, "last_tick": 0, "last_solve": None}
    for player in Player.objects.filter(hunt=hunt).order_by("id"):
        ledger = sums.pop(player.id, nothing)
        who = f"player {player.id} ({player.name})"
        for what, balance, proof in (
            ("points", player.points, ledger["points"]),
            ("XP", player.xp, ledger["xp"]),
            ("solves", player.solves, ledger["solves"]),
            ("ticks", player.ticks, ledger["ticks"]),
            ("last tick", player.ticks, ledger["last_tick"]),
            ("last solve", player.last_solve, ledger["last_solve"]),
            ("correct attempts", player.solves, solved.get(player.id, 0)),
        ):
            if balance != proof:
                yield f"{who}: {what} {balance}, the ledger proves {proof}"
        if player.xp < 0 or player.points < 0:
            yield f"{who}: negative balance: {player.points} points, {player.xp} XP"
        standing = standings.get(player.id)
        if standing is None:
            yield f"{who}: no standing"
        elif (standing.points, standing.last_solve, standing.finished) != (
            player.points,
            player.last_solve,
            player.finished_at is not None,
        ):
            yield f"{who}: standing says {standing.points} points, the player row {player.points}"
    for player_id in sums:
        yield f"player {player_id}: ledger entries in hunt {hunt.slug} of a player who is not in it"
