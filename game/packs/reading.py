"""A folder -> a checked `Pack`, or everything that is wrong with it."""

import datetime
import difflib
import re
import stat
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from game.packs import checks
from game.packs.checks import Fault
from game.packs.pictures import IMAGE_BYTES, PictureError, picture
from game.packs.places import Places
from game.packs.records import EPOCH, FILE, FORMAT, MS, Pack, PackError, PackImage, PackQuestion, Problem
from game.rules.settings import HuntSettings, load

FILE_BYTES = 1024 * 1024
QUESTIONS = 500
IMAGES_BYTES = 32 * 1024 * 1024
PATH = 200

YEARS = (1971, 9000)

TOP_KEYS = ("format", "title", "tagline", "slug", "starts_at", "ends_at", "settings", "question")
QUESTION_KEYS = PackQuestion.__struct_fields__

_SYNTAX = re.compile(r"(?P<text>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


def read_pack(folder: Path) -> Pack:
    """The pack in `folder`. Raises PackError with every problem that can be seen at once."""
    return _Reading(folder).pack()


class _Table:
    """One TOML table: hands out values of the right type, and notes what is not."""

    def __init__(self, values: Mapping[str, Any], known: Collection[str]) -> None:
        self.values = values
        self.faults: list[Fault] = []
        # Keys whose value had the wrong type: nothing more is said of them.
        self.unusable: set[str] = set()
        for key in [key for key in values if key not in known]:
            close = difflib.get_close_matches(key, known, 1)
            cure = f"Did you mean `{close[0]}`" if close else f"Known keys: {', '.join(known)}"
            self.fault(key if key.isidentifier() else repr(key), "is not a key of this table", cure)

    def fault(self, key: str, text: str, cure: str) -> None:
        self.faults.append(Fault(key, text, cure))
        self.unusable.add(key)

    def require(self, *keys: str) -> None:
        for key in keys:
            if key not in self.values:
                self.fault(key, "is missing", f"Add `{key} = …`")

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if isinstance(value, str):
            return value
        self.fault(key, f"is {_kind(value)}", "Write a text in quotes")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.fault(key, f"is {_kind(value)}", f'Write a list: {key} = ["…"]')
            return ()
        for number, item in enumerate(value, start=1):
            if not isinstance(item, str):
                self.fault(f"{key}[{number}]", f"is {_kind(item)}", "Write a text in quotes")
                self.unusable.add(key)
        return () if key in self.unusable else tuple(value)

    def number(self, key: str, default: int) -> int:
        value = self.values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault(key, f"is {_kind(value)}", "Write a whole number, without quotes")
        return default

    def instant(self, key: str) -> int | None:
        value = self.values.get(key)
        if value is None:
            return None
        example = f"Write {key} = 2030-01-31T18:00:00+01:00, without quotes"
        if not isinstance(value, datetime.datetime):
            self.fault(key, f"is {_kind(value)}", example)
        elif value.utcoffset() is None:
            self.fault(key, "does not say its time zone", example)
        elif (value - EPOCH) % MS:
            self.fault(key, "is finer than a millisecond", example)
        elif not YEARS[0] <= value.year < YEARS[1]:
            self.fault(key, f"is in the year {value.year}", example)
        else:
            return (value - EPOCH) // MS
        return None


class _Reading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.images: dict[str, PackImage | None] = {}

    def pack(self) -> Pack:
        text = self._text()
        self.places = Places(text)
        top = _Table(self._toml(text), TOP_KEYS)
        top.require("format", "title", "question")
        number = top.number("format", FORMAT)
        if "format" not in top.unusable and number != FORMAT:
            top.fault(
                "format", f"is {number}", f"This program reads format {FORMAT}; get a newer one, or convert"
            )
        pack = Pack(
            title=top.text("title"),
            tagline=top.text("tagline"),
            slug=top.text("slug") if "slug" in top.values else None,
            starts_at=top.instant("starts_at"),
            ends_at=top.instant("ends_at"),
            settings=HuntSettings(),
            questions=(),
        )
        self._check_top(top, pack)
        self._note(top.faults, "", 1, "")
        settings = self._settings(top)
        questions = self._questions(top)
        if self.problems:
            raise PackError(self.problems)
        images = {path: image for path, image in sorted(self.images.items()) if image is not None}
        return Pack(
            title=pack.title,
            tagline=pack.tagline,
            slug=pack.slug,
            starts_at=pack.starts_at,
            ends_at=pack.ends_at,
            settings=settings,
            questions=questions,
            images=images,
        )

    def _note(self, faults: Iterable[Fault], table: str, number: int, place: str, file: str = FILE) -> None:
        for fault in faults:
            where = f"{place}, {fault.place}" if place else fault.place
            line = self.places.line(table, number, _key(fault))
            self.problems.append(Problem(file, where, fault.text, fault.cure, line))

    def _fail(self, text: str, cure: str, line: int | None = None) -> PackError:
        return PackError([Problem(FILE, "", text, cure, line)])

    # --- the file ---

    def _text(self) -> str:
        try:
            data = self._read(FILE, FILE_BYTES)
        except _Unreadable as reason:
            raise self._fail(reason.text, reason.cure) from None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self._fail("is not UTF-8", "Save the file with the encoding UTF-8", line) from None

    def _toml(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = _SYNTAX.fullmatch(str(error))
            line = found["line"] if found else None
            what = found["text"] if found else str(error)
            last = len(text.splitlines()) if found and line is None else None
            cure = (
                "Texts stand in '''…''', or in \"…\" with \\\" and \\\\ inside; a key stands once in a table"
            )
            raise self._fail(f"is not TOML: {what}", cure, int(line) if line else last) from None
        except (RecursionError, ValueError):
            raise self._fail(
                "holds a value that cannot be read", "Look for very long numbers or nested lists"
            ) from None

    def _read(self, path: str, limit: int) -> bytes:
        """A regular file within the folder, of at most `limit` bytes."""
        try:
            home = self.folder.resolve(strict=True)
            file = (home / path).resolve(strict=True)
            if not file.is_relative_to(home):
                raise _Unreadable(
                    "is a link that leads out of the pack", "Put the file itself into the folder"
                )
            # Not open first: a pipe would wait for a writer.
            status = file.stat()
            if not stat.S_ISREG(status.st_mode):
                raise _Unreadable("is not a file", "Put a file there")
            if status.st_size > limit:
                raise _Unreadable(
                    f"is {status.st_size:,} bytes large", f"Make it smaller; {limit:,} are the most"
                )
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise _Unreadable("does not exist", self._nearest(path)) from None
        except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself
            raise _Unreadable(
                "cannot be read", getattr(error, "strerror", None) or "Look at its links"
            ) from None

    def _nearest(self, path: str) -> str:
        there = [
            found.relative_to(self.folder).as_posix() for found in self.folder.rglob("*") if found.is_file()
        ]
        names = {name.lower(): name for name in there}
        close = difflib.get_close_matches(path.lower(), names, 1, 0.85)
        return f"Did you mean {names[close[0]]}" if close else f"Put it into {self.folder}"

    # --- its parts ---

    def _check_top(self, top: _Table, pack: Pack) -> None:
        if "title" not in top.unusable:
            top.faults += checks.text_faults("title", pack.title, checks.TITLE, one_line=True)
            if not pack.title.strip():
                top.fault("title", "is blank", "Give the hunt a name")
        top.faults += checks.text_faults("tagline", pack.tagline, checks.TAGLINE, one_line=True)
        if pack.slug is not None and "slug" not in top.unusable and not checks.SLUG.fullmatch(pack.slug):
            top.fault("slug", f"is {pack.slug!r:.70}", "Use 1 to 60 letters a to z, digits, - and _")
        if pack.starts_at is not None and pack.ends_at is not None and pack.ends_at <= pack.starts_at:
            top.fault("ends_at", "is not after starts_at", "Let the hunt end after it has started")

    def _settings(self, top: _Table) -> HuntSettings:
        raw = top.values.get("settings", {})
        if not isinstance(raw, dict):
            fault = Fault("settings", f"is {_kind(raw)}", "Begin a table with the line [settings]")
            self._note([fault], "", 1, "")
            return HuntSettings()
        faults = list(checks.settings_faults(raw))
        self._note(faults, "settings", 1, "settings")
        return HuntSettings() if faults else load(raw)

    def _questions(self, top: _Table) -> tuple[PackQuestion, ...]:
        raw = top.values.get("question", [])
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            fault = Fault("question", f"is {_kind(raw)}", "Begin every question with the line [[question]]")
        elif not raw and "question" in top.values:
            fault = Fault("question", "is empty", "Write at least one question")
        elif len(raw) > QUESTIONS:
            fault = Fault("question", f"stands there {len(raw)} times", f"{QUESTIONS} questions are the most")
        else:
            return tuple(self._question(number, values) for number, values in enumerate(raw, start=1))
        self._note([fault], "", 1, "")
        return ()

    def _question(self, number: int, values: Mapping[str, Any]) -> PackQuestion:
        table = _Table(values, QUESTION_KEYS)
        table.require("text", "answers")
        question = PackQuestion(
            title=table.text("title"),
            text=table.text("text"),
            image=table.text("image") if "image" in values else None,
            image_alt=table.text("image_alt"),
            answers=table.texts("answers"),
            close=table.texts("close"),
            threshold=table.number("threshold", 0),
            hint=table.text("hint"),
            points=table.number("points", 100),
            before=table.texts("before"),
            after=table.texts("after"),
        )
        title = question.title.replace("\n", " ")
        place = (
            f'question {number} ("{title[:40]}{"…" if title[40:] else ""}")'
            if title
            else f"question {number}"
        )
        unsaid = table.unusable | ({"image_alt"} if "image" in table.unusable else set())
        further = [fault for fault in checks.question_faults(question) if _key(fault) not in unsaid]
        order = {key: index for index, key in enumerate(QUESTION_KEYS)}
        faults = sorted(table.faults + further, key=lambda fault: order.get(_key(fault), -1))
        self._note(faults, "question", number, place)
        if question.image is not None and "image" not in table.unusable:
            self._image(question.image, number, place)
        return question

    def _image(self, path: str, number: int, place: str) -> None:
        if path in self.images:
            return
        self.images[path] = None
        if not is_safe_path(path):
            cure = "Name a file in this folder with letters a to z, digits, . - _ and / alone"
            self._note([Fault("image", f"is {path!r:.80}", cure)], "question", number, place)
            return
        line: int | None = None
        try:
            found = picture(self._read(path, IMAGE_BYTES))
        except _Unreadable as reason:
            text, cure = reason.text, reason.cure
        except PictureError as reason:
            text, cure, line = reason.text, reason.cure, reason.line
        else:
            self.images[path] = found
            if sum(len(image.data) for image in self.images.values() if image) <= IMAGES_BYTES:
                return
            text, cure = "is one too many", f"All pictures together may have {IMAGES_BYTES:,} bytes"
        self.problems.append(Problem(path, f"{place}, image", text, cure, line))


def is_safe_path(path: str) -> bool:
    """Whether a picture's path stays within its folder on every system: relative, portable, no `..`."""
    return len(path) <= PATH and bool(_PATH.fullmatch(path)) and path.lower() != FILE


def _key(fault: Fault) -> str:
    return fault.place.partition("[")[0]


class _Unreadable(Exception):
    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.text = text
        self.cure = cure


def _kind(value: object) -> str:
    """What a TOML value is, for people."""
    names: list[tuple[type, str]] = [
        (str, "a text"),
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number with a point"),
        (list, "a list"),
        (dict, "a table"),
        (datetime.datetime, "a date and time"),
        (datetime.date, "a date"),
        (datetime.time, "a time"),
    ]
    return next(name for kind, name in names if isinstance(value, kind))
