"""A hunt pack's folder -> a hunt."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game import errors
from game.packs import Pack, PackError, read_pack
from game.packs.records import EPOCH, MS
from game.queries.clock import now_ms
from game.services.packs import HOUR_MS, import_pack

UNITS = {"s": 1_000, "m": 60_000, "h": HOUR_MS, "d": 24 * HOUR_MS}


def instant(text: str) -> int:
    """Milliseconds since the epoch of an ISO 8601 date and time with its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date and time like 2030-01-31T18:00+01:00") from None
    if moment.utcoffset() is None:
        raise ArgumentTypeError(f"{text!r} does not say its time zone: write {text}Z or {text}+01:00, say")
    if moment < EPOCH:
        raise ArgumentTypeError(f"{text!r} is before 1970")
    return (moment - EPOCH) // MS


def duration(text: str) -> int:
    """Milliseconds of `90s`, `10m`, `1h30m`, `2d`."""
    parts = re.findall(r"(\d{1,9})([smhd])", text)
    if not parts or "".join(map("".join, parts)) != text:
        raise ArgumentTypeError(f"{text!r} is not a duration like 90s, 10m, 1h30m or 2d")
    return sum(int(number) * UNITS[unit] for number, unit in parts)


def hours(text: str) -> int:
    """Milliseconds of a number of hours, up to a year."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 24 * 366:  # also refuses nan
        raise ArgumentTypeError(f"{text!r} is not a number of hours")
    return round(number * HOUR_MS)


def readable(moment: int) -> str:
    """An instant for people: to the second, in UTC."""
    return f"{EPOCH + moment * MS:%Y-%m-%d %H:%M:%S} UTC"


class Command(BaseCommand):
    help = "Import a hunt pack: a folder with hunt.toml and its pictures (docs/hunt-packs.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--slug", help="its name in addresses and commands (default: the pack's, or its title)"
        )
        start = parser.add_mutually_exclusive_group()
        start.add_argument(
            "--starts-at", type=instant, metavar="ISO", help="for example 2030-01-31T18:00+01:00"
        )
        start.add_argument(
            "--starts-in", type=duration, metavar="10m", help="from now on: 90s, 10m, 1h30m, 2d"
        )
        end = parser.add_mutually_exclusive_group()
        end.add_argument("--ends-at", type=instant, metavar="ISO")
        end.add_argument("--hours", type=hours, metavar="48", help="how long it lasts (default: 48)")
        parser.add_argument("--current", action="store_true", help="let the pages be about this hunt")
        parser.add_argument("--replace", action="store_true", help="update the hunt that has this slug")
        parser.add_argument("--check", action="store_true", help="only say whether the pack is in order")

    def handle(
        self,
        *,
        folder: Path,
        slug: str | None,
        starts_at: int | None,
        starts_in: int | None,
        ends_at: int | None,
        hours: int | None,
        current: bool,
        replace: bool,
        check: bool,
        **_: Any,
    ) -> None:
        try:
            pack = read_pack(folder)
        except PackError as error:
            raise CommandError(
                _listed(f"{folder} cannot be imported", list(map(str, error.problems)))
            ) from None
        if check:
            self.stdout.write(f"{folder} is in order: {_contents(pack)}")
            return
        if starts_in is not None:
            starts_at = now_ms() + starts_in
        try:
            hunt = import_pack(
                pack,
                slug=slug,
                starts_at=starts_at,
                ends_at=ends_at,
                length=hours,
                make_current=current,
                replace=replace,
            )
        except errors.Invalid as error:
            raise CommandError(_listed(f"{folder} was not imported", str(error.text).split("\n"))) from None
        self.stdout.write(
            f"{hunt.title} ({hunt.slug}), version {hunt.version}: {_contents(pack)}\n"
            f"from {readable(hunt.starts_at)} to {readable(hunt.ends_at)}"
            + (", the current hunt" if hunt.current else "")
        )


def _contents(pack: Pack) -> str:
    blocks = sum(len(question.before) + len(question.after) for question in pack.questions)
    return f"{len(pack.questions)} questions, {blocks} story blocks, {len(pack.images)} pictures"


def _listed(headline: str, reasons: list[str]) -> str:
    return "\n".join([f"{headline}:", *(f"  {reason}" for reason in reasons)])
