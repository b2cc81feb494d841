"""Whom an announcement is for. PURE."""

from msgspec import Struct

MINUTE_MS = 60_000


class Audience(Struct, frozen=True):
    """One `player`; or who has question `q` before them at the moment of sending, or of these who has had it for
    `minutes` of play; or everybody, also who comes later."""

    player: int | None = None
    q: int | None = None
    minutes: int | None = None

    @property
    def is_sound(self) -> bool:
        return (self.player is None or self.q is None) and (self.minutes is None or self.q is not None)

    @property
    def is_everybody(self) -> bool:
        return self.player is None and self.q is None


EVERYBODY = Audience()
