"""Versions of a hunt's content, exact and told apart in words; warnings; packs as one file that nobody can abuse."""

import io
import stat
import zipfile
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.packs import Pack, PackError, PackQuestion
from game.packs import archive as archives
from game.packs.archive import packed, unpacked
from game.packs.pictures import IMAGE_BYTES, picture
from game.packs.reading import FILE_BYTES
from game.packs.snapshots import Change, KeptPicture, Snapshot, changes, decode, digest, encode, matched
from game.packs.warnings import hunt_warnings, question_warnings
from game.rules.settings import HuntSettings

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def question(name: str, **values: Any) -> PackQuestion:
    return PackQuestion(**{"title": name, "text": f"Text {name}", "answers": (f"answer {name}",), **values})


def content(*questions: PackQuestion, **values: Any) -> Snapshot:
    return Snapshot(
        **{"title": "H", "tagline": "", "settings": {}, "questions": questions, "images": {}, **values}
    )


NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True)


# --- versions -------------------------------------------------------------------------------------------------------


@given(names=NAMES, title=st.text(max_size=9), settings_=st.dictionaries(st.text(max_size=5), st.integers()))
def test_a_version_reads_back_as_it_was(names: list[str], title: str, settings_: dict[str, int]) -> None:
    version = content(*map(question, names), title=title, settings=settings_)
    assert decode(encode(version)) == version
    assert digest(decode(encode(version))) == digest(version)
    assert list(changes(version, version)) == []


@given(old=NAMES, new=NAMES)
def test_every_difference_is_told_and_nothing_else(old: list[str], new: list[str]) -> None:
    before, after = (tuple(map(question, names)) for names in (old, new))
    pairs = matched(before, after)
    assert len(set(pairs.values())) == len(pairs)
    told = list(changes(content(*before), content(*after)))
    assert bool(told) == (old != new)
    assert len([one for one in told if one.kind == "added"]) == len(after) - len(pairs)
    assert len([one for one in told if one.kind == "removed"]) == len(before) - len(pairs)


@given(names=NAMES, data=st.data())
@settings(max_examples=50)
def test_one_question_that_moves_is_one_move(names: list[str], data: st.DataObject) -> None:
    start, end = (data.draw(st.integers(0, len(names) - 1)) for _ in range(2))
    after = [name for name in names if name != names[start]]
    after.insert(end, names[start])
    told = list(changes(content(*map(question, names)), content(*map(question, after))))
    assert [one.kind for one in told] == (["moved"] if start != end else [])


def test_differences_in_words() -> None:
    kept = KeptPicture("image/png", "1")
    old = content(
        question("One"),
        question("Two", image="a.png", image_alt="A", hint="Left"),
        settings={"hint_xp": 30},
        images={"a.png": kept},
    )
    new = content(
        question("One", points=80, answers=("x", "y")),
        question("Two", image="a.png", image_alt="A", hint="R" * 400),
        question("Three"),
        title="Better",
        images={"a.png": msgspec.structs.replace(kept, digest="2")},
    )
    assert list(changes(old, new)) == [
        Change(None, "", "changed", "title", "H", "Better"),
        Change(None, "", "changed", "settings.hint_xp", "30", ""),
        Change(1, "One", "changed", "answers", '["answer One"]', '["x", "y"]'),
        Change(1, "One", "changed", "points", "100", "80"),
        Change(2, "Two", "changed", "image", "a.png", "a.png"),
        Change(2, "Two", "changed", "hint", "Left", "R" * 299 + "…"),
        Change(3, "Three", "added"),
    ]


# --- warnings -------------------------------------------------------------------------------------------------------


def test_what_is_allowed_but_seldom_meant() -> None:
    bare = PackQuestion(
        text="The answer is a Lamp-Post!", answers=("lamp post", "no"), threshold=80, points=0
    )
    said = {(fault.place, fault.text) for fault in question_warnings(bare)}
    assert {place for place, _ in said} == {"title", "hint", "points", "before", "answers[1]", "threshold"}
    assert ("answers[1]", "('lamp post') stands in its text") in said
    fine = question("One", hint="Look", close=("near",), before=("Story",))
    assert list(question_warnings(fine)) == []
    doubled = question("One", hint="Look", close=("answer On",), threshold=80, before=("Story",))
    assert [fault.place for fault in question_warnings(doubled)] == ["close[1]"]
    broken = question("One", hint="Look", answers=(), before=("Story",))
    assert list(question_warnings(broken)) == []  # the fault is said elsewhere


def test_what_is_odd_about_all_of_them() -> None:
    chain = [question("One", before=("Once",)), question("Two", answers=("ANSWER ONE",)), question("one!")]
    found = [(at, fault.place) for at, fault in hunt_warnings(chain, HuntSettings(skip_xp=101))]
    assert found == [
        (1, "answers[1]"),
        (2, "answers[1]"),
        (2, "title"),
        (2, "after"),
        (None, "settings.skip_xp"),
    ]


# --- packs as one file ----------------------------------------------------------------------------------------------


def pack() -> Pack:
    shown = question("One", image="images/map.svg", image_alt="A map")
    return Pack(title="A hunt", questions=(shown, question("Two")), images={"images/map.svg": picture(SVG)})


def zipped(**files: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    file.seek(0)
    return file


def entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            yield info.filename, archive.read(info)


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(PackError) as caught:
        unpacked(file)
    return str(caught.value)


def test_a_zip_brings_back_the_pack() -> None:
    data = packed(pack())
    assert unpacked(io.BytesIO(data)) == pack()
    assert packed(pack()) == data  # the same pack is the same file
    around = zipped(**{f"my hunt/{name}": held for name, held in entries(data)}, **{"__MACOSX/x": b"1"})
    assert unpacked(around) == pack()


def test_what_is_wrong_in_the_pack_is_said_without_our_folders() -> None:
    said = refusal(
        zipped(**{"hunt.toml": b'format = 1\ntitle = "H"\n[[question]]\ntext = "T"\nimage = "a.png"'})
    )
    assert "question 1, answers: is missing" in said
    assert "a.png" in said
    assert "into the pack" in said
    assert "pack-" not in said


def special(name: str, mode: int = 0, flags: int = 0, data: bytes = b"x") -> io.BytesIO:
    """The pack with one more entry, which is not as it should be."""
    file = io.BytesIO(packed(pack()))
    with zipfile.ZipFile(file, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, data)
    if flags:
        raw = bytearray(file.getvalue())
        at = raw.rindex(b"PK\x01\x02")
        raw[at + 8] |= flags
        file = io.BytesIO(bytes(raw))
    file.seek(0)
    return file


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (io.BytesIO(b"no zip at all"), "is not a zip"),
        (zipped(readme=b"nothing"), "hunt.toml: is not in the zip"),
        (special("../outside.png"), "leads out of the pack"),
        (special("images/../../outside.png"), "leads out of the pack"),
        (special("images/link.png", stat.S_IFLNK | 0o777, data=b"/etc/passwd"), "is a link"),
        (special("images/locked.png", flags=1), "is locked with a password"),
    ],
)
def test_what_no_pack_is_made_of_is_refused(file: io.BytesIO, says: str) -> None:
    assert says in refusal(file)


def test_a_file_that_stands_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        file = special("hunt.toml", data=b"format = 2")
    assert "is in the zip twice" in refusal(file)


def test_a_bomb_is_read_no_further_than_a_pack_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    # A hundred megabytes of nothing are a hundred kilobytes of zip.
    said = refusal(zipped(**{"hunt.toml": b"\0" * (100 * FILE_BYTES)}))
    assert f"is {FILE_BYTES + 1:,} bytes large" in said
    monkeypatch.setattr(archives, "ARCHIVE_BYTES", 2 * IMAGE_BYTES)
    files = {f"images/{n}.png": b"\x89PNG\r\n\x1a\n" + bytes(IMAGE_BYTES) for n in range(3)}
    assert "is too large" in refusal(zipped(**{"hunt.toml": b"format = 1", **files}))
    monkeypatch.setattr(archives, "ENTRIES", 2)
    assert "has 4 files" in refusal(zipped(**{"hunt.toml": b"format = 1", **files}))


def test_a_zip_that_places_its_files_before_its_beginning_is_refused() -> None:
    data = bytearray(packed(pack()))
    data[-5] += 1  # where the list of files begins, 256 bytes further than it does
    assert "cannot be read from the zip" in refusal(io.BytesIO(bytes(data)))


@given(st.binary(max_size=400), st.integers(0, 600), st.integers(0, 255))
@settings(max_examples=60)
def test_damage_is_a_refusal_and_never_a_crash(junk: bytes, at: int, value: int) -> None:
    data = bytearray(packed(pack()))
    data[at % len(data)] = value
    for file in (bytes(data), junk, bytes(data)[: at % len(data)]):
        try:
            unpacked(io.BytesIO(file))
        except PackError as error:
            assert error.problems
