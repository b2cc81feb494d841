"""Everything on this machine, from nothing: a hunt that people can play now."""

import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enigma_rt import embedded, launcher, worker
from enigma_rt.environment import SQLITE
from game.queries.play import HuntView

HOUR_MS, MINUTE_MS = 3_600_000, 60_000


class Command(BaseCommand):
    help = "Serves a hunt on this machine, with the scheduled work beside it; makes whatever is missing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0: for everybody in your network")
        parser.add_argument("--port", type=int, default=8000, help="0: any free one")
        parser.add_argument(
            "--reset", action="store_true", help="start over; the old database is kept beside the new"
        )

    def handle(self, *args: Any, host: str, port: int, reset: bool, **options: Any) -> None:
        self.check(include_deployment_checks=settings.PRODUCTION)
        try:
            with embedded.only_one(settings.DATA_DIR):
                sys.exit(self._play(host, port, reset))
        except KeyboardInterrupt:
            sys.exit(128 + signal.SIGINT)
        except embedded.AlreadyRunning:
            raise CommandError(f"a hunt is being played on {settings.DATA_DIR} already") from None

    def _play(self, host: str, port: int, reset: bool) -> int:
        try:
            listening = launcher.open_port(host, port)
        except launcher.CannotListen as error:
            raise CommandError(f"{error} (choose another with --port)") from None
        if reset:
            self._start_over()
        embedded.migrate()
        embedded.collect_static()
        embedded.import_sample()
        password = embedded.ensure_organiser()
        reachable = self._open_to_network(host)
        hunt, now = embedded.current_hunt()

        def say(url: str) -> None:
            address = url if reachable is None else f"http://{reachable}:{url.rpartition(':')[2]}"
            settings.PUBLIC_URL = settings.PUBLIC_URL or (address if reachable else "")
            self._print(f"{_about(hunt, now)}\n\n{_addresses(address, password)}\n\n")
            self._print(f"listening on {url}")

        return launcher.serve(
            listening,
            drain_s=settings.DRAIN_SECONDS,
            behind_proxy=settings.BEHIND_PROXY,
            say=say,
            companions=[lambda: worker.keep_running(self._print)],
        )

    def _start_over(self) -> None:
        if settings.DATABASES["default"]["ENGINE"] != SQLITE:
            raise CommandError("--reset starts over with SQLite; empty another database with its own tools")
        if kept := embedded.set_aside():
            self._print(f"starting over; the old hunt is kept in {_shown(kept)}")

    def _open_to_network(self, host: str) -> str | None:
        """Let the addresses be asked for under which others reach this machine; returns the one to tell them."""
        address = embedded.own_address() if host in embedded.EVERYWHERE else host
        if address is None or address in settings.ALLOWED_HOSTS:
            return None
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, address]
        return address

    def _print(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _about(hunt: HuntView | None, now: int) -> str:
    if hunt is None:
        return "No hunt is current: manage.py import_hunt FOLDER --current --starts-in 10m makes one so."
    title = f"{hunt.title}, {hunt.questions} questions"
    if hunt.phase == "ended":
        return (
            f"{title}: it is over. To play again:\n"
            "  the same hunt, everything from the start:  manage.py play --reset\n"
            "  the same hunt, going on:                   extend it in the console\n"
            "  another one:                               manage.py import_hunt FOLDER --current --starts-in 10m"
        )
    if hunt.phase == "scheduled":
        return f"{title}: starts in {_span(hunt.starts_at - now)}"
    return f"{title}: {hunt.phase}, {_span(hunt.ends_at - now)} left"


def _span(ms: int) -> str:
    return f"{round(ms / HOUR_MS)} h" if ms >= 2 * HOUR_MS else f"{max(1, round(ms / MINUTE_MS))} min"


def _addresses(url: str, password: str | None) -> str:
    lines = [
        f"  player     {url}/",
        f"  projector  {url}/board",
        f"  console    {url}/console",
        f"  author     {url}/author",
    ]
    if password is not None:
        lines += ["", f"  organiser  {embedded.ORGANISER}", f"  password   {password}   (shown this once)"]
    return "\n".join(lines)


def _shown(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path)
