"""Where in a TOML text a key stands. Parsers of values do not say."""

import re
import tomllib
from functools import cached_property

_HEADER = re.compile(r"[ \t]*\[")


class Places:
    """Line numbers, from 1, in a text that parses as TOML.

    A line begins a statement exactly when what stands before it parses by itself: within a text of several
    lines or an array it does not. So headers and keys are found without a second parser, and only once there
    is something to complain about.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").split("\n")

    def line(self, table: str, number: int, key: str) -> int | None:
        """The line of `key` in the `number`-th (from 1) table of that name ("": the top).

        Without such a key the line of the table, without such a table None.
        """
        found = [section for section in self._sections if section[0] == table]
        if len(found) < number:
            return None
        _, start, stop = found[number - 1]
        wanted = re.compile(rf"""[ \t]*(["']?){re.escape(key)}\1[ \t]*=""")
        for index in range(start, stop):
            if wanted.match(self._lines[index]) and self._parses(start, index):
                return index + 1
        return start + 1 if table else None

    @cached_property
    def _sections(self) -> list[tuple[str, int, int]]:
        """(table, first line, line after the last), counted from 0."""
        starts = [0]
        for index, line in enumerate(self._lines):
            if index and _HEADER.match(line) and self._parses(starts[-1], index):
                starts.append(index)
        stops = [*starts[1:], len(self._lines)]
        return [(self._name(start), start, stop) for start, stop in zip(starts, stops, strict=True)]

    def _name(self, start: int) -> str:
        if not _HEADER.match(self._lines[start]):
            return ""
        return next(iter(tomllib.loads(self._lines[start])), "")

    def _parses(self, start: int, stop: int) -> bool:
        try:
            tomllib.loads("\n".join(self._lines[start:stop]))
        except tomllib.TOMLDecodeError:
            return False
        return True
