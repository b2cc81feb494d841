"""From what was asked for to a plan: how fast, from how many processes, and whether this machine can open so much."""

import math
import os
import resource
from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from consumers.limits import DEFAULTS
from enigma_rt.rehearsal import RehearsalError, habits
from enigma_rt.rehearsal.habits import Pace
from enigma_rt.rehearsal.verdict import socket_limits

ARRIVAL_SHARE = 0.1
ARRIVAL_MOST_S = 20.0
"""People arrive over the first tenth of the time: handshakes of one address are limited too."""
FEWEST_PLAYERS = 250
"""For fewer another process is not worth its start."""
SPARE_FILES = 64
"""What a process has open beside its sockets."""


def address(text: str) -> str:
    """http://host[:port], without a slash at the end."""
    parts = urlsplit(text if "//" in text else f"http://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ArgumentTypeError(f"{text!r} is not a server's address like http://127.0.0.1:8000")
    return f"{parts.scheme}://{parts.netloc}"


def rate(text: str) -> float:
    """Times per second: `20/s`, `90/m`, or a number."""
    number, _, unit = text.partition("/")
    try:
        value = float(number) / {"": 1, "s": 1, "m": 60}[unit]
    except (KeyError, ValueError):
        value = 0.0
    if not 0 < value <= 10_000:  # noqa: PLR2004  # also refuses nan
        raise ArgumentTypeError(f"{text!r} is not a rate like 20/s or 90/m")
    return value


def pace(seconds: float, questions: int, speed: float | None, solves: float | None, players: int) -> Pace:
    """As people, `speed` times faster; such that the wanted right answers come; or such that the hunt fits the time."""
    if speed is not None:
        return habits.pace_of_people(speed)
    if solves is not None:
        usual = habits.solves_per_s(players, Pace(1.0))
        return Pace(max(habits.QUICKEST_S, usual / solves))
    return habits.pace_over(seconds, questions)


def arrival(seconds: float, storm: float | None) -> float:
    """Within how many seconds everybody comes."""
    if storm is None:
        return min(ARRIVAL_MOST_S, seconds * ARRIVAL_SHARE)
    if storm >= seconds:
        raise RehearsalError("--start-storm takes longer than --minutes: nobody would play")
    return storm


def processes(players: int, wanted: int | None, beside_server: bool) -> int:
    """As many as there are processors to spare: a server on this machine needs one of them."""
    if wanted is not None:
        if not 1 <= wanted <= players:
            raise RehearsalError("--processes must be at least 1 and at most as many as there are players")
        return wanted
    spare = max(1, len(os.sched_getaffinity(0)) - beside_server) if hasattr(os, "sched_getaffinity") else 1
    return min(spare, math.ceil(players / FEWEST_PLAYERS))


def sockets_of(players: int) -> int:
    """How many tabs so many bots have open."""
    return sum(habits.tabs(number) for number in range(players))


def limits_needed(players: int, servers: int) -> str | None:
    """What to tell somebody whose bots are more sockets than one address may have by default; None if they are not."""
    sockets = sockets_of(players)
    if sockets <= DEFAULTS.sockets * servers:
        return None
    return (
        f"{players} players have {sockets} sockets, all from this address: a server that was not told otherwise takes"
        f" {DEFAULTS.sockets}.\nIt needs {socket_limits(sockets)}; behind HAProxy see ENIGMA_ADDRESS_CONNECTIONS."
    )


def check_files(players: int, count: int) -> None:
    """Raises RehearsalError if a process may not open as many sockets as its bots have tabs."""
    sockets = sockets_of(players)
    needed = math.ceil(sockets / count) + SPARE_FILES
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed != resource.RLIM_INFINITY and needed > allowed:
        raise RehearsalError(
            f"{players} players have {sockets} sockets, {needed} open files in each of {count} processes, and"
            f" {allowed} are allowed: first `ulimit -n {needed}` (as root), or more --processes"
        )
