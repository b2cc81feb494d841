"""How it went: a line while it goes, a table and a JSON object at the end."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from enigma_rt.rehearsal.journal import Journal

MS = 1000
FINDINGS_SHOWN = 5
COLUMN = 20


class Course(Struct, frozen=True):
    """What a rehearsal was: `seconds` of play, `accounts` by which way, `hunt` as the server names it.

    `ledger` is what the ledger check complained of, "" for nothing, None if the database could not be asked.
    """

    players: int
    seconds: float
    seed: int
    accounts: str
    hunt: str
    ledger: str | None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """By nearest rank, of sorted values; None of nothing."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else None


def progress(journal: Journal, second: int, commands: int, players: int) -> str:
    """The live line; `commands` in the last second."""
    recent = sorted(journal.recent)
    return (
        f"{second // 60}:{second % 60:02d}  solves {journal.solves:<5} commands/s {commands:<4}"
        f" online {journal.online:<5} of {players}  p50 {_ms(percentile(recent, 50)):>6} ms"
        f"  p99 {_ms(percentile(recent, 99)):>6} ms"
    )


def figures(journal: Journal, course: Course) -> dict[str, Any]:
    """All figures, as `--json` writes them. Times in ms; null where there is nothing to tell."""
    counts, direct, detours = journal.counts, sorted(journal.latencies), sorted(journal.detours)
    kinds = Counter(type(entry.command).__struct_config__.tag for entry in journal.entries.values())
    refusals = Counter(entry.refusal for entry in journal.entries.values() if entry.refusal)
    result = {
        "hunt": course.hunt,
        "players": course.players,
        "seconds": round(course.seconds, 1),
        "seed": course.seed,
        "accounts": course.accounts,
        "commands": len(journal.entries),
        "commands_by_kind": dict(sorted((str(kind), count) for kind, count in kinds.items())),
        "commands_per_s": round(len(journal.entries) / course.seconds, 1) if course.seconds else 0,
        "solves": journal.solves,
        "verdicts": dict(sorted(journal.verdicts.items())),
        "refusals": dict(sorted(refusals.items())),
        "errors": dict(sorted(journal.errors.items())),
        "p50_ms": _rounded(percentile(direct, 50)),
        "p90_ms": _rounded(percentile(direct, 90)),
        "p99_ms": _rounded(percentile(direct, 99)),
        "max_ms": _rounded(percentile(direct, 100)),
        "over_reconnect": len(detours),
        "over_reconnect_p50_ms": _rounded(percentile(detours, 50)),
        "over_reconnect_max_ms": _rounded(percentile(detours, 100)),
        "snapshots": counts.snapshots,
        "resyncs": counts.resyncs,
        "reconnects": counts.reconnects,
        "reloads": counts.reloads,
        "drops": counts.drops,
        "closes": {str(code): count for code, count in sorted(journal.closes.items())},
        "board_deltas": counts.deltas,
        "board_checks": counts.board_checks,
        "board_mismatches": counts.board_mismatches,
        "boards_unchecked": counts.boards_unchecked,
        "tabs_behind": counts.tabs_behind,
        "unexpected_verdicts": counts.surprises,
        "unreadable_frames": counts.unreadable,
        "rechecked": counts.rechecked,
        "unanswered": len(journal.unanswered()),
        "lost": len(journal.findings.lost),
        "doubled": len(journal.findings.doubled),
        "ledger_ok": None if course.ledger is None else not course.ledger,
    }
    result["ok"] = is_good(result)
    return result


def is_good(found: dict[str, Any]) -> bool:
    """Whether the server kept its promises: what decides the exit status."""
    broken = ("lost", "doubled", "unanswered", "board_mismatches", "tabs_behind")
    return not any(found[name] for name in broken) and found["ledger_ok"] is not False


def table(found: dict[str, Any], journal: Journal, course: Course) -> Iterator[str]:
    """The lines of the final table."""
    yield (
        f"{found['hunt']}: {found['players']} players, {found['seconds']} s, seed {found['seed']},"
        f" {found['accounts']}"
    )
    yield _line(
        "commands", f"{found['commands']} ({found['commands_per_s']}/s): {_pairs(found['commands_by_kind'])}"
    )
    yield _line("verdicts", _pairs(found["verdicts"]))
    yield _line("refusals", _pairs(found["refusals"]))
    if again := {code: count for code, count in found["errors"].items() if code not in found["refusals"]}:
        yield _line("sent again after", _pairs(again))
    yield _line(
        "verdict latency",
        "  ".join(f"{name} {_show(found[f'{name}_ms'])} ms" for name in ("p50", "p90", "p99", "max")),
    )
    yield _line(
        "over a reconnection",
        f"{found['over_reconnect']} verdicts, p50 {_show(found['over_reconnect_p50_ms'])} ms,"
        f" max {_show(found['over_reconnect_max_ms'])} ms",
    )
    yield _line(
        "connections",
        f"{found['drops']} broken on purpose, {found['reconnects']} reconnects, {found['reloads']} reloads,"
        f" {found['snapshots']} snapshots, {found['resyncs']} resyncs",
    )
    if found["closes"]:
        yield _line("closed by the server", _pairs(found["closes"]))
    yield _line(
        "board",
        f"{found['board_deltas']} deltas applied, compared with {found['board_checks']} fresh snapshots:"
        f" {found['board_mismatches']} mismatches",
    )
    for name, text in _OUT_OF_ORDER.items():
        if found[name]:
            yield _line(name.replace("_", " "), f"{found[name]} {text}")
    asked = f"{found['rechecked']} asked again"
    yield _line(
        "lost",
        f"{found['lost']} ({asked}{'' if course.ledger is None else ', all compared with the database'})",
    )
    yield from _findings(journal.findings.lost)
    yield _line("doubled", str(found["doubled"]))
    yield from _findings(journal.findings.doubled)
    yield _line("unanswered", str(found["unanswered"]))
    yield _line("ledger", _ledger(course.ledger))
    yield "The server kept every promise." if found["ok"] else "The server BROKE a promise: see above."


_OUT_OF_ORDER = {
    "boards_unchecked": "(somebody moved at every comparison)",
    "tabs_behind": "players had tabs that did not show the same",
    "unexpected_verdicts": "verdicts differ from the pack: is it the one that was imported?",
    "unreadable_frames": "frames that this client does not know",
}


def _findings(found: dict[str, str]) -> Iterator[str]:
    for number, (what, why) in enumerate(found.items()):
        if number == FINDINGS_SHOWN:
            yield _line("", f"… and {len(found) - number} more")
            return
        yield _line("", f"{what}: {why}")


def _ledger(complaints: str | None) -> str:
    if complaints is None:
        return "not checked: the server's database is not at hand"
    return "ok" if not complaints else complaints.replace("\n", "\n" + " " * (COLUMN + 2))


def _line(label: str, text: str) -> str:
    return f"  {label:<{COLUMN}} {text}"


def _pairs(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * MS:.1f}"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * MS, 1)


def _show(value: float | None) -> str:
    return "-" if value is None else str(value)
