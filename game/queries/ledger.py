"""Does every balance equal its ledger? Read-only; what `manage.py check_ledger` and every load and fault test ask."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum
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
            # A regrade's entry with a command is the award of a late solve, the others are differences.
            solves=Count(
                "id",
                filter=Q(cause=LedgerEntry.Cause.SOLVE)
                | Q(cause=LedgerEntry.Cause.REGRADE, command__isnull=False),
            ),
            ticks=Count("id", filter=Q(cause=LedgerEntry.Cause.TICK)),
            last_tick=Coalesce(Max("tick"), 0),
            last_solve=Max("at", filter=Q(cause=LedgerEntry.Cause.SOLVE)),
        )
    }
    passing = Q(verdict=Attempt.Verdict.CORRECT) | Q(kind=Attempt.Kind.SKIP)
    solved, passed = (
        # A question that was skipped and awarded by a regrade is solved, and was passed once.
        dict(
            Attempt.objects.filter(which, hunt=hunt)
            .values_list("player_id")
            .annotate(count=Count("question", distinct=True))
        )
        for which in (Q(verdict=Attempt.Verdict.CORRECT), passing)
    )
    late = _late_solves(hunt)
    standings = {row.player_id: row for row in Standing.objects.filter(hunt=hunt)}
    nothing = {"points": 0, "xp": 0, "solves": 0, "ticks": 0, "last_tick": 0, "last_solve": None}
    names: dict[int, str] = {}
    for player in Player.objects.filter(hunt=hunt).order_by("id"):
        ledger = sums.pop(player.id, nothing)
        names[player.id] = who = f"player {player.id} ({player.name})"
        for what, balance, proof in (
            ("points", player.points, ledger["points"]),
            ("XP", player.xp, ledger["xp"]),
            ("solves", player.solves, ledger["solves"]),
            ("ticks", player.ticks, ledger["ticks"]),
            ("last tick", player.ticks, ledger["last_tick"]),
            ("last solve", player.last_solve, _later(ledger["last_solve"], late.get(player.id))),
            ("correct attempts", player.solves, solved.get(player.id, 0)),
            ("position", player.position, 1 + passed.get(player.id, 0)),
        ):
            if balance != proof:
                yield f"{who}: {what} {balance}, the ledger proves {proof}"
        if player.xp < 0 or player.points < 0:
            yield f"{who}: negative balance: {player.points} points, {player.xp} XP"
        standing = standings.get(player.id)
        if standing is None:
            yield f"{who}: no standing"
        else:
            for what, shown, held in (
                ("name", standing.name, player.name),
                ("points", standing.points, player.points),
                ("last solve", standing.last_solve, player.last_solve),
                ("finished", standing.finished, player.finished_at is not None),
                ("hidden", standing.hidden, player.hidden or player.banned),
            ):
                if shown != held:
                    yield f"{who}: the standing says {what} {shown}, the player's row {held}"
    for player_id in sums:
        yield f"player {player_id}: ledger entries in hunt {hunt.slug} of a player who is not in it"
    yield from _commands(hunt, names)


def _late_solves(hunt: Hunt) -> dict[int, int]:
    """By player the latest instant of a guess that a regrade made a solve of, and that moved them on."""
    skipped = Attempt.objects.filter(
        player=OuterRef("player"), question=OuterRef("question"), kind=Attempt.Kind.SKIP
    )
    rows = Attempt.objects.filter(~Exists(skipped), hunt=hunt, kind=Attempt.Kind.REGRADE)
    return dict(rows.values_list("player_id").annotate(latest=Max("at")))


def _later(one: int | None, other: int | None) -> int | None:
    return max((instant for instant in (one, other) if instant is not None), default=None)


def _commands(hunt: Hunt, names: dict[int, str]) -> Iterator[str]:
    """What each command brought and cost, as its attempt tells a repeat and as the ledger has it."""
    booked = {
        (player_id, command): (points, xp)
        for player_id, command, points, xp in LedgerEntry.objects.filter(hunt=hunt, command__isnull=False)
        .values_list("player_id", "command")
        .annotate(Sum("points"), Sum("xp"))
    }
    attempts = Attempt.objects.filter(hunt=hunt).values_list(
        "player_id", "command", F("gross") - F("hint_cost") - F("close_cost"), "xp"
    )
    for player_id, command, points, xp in attempts.iterator(chunk_size=5000):
        told, proof = (points, xp), booked.pop((player_id, command), (0, 0))
        if told != proof:
            yield (
                f"{names.get(player_id, player_id)}: command {command} told {told} points and XP, "
                f"the ledger proves {proof}"
            )
    for player_id, command in booked:
        yield f"{names.get(player_id, player_id)}: ledger entries of command {command}, which was never judged"
