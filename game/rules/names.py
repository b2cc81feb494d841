"""The names under which players appear on the board."""

import re
import unicodedata

SHORTEST = 3
LONGEST = 24
MARKS_IN_A_ROW = 2

TOO_SHORT = "name_too_short"
TOO_LONG = "name_too_long"
BAD_CHARACTERS = "name_bad_characters"

# Control, format (zero-width, bidi), surrogate, private, unassigned; line and paragraph separators.
BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks that stack on one letter. Spacing marks (Mc) do not: Burmese and Tamil put several in a row.
STACKING = frozenset({"Mn", "Me"})
# Blank without being a space: Hangul fillers, the empty Braille cell, Khmer's inherent vowels, the grapheme
# joiner, Mongolian and rare variation selectors.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0d\U000e0100-\U000e01ef]"
)
# The spaces that NFKC leaves: the usual one and Ogham's.
SPACES = re.compile("[ \u1680]+")
# Whether an emoji is drawn in colour is no part of a name.
PRESENTATION = re.compile("[\ufe0e\ufe0f]")


def clean_name(raw: str) -> str:
    """The name as it is stored: NFKC, single spaces, 3 to 24 code points.

    Raises ValueError(code): `name_too_short`, `name_too_long` or `name_bad_characters`.
    """
    name = unicodedata.normalize("NFKC", PRESENTATION.sub("", raw))
    name = SPACES.sub(" ", name).strip(" ")
    if INVISIBLE.search(name) or any(unicodedata.category(char) in BAD_CATEGORIES for char in name):
        raise ValueError(BAD_CHARACTERS)
    if _stacks(name):
        raise ValueError(BAD_CHARACTERS)
    if len(name) < SHORTEST:
        raise ValueError(TOO_SHORT)
    if len(name) > LONGEST:
        raise ValueError(TOO_LONG)
    return name


def name_key(name: str) -> str:
    """What must be unique among a hunt's names."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)


def _stacks(name: str) -> bool:
    """Whether marks pile up, or one would land on whatever a page writes before the name."""
    row = MARKS_IN_A_ROW
    for char in name:
        row = row + 1 if unicodedata.category(char) in STACKING else 0
        if row > MARKS_IN_A_ROW:
            return True
    return False
