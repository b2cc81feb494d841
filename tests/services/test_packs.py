"""Hunt packs: what is refused and how it is said, exact round trips, and what an import may do to a played hunt."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Member, Player, Question
from game.packs import Pack, PackError, PackImage, PackQuestion, hunt_toml, read_pack, write_pack
from game.packs.checks import question_faults
from game.packs.pictures import IMAGE_BYTES, PictureError, picture
from game.packs.places import Places
from game.packs.reading import QUESTION_KEYS, TOP_KEYS
from game.queries import content
from game.queries.clock import now_ms
from game.rules.matching import normalise
from game.rules.settings import HuntSettings
from game.services import packs
from game.services.packs import HOUR_MS, export_pack, import_pack

SAMPLE = Path(__file__).resolve().parents[2] / "game" / "sample_hunt"

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
START = 1_900_000_000_000


def a_question(title: str = "The clock", **values: Any) -> PackQuestion:
    return PackQuestion(
        **{"title": title, "text": f"Text of {title}.", "answers": (f"answer {title}",), **values}
    )


def a_pack(*titles: str, **values: Any) -> Pack:
    questions = tuple(map(a_question, titles or ("One", "Two", "Three")))
    return Pack(**{"title": "A hunt", "questions": questions, **values})


def illustrated(path: str = "images/map.svg", data: bytes = SVG) -> Pack:
    question = a_question(image=path, image_alt="A map")
    return Pack(title="A hunt", questions=(question,), images={path: picture(data)})


def written(folder: Path, toml: str, **files: bytes) -> Path:
    for name, data in {"hunt.toml": toml.encode(), **files}.items():
        (folder / name).write_bytes(data)
    return folder


@contextmanager
def refusal_of(text: str = "") -> Iterator[None]:
    with pytest.raises(errors.Invalid) as caught:
        yield
    assert text in str(caught.value.text)


def problems(folder: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


# --- reading ---

WHOLE = """
format = 1
title = "Night shift"
tagline = "Bring a torch"
slug = "night-shift"
starts_at = 2030-01-31T18:00:00+01:00
ends_at = 2030-02-02T18:00:00.250Z

[settings]
curve = "solve_order"
solve_order_steps = [
    [5, 100],
    [9, 80],
]
hint_xp = 30

[[question]]
title = "The clock"
text = '''
It is *late*. \\o/
'''
image = "clock.svg"
image_alt = "A clock at five to twelve"
answers = ["noon", "12"]
close = ["midnight"]
threshold = 90
hint = "Look up"
points = 120
before = ["You arrive."]
after = ["You leave.", "It rains."]

[[question]]
text = "And now?"
answers = ["yes"]
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    pack = read_pack(written(tmp_path, WHOLE, **{"clock.svg": SVG}))
    assert pack == Pack(
        title="Night shift",
        tagline="Bring a torch",
        slug="night-shift",
        starts_at=1896109200000,
        ends_at=1896285600250,
        settings=HuntSettings(curve="solve_order", solve_order_steps=((5, 100), (9, 80)), hint_xp=30),
        questions=(
            PackQuestion(
                title="The clock",
                text="It is *late*. \\o/\n",
                image="clock.svg",
                image_alt="A clock at five to twelve",
                answers=("noon", "12"),
                close=("midnight",),
                threshold=90,
                hint="Look up",
                points=120,
                before=("You arrive.",),
                after=("You leave.", "It rains."),
            ),
            PackQuestion(text="And now?", answers=("yes",)),
        ),
        images={"clock.svg": PackImage("image/svg+xml", SVG)},
    )


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    windows = ("\ufeff" + WHOLE).replace("\n", "\r\n")
    (tmp_path / "unix").mkdir()
    expected = read_pack(written(tmp_path / "unix", WHOLE, **{"clock.svg": SVG}))
    assert read_pack(written(tmp_path, windows, **{"clock.svg": SVG})) == expected


QUESTION = 'format = 1\ntitle = "T"\n[[question]]\ntitle = "Clock"\ntext = "x"\nanswers = ["noon"]\n'
IN_QUESTION = 'hunt.toml, line {}: question 1 ("Clock"), {}'


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (
            "",
            [
                "hunt.toml: format: is missing",
                "hunt.toml: title: is missing",
                "hunt.toml: question: is missing",
            ],
        ),
        ("title = 'T", ["hunt.toml, line 1: is not TOML: "]),
        ('title = "a\n"', ["hunt.toml, line 1: is not TOML: Illegal character"]),
        ("title = 'a'\ntitle = 'b'", ["hunt.toml, line 2: is not TOML: Cannot overwrite a value"]),
        ("a = " + "[" * 5000, ["hunt.toml: holds a value that cannot be read"]),
        ("a = " + "9" * 5000, ["hunt.toml: holds a value that cannot be read"]),
        (
            QUESTION.replace("format = 1", "format = 2"),
            ["hunt.toml, line 1: format: is 2. This program reads format 1"],
        ),
        (QUESTION.replace("format = 1", "format = true"), ["hunt.toml, line 1: format: is true or false"]),
        (QUESTION.replace('"T"', '" "'), ["hunt.toml, line 2: title: is blank"]),
        (QUESTION.replace('"T"', "7"), ["hunt.toml, line 2: title: is a number. Write a text in quotes"]),
        (
            QUESTION.replace('"T"', '"' + "T" * 121 + '"'),
            ["hunt.toml, line 2: title: is 121 characters long"],
        ),
        (
            "tagln = 'x'\n" + QUESTION,
            ["hunt.toml, line 1: tagln: is not a key of this table. Did you mean `tagline`."],
        ),
        (
            "zzz = 1\n" + QUESTION,
            ["hunt.toml, line 1: zzz: is not a key of this table. Known keys: format, title"],
        ),
        ("slug = 'a b'\n" + QUESTION, ["hunt.toml, line 1: slug: is 'a b'"]),
        ("slug = ''\n" + QUESTION, ["hunt.toml, line 1: slug: is ''"]),
        ("starts_at = 2030-01-01T00:00:00\n" + QUESTION, ["line 1: starts_at: does not say its time zone"]),
        (
            "starts_at = 2030-01-01\n" + QUESTION,
            ["hunt.toml, line 1: starts_at: is a date. Write starts_at = 2030"],
        ),
        ("starts_at = '2030-01-01T00:00:00Z'\n" + QUESTION, ["hunt.toml, line 1: starts_at: is a text"]),
        (
            "starts_at = 2030-01-01T00:00:00.0001Z\n" + QUESTION,
            ["line 1: starts_at: is finer than a millisecond"],
        ),
        ("starts_at = 0001-01-01T00:00:00+10:00\n" + QUESTION, ["line 1: starts_at: is in the year 1"]),
        (
            "starts_at = 2030-01-01T00:00:00Z\nends_at = 2030-01-01T01:00:00+01:00\n" + QUESTION,
            ["hunt.toml, line 2: ends_at: is not after starts_at"],
        ),
        ("settings = 1\n" + QUESTION, ["hunt.toml, line 1: settings: is a number. Begin a table"]),
        (
            QUESTION + "[settings]\nxp_cap = 'x'\nhints = 3\n",
            [
                "hunt.toml, line 8: settings, xp_cap: must be a whole number from 0 to 10,000, not 'x'",
                "hunt.toml, line 9: settings, hints: no such setting",
            ],
        ),
        (QUESTION + "[settings]\nxp_start = 200\n", ["line 8: settings, xp_start: must not be above xp_cap"]),
        (
            'format = 1\ntitle = "T"\nquestion = 3',
            ["hunt.toml, line 3: question: is a number. Begin every question"],
        ),
        ('format = 1\ntitle = "T"\nquestion = []', ["hunt.toml, line 3: question: is empty"]),
        (
            'format = 1\ntitle = "T"\n' + "[[question]]\ntext = 'x'\nanswers = ['x']\n" * 501,
            ["hunt.toml: question: stands there 501 times"],
        ),
        (
            'format = 1\ntitle = "T"\n\n[[question]]\n',
            [
                "hunt.toml, line 4: question 1, text: is missing",
                "hunt.toml, line 4: question 1, answers: is missing",
            ],
        ),
        (QUESTION.replace('"x"', "'''\n \n'''"), [IN_QUESTION.format(5, "text: shows nothing")]),
        (
            QUESTION.replace('"x"', '"![a](b.png)"'),
            [IN_QUESTION.format(5, "text: has a picture in the Markdown")],
        ),
        (
            QUESTION.replace('"x"', '"\\u0000"'),
            [IN_QUESTION.format(5, "text: has a character that cannot be shown (U+0000)")],
        ),
        (
            QUESTION.replace('"x"', '"' + "x" * 8001 + '"'),
            [IN_QUESTION.format(5, "text: is 8,001 characters long")],
        ),
        (QUESTION.replace('"x"', '"' + "<" * 8000 + '"'), [IN_QUESTION.format(5, "text: takes 32,0")]),
        (QUESTION.replace('"Clock"', '"a\\nb"'), ['question 1 ("a b"), title: has a line break or a tab']),
        (
            QUESTION + 'image_alt = "x"',
            [IN_QUESTION.format(7, "image_alt: describes a picture, but there is no `image`")],
        ),
        (
            QUESTION + "answer = 1",
            [IN_QUESTION.format(7, "answer: is not a key of this table. Did you mean `answers`.")],
        ),
        (
            QUESTION.replace('["noon"]', '"noon"'),
            [IN_QUESTION.format(6, "answers: is a text. Write a list: answers = ")],
        ),
        (QUESTION.replace('["noon"]', "[]"), [IN_QUESTION.format(6, "answers: is empty")]),
        (QUESTION.replace('["noon"]', '["noon", 12]'), [IN_QUESTION.format(6, "answers[2]: is a number")]),
        (QUESTION.replace('["noon"]', '["noon", " "]'), [IN_QUESTION.format(6, "answers[2]: is blank")]),
        (
            QUESTION.replace('["noon"]', '["a\\nb"]'),
            [IN_QUESTION.format(6, "answers[1]: has a line break or a tab")],
        ),
        (
            QUESTION.replace('["noon"]', '["noon", "No\u00f6n!"]'),
            [IN_QUESTION.format(6, "answers[2]: ('Noön!') is the same as answers[1] once case")],
        ),
        (
            QUESTION + 'close = ["No-on"]',
            [IN_QUESTION.format(7, "close[1]: ('No-on') is the same as answers[1] once")],
        ),
        (
            QUESTION + 'close = ["a", "A"]',
            [IN_QUESTION.format(7, "close[2]: ('A') is the same as close[1] once")],
        ),
        (
            QUESTION + f"close = {[f'c{n}' for n in range(101)]}",
            [IN_QUESTION.format(7, "close: has 101 texts")],
        ),
        (QUESTION + "threshold = 101", [IN_QUESTION.format(7, "threshold: is 101")]),
        (QUESTION + "threshold = 85.5", [IN_QUESTION.format(7, "threshold: is a number with a point")]),
        (QUESTION + "points = -1", [IN_QUESTION.format(7, "points: is -1. Use 0 to 10,000")]),
        (QUESTION + "points = true", [IN_QUESTION.format(7, "points: is true or false")]),
        (QUESTION + 'hint = " "', [IN_QUESTION.format(7, "hint: shows nothing")]),
        (QUESTION + "hint = 1979-05-27", [IN_QUESTION.format(7, "hint: is a date")]),
        (QUESTION + 'before = ["a", "#"]', [IN_QUESTION.format(7, "before[2]: shows nothing")]),
        (QUESTION + f"after = {['x' * 5000] * 2}", [IN_QUESTION.format(7, "after: takes 10,0")]),
        (QUESTION + f"after = {['x'] * 21}", [IN_QUESTION.format(7, "after: has 21 blocks")]),
        (QUESTION + "[question.more]\na = 1", ['question 1 ("Clock"), more: is not a key of this table']),
    ],
)
def test_a_problem_names_file_place_and_cure(tmp_path: Path, toml: str, expected: list[str]) -> None:
    found = problems(written(tmp_path, toml))
    assert len(found) == len(expected), found
    for problem, start in zip(found, expected, strict=True):
        assert start in problem, found
        assert problem.count(". ") >= 1, "there is a cure"
        assert problem.endswith(".")


def test_all_problems_are_named_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    toml = WHOLE.replace("hint_xp = 30", "hint_xp = -1").replace('tagline = "', 'tagline = "\\t')
    toml = (
        toml.replace('"12"]', '"12", "NOON"]')
        .replace('close = ["midnight"]', "close = [7]")
        .replace("points = 120", 'points = "1"')
    )
    toml = toml.replace('answers = ["yes"]', "")
    assert [problem.split(". ")[0] for problem in problems(written(tmp_path, toml))] == [
        "hunt.toml, line 4: tagline: has a line break or a tab",
        "hunt.toml, line 15: settings, hint_xp: must be a whole number from 0 to 10,000, not -1",
        "hunt.toml, line 24: question 1 (\"The clock\"), answers[3]: ('NOON') is the same as answers[1] "
        "once case, accents and spaces are folded",
        'hunt.toml, line 25: question 1 ("The clock"), close[1]: is a number',
        'hunt.toml, line 28: question 1 ("The clock"), points: is a text',
        'clock.svg: question 1 ("The clock"), image: does not exist',
        "hunt.toml, line 32: question 2, answers: is missing",
    ]


def test_a_line_of_a_text_is_not_taken_for_a_line_of_the_table(tmp_path: Path) -> None:
    text = "'''\n[[question]]\ntitle = \"not me\"\nanswers = []\n'''"
    toml = QUESTION.replace('"x"', text).replace('"noon"', "").replace('title = "Clock"\n', "")
    assert problems(written(tmp_path, toml))[0].startswith("hunt.toml, line 9: question 1, answers: is empty")


# --- files ---

SHOWING = QUESTION + 'image = "map.svg"\nimage_alt = "A map"\n'


@pytest.mark.parametrize(
    "path",
    [
        *(
            "../map.svg",
            "/etc/passwd",
            "a/../../map.svg",
            "a\\\\b.svg",
            "C:/map.svg",
            ".hidden",
            "a//b",
            "a/",
            "",
        ),
        *("hunt.toml", "Hunt.TOML", "x" * 201, "a b.svg", "./map.svg", "a\\u0000b", "é.svg"),
    ],
)
def test_a_picture_lies_in_the_folder_under_a_plain_name(tmp_path: Path, path: str) -> None:
    (tmp_path.parent / "map.svg").write_bytes(SVG)
    (found,) = problems(written(tmp_path, SHOWING.replace("map.svg", path)))
    assert found.startswith('hunt.toml, line 7: question 1 ("Clock"), image: is \'')
    assert "Name a file in this folder" in found


def test_a_link_must_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_bytes(SVG)
    folder = tmp_path / "pack"
    folder.mkdir()
    written(folder, SHOWING)
    (folder / "map.svg").symlink_to(tmp_path / "secret.svg")
    assert 'map.svg: question 1 ("Clock"), image: is a link that leads out of the pack' in problems(folder)[0]
    (folder / "hunt.toml").unlink()
    (folder / "hunt.toml").symlink_to(written(tmp_path, SHOWING) / "hunt.toml")
    assert problems(folder) == [
        "hunt.toml: is a link that leads out of the pack. Put the file itself into the folder."
    ]


def test_a_link_within_the_folder_and_a_link_to_the_folder_are_followed(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    written(folder, SHOWING, **{"real.svg": SVG})
    (folder / "map.svg").symlink_to("real.svg")
    (tmp_path / "link").symlink_to(folder)
    assert read_pack(tmp_path / "link").images["map.svg"].data == SVG


def test_what_is_not_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(written(tmp_path, SHOWING) / "map.svg")
    assert "image: is not a file" in problems(tmp_path)[0]


def test_a_link_to_itself_is_a_problem(tmp_path: Path) -> None:
    (written(tmp_path, SHOWING) / "map.svg").symlink_to("map.svg")
    assert "image: cannot be read" in problems(tmp_path)[0]


def test_a_missing_picture_is_guessed_at(tmp_path: Path) -> None:
    (found,) = problems(written(tmp_path, SHOWING, **{"Map.svg": SVG}))
    assert found == 'map.svg: question 1 ("Clock"), image: does not exist. Did you mean Map.svg.'


def test_a_folder_without_a_pack(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere")[0].startswith("hunt.toml: does not exist. Put it into ")
    assert problems(tmp_path)[0].startswith("hunt.toml: does not exist. Put it into ")
    (tmp_path / "hunt.toml").mkdir()
    assert problems(tmp_path) == ["hunt.toml: is not a file. Put a file there."]


def test_a_pack_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "hunt.toml").write_bytes('format = 1\ntitle = "Café"\n'.encode("latin-1"))
    assert problems(tmp_path) == ["hunt.toml, line 2: is not UTF-8. Save the file with the encoding UTF-8."]


def test_sizes_are_limited(tmp_path: Path) -> None:
    large = SVG.replace(b"/>", b"/>" + b" " * IMAGE_BYTES)
    assert "image: is 1,048," in problems(written(tmp_path, SHOWING, **{"map.svg": large}))[0]
    assert "1,048,576 are the most" in problems(written(tmp_path, SHOWING + "#" * IMAGE_BYTES))[0]


def test_all_pictures_together_are_limited(tmp_path: Path) -> None:
    toml = 'format = 1\ntitle = "T"\n'
    for number in range(33):
        toml += f"[[question]]\ntext = 'x'\nanswers = ['x']\nimage = 'p{number}'\nimage_alt = 'x'\n"
        (tmp_path / f"p{number}").write_bytes(PNG.ljust(IMAGE_BYTES, b"\0"))
    (found,) = problems(written(tmp_path, toml))
    assert found.startswith("p32: question 33, image: is one too many")


# --- pictures ---


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89a rest", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (SVG, "image/svg+xml"),
        (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n<!-- drawn by hand -->\n' + SVG,
            "image/svg+xml",
        ),
    ],
)
def test_a_picture_is_known_by_its_content(data: bytes, media_type: str) -> None:
    assert picture(data) == PackImage(media_type, data)


HARMLESS = """<title>A @ (b)</title>
<style>.a{fill:url( '#g' )} @media (prefers-color-scheme: dark){.a{fill:#fff}}</style>
<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>
<g transform="rotate(45)" style="fill:url(#g)" filter="url('#f')" aria-label="me@example.org" xml:lang="en">
<filter id="f"><feTurbulence/><feGaussianBlur/></filter><textPath href="#g">x</textPath>
<use xlink:href="#g" xmlns:xlink="http://www.w3.org/1999/xlink"/><use href="#g"/><text>https://example.org \\</text>
</g>"""


def drawn(inside: str, attributes: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>\n{inside}</svg>'.encode()


def test_a_harmless_svg_is_accepted() -> None:
    assert picture(drawn(HARMLESS)).media_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a picture"),
        (b"MZ\x90\x00", "is not a picture"),
        (b"%PDF-1.7", "is not a picture"),
        (b"{}", "is not a picture"),
        (b"<html><body>x</body></html>", "is not an SVG"),
        (b"<svg></svg>", "is not an SVG"),
        (SVG[:-6], "is not valid XML"),
        (SVG + b"<svg/>", "is not valid XML"),
        (SVG.decode().encode("utf-16"), "is not a picture"),
        (b'<?xml version="1.0" encoding="utf-7"?>' + SVG, "is declared as utf-7"),
        (b'<?xml version="1.0" encoding="latin-1"?>' + SVG, "is declared as latin-1"),
        (drawn("<text>é</text>").decode().encode("latin-1"), "is not UTF-8"),
        (b"<!DOCTYPE svg>" + SVG, "has a DOCTYPE"),
        (
            b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + drawn("<text>&b;</text>"),
            "has a DOCTYPE",
        ),
        (
            b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + drawn("<text>&x;</text>"),
            "has a DOCTYPE",
        ),
        (drawn("<text>&x;</text>"), "is not valid XML"),
        (b'<?xml-stylesheet href="https://evil.example/x.css"?>' + SVG, "has a processing instruction"),
        (drawn("<script>alert(1)</script>"), "has a <script>"),
        (drawn('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>'), "has a <script>"),
        (drawn('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'), "has a <script>"),
        (drawn('<metadata><b xmlns="http://www.w3.org/1999/xhtml">x</b></metadata>'), "has a <b>"),
        (drawn("<foreignObject><p>x</p></foreignObject>"), "has a <foreignObject>"),
        (drawn("<a href='#x'><text>x</text></a>"), "has a <a>"),
        (drawn("<image href='data:image/png;base64,xx'/>"), "has a <image>"),
        (drawn("<animate attributeName='href' to='javascript:alert(1)'/>"), "has a <animate>"),
        (drawn("<set attributeName='onload' to='alert(1)'/>"), "has a <set>"),
        (drawn("<feImage href='https://evil.example/x'/>"), "has a <feImage>"),
        (drawn("", "onload='alert(1)'"), "has an event handler (onload)"),
        (drawn("<path OnClick='alert(1)'/>"), "has an event handler (OnClick)"),
        (drawn("<use href='https://evil.example/x.svg#a'/>"), "refers to something outside itself"),
        (
            drawn("<use xlink:href='//evil.example/x' xmlns:xlink='http://www.w3.org/1999/xlink'/>"),
            "refers to something outside",
        ),
        (drawn("<use href='data:image/svg+xml,x'/>"), "refers to something outside itself"),
        (drawn("<use href=' #a'/>"), "refers to something outside itself"),
        (drawn("", "xml:base='https://evil.example/'"), "has an attribute base of another vocabulary"),
        (drawn("", "xmlns:x='urn:x' x:y='z'"), "has an attribute y of another vocabulary"),
        (drawn("<path fill='url(https://evil.example/x)'/>"), "has an attribute fill that can fetch"),
        (drawn("<path fill='URL( \"//evil.example\" )'/>"), "has an attribute fill that can fetch"),
        (drawn("<path style='fill:u\\72l(//evil.example)'/>"), "has an attribute style that can fetch"),
        (
            drawn("<path style='cursor:image-set(\"//evil.example/x\" 1x)'/>"),
            "has an attribute style that can fetch",
        ),
        (drawn("<style>@import 'https://evil.example/x.css';</style>"), "has a style sheet that can fetch"),
        (drawn("<style>@\\69mport 'x';</style>"), "has a style sheet that can fetch"),
        (drawn("<style>a{fill:url(<!-- -->//evil.example)}</style>"), "has a style sheet that can fetch"),
        (drawn("<style>a{fill:ur<![CDATA[l(x)]]>}</style>"), "has a style sheet that can fetch"),
        (drawn("<style>@font-face{src:url(#a)}</style>"), "has a style sheet that can fetch"),
    ],
)
def test_what_could_do_more_than_be_seen_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        picture(data)
    assert caught.value.text.startswith(reason)
    assert caught.value.cure


def test_a_bad_svg_is_named_with_its_line(tmp_path: Path) -> None:
    (found,) = problems(written(tmp_path, SHOWING, **{"map.svg": drawn("\n<script/>")}))
    assert found.startswith('map.svg, line 3: question 1 ("Clock"), image: has a <script>')


# --- there and back ---

NASTY = [
    *(
        "'''",
        '"""',
        "''",
        '""',
        "'",
        '"',
        "\\",
        "\\n",
        "\\u0041",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "\n\n",
        "\\\n",
    ),
    *("#", "]", "[[question]]", '\ntitle = "1"\n', "x = '''", "é", "é", "🗝️", "👩🏽‍🚀", "שלום", "العربية"),
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u00a0", "\ue000", "<b>", "*a*", "&amp;"),
]
# What a text may hold: no control or surrogate characters but line ends and tabs.
CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\r\t")
LINE = st.characters(exclude_categories=["Cc", "Cs"])


def texts(largest: int, *, one_line: bool = False) -> st.SearchStrategy[str]:
    pieces = [piece for piece in NASTY if not (one_line and set("\n\r\t") & set(piece))]
    parts = st.lists(
        st.sampled_from(pieces) | st.text(LINE if one_line else CHARACTERS, max_size=20), max_size=8
    )
    return parts.map("".join).map(lambda text: text[:largest])


def markdown(largest: int = 400) -> st.SearchStrategy[str]:
    # With a letter somewhere, so that it shows something.
    halves = st.tuples(texts(largest // 2), st.sampled_from("xéж"), texts(largest // 2 - 1))
    return halves.map("".join).filter(
        lambda text: not list(question_faults(PackQuestion(text=text, answers=("a",))))
    )


@st.composite
def questions(draw: st.DrawFn) -> PackQuestion:
    answers = draw(
        st.lists(texts(60, one_line=True).filter(normalise), min_size=1, max_size=5, unique_by=normalise)
    )
    accepted = draw(st.integers(1, len(answers)))
    image = draw(st.none() | st.sampled_from(["map.svg", "images/a.png", "images/deep/b-1.png"]))
    return PackQuestion(
        title=draw(texts(120, one_line=True)),
        text=draw(markdown()),
        image=image,
        image_alt=draw(texts(200).map("A map ".__add__)) if image else "",
        answers=tuple(answers[:accepted]),
        close=tuple(answers[accepted:]),
        threshold=draw(st.integers(0, 100)),
        hint=draw(st.just("") | markdown()),
        points=draw(st.integers(0, 10_000)),
        before=tuple(draw(st.lists(markdown(), max_size=2))),
        after=tuple(draw(st.lists(markdown(), max_size=2))),
    )


SETTINGS = st.builds(
    HuntSettings,
    curve=st.sampled_from(["elapsed", "solve_order"]),
    solve_order_steps=st.sampled_from([(), ((10, 100), (20, 90), (30, 85)), ((1, 100), (1_000_000, 0))]),
    hint_xp=st.integers(0, 10_000),
    xp_start=st.integers(0, 100),
)
INSTANTS = st.integers(40_000_000_000, 200_000_000_000_000)


@st.composite
def hunt_packs(draw: st.DrawFn) -> Pack:
    starts_at = draw(st.none() | INSTANTS)
    ends_at = (starts_at or 0) + draw(st.integers(1, 10**12))
    each = tuple(draw(st.lists(questions(), min_size=1, max_size=3)))
    pictures = st.sampled_from([SVG, PNG, drawn(HARMLESS)])
    return Pack(
        title=draw(texts(119, one_line=True).map("A".__add__)),
        tagline=draw(texts(200, one_line=True)),
        slug=draw(st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True)),
        starts_at=starts_at,
        ends_at=ends_at if starts_at is not None and draw(st.booleans()) else None,
        settings=draw(SETTINGS),
        questions=each,
        images={path: picture(draw(pictures)) for path in sorted({one.image for one in each if one.image})},
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(pack=hunt_packs())
def test_what_is_written_reads_back_the_same(workshop: Path, pack: Pack) -> None:
    folder, again = workshop / str(uuid4()), workshop / str(uuid4())
    write_pack(pack, folder)
    assert read_pack(folder) == pack
    write_pack(read_pack(folder), again)
    assert files(again) == files(folder)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(pack=hunt_packs())
def test_every_question_is_found_at_its_line(pack: Pack) -> None:
    toml = hunt_toml(pack)
    places, lines = Places(toml), ["", *toml.split("\n")]
    for number in range(1, len(pack.questions) + 1):
        above = hunt_toml(msgspec.structs.replace(pack, questions=pack.questions[: number - 1]))
        header = above.count("\n") + 2
        assert places.line("question", number, "no_such_key") == header
        found = places.line("question", number, "text")
        assert found is not None
        assert found > header
        assert lines[found].startswith("text = ")
    assert places.line("question", len(pack.questions) + 1, "text") is None


def test_the_file_is_pleasant_to_read() -> None:
    pack = Pack(
        title='It\'s "late"',
        tagline="C:\\temp",
        starts_at=1896109200000,
        ends_at=1896285600250,
        settings=HuntSettings(hint_xp=30, solve_order_steps=((5, 100),)),
        questions=(
            PackQuestion(
                title='The "clock"',
                text="One\n\\o/ it's\n",
                answers=("noon", "a" * 60, "b" * 60),
                before=("First.\n'''\n\u202eodd\\\n",),
            ),
        ),
    )
    expected = r'''
format = 1
title = "It's \"late\""
tagline = 'C:\temp'
starts_at = 2030-01-31T17:00:00Z
ends_at = 2030-02-02T18:00:00.250000Z

[settings]
solve_order_steps = [[5, 100]]
hint_xp = 30

[[question]]
title = 'The "clock"'
before = [
"""
First.
<<<
\u202Eodd\\
""",
]
text = <<<
One
\o/ it's
<<<
answers = [
    "noon",
    "AAA",
    "BBB",
]
'''.replace("<<<", "'''").replace("AAA", "a" * 60).replace("BBB", "b" * 60)  # fmt: skip
    assert hunt_toml(pack) == expected.lstrip("\n")


def test_nothing_is_written_outside_the_folder(tmp_path: Path) -> None:
    for path in ("../out.svg", "/out.svg", "a/../../out.svg", "hunt.toml"):
        with pytest.raises(ValueError, match="cannot be written"):
            write_pack(illustrated(path), tmp_path / "pack")
    with pytest.raises(ValueError, match=r"map\.svg"):
        write_pack(msgspec.structs.replace(illustrated(), images={}), tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_the_sample_hunt_reads_and_writes(tmp_path: Path) -> None:
    pack = read_pack(SAMPLE)
    assert len(pack.questions) >= 12
    assert len(pack.images) >= 3
    assert all(question.hint and question.close for question in pack.questions)
    write_pack(pack, tmp_path)
    assert read_pack(tmp_path) == pack
    for path in pack.images:
        assert (tmp_path / path).read_bytes() == (SAMPLE / path).read_bytes()


def test_the_guide_says_how_it_is(tmp_path: Path) -> None:
    guide = (SAMPLE.parents[1] / "docs" / "hunt-packs.md").read_text()
    example = guide.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "images").mkdir()
    pack = read_pack(written(tmp_path, example, **{"images/lamp.svg": SVG}))
    assert len(pack.questions) == 2
    for key in (*QUESTION_KEYS, *TOP_KEYS):
        assert f"`{key}`" in guide or f"`[{key}]`" in guide or f"`[[{key}]]`" in guide
    for field in msgspec.structs.fields(HuntSettings):
        default = json.dumps(msgspec.to_builtins(field.default))
        assert f"| `{field.name}` | `{default}` | {get_args(field.type)[1].description} |\n" in guide


# --- rows ---


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    events: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(packs, "publish_on_commit", lambda kind, payload: events.append((kind, payload)))
    return events


def play(hunt: Hunt, position: int, *, attempts: bool = True, **fields: Any) -> Player:
    """A player who stands at `position` and has tried each question before it."""
    number = Player.objects.count() + 1
    now = now_ms()
    user = get_user_model().objects.create_user(f"user{number}")
    values: dict[str, Any] = {"position": position, "shown_clock": 0, **fields}
    player = Player.objects.create(
        hunt=hunt, name=f"P{number}", name_key=f"p{number}", changed_at=now, created_at=now, **values
    )
    member = Member.objects.create(hunt=hunt, player=player, user=user)
    for question in hunt.questions.filter(position__lt=position) if attempts else ():
        Attempt.objects.create(
            hunt=hunt, player=player, member=member, question=question, command=uuid4(), kind="answer",
            text="x", normalised="x", verdict="wrong", at=now,
        )  # fmt: skip
    return player


@pytest.mark.django_db
def test_the_sample_hunt_round_trips_through_the_database(tmp_path: Path) -> None:
    pack = read_pack(SAMPLE)
    hunt = import_pack(pack, slug="sample", starts_at=START)
    assert export_pack(hunt) == msgspec.structs.replace(pack, slug=None, starts_at=None, ends_at=None)
    dated = msgspec.structs.replace(pack, slug="sample", starts_at=START, ends_at=START + 48 * HOUR_MS)
    assert export_pack(hunt, schedule=True) == dated
    write_pack(dated, tmp_path / "before")
    write_pack(export_pack(Hunt.objects.get(slug="sample"), schedule=True), tmp_path / "after")
    assert files(tmp_path / "after") == files(tmp_path / "before")
    assert len(content.of(hunt).items) == len(pack.questions)


@pytest.mark.django_db
@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    max_examples=40,
)
@given(pack=hunt_packs(), later=hunt_packs())
def test_any_pack_can_take_the_place_of_any_other(pack: Pack, later: Pack) -> None:
    for each in (pack, later):
        hunt = import_pack(each, slug="h", replace=True)
        there = export_pack(Hunt.objects.get(slug="h"), schedule=True)
        said = {
            "slug": "h",
            "starts_at": each.starts_at or there.starts_at,
            "ends_at": each.ends_at or there.ends_at,
        }
        assert there == msgspec.structs.replace(each, **said)
        assert hunt.images.count() == len(each.images)
        version = hunt.version
        assert import_pack(there).version == version, "what it is already changes nothing"


@pytest.mark.django_db
def test_a_new_hunt_gets_what_the_pack_leaves_open(published: list[Any]) -> None:
    before = now_ms()
    hunt = import_pack(a_pack(title="Äbc & the 7 Lamps"))
    assert (hunt.slug, hunt.version, hunt.current) == ("abc-the-7-lamps", 1, False)
    assert before + 24 * HOUR_MS <= hunt.starts_at <= now_ms() + 24 * HOUR_MS
    assert hunt.ends_at - hunt.starts_at == 48 * HOUR_MS
    assert hunt.settings == {}
    assert published == [("hunt", {"hunt": hunt.id, "version": 1})]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "asked", "expected"),
    [
        ((START, START + 5), {}, (START, START + 5)),
        ((START, START + 5), {"starts_at": 9}, (9, 14)),
        ((START, START + 5), {"ends_at": START + 1}, (START, START + 1)),
        ((START, START + 5), {"starts_at": 9, "ends_at": 10}, (9, 10)),
        ((START, START + 5), {"length": 7}, (START, START + 7)),
        ((None, START), {"starts_at": 9}, (9, START)),
        ((START, None), {}, (START, START + 48 * HOUR_MS)),
        ((None, None), {"starts_at": 9, "length": 3}, (9, 12)),
    ],
)
def test_when_it_is(said: Any, asked: dict[str, Any], expected: tuple[int, int]) -> None:
    hunt = import_pack(a_pack(starts_at=said[0], ends_at=said[1]), **asked)
    assert (hunt.starts_at, hunt.ends_at) == expected


@pytest.mark.django_db
def test_instants_and_slugs_that_cannot_be_are_refused() -> None:
    with refusal_of():
        import_pack(a_pack(), starts_at=9, ends_at=9)
    with refusal_of():
        import_pack(a_pack(title="夜"))
    with refusal_of():
        import_pack(a_pack(), slug="a b")
    assert not Hunt.objects.exists()


@pytest.mark.django_db
def test_a_hunt_is_replaced_only_when_asked(published: list[Any]) -> None:
    hunt = import_pack(a_pack("One", "Two"), starts_at=START)
    published.clear()
    with refusal_of("hunt “a-hunt” already"):
        import_pack(a_pack("Eins", "Two"))
    assert export_pack(Hunt.objects.get()).questions == a_pack("One", "Two").questions
    assert published == []
    again = import_pack(a_pack("Eins", "Two"), replace=True)
    assert (again.id, again.version) == (hunt.id, 2)
    assert published == [("hunt", {"hunt": hunt.id, "version": 2})]


@pytest.mark.django_db
def test_a_played_question_is_edited_in_place() -> None:
    hunt = import_pack(a_pack("One", "Two", "Three"), starts_at=START)
    player = play(hunt, 2)
    (attempt,) = player.attempts.all()
    better = a_question("One", text="Clearer now", answers=("answer One", "uno"), after=("More",))
    import_pack(
        Pack(title="A hunt", questions=(better, *a_pack("Two", "Vier", "Drei").questions)), replace=True
    )
    attempt.refresh_from_db()
    assert attempt.question.position == 1
    assert attempt.question.answers == ["answer One", "uno"]
    assert list(hunt.questions.values_list("title", flat=True)) == ["One", "Two", "Vier", "Drei"]
    assert list(hunt.questions.values_list("position", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("titles", "refusal"),
    [
        (("One", "Two"), "“3. Three” has been reached by players and would be removed"),
        (("Two", "One", "Three", "Four"), "“1. One” has been reached by players and would become question 2"),
        (
            ("New", "One", "Two", "Three", "Four"),
            "“1. One” has been reached by players and would become question 2",
        ),
        (
            ("One", "Two", "Four", "Three"),
            "“3. Three” has been reached by players and would become question 4",
        ),
    ],
)
def test_a_question_is_not_pulled_from_under_players(titles: tuple[str, ...], refusal: str) -> None:
    hunt = import_pack(a_pack("One", "Two", "Three", "Four"), starts_at=START)
    play(hunt, 3)
    with refusal_of(refusal):
        import_pack(a_pack(*titles), replace=True)
    assert export_pack(Hunt.objects.get()).questions == a_pack("One", "Two", "Three", "Four").questions


@pytest.mark.django_db
def test_what_nobody_has_reached_may_move_and_go() -> None:
    hunt = import_pack(a_pack("One", "Two", "Three", "Four"), starts_at=START)
    play(hunt, 1)
    import_pack(a_pack("One", "Four", "Two"), replace=True)
    assert list(hunt.questions.values_list("title", flat=True)) == ["One", "Four", "Two"]


@pytest.mark.django_db
def test_who_has_only_signed_up_has_reached_nothing() -> None:
    hunt = import_pack(a_pack("One", "Two"), starts_at=START)
    play(hunt, 1, shown_clock=None)
    import_pack(a_pack("Two", "One"), replace=True, starts_at=START + 1)
    assert list(hunt.questions.values_list("title", flat=True)) == ["Two", "One"]


@pytest.mark.django_db
def test_a_ledger_entry_alone_holds_its_question() -> None:
    hunt = import_pack(a_pack("One", "Two"), starts_at=START)
    player = play(hunt, 1, shown_clock=None)
    last = hunt.questions.get(position=2)
    LedgerEntry.objects.create(hunt=hunt, player=player, question=last, cause="regrade", points=1, at=1)
    with refusal_of("would be removed"):
        import_pack(a_pack("One"), replace=True)


@pytest.mark.django_db
def test_exchanged_titles_are_an_edit_and_not_a_move() -> None:
    hunt = import_pack(a_pack("One", "Two"), starts_at=START)
    play(hunt, 3, finished_at=1, shown_clock=None)
    one, two = a_pack("One", "Two").questions
    swapped = (msgspec.structs.replace(one, title="Two"), msgspec.structs.replace(two, title="One"))
    import_pack(Pack(title="A hunt", questions=swapped), replace=True)
    assert list(hunt.questions.values_list("title", flat=True)) == ["Two", "One"]


@pytest.mark.django_db
def test_a_finished_hunt_does_not_become_longer() -> None:
    hunt = import_pack(a_pack("One", "Two"), starts_at=START)
    play(hunt, 3, finished_at=1, shown_clock=None)
    with refusal_of("cannot become longer"):
        import_pack(a_pack("One", "Two", "Three"), replace=True)


@pytest.mark.django_db
def test_a_played_hunt_keeps_its_times() -> None:
    """Somebody exports, the console extends, somebody imports a corrected pack: the extension stays."""
    hunt = import_pack(a_pack(starts_at=START, ends_at=START + 10))
    play(hunt, 1)
    Hunt.objects.update(ends_at=START + 20, paused_ms=3)
    import_pack(a_pack("Eins", "Two", "Three", starts_at=START, ends_at=START + 10), replace=True)
    hunt.refresh_from_db()
    assert (hunt.starts_at, hunt.ends_at, hunt.paused_ms, hunt.version) == (START, START + 20, 3, 2)
    late: list[dict[str, Any]] = [{"starts_at": 9}, {"ends_at": START + 10}, {"length": 10}]
    for asked in late:
        with refusal_of("has been played"):
            import_pack(a_pack(), replace=True, **asked)


@pytest.mark.django_db
def test_a_new_start_forgets_the_rehearsal_of_the_console() -> None:
    hunt = import_pack(a_pack(), starts_at=START)
    Hunt.objects.update(paused_at=5, paused_ms=6, ended_at=7)
    import_pack(a_pack(), starts_at=START + 1, replace=True)
    hunt.refresh_from_db()
    assert (hunt.paused_at, hunt.paused_ms, hunt.ended_at) == (None, 0, None)
    assert hunt.ends_at - hunt.starts_at == 48 * HOUR_MS


@pytest.mark.django_db
def test_a_picture_keeps_its_address_until_its_bytes_change() -> None:
    hunt = import_pack(illustrated())
    first = hunt.images.get()
    assert len(first.token) >= 32
    edited = msgspec.structs.replace(illustrated(), title="A hunt", tagline="New")
    import_pack(edited, replace=True)
    assert hunt.images.get().token == first.token
    import_pack(illustrated(data=PNG), replace=True)
    second = hunt.images.get()
    assert (second.id, second.media_type, bytes(second.data)) == (first.id, "image/png", PNG)
    assert second.token != first.token
    import_pack(a_pack("The clock"), replace=True)
    assert hunt.images.count() == 0


@pytest.mark.django_db
def test_one_hunt_is_current(published: list[Any]) -> None:
    first = import_pack(a_pack(), slug="first", make_current=True)
    second = import_pack(a_pack(), slug="second", make_current=True)
    first.refresh_from_db()
    assert (first.current, first.version, second.current) == (False, 2, True)
    assert [payload["hunt"] for _, payload in published] == [first.id, first.id, second.id]
    packs.make_current(first.id)
    packs.make_current(first.id)
    assert list(Hunt.objects.filter(current=True)) == [first]
    assert len(published) == 5


@pytest.mark.django_db
def test_touching_a_hunt_makes_every_process_read_it_again(published: list[Any]) -> None:
    hunt = import_pack(a_pack())
    held = content.of(hunt)
    Question.objects.filter(hunt=hunt, position=1).update(title="Eins")
    packs.touch_hunt(hunt.id)
    hunt.refresh_from_db()
    assert content.of(hunt) is not held
    assert content.of(hunt).items[0].view.title == "Eins"
    assert published[-1] == ("hunt", {"hunt": hunt.id, "version": 2})


# --- commands ---


@pytest.mark.django_db
def test_the_commands_round_trip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "import_hunt", SAMPLE, "--slug", "sample", "--starts-at", "2030-01-31T18:00+01:00", "--current"
    )
    said = capsys.readouterr().out
    assert "from 2030-01-31 17:00:00 UTC to 2030-02-02 17:00:00 UTC, the current hunt" in said
    call_command("export_hunt", "sample", tmp_path / "one")
    for path, data in files(tmp_path / "one").items():
        assert data == (SAMPLE / path).read_bytes(), "the sample hunt is written as it is exported"
    call_command("export_hunt", "sample", tmp_path / "moved", "--schedule")
    Question.objects.all().delete()
    Hunt.objects.all().delete()
    call_command("import_hunt", tmp_path / "moved")
    assert Hunt.objects.get(slug="sample").starts_at == 1896109200000
    call_command("export_hunt", "sample", tmp_path / "two")
    assert files(tmp_path / "two") == files(tmp_path / "one")
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_hunt", "sample", tmp_path / "two")
    call_command("export_hunt", "sample", tmp_path / "two", "--force")
    with pytest.raises(CommandError, match=r"There is no hunt 'smaple'. There is: sample"):
        call_command("export_hunt", "smaple", tmp_path / "three")


@pytest.mark.django_db
def test_starting_in_a_while(tmp_path: Path) -> None:
    written(tmp_path, QUESTION)
    call_command("import_hunt", tmp_path, "--starts-in", "1h30m", "--hours", "0.5", "--slug", "soon")
    hunt = Hunt.objects.get()
    assert abs(hunt.starts_at - now_ms() - 90 * 60_000) < 60_000
    assert hunt.ends_at - hunt.starts_at == HOUR_MS // 2


@pytest.mark.django_db
def test_checking_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_hunt", written(tmp_path, QUESTION), "--check")
    assert "is in order: 1 questions, 0 story blocks, 0 pictures" in capsys.readouterr().out
    assert not Hunt.objects.exists()


@pytest.mark.django_db
def test_the_command_lists_every_problem(tmp_path: Path) -> None:
    written(tmp_path, QUESTION.replace("noon", " ") + "points = -1")
    for options in ((), ("--check",)):
        with pytest.raises(CommandError) as caught:
            call_command("import_hunt", tmp_path, *options)
        headline, first, second = str(caught.value).split("\n")
        assert "cannot be imported" in headline
        assert "answers[1]: is blank" in first
        assert "points: is -1" in second
        assert caught.value.returncode == 1
    assert not Hunt.objects.exists()


@pytest.mark.django_db
def test_the_command_lists_every_refusal(tmp_path: Path) -> None:
    play(import_pack(a_pack("One", "Two", "Three"), starts_at=START, slug="t"), 4, finished_at=1)
    written(tmp_path, QUESTION)
    with pytest.raises(CommandError) as caught:
        call_command("import_hunt", tmp_path, "--replace")
    assert str(caught.value).count("would be removed") == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--starts-at", "2030-01-31T18:00"),
        ("--starts-at", "tomorrow"),
        ("--starts-at", "1969-01-01T00:00Z"),
        ("--starts-in", "10"),
        ("--starts-in", "10m x"),
        ("--starts-in", "-5m"),
        ("--hours", "0"),
        ("--hours", "nan"),
        ("--starts-in", "1h", "--starts-at", "2030-01-31T18:00Z"),
        ("--hours", "1", "--ends-at", "2030-01-31T18:00Z"),
    ],
)
def test_times_that_cannot_be_are_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("import_hunt", written(tmp_path, QUESTION), *options)
