"""Names that a projector can show and nobody can fake."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from game.rules.names import LONGEST, SHORTEST, clean_name, name_key

# Letters, marks, gaps and traps, so that names are made of what goes wrong.
awkward = st.text(
    st.one_of(
        st.sampled_from("abcXYZ ßİıŁ́̈\u200d\u200b\u202e\u2028\u00a0\u3000\ufe0f\u3164\u115f❤👩🚀ﬁ①กี่नि한가"),
        st.characters(),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ada", "Ada"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ada\u00a0\u3000Lovelace", "Ada Lovelace"),
        ("Ａｄａ", "Ada"),
        ("Zoë 🦉", "Zoë 🦉"),
        ("Zoe\u0308", "Zoë"),
        ("نور الليل", "نور الليل"),
        ("निशा", "निशा"),
        ("น้ำตาล", unicodedata.normalize("NFKC", "น้ำตาล")),
        ("Nguyễn Ánh", "Nguyễn Ánh"),
        ("김하늘", "김하늘"),
        ("I ❤\ufe0f NY", "I ❤ NY"),
        ("!!!", "!!!"),
        ("a" * 24, "a" * 24),
        ("\U0001f98a" * 24, "\U0001f98a" * 24),
    ],
)
def test_good_names_are_tidied(raw: str, expected: str) -> None:
    assert clean_name(raw) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "name_too_short"),
        ("   ", "name_too_short"),
        ("ab", "name_too_short"),
        ("a b  ", None),
        ("a" * 25, "name_too_long"),
        ("ﷺ" * 2, "name_too_long"),  # 18 characters each, once compatible
        ("a\x00bc", "name_bad_characters"),
        ("abc\n", "name_bad_characters"),
        ("ab\tcd", "name_bad_characters"),
        ("abc\u200bdef", "name_bad_characters"),
        ("abc\u202edef", "name_bad_characters"),
        ("\u2066abc\u2069", "name_bad_characters"),
        ("👩\u200d🚀 Ada", "name_bad_characters"),
        ("\ufeffabc", "name_bad_characters"),
        ("ab\u00adc", "name_bad_characters"),
        ("abc\ue000", "name_bad_characters"),
        ("abc\U000f0000", "name_bad_characters"),
        ("abc\ud800", "name_bad_characters"),
        ("abc\U000e0378", "name_bad_characters"),  # unassigned
        ("abc\uffff", "name_bad_characters"),
        ("abc\u2028def", "name_bad_characters"),
        ("abc\u2029def", "name_bad_characters"),
        ("\u3164\u3164\u3164", "name_bad_characters"),  # Hangul fillers show nothing
        ("\u2800\u2800\u2800", "name_bad_characters"),  # nor do empty Braille cells
        ("A\u034fda", "name_bad_characters"),
        ("Ada\U000e0100", "name_bad_characters"),
        ("Z\u0335\u0321\u0322al", "name_bad_characters"),
        ("a" + "\u0301" * 20, "name_bad_characters"),
        ("ก\u0e47\u0e47\u0e47าา", "name_bad_characters"),
        ("\u0301abc", "name_bad_characters"),
    ],
)
def test_a_refusal_is_one_code(raw: str, code: str | None) -> None:
    if code is None:
        assert clean_name(raw)
        return
    with pytest.raises(ValueError, match=f"^{code}$") as caught:
        clean_name(raw)
    assert caught.value.args == (code,)


@given(awkward)
@example("e\ufe0f\u0301ab")
@example("00\u1680")
def test_what_is_accepted_is_clean_and_stays_as_it_is(raw: str) -> None:
    try:
        name = clean_name(raw)
    except ValueError as error:
        assert error.args[0] in {"name_too_short", "name_too_long", "name_bad_characters"}
        return
    assert clean_name(name) == name == unicodedata.normalize("NFKC", name)
    assert SHORTEST <= len(name) <= LONGEST
    assert name == " ".join(name.split())
    assert not {unicodedata.category(char) for char in name} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    name.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada", "ADA"), ("Straße", "STRASSE"), ("Zoë", "Zoe\u0308"), ("ﬁnn", "FINN"), ("Σίσυφος", "ΣΊΣΥΦΟΣ")],
)
def test_names_that_differ_by_case_or_form_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Zoe", "Zoë"), ("Ada 1", "Ada 2"), ("Ada", "Ada!")])
def test_names_that_read_differently_differ(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(awkward)
def test_a_key_is_its_own_key(raw: str) -> None:
    assert name_key(name_key(raw)) == name_key(raw)
