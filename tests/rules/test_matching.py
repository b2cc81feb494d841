"""The same answer however it is typed, and never a different one."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from game.rules.matching import AnswerKey, Verdict, answer_key, judge, judge_normalised, normalise

ASTRONAUT = "👩\u200d🚀"
BLACK_FLAG = "\U0001f3f4"


def tagged(region: str) -> str:
    return BLACK_FLAG + "".join(chr(0xE0000 + ord(char)) for char in region) + "\U000e007f"


# Whatever joins, decomposes, vanishes or changes its length when folded; mixed with everything else.
AWKWARD = (
    "aZ ß ẞ ſ ŉ ı İ I ł ø æ þ ð ŋ Ǆ ǰ ΐ ς Σ ᾳ ᾴ й Ё ї ґ ﬁ ﷺ ½ ² Ⅷ Ａ ① ㈱ ｶﾞ ゛ ´ ¨ ˜ ¸ ‿ · ’ ʼ"
    " - − + ≠ € $ ° ™ # * 5 ٣ ३"
    " क ् ष ि ़ ক ্ য ก ่ ี ำ ש ׁ ָ ا َ ّ ـ ㄱ ᄀ ᅡ ᆨ 한 か ー 々 语 👍 👩 🚀 🏽 🏿 ❤ ↔ ♀ 🇫 🇷 ⠓ ⠀ "
    "\u0300\u0301\u0308\u0327\u0338\u0345\u034f\u0483\u20e3\u3099\u309a"
    "\u1160\u115f\u3164\u180b\u200b\u200c\u200d\u00ad\u2060\ufe0e\ufe0f\ufeff\U000e0067\U000e007f\U0001f3f4\n\t\x00\u2028\u00a0\u3000"
).replace(" ", "") + " "
# Letters and a symbol by category, yet nothing is drawn for them.
BLANK = "\u115f\u1160\u3164\uffa0\u2800"
awkward = st.text(st.one_of(st.sampled_from(AWKWARD), st.characters()), max_size=20)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        # case, spacing, punctuation, width
        ("Paris", "paris"),
        ("  The   Lamp-lighter’s Ledger! ", "thelamplightersledger"),
        ("tab\tand\nline\u00a0and\u3000wide", "tabandlineandwide"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "fullwidth"),
        ("¿Qué?", "que"),
        ("« non »", "non"),
        ("#1", "1"),
        ("rock & roll", "rockroll"),
        ("Hawaiʻi", "hawaii"),
        ("O´Brien", "obrien"),
        ("´tis", "tis"),
        ("東´京", "東京"),
        ("zero\u200bwidth\u00ad", "zerowidth"),
        ("\u202eright to left", "righttoleft"),
        # diacritics and the letters that have none
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("Ångström", "angstrom"),
        ("Nguyễn Ánh", "nguyenanh"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("ẞ", "ss"),
        ("ŁÓDŹ", "lodz"),
        ("Ærø", "aero"),
        ("Œuvre", "oeuvre"),
        ("Þórr", "thorr"),
        ("Đặng", "dang"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("\u0131stanbul", "istanbul"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("Σίσυφος", "σισυφοσ"),
        ("Ёлка", "елка"),
        ("col·legi", "collegi"),
        ("z\u0334\u0321a\u0489lgo", "zalgo"),
        # compatibility
        ("ﬁn", "fin"),
        ("x²", "x2"),
        ("①", "1"),
        ("5\ufe0f\u20e3", "5"),
        ("Lego™", "legotm"),
        # numbers and signs
        ("C++", "c++"),
        ("€5", "€5"),
        ("90°", "90°"),
        ("a ≠ b", "a≠b"),
        ("a =\u0338 b", "a≠b"),
        ("−5", "5"),
        ("1,000", "1000"),
        # scripts whose marks are spelling
        ("नमस्ते", "नमस्ते"),
        ("क्\u200dष", "क्ष"),
        ("สวัสดี", "สวัสดี"),
        ("שָׁלוֹם", unicodedata.normalize("NFC", "שָׁלוֹם")),
        ("مَرْحَبًا", unicodedata.normalize("NFC", "مَرْحَبًا")),
        ("தமிழ்", "தமிழ்"),
        ("ｶﾞ", "ガ"),
        ("か\u309b", "が"),
        ("서 울", "서울"),
        ("\u1112\u1161\u11ab", "한"),
        ("東京。", "東京"),
        # emoji
        ("❤\ufe0f", "❤"),
        ("❤\ufe0f\u200d🔥", "❤\u200d🔥"),
        ("👍🏽", "👍"),
        ("👩🏽\u200d🚀", ASTRONAUT),
        ("🙂\u200d↔\ufe0f", "🙂\u200d↔"),
        ("🫱🏻\u200d🫲🏿", "🫱\u200d🫲"),
        ("🇫🇷 !", "🇫🇷"),
        ("🏽", "🏽"),
        (tagged("gbsct"), tagged("gbsct")),
        ("\U0001fae8", "\U0001fae8"),  # newer than this Python's tables
        # nothing but punctuation stays what it is
        ("?!", "?!"),
        (" ?   ! ", "? !"),
        ("...", "..."),
        ("…", "..."),
        ("＃", "#"),
        ("-", "-"),
        ("^\u200b", "^"),
        # nothing to see
        ("", ""),
        (" \t\n\u3000", ""),
        ("\u200b\u2060\ufe0f", ""),
        ("\u3164\u2800", ""),
    ],
)
def test_what_a_text_is_compared_as(typed: str, folded: str) -> None:
    assert normalise(typed) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C++", "C"),
        ("€5", "$5"),
        ("a+b", "a-b"),
        ("90°", "90"),
        ("नमस्ते", "नमसत"),
        ("กา", "กี"),
        ("שׁ", "שׂ"),
        ("か", "が"),
        (ASTRONAUT, "👩🚀"),
        (ASTRONAUT, "👨\u200d🚀"),
        (tagged("gbsct"), tagged("gbeng")),
        (tagged("gbsct"), BLACK_FLAG),
        ("🇫🇷", "🇩🇪"),
        ("=", "≠"),
        ("?!", "!?"),
        ("東京", "京都"),
        ("Athena", "Αthena"),  # a Greek capital in the second
    ],
)
def test_what_must_not_be_taken_for_the_same(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(awkward)
@example("क゛")
@example("👍 🏽 🏽")
@example("ᄀ ᅡ ᆨ")
@example("a \u0e35")
@example("\u0345\u0301α")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(st.characters(max_codepoint=127), max_size=20))
def test_ascii_takes_a_shorter_way_to_the_same_end(text: str) -> None:
    assert normalise(text) == normalise("\u200b" + text)


@given(awkward)
def test_equivalent_texts_are_the_same_answer(text: str) -> None:
    expected = normalise(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normalise(unicodedata.normalize(form, text)) == expected


@given(awkward)
def test_only_what_shows_nothing_is_empty(text: str) -> None:
    if any(unicodedata.category(char)[0] in "LNPS" and char not in BLANK for char in text):
        assert normalise(text)


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd", "Sm", "Sc"], max_codepoint=0x24F), min_size=1))
def test_spacing_punctuation_and_case_never_matter(text: str) -> None:
    expected = normalise(text)
    assert normalise(" " + " - ".join(text) + " !") == expected
    assert normalise(text.upper()) == normalise(text.lower()) == expected


@given(st.text(st.characters(categories=["Lo"], exclude_characters=BLANK)))
def test_letters_without_case_are_kept(text: str) -> None:
    assert len(unicodedata.normalize("NFD", normalise(text))) >= len(text)


def test_every_single_character_folds_to_something_stable_and_visible() -> None:
    unseen = {"Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"}
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        category = unicodedata.category(char)
        if category in {"Cn", "Co", "Cs"}:
            continue
        folded = normalise(char)
        assert normalise(folded) == folded, hex(code)
        assert folded or category in unseen or char in BLANK, hex(code)


# --- judging ----------------------------------------------------------------------------------------------

KEY = answer_key(["The Lighthouse", "Pharos"], ["lamp", "light house keeper"])


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("the lighthouse", Verdict.CORRECT),
        ("PHÁROS!", Verdict.CORRECT),
        ("Lamp.", Verdict.CLOSE),
        ("lighthouse keeper", Verdict.CLOSE),
        ("lighthouse", Verdict.WRONG),
        ("pharo", Verdict.WRONG),
        ("?!", Verdict.WRONG),
        ("", Verdict.WRONG),
        ("\u200b", Verdict.WRONG),
    ],
)
def test_the_verdict(text: str, verdict: Verdict) -> None:
    assert judge(KEY, text) is verdict


@pytest.mark.parametrize(
    ("threshold", "text", "verdict"),
    [
        (0, "pharo", Verdict.WRONG),
        (90, "pharo", Verdict.CLOSE),  # ratio 90.9
        (91, "pharo", Verdict.WRONG),
        (90, "Pharos", Verdict.CORRECT),
        (100, "pharo", Verdict.WRONG),
        (1, "", Verdict.WRONG),
    ],
)
def test_a_threshold_makes_near_misses_close_and_nothing_right(
    threshold: int, text: str, verdict: Verdict
) -> None:
    assert judge(answer_key(["pharos"], [], threshold), text) is verdict


def test_an_answer_of_punctuation_can_be_asked_for() -> None:
    key = answer_key(["?!"], ["..."])
    assert judge(key, " ?! ") is Verdict.CORRECT
    assert judge(key, "…") is Verdict.CLOSE
    assert judge(key, "!") is Verdict.WRONG


@given(awkward, awkward, st.integers(0, 100))
def test_judging_agrees_with_comparing(answer: str, text: str, threshold: int) -> None:
    if not normalise(answer):
        return
    key = answer_key([answer], [], threshold)
    assert judge(key, answer) is Verdict.CORRECT
    assert judge(key, text) is judge_normalised(key, normalise(text))
    assert (judge(key, text) is Verdict.CORRECT) == (normalise(text) == normalise(answer))
    if threshold == 0:
        assert judge(key, text) is not Verdict.CLOSE


def test_a_key_holds_normalised_answers_once() -> None:
    assert answer_key(["Café", "CAFE", "cafe!"], ["Tea"], 80) == AnswerKey(
        accepted=frozenset({"cafe"}), close=frozenset({"tea"}), threshold=80
    )


@pytest.mark.parametrize(
    ("accepted", "close", "threshold", "says"),
    [
        ([], ["x"], 0, "at least one accepted answer"),
        (["x", " "], [], 0, "blank"),
        (["x"], ["\u200b"], 0, "blank"),
        (["Café"], ["CAFE"], 0, "'CAFE' and accepted answer 'Café' are the same"),
        (["x"], [], -1, "from 0"),
        (["x"], [], 101, "to 100"),
    ],
)
def test_an_answer_key_that_makes_no_sense_is_refused(
    accepted: list[str], close: list[str], threshold: int, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        answer_key(accepted, close, threshold)
