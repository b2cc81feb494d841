"""PURE. Is it ready, for how many, and what gives way first: stated rules over what was measured, and nothing else.

A rule that was not measured decides nothing, and the verdict says so. What is extrapolated grows in proportion to the
players: that holds for processor time and memory, and not for latencies, which therefore only pass or fail.
"""

import math
from collections.abc import Iterator

from msgspec import Struct

VERDICT_MS = 250.0
"""The latest that a verdict may be there, of a hundred: people take it for an answer to their key, not for waiting."""
ARRIVAL_S = 10.0
"""The same for the page of somebody who comes in the storm, tries that were refused included."""
SERVER_CPU = 0.70
"""Of one processor, for each web process, which cannot use more than one: beyond that queues grow out of proportion."""
MACHINE_CPU = 0.85
"""Of all processors of this machine, if the server is on it: what the bots use is not counted."""
MEMORY = 0.80
"""Of the memory that is free, for what each further socket costs."""
FURTHEST = 2.0
"""No extrapolation goes beyond so many times the players that really played."""
CLIENT_CPU, CLIENT_LAG_MS = 0.85, 100.0
"""A client process that is so busy, or so late, measures itself."""
FEWEST_VERDICTS, SHORTEST_S = 100, 20.0
"""With less than that, after the arrival, nothing is extrapolated."""
REACHED = 0.9
"""Of the right answers a second that were wanted: with fewer the verdict is about the smaller figure."""
SATURATED = 0.85


class Measured(Struct, frozen=True):
    """What the rules look at. None: it was not measured. `cpu` figures are in processors.

    `here`: the server is on this machine. `seconds` of play after the arrival. `missing` are connections that were not
    there in the end. `arrival_p99_s` is of the storm. `server_cpu` is the busiest web process's, `client_cpu` and
    `client_lag_ms` the busiest client process's, `machine_cpu` the whole machine's without the bots, each as sustained;
    `socket_bytes` is what a socket cost, `free_bytes` what was left. `batch_ms` is the p99 of a transaction.
    """

    players: int
    here: bool
    kept: bool
    seconds: float
    verdicts: int
    verdict_p99_ms: float | None
    missing: int
    arrival_p99_s: float | None
    refused: int
    sockets: int
    client_cpu: float
    client_lag_ms: float
    solves_per_s: float
    wanted_solves: float | None = None
    server_cpu: float | None = None
    machine_cpu: float | None = None
    processors: int = 1
    socket_bytes: float | None = None
    free_bytes: float | None = None
    batch_ms: float | None = None


class Mark(Struct, frozen=True):
    """One rule: what was measured, what it may be, and whether it is (None: not measured)."""

    name: str
    measured: str
    allowed: str
    met: bool | None


class Limit(Struct, frozen=True):
    """What gives way at how many players, in proportion; `at_most` what it may be used for."""

    name: str
    used: float
    at_most: float
    players: float


class Verdict(Struct, frozen=True):
    """`ready`: None if nothing can be said. `up_to` is extrapolated, None if it is not. `limit` is what comes first.

    `lower_bound`: the bots could not do more, the server perhaps could.
    """

    ready: bool | None
    players: int
    up_to: int | None
    limit: str
    lower_bound: bool
    headline: str
    reasons: tuple[str, ...]
    marks: tuple[Mark, ...]


def judge(found: Measured) -> Verdict:
    marks = tuple(_marks(found))
    saturated = is_client_saturated(found)
    wrong = _what_is_wrong(found)
    place = "on this machine" if found.here else "on that server"
    if wrong is not None:
        ready, limit, reasons = wrong
        what = f"Not ready for {found.players:,} players {place}"
        if ready is None:
            what = f"Nothing can be said of {found.players:,} players {place}"
        return Verdict(ready, found.players, None, limit, False, f"{what}: {limit}.", reasons, marks)

    limits = sorted(_limits(found), key=lambda limit: limit.players)
    reasons = tuple(_reasons(found, limits, saturated))
    up_to = _up_to(found, limits)
    limit = _first_limit(found, limits, saturated)
    headline = f"Ready for {found.players:,} players {place}; {limit}."
    return Verdict(True, found.players, up_to, limit, saturated, headline, reasons, marks)


def is_client_saturated(found: Measured) -> bool:
    return found.client_cpu >= CLIENT_CPU or found.client_lag_ms >= CLIENT_LAG_MS


# --- what speaks against it -------------------------------------------------------------------------------------------


def _what_is_wrong(found: Measured) -> tuple[bool | None, str, tuple[str, ...]] | None:
    """(ready, the first limit, why), or None if nothing is."""
    if not found.kept:
        return False, "a promise was broken", ("What a player was told has to be so: see lost and doubled.",)
    if found.missing:
        why = f"{found.missing:,} of {found.sockets + found.missing:,} connections were not there in the end."
        return False, "not everybody got in", (why, *_refusals(found))
    if not found.verdicts:
        return None, "no answer was given", ("Let them play for longer.",)
    slow = found.verdict_p99_ms is not None and found.verdict_p99_ms > VERDICT_MS
    late = found.arrival_p99_s is not None and found.arrival_p99_s > ARRIVAL_S
    if not slow and not late:
        return None
    if is_client_saturated(found):
        why = (
            f"The busiest client process used {_percent(found.client_cpu)} of a processor and was up to"
            f" {found.client_lag_ms:.0f} ms late: the latencies are its own. Give the bots more processors"
            " (--processes), or another machine."
        )
        return None, "the bots were the limit", (why,)
    what = f"Of a hundred verdicts one took longer than {found.verdict_p99_ms:.0f} ms." if slow else ""
    if not slow:
        what = f"Of a hundred who came one waited longer than {found.arrival_p99_s:.0f} s."
    limit, why = _cause(found)
    return False, limit, (what, why, *(() if slow else _refusals(found)))


def _cause(found: Measured) -> tuple[str, str]:
    if found.server_cpu is not None and found.server_cpu >= SATURATED:
        return "the first limit is the server's processor", (
            f"A web process used {_percent(found.server_cpu)} of its processor: start more of them."
        )
    if found.machine_cpu is not None and found.machine_cpu >= SATURATED * found.processors:
        return "the first limit is this machine's processors", (
            f"Without the bots {found.machine_cpu:.1f} of {found.processors} processors were busy."
        )
    if found.batch_ms is not None and found.verdict_p99_ms and found.batch_ms >= found.verdict_p99_ms / 2:
        return "the first limit is the database", (
            f"Its transactions took up to {found.batch_ms:.0f} ms: most of what a verdict took."
        )
    return "what the first limit is was not measured", (
        "Neither the server's processor nor the database explains it, or they could not be watched: see the curves."
    )


def _refusals(found: Measured) -> tuple[str, ...]:
    if not found.refused:
        return ()
    return (
        f"{found.refused:,} connections were refused (4503): the server was too busy, or one address may not have"
        f" more. If its processor was idle, start it with {socket_limits(found.sockets + found.missing)}.",
    )


def socket_limits(sockets: int) -> str:
    """The setting that lets so many come from one address, and come back all at once."""
    room = 10 ** math.ceil(math.log10(max(10, sockets * 2)))
    return f'ENIGMA_SOCKET_LIMITS=\'{{"sockets": {room}, "handshakes": {room}}}\''


# --- how far it would go ----------------------------------------------------------------------------------------------


def _limits(found: Measured) -> Iterator[Limit]:
    players = found.players
    if found.server_cpu:
        yield Limit(
            "the server's processor", found.server_cpu, SERVER_CPU, players * SERVER_CPU / found.server_cpu
        )
    if found.here and found.machine_cpu:
        share = found.machine_cpu / found.processors
        yield Limit("this machine's processors", share, MACHINE_CPU, players * MACHINE_CPU / share)
    if found.here and found.socket_bytes and found.free_bytes and found.sockets:
        room = found.free_bytes * MEMORY / found.socket_bytes
        yield Limit(
            "this machine's memory",
            found.sockets / (found.sockets + room),
            MEMORY,
            players * (found.sockets + room) / found.sockets,
        )


def _first_limit(found: Measured, limits: list[Limit], saturated: bool) -> str:
    if saturated:
        return "the bots were the limit, and it may well do more"
    if not limits:
        return "what the first limit is was not measured"
    first = limits[0]
    if first.players < found.players:
        return f"the first limit is {first.name}, and nothing is in hand"
    return f"the first limit is {first.name}"


def _up_to(found: Measured, limits: list[Limit]) -> int | None:
    if not limits or found.verdicts < FEWEST_VERDICTS or found.seconds < SHORTEST_S:
        return None
    players = min(limits[0].players, FURTHEST * found.players)
    return max(found.players, _rounded_down(players))


def _reasons(found: Measured, limits: list[Limit], saturated: bool) -> Iterator[str]:
    if found.wanted_solves and found.solves_per_s < REACHED * found.wanted_solves:
        yield (
            f"Only {found.solves_per_s:.1f} of {found.wanted_solves:g} right answers a second came about:"
            " the verdict is about those."
        )
    if saturated:
        yield (
            f"A client process used {_percent(found.client_cpu)} of a processor and was up to"
            f" {found.client_lag_ms:.0f} ms late: what was reached is a lower bound."
        )
    up_to = _up_to(found, limits)
    if limits:
        first = limits[0]
        name = first.name[0].upper() + first.name[1:]
        yield f"{name}: {_percent(first.used)} used, {_percent(first.at_most)} is the mark."
    if up_to is None:
        if limits:
            yield "It was too short, or too little was answered, to say how many more there could be."
        else:
            yield "The server could not be watched: how many more there could be is not known."
    elif limits[0].players < found.players:
        yield "It is beyond its mark already. A bigger night needs more of it first."
    elif limits[0].players >= FURTHEST * found.players:
        yield (
            f"In proportion that is enough for {up_to:,} players; what is beyond twice those who played, this"
            " cannot say."
        )
    else:
        yield f"In proportion the mark is reached at about {up_to:,} players."


def _marks(found: Measured) -> Iterator[Mark]:
    yield Mark("Promises kept", "yes" if found.kept else "no", "yes", found.kept)
    yield Mark("Everybody in", f"{found.missing:,} missing", "0 missing", not found.missing)
    yield _mark("Arrival, p99", found.arrival_p99_s, ARRIVAL_S, "{:.3g} s")
    yield _mark("Verdict, p99", found.verdict_p99_ms, VERDICT_MS, "{:.0f} ms")
    yield _mark("Busiest web process", found.server_cpu, SERVER_CPU, "{:.0%} of a processor")
    if found.here:
        share = None if found.machine_cpu is None else found.machine_cpu / found.processors
        yield _mark("This machine without the bots", share, MACHINE_CPU, "{:.0%} of its processors")
    yield _mark("Busiest client process", found.client_cpu, CLIENT_CPU, "{:.0%} of a processor")
    yield _mark("Client process late by", found.client_lag_ms, CLIENT_LAG_MS, "{:.0f} ms")


def _mark(name: str, value: float | None, allowed: float, text: str) -> Mark:
    if value is None:
        return Mark(name, "not measured", f"at most {text.format(allowed)}", None)
    return Mark(name, text.format(value), f"at most {text.format(allowed)}", value <= allowed)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _rounded_down(players: float) -> int:
    """To two digits: more is not known."""
    digits = max(0, int(math.log10(players)) - 1) if players >= 1 else 0
    return int(players // 10**digits * 10**digits)
