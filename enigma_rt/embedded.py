"""What `manage.py play` does before it serves: a database, a hunt and an organiser, and only what is missing."""

import contextlib
import fcntl
import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from enigma_rt import organisers
from enigma_rt.health import pending_migrations
from game.queries import play
from game.queries.clock import now_ms
from game.queries.play import HuntView

SAMPLE = settings.BASE_DIR / "game" / "sample_hunt"
ORGANISER = "organiser@localhost"
HOURS = 48
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # recognised, not bound to


class AlreadyRunning(Exception):
    """Another process plays on the same data."""


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Holds the data for this process: two servers without Redis would each tell half of the story."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "play.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield


def set_aside() -> Path | None:
    """Move the SQLite database out of the way, with what belongs to it; returns where it is now, if there was one."""
    database = Path(settings.DATABASES["default"]["NAME"])
    if not database.exists():
        return None
    kept = database.with_name(f"{database.stem}-{time.strftime('%Y%m%d-%H%M%S')}{database.suffix}")
    for ending in ("-wal", "-shm", ""):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept


def migrate() -> None:
    if pending_migrations():
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)


def collect_static() -> None:
    """Only if pages name static files by their hash (ENIGMA_HASHED_STATIC)."""
    if settings.HASHED_STATIC:
        call_command("collectstatic", verbosity=0, interactive=False)


def import_sample() -> None:
    """The sample hunt, from now on, unless there is any hunt."""
    if not play.any_hunt():
        arguments = ("--current", "--starts-in", "0s", "--hours", str(HOURS))
        call_command("import_hunt", str(SAMPLE), *arguments, skip_checks=True, stdout=io.StringIO())


def ensure_organiser() -> str | None:
    """The password of the organiser's account if it had to be made."""
    return None if organisers.exists() else organisers.create(ORGANISER)


def current_hunt() -> tuple[HuntView | None, int]:
    """The hunt and the database's time."""
    now = now_ms()
    hunt = play.current_hunt()
    return (play.hunt_view(hunt, now) if hunt else None), now


def own_address() -> str | None:
    """This machine's address in the network it uses; None without one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return address
