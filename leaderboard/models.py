"""Where a player stands, as a row. Written in the same transaction as the balances; rank is never stored."""

from django.db import models


class Standing(models.Model):
    """One line of a board. `version` is the player's own counter, raised by every change of this row.

    The name is repeated here so that a process can load a whole board in one query that knows nothing of the game.
    """

    player = models.OneToOneField(
        "game.Player", on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    hunt = models.ForeignKey("game.Hunt", on_delete=models.CASCADE, related_name="standings", db_index=False)
    name = models.CharField(max_length=24)
    points = models.IntegerField(default=0)
    last_solve = models.BigIntegerField(null=True, blank=True)
    finished = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)
    changed_at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["hunt", "changed_at"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.points}"
