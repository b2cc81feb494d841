"""The ceremony of a hunt's freeze, from its rows: the same on every process, and after every restart."""

from msgspec import Struct

from game.models import Hunt, LedgerEntry
from game.queries import freeze, play
from game.rules.freeze import Curtain, step_at
from leaderboard import reveal
from leaderboard.ranking import Board, Standing
from leaderboard.reveal import Change, Focus, Step

__all__ = ["Ceremony", "Curtain", "Focus", "Step", "ceremony", "done"]


class Ceremony(Struct, frozen=True):
    """`frozen`: the public's lines before the first of `steps`."""

    freeze_at: int
    reveal_at: int
    frozen: dict[int, Standing]
    steps: tuple[Step, ...]

    def lines(self, done: int) -> dict[int, Standing]:
        """The lines that the ceremony changes, as they are after so many steps."""
        return reveal.after(self.frozen, self.steps, done)

    def focus(self, board: Board, done: int) -> Focus | None:
        return reveal.focus(board, self.steps, done)


def ceremony(hunt_id: int, freeze_at: int, reveal_at: int) -> Ceremony:
    """From the standings of one instant to those of the other."""
    hunt = Hunt.objects.get(id=hunt_id)
    frozen = freeze.standings_at(hunt_id, freeze_at)
    final = freeze.standings_at(hunt_id, reveal_at)
    entries = (
        LedgerEntry.objects.filter(player__hunt=hunt_id, at__gt=freeze_at, at__lte=reveal_at)
        .exclude(points=0)
        .values_list("player", "at", "points", "question__position", "cause")
    )
    # What one instant brought a player is one change, however many entries it was booked as.
    changes: dict[tuple[int, int], Change] = {}
    for player, at, points, q, cause in entries.order_by("id"):
        held = changes.get((player, at))
        solved = at if cause == LedgerEntry.Cause.SOLVE else None
        changes[player, at] = Change(
            player=player,
            at=at,
            points=points + (held.points if held else 0),
            q=q or (held.q if held else None),
            last=solved or (held.last if held else None),
        )
    top = play.settings_of(hunt).reveal_top
    return Ceremony(
        freeze_at=freeze_at,
        reveal_at=reveal_at,
        frozen={line.player: line for line in frozen},
        steps=reveal.plan(frozen, final, changes.values(), top),
    )


def done(curtain: Curtain, now: int) -> int:
    """How many steps are done."""
    return step_at(curtain, now)
