"""Is it the answer? Two texts are the same answer when they normalise to the same string."""

import enum
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import fuzz

ZWJ = "\u200d"

# Letters that Unicode does not take apart, but that people type without the stroke or as two letters.
# Those named "… WITH STROKE", "… WITH HOOK" and the like are found by their names.
LETTERS = {"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŋ": "n", "ĸ": "k", "\u0131": "i", "ȷ": "j"}
VARIED_LETTER = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")

# Scripts (by the names of their characters) in which a mark is decoration to whoever types in a hurry.
FOLDED_SCRIPTS = ("LATIN ", "GREEK ", "CYRILLIC ", "DIGIT ")

THRESHOLD_MOST = 100


class Verdict(enum.StrEnum):
    CORRECT = "correct"
    CLOSE = "close"
    WRONG = "wrong"


class AnswerKey(Struct, frozen=True):
    """What a question accepts, normalised. `threshold`: a rapidfuzz ratio that counts as close, 0 = off."""

    accepted: frozenset[str]
    close: frozenset[str]
    threshold: int = 0


class Kind(enum.Enum):
    """What a character is to the comparison."""

    FOLDED = enum.auto()  # a letter or digit that sheds its marks
    LETTER = enum.auto()  # of a script whose marks are spelling; also symbols, and what Unicode does not know
    EMOJI = enum.auto()
    DIACRITIC = enum.auto()
    MARK = enum.auto()  # of one script
    TONE = enum.auto()  # the colour of an emoji's skin
    TAG = enum.auto()  # spells a region into a flag
    JOINER = enum.auto()
    NOTHING = enum.auto()  # invisible: as if it were not there
    BLANK = enum.auto()  # space, control: dropped
    GAP = enum.auto()  # punctuation, accents that stand alone: dropped as long as something else remains


# The first line that a character fits decides: by its Unicode category or by its code point.
KINDS: tuple[tuple[Kind, frozenset[str], tuple[tuple[int, int], ...]], ...] = (
    (Kind.JOINER, frozenset(), ((0x200D, 0x200D),)),
    (Kind.TAG, frozenset(), ((0xE0020, 0xE007F),)),
    (Kind.TONE, frozenset(), ((0x1F3FB, 0x1F3FF),)),
    (
        Kind.NOTHING,
        frozenset({"Cf", "Cs"}),
        (
            (0x034F, 0x034F),  # grapheme joiner
            (0x115F, 0x1160),  # Hangul fillers
            (0x17B4, 0x17B5),  # Khmer's inherent vowels
            (0x180B, 0x180F),  # Mongolian variation selectors
            (0x2065, 0x2065),
            (0x2800, 0x2800),  # the empty Braille cell
            (0xFE00, 0xFE0F),  # variation selectors
            (0xFFF0, 0xFFF8),
            (0xE0000, 0xE0FFF),
        ),
    ),
    (Kind.BLANK, frozenset({"Zs", "Zl", "Zp", "Cc"}), ()),
    (
        Kind.GAP,
        frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sk"}),
        (
            (0x02B9, 0x02BF),  # apostrophes that count as letters (Hawaiian, Ukrainian, transliterations)
            (0x02EE, 0x02EE),
            (0x2212, 0x2212),  # the minus sign, which everybody types as a hyphen
        ),
    ),
    # Marks that go on any letter, in contrast to those that belong to one script and are its spelling.
    (
        Kind.DIACRITIC,
        frozenset(),
        (
            (0x0300, 0x036F),
            (0x0483, 0x0489),
            (0x1AB0, 0x1AFF),
            (0x1DC0, 0x1DFF),
            (0x20D0, 0x20FF),
            (0xFE20, 0xFE2F),
        ),
    ),
    (Kind.MARK, frozenset({"Mn", "Mc", "Me"}), ()),
    # The range holds emoji that are newer than this Python's Unicode; the arrow is joined to faces.
    (Kind.EMOJI, frozenset({"So"}), ((0x1F000, 0x1FAFF), (0x2194, 0x2194))),
)

# A mark or a tone, after what it would change: (base, kind).
SHED = frozenset(
    {
        (Kind.FOLDED, Kind.DIACRITIC),
        (Kind.FOLDED, Kind.MARK),
        (Kind.BLANK, Kind.DIACRITIC),
        (Kind.EMOJI, Kind.TONE),
    }
)


def normalise(text: str) -> str:
    """The form in which answers are compared and stored: idempotent, and NFC.

    Case, width, spacing, punctuation and the diacritics of Latin, Greek and Cyrillic are folded; other
    scripts, emoji, currency and mathematics stay. Variation selectors and skin tones go, joined emoji stay
    joined. Text of nothing but punctuation ("?!") keeps it. Only what shows nothing normalises to "".
    """
    if text.isascii() and (folded := text.lower().translate(_ASCII)):
        return folded  # as below, in one step: nothing of ASCII composes or decomposes
    return _settle(_fold, text) or _settle(_collapse, text)


def answer_key(accepted: Iterable[str], close: Iterable[str], threshold: int = 0) -> AnswerKey:
    """An answer key from what an author wrote.

    Raises ValueError: no accepted answer, a blank one, a text both accepted and close, a threshold outside
    0..100.
    """
    right = {normalise(text): text for text in accepted}
    near = {normalise(text): text for text in close}
    if not right:
        raise ValueError("a question needs at least one accepted answer")
    if "" in right or "" in near:
        raise ValueError("an answer must not be blank")
    if both := sorted(right.keys() & near.keys()):
        raise ValueError(
            f"close answer {near[both[0]]!r} and accepted answer {right[both[0]]!r}"
            " are the same when normalised"
        )
    if not 0 <= threshold <= THRESHOLD_MOST:
        raise ValueError(f"the closeness threshold must be from 0 (off) to {THRESHOLD_MOST}, not {threshold}")
    return AnswerKey(accepted=frozenset(right), close=frozenset(near), threshold=threshold)


def judge(key: AnswerKey, text: str) -> Verdict:
    """The verdict on text as a player typed it."""
    return judge_normalised(key, normalise(text))


def judge_normalised(key: AnswerKey, norm: str) -> Verdict:
    """The verdict on text that `normalise` returned."""
    if norm in key.accepted:
        return Verdict.CORRECT
    if norm in key.close:
        return Verdict.CLOSE
    if key.threshold and any(fuzz.ratio(norm, right) >= key.threshold for right in key.accepted):
        return Verdict.CLOSE
    return Verdict.WRONG


def closeness(key: AnswerKey, norm: str) -> int:
    """How near text that `normalise` returned comes to an accepted answer: 0 to 100, 100 is one of them."""
    return int(max(fuzz.ratio(norm, right) for right in key.accepted))


def _settle(fold: Callable[[str], str], text: str) -> str:
    """Fold until nothing changes: what one pass removes may bring together what the next one composes."""
    while (folded := fold(text)) != text:
        text = folded
    return text


def _caseless(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _fold(text: str) -> str:
    kept: list[str] = []
    base = Kind.BLANK  # what a mark, a tone or a joiner would follow
    joining = False  # a joiner is kept only once an emoji follows it
    for char in unicodedata.normalize("NFD", _caseless(text)):
        kind, plain = _character(char)
        if kind is Kind.FOLDED or kind is Kind.LETTER:  # first, as nearly everything is
            kept.append(plain)
            base, joining = kind, False
            continue
        if kind is Kind.NOTHING or (base, kind) in SHED:
            continue
        if kind is Kind.JOINER:
            joining = base is Kind.EMOJI
            continue
        if kind is Kind.TAG and base is not Kind.EMOJI:
            continue
        if kind is Kind.BLANK or kind is Kind.GAP:
            base, joining = Kind.BLANK, False
            continue
        if kind is Kind.EMOJI and joining:
            kept.append(ZWJ)
        kept.append(plain)
        if kind not in (Kind.DIACRITIC, Kind.MARK, Kind.TAG):
            base, joining = kind, False
    return unicodedata.normalize("NFKC", "".join(kept))


def _collapse(text: str) -> str:
    seen: list[str] = []
    for char in _caseless(text):
        kind, _ = _character(char)
        if kind is Kind.BLANK:
            seen.append(" ")
        elif kind not in (Kind.NOTHING, Kind.JOINER, Kind.TAG):
            seen.append(char)
    return unicodedata.normalize("NFKC", " ".join("".join(seen).split()))


@lru_cache(maxsize=8192)
def _character(char: str) -> tuple[Kind, str]:
    """What a caseless, decomposed character is, and how a letter is written once folded."""
    category = unicodedata.category(char)
    for kind, categories, ranges in KINDS:
        if category in categories or any(first <= ord(char) <= last for first, last in ranges):
            return kind, char
    name = unicodedata.name(char, "")
    if varied := VARIED_LETTER.match(name):
        return Kind.FOLDED, varied[1].lower()
    if name.startswith(FOLDED_SCRIPTS):
        return Kind.FOLDED, LETTERS.get(char, char)
    return Kind.LETTER, char


_ASCII = {code: _fold(chr(code)) for code in range(128)}
"""What `_fold` makes of each ASCII character."""
