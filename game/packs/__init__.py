"""Hunt packs: a folder with one `hunt.toml` and its pictures. Their authors read `docs/hunt-packs.md`.

`read_pack` either returns a whole, checked `Pack` or names every problem at once; `write_pack` writes the
folder that reads back as the same pack. No database, no clock.
"""

from game.packs.checks import Fault
from game.packs.reading import read_pack
from game.packs.records import Pack, PackError, PackImage, PackQuestion, Problem
from game.packs.writing import hunt_toml, write_pack

__all__ = [
    "Fault",
    "Pack",
    "PackError",
    "PackImage",
    "PackQuestion",
    "Problem",
    "hunt_toml",
    "read_pack",
    "write_pack",
]
