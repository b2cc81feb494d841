"""Reads values from the environment. A wrong one never ends in a traceback: it is noted, and the default stands in.

`checks.py` turns every note into an error, before anything starts.
"""

import contextlib
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import dj_database_url

SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"
TRUE, FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
LOG_LEVELS = tuple(logging.getLevelNamesMapping())


class Environment:
    """Values by name; `problems` holds one sentence for each that could not be used."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """An empty value counts as none, as in Compose files that pass on what is not set."""
        return self._values.get(name) or default

    def words(self, name: str, default: str = "") -> list[str]:
        """Separated by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def flag(self, name: str) -> bool:
        raw = self.text(name).lower()
        if raw not in TRUE + FALSE:
            self._note(name, "must be 1 or 0", raw)
        return raw in TRUE

    def whole(self, name: str, default: int, lowest: int, highest: int) -> int:
        raw = self.text(name, str(default))
        if raw.isascii() and raw.isdecimal() and lowest <= int(raw) <= highest:
            return int(raw)
        self._note(name, f"must be a whole number from {lowest} to {highest}", raw)
        return default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        raw = self.text(name, default)
        if raw in choices:
            return raw
        self._note(name, f"must be one of {', '.join(choices)}", raw)
        return default

    def url(self, name: str, schemes: tuple[str, ...], *, secret: bool = True) -> SplitResult | None:
        """None when it is not set, or noted. A `secret` one may hold a password and is not repeated."""
        raw = self.text(name)
        if not raw:
            return None
        with contextlib.suppress(ValueError):
            found = urlsplit(raw)
            if found.scheme in schemes and (found.hostname or found.scheme == "unix") and found.port != 0:
                return found
        example = " or ".join(f"{scheme}://…" for scheme in schemes)
        self._note(name, f"must be an address like {example}", None if secret else raw)
        return None

    def database(self, name: str, default: str) -> dict[str, Any]:
        """A Django database from a URL of PostgreSQL or SQLite."""
        with contextlib.suppress(ValueError, KeyError):
            found = dj_database_url.parse(
                self.text(name, default), conn_max_age=None, conn_health_checks=True
            )
            if found["ENGINE"] in (SQLITE, POSTGRESQL) and found["NAME"]:
                return dict(found)
        self._note(name, "must look like postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:///FILE", None)
        # Refuses every query: nothing is read from or written to a database that nobody meant.
        return {"ENGINE": "django.db.backends.dummy", "NAME": ""}

    def kept_secret(self, path: Path) -> str:
        """The embedded mode's own key, made once and kept: nobody has to choose one, and sessions survive a restart."""
        try:
            return _read_or_make(path)
        except OSError as error:
            self.problems.append(f"ENIGMA_DATA_DIR must be a folder to write to ({path}: {error.strerror}).")
            return secrets.token_urlsafe(50)

    def _note(self, name: str, rule: str, raw: str | None) -> None:
        shown = "" if raw is None else f", not {raw[:60]!r}"
        self.problems.append(f"{name} {rule}{shown}.")


def _read_or_make(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        # link, not rename: of two processes that start at once the first key stays.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
