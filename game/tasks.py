"""What the scheduler runs. Thin: each calls one service, which may run twice or late without harm."""

from game.services import xp


def settle_xp() -> int:
    """Every minute: grant the hourly XP that is owed. Returns how many players were granted something."""
    return xp.settle_due()
