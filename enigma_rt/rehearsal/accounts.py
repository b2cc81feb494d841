"""The bots' accounts: names that anybody takes for bots, e-mail addresses that lead nowhere."""

import itertools
import secrets
from collections.abc import Iterator
from random import Random

from msgspec import Struct

DOMAIN = "rehearsal.invalid"
"""A name that never resolves (RFC 2606): no mail can reach anybody, and `--remove` knows its own by it."""

COLOURS = (
    *(
        "Amber",
        "Ash",
        "Azure",
        "Brass",
        "Bronze",
        "Cobalt",
        "Copper",
        "Coral",
        "Cream",
        "Ebony",
        "Flint",
        "Gold",
    ),
    *("Indigo", "Iron", "Ivory", "Jade", "Lilac", "Lime", "Mint", "Moss", "Navy", "Ochre", "Olive", "Onyx"),
    *(
        "Opal",
        "Pearl",
        "Pewter",
        "Plum",
        "Quartz",
        "Rose",
        "Ruby",
        "Russet",
        "Rust",
        "Sand",
        "Sepia",
        "Silver",
    ),
    *("Slate", "Teal", "Umber", "Violet"),
)
ANIMALS = (
    *("Badger", "Beaver", "Bison", "Crane", "Crow", "Curlew", "Dunlin", "Eagle", "Egret", "Falcon", "Ferret"),
    *(
        "Finch",
        "Fox",
        "Gecko",
        "Hare",
        "Heron",
        "Ibis",
        "Jackdaw",
        "Kestrel",
        "Lark",
        "Lynx",
        "Magpie",
        "Marten",
    ),
    *("Mole", "Moth", "Newt", "Osprey", "Otter", "Owl", "Petrel", "Pike", "Plover", "Raven", "Robin", "Seal"),
    *("Shrew", "Stoat", "Swift", "Tern", "Toad", "Vole", "Weasel", "Wren"),
)
NAMES = 20
"""How many names are tried for one bot before something else must be wrong."""


class Account(Struct, frozen=True):
    """A signed-in account that plays: what its sockets send as the `Cookie` header."""

    name: str
    email: str
    cookie: str


class Cast:
    """Names and addresses for one rehearsal. A second rehearsal on the same server draws others."""

    def __init__(self) -> None:
        self.run = secrets.token_hex(4)
        # Not the rehearsal's dice: the names of an earlier one with the same seed are taken.
        self._dice = Random(self.run)  # noqa: S311  # names guard nothing

    def email(self, number: int, repeated: int = 0) -> str:
        """The address of bot `number`, or another for it if that one may have been used up."""
        return f"bot-{self.run}-{number:04d}{f'-{repeated}' if repeated else ''}@{DOMAIN}"

    def names(self, number: int) -> Iterator[str]:
        """`Bot Amber Owl 07`, and others in case it is taken."""
        for _ in itertools.repeat(None, NAMES):
            yield f"Bot {self._dice.choice(COLOURS)} {self._dice.choice(ANIMALS)} {number:02d}"
