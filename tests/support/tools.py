"""Where the programs are that the tests need beside Python."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

NODE_AT_LEAST = 18


def postgres() -> Path | None:
    """The folder with `initdb` and `postgres`. Debian keeps them off the PATH, one folder per version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of, reverse=True)
    on_path = [Path(folder) for folder in os.get_exec_path()]
    for folder in [*versions, *on_path]:
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
            return folder
    return None


def redis() -> Path | None:
    return _first_on_path("redis-server")


def haproxy() -> Path | None:
    # Debian keeps it where only root's PATH leads.
    return _first_on_path("haproxy") or next(iter(Path("/usr/sbin").glob("haproxy")), None)


def chromium() -> Path | None:
    """A Chromium of the system, or the one that `playwright install chromium` put under the home folder."""
    found = _first_on_path("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if found:
        return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    return next(iter(sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def node() -> Path | None:
    found = _first_on_path("node", "nodejs")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", version)
    return found if major and int(major[1]) >= NODE_AT_LEAST else None


FIND = {
    "postgres": postgres,
    "redis-server": redis,
    "haproxy": haproxy,
    "chromium": chromium,
    "node": node,
}
"""Every program the tests need, by the name that messages use."""


def missing(needed: Iterable[str]) -> list[str]:
    return [name for name in needed if FIND[name]() is None]


def need(name: str) -> Path:
    """Its place, or an error that says how to get it."""
    found = FIND[name]()
    if found is None:
        raise FileNotFoundError(
            f"{name} is not installed: `python -m tests.support.ensure` says how to get it"
        )
    return found


def _first_on_path(*names: str) -> Path | None:
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def _version_of(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0
