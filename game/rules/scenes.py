"""What an organiser can hold every projector on. PURE."""

from msgspec import Struct

SCENES = ("board", "race", "moments", "wall", "story", "notice")
"""What the projector's own director chooses between (`static/enigma/js/board/director.js`)."""


class Pin(Struct, frozen=True):
    """A scene that is held, by whom and since when."""

    scene: str
    by: str
    at: int
