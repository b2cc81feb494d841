"""What a value of a hunt must be, wherever it comes from: a pack or the admin."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from game.packs.records import PackQuestion
from game.rendering import has_picture, render
from game.rules.matching import normalise
from game.rules.settings import HuntSettings, load

TITLE = 120
TAGLINE = 200
TEXT = 8_000
HINT = 2_000
ALT = 1_000
ANSWER = 256
ANSWERS = 100
BLOCKS = 20
POINTS = 10_000
THRESHOLD = 100
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")

# Bytes of rendered HTML in a frame. A frame that shows a question holds its text, the story after the one
# before it and the story before itself, and has to stay far below the protocol's 48 KiB.
SHOWN_TEXT = 16 * 1024
SHOWN_STORY = 8 * 1024
SHOWN_HINT = 4 * 1024

_SETTINGS = {field.name: field for field in msgspec.structs.fields(HuntSettings)}
_INVISIBLE = re.compile(r"<(?!hr>)[^>]*>|\s+")


class Fault(Struct, frozen=True):
    """What is wrong with the value at `place` (a key, or `close[2]` counted from 1), and what to do about it.

    `text` continues a sentence that begins with the place; neither it nor `cure` ends in a full stop.
    """

    place: str
    text: str
    cure: str


def text_faults(place: str, text: str, limit: int, *, one_line: bool = False) -> Iterator[Fault]:
    """A text that the database and every screen can hold."""
    if len(text) > limit:
        yield Fault(place, f"is {len(text):,} characters long", f"Shorten it to {limit:,}")
    allowed = "" if one_line else "\n\r\t"
    bad = sorted(
        {char for char in text if unicodedata.category(char) in ("Cc", "Cs") and char not in allowed}
    )
    if bad and one_line and set(bad) <= set("\n\r\t"):
        yield Fault(place, "has a line break or a tab", "Write it in one line, with spaces")
    elif bad:
        names = ", ".join(f"U+{ord(char):04X}" for char in bad[:3])
        yield Fault(place, f"has a character that cannot be shown ({names})", "Delete it")


def markdown_faults(place: str, text: str, limit: int, shown: int) -> Iterator[Fault]:
    """A Markdown text that shows something, and no more than a frame can carry."""
    yield from text_faults(place, text, limit)
    if not _INVISIBLE.sub("", render(text)):
        yield Fault(place, "shows nothing", "Write something, or leave it out")
    elif (size := shown_bytes(text)) > shown:
        yield Fault(place, f"takes {size:,} bytes once rendered", f"Shorten it; {shown:,} are the most")
    if has_picture(text):
        yield Fault(place, "has a picture in the Markdown, which is not shown", "Use the question's `image`")


def story_faults(place: str, blocks: Sequence[str]) -> Iterator[Fault]:
    """The blocks of `before` or `after`, which arrive together."""
    if len(blocks) > BLOCKS:
        yield Fault(place, f"has {len(blocks)} blocks", f"Join some; {BLOCKS} are the most")
    for number, block in enumerate(blocks, start=1):
        yield from markdown_faults(f"{place}[{number}]", block, TEXT, SHOWN_STORY)
    total = sum(map(shown_bytes, blocks))
    if total > SHOWN_STORY and all(shown_bytes(block) <= SHOWN_STORY for block in blocks):
        yield Fault(
            place,
            f"takes {total:,} bytes once rendered",
            f"Move a part elsewhere; {SHOWN_STORY:,} are the most",
        )


def answer_faults(answers: Sequence[str], close: Sequence[str]) -> Iterator[Fault]:
    """What is accepted, and what is close: all different once normalised as a player's answer is."""
    if not answers:
        yield Fault("answers", "is empty", "Name at least one accepted answer")
    seen: dict[str, str] = {}
    for key, texts in (("answers", answers), ("close", close)):
        if len(texts) > ANSWERS:
            yield Fault(key, f"has {len(texts)} texts", f"{ANSWERS} are the most; try a `threshold` instead")
        for number, text in enumerate(texts, start=1):
            place = f"{key}[{number}]"
            yield from text_faults(place, text, ANSWER, one_line=True)
            folded = normalise(text)
            if not folded:
                yield Fault(place, "is blank", "Write what a player would type, or delete it")
            elif folded in seen:
                same = (
                    f"({text!r:.60}) is the same as {seen[folded]} once case, accents and spaces are folded"
                )
                yield Fault(place, same, "Delete one of them")
            else:
                seen[folded] = place


def question_faults(question: PackQuestion) -> Iterator[Fault]:
    """Everything that can be said of one question by itself, in the order in which a pack writes it."""
    yield from text_faults("title", question.title, TITLE, one_line=True)
    yield from story_faults("before", question.before)
    yield from markdown_faults("text", question.text, TEXT, SHOWN_TEXT)
    if question.image is not None and not question.image_alt.strip():
        yield Fault("image_alt", "is missing", "Describe the picture for those who cannot see it")
    if question.image is None and question.image_alt:
        yield Fault(
            "image_alt", "describes a picture, but there is no `image`", "Add the `image`, or delete this"
        )
    yield from text_faults("image_alt", question.image_alt, ALT)
    yield from answer_faults(question.answers, question.close)
    if not 0 <= question.threshold <= THRESHOLD:
        yield Fault(
            "threshold", f"is {question.threshold}", "Use 1 (anything is close) to 100, or leave it out"
        )
    if question.hint:
        yield from markdown_faults("hint", question.hint, HINT, SHOWN_HINT)
    if not 0 <= question.points <= POINTS:
        yield Fault("points", f"is {question.points}", f"Use 0 to {POINTS:,}")
    yield from story_faults("after", question.after)


def settings_faults(raw: Mapping[str, object]) -> Iterator[Fault]:
    """Each setting by itself, and if all are well, all of them together."""
    alone = [name for name, value in raw.items() if not _is_well_alone(name, value)]
    parts: list[Mapping[str, object]] = [{name: raw[name]} for name in alone]
    for part in parts or [raw]:
        try:
            load(part)
        except ValueError as error:
            place, _, text = str(error).partition(": ")
            yield Fault(place, text, "See the table of settings in docs/hunt-packs.md")


def differing(settings: HuntSettings) -> dict[str, object]:
    """The settings that differ from the defaults, as JSON types: what a pack says and a hunt's row keeps."""
    plain, default = (msgspec.to_builtins(each) for each in (settings, HuntSettings()))
    return {name: value for name, value in plain.items() if value != default[name]}


def shown_bytes(text: str) -> int:
    """How much of a frame the text takes once rendered."""
    return len(msgspec.json.encode(render(text)))


def _is_well_alone(name: str, value: object) -> bool:
    field = _SETTINGS.get(name)
    if field is None:
        return False
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        return False
    return True
