"""How it went: a table and a JSON object at the end."""

from collections.abc import Iterator
from typing import Any

import msgspec

from enigma_rt.rehearsal.book import Book
from enigma_rt.rehearsal.journal import ARRIVAL, HERD, RESTART
from enigma_rt.rehearsal.percentiles import percentile
from enigma_rt.rehearsal.play import Played
from enigma_rt.rehearsal.summary import Course, ServerLoad, Summary
from enigma_rt.rehearsal.timeline import ms
from enigma_rt.rehearsal.waves import Wave

FINDINGS_SHOWN = 5
COLUMN = 20
MB = 1_000_000


def promises(book: Book, course: Course) -> dict[str, Any]:
    """What decides the exit status."""
    return {
        "board_mismatches": book.counts.board_mismatches,
        "tabs_behind": book.counts.tabs_behind,
        "unanswered": len(book.unanswered),
        "lost": len(book.findings.lost),
        "doubled": len(book.findings.doubled),
        "ledger_ok": None if course.ledger is None else not course.ledger,
    }


def are_kept(found: dict[str, Any]) -> bool:
    """Whether the server kept its promises, of `promises` or of all figures."""
    broken = ("lost", "doubled", "unanswered", "board_mismatches", "tabs_behind")
    return not any(found[name] for name in broken) and found["ledger_ok"] is not False


def figures(course: Course, played: Played, summary: Summary) -> dict[str, Any]:
    """All figures, as `--json` writes them. Times in ms unless the name says otherwise; null where there is nothing to
    tell."""
    book, counts = played.book, played.book.counts
    direct, detours = sorted(book.latencies), sorted(book.detours)
    result = {
        "hunt": book.title,
        "players": course.players,
        "seconds": round(played.seconds, 1),
        "seed": course.seed,
        "accounts": course.accounts,
        "processes": course.processes,
        "speed": course.speed,
        "commands": book.commands,
        "commands_by_kind": dict(sorted(book.kinds.items())),
        "commands_per_s": round(book.commands / played.seconds, 1) if played.seconds else 0,
        "solves": sum(outcome.verdict == "correct" for outcome in book.told.values()),
        "solves_per_s": summary.solves_per_s,
        "solves_per_s_wanted": course.wanted_solves,
        "verdicts": dict(sorted(book.verdicts.items())),
        "refusals": dict(sorted(book.refusals.items())),
        "errors": dict(sorted(book.errors.items())),
        **{f"{name}_ms": ms(percentile(direct, percent)) for name, percent in _PERCENTILES.items()},
        "over_reconnect": len(detours),
        "over_reconnect_p50_ms": ms(percentile(detours, 50)),
        "over_reconnect_max_ms": ms(percentile(detours, 100)),
        "sockets": summary.tabs,
        "sockets_most": summary.peak,
        "sockets_missing": summary.missing,
        **_three("connect", summary.connect),
        "snapshots": counts.snapshots,
        "resyncs": counts.resyncs,
        "reconnects": counts.reconnects,
        "reloads": counts.reloads,
        "drops": counts.drops,
        "closes": {str(code): count for code, count in sorted(book.closes.items())},
        "storm": None if summary.storm is None else wave(summary.storm),
        "waves": [wave(found) for found in summary.waves],
        "board_deltas": counts.deltas,
        "board_told": summary.boards_told,
        **_three("board", summary.board),
        "board_checks": counts.board_checks,
        "boards_unchecked": counts.boards_unchecked,
        "unexpected_verdicts": counts.surprises,
        "unreadable_frames": counts.unreadable,
        "rechecked": counts.rechecked,
        "checked": played.checked,
        **promises(book, course),
        "client": {"cpu": summary.client_cpu, "late_ms": summary.client_lag_ms},
        "servers": msgspec.to_builtins(summary.servers),
        "servers_not_watched": played.blind,
        "machine": {"cpu_without_bots": summary.machine_cpu, "processors": summary.processors},
        "verdict": msgspec.to_builtins(summary.verdict),
        "series": {"width_s": summary.width, "points": msgspec.to_builtins(summary.points)},
        "server_series": msgspec.to_builtins(list(played.loads)),
    }
    result["ok"] = are_kept(result)
    return result


_PERCENTILES = {"p50": 50, "p90": 90, "p99": 99, "max": 100}


def wave(found: Wave) -> dict[str, Any]:
    """A wave as it is written; instants and times away in seconds."""
    return {
        "cause": found.cause,
        "causes": found.causes,
        "began_s": round(found.began, 1),
        "all_back_s": None if found.lasted is None else round(found.lasted, 2),
        "sockets": found.tabs,
        "missing": found.missing,
        "p50_s": _seconds(found.p50),
        "p99_s": _seconds(found.p99),
        "longest_s": _seconds(found.longest),
        "connections_each": round(found.tries, 2),
    }


def table(found: dict[str, Any], course: Course, played: Played, summary: Summary) -> Iterator[str]:
    """The lines of the final table."""
    yield (
        f"{found['hunt']}: {found['players']} players, {found['seconds']} s, seed {found['seed']},"
        f" {found['accounts']}"
    )
    yield _line(
        "commands", f"{found['commands']} ({found['commands_per_s']}/s): {pairs(found['commands_by_kind'])}"
    )
    wanted = "" if course.wanted_solves is None else f" of {course.wanted_solves:g} wanted"
    yield _line("right answers", f"{found['solves']}, {found['solves_per_s']}/s{wanted} once all were in")
    yield _line("verdicts", pairs(found["verdicts"]))
    yield _line("refusals", pairs(found["refusals"]))
    if again := {code: count for code, count in found["errors"].items() if code not in found["refusals"]}:
        yield _line("sent again after", pairs(again))
    yield _line(
        "verdict latency",
        "  ".join(f"{name} {show(found[f'{name}_ms'])} ms" for name in _PERCENTILES),
    )
    yield _line(
        "over a reconnection",
        f"{found['over_reconnect']} verdicts, p50 {show(found['over_reconnect_p50_ms'])} ms,"
        f" max {show(found['over_reconnect_max_ms'])} ms",
    )
    yield _line("solve to board", f"{_percentiles(found, 'board')} ({found['board_told']} times told)")
    if summary.storm is not None:
        yield _line("arrival", in_words(summary.storm))
    yield _line("one connection", _percentiles(found, "connect"))
    for event in summary.waves:
        yield _line(name_of(event), f"at {clock(event.began)}: {in_words(event)}")
    yield _line(
        "connections",
        f"{found['drops']} broken on purpose, {found['reconnects']} reconnects, {found['reloads']} reloads,"
        f" {found['snapshots']} snapshots, {found['resyncs']} resyncs",
    )
    if found["closes"]:
        yield _line("closed by the server", pairs(found["closes"]))
    yield _line(
        "board",
        f"{found['board_deltas']} deltas applied, compared with {found['board_checks']} fresh snapshots:"
        f" {found['board_mismatches']} mismatches",
    )
    yield _line(
        "bots",
        f"{course.processes} process{'es' if course.processes > 1 else ''}, the busiest at"
        f" {summary.client_cpu:.0%} of a processor, up to {summary.client_lag_ms:.0f} ms late",
    )
    for server in summary.servers:
        yield _line("server", f"{server.server}: {load_in_words(server)}")
    for url, why in played.blind.items():
        yield _line("server", f"{url} was not watched: {why}")
    if summary.machine_cpu is not None:
        yield _line(
            "this machine",
            f"{summary.machine_cpu:.1f} of {summary.processors} processors busy without the bots",
        )
    for name, text in OUT_OF_ORDER.items():
        if found[name]:
            yield _line(name.replace("_", " "), f"{found[name]} {text}")
    asked = f"{found['rechecked']} asked again"
    yield _line(
        "lost",
        f"{found['lost']} ({asked}{'' if course.ledger is None else ', all compared with the database'})",
    )
    yield from _findings(played.book.findings.lost)
    yield _line("doubled", str(found["doubled"]))
    yield from _findings(played.book.findings.doubled)
    yield _line("unanswered", str(found["unanswered"]))
    yield _line("ledger", ledger_in_words(course.ledger).replace("\n", "\n" + " " * (COLUMN + 2)))
    if not played.checked:
        yield _line("checks", "stopped before they were all made")
    if found["ok"]:
        yield (
            "The server kept every promise."
            if played.checked
            else "As far as was checked, every promise was kept."
        )
    else:
        yield "The server BROKE a promise: see above."
    yield summary.verdict.headline
    for reason in summary.verdict.reasons:
        yield f"  {reason}"


OUT_OF_ORDER = {
    "boards_unchecked": "(somebody moved at every comparison)",
    "tabs_behind": "players had tabs that did not show the same",
    "unexpected_verdicts": "verdicts differ from the pack: is it the one that was imported?",
    "unreadable_frames": "frames that this client does not know",
}


# --- in words -------------------------------------------------------------------------------------------------------


def name_of(event: Wave) -> str:
    """What it was that took so many connections."""
    if event.cause == HERD:
        return "herd"
    return "restart" if event.cause == RESTART else "connections lost"


def in_words(event: Wave) -> str:
    back = "in" if event.cause == ARRIVAL else "back"
    whole = (
        f"all {event.tabs} {back} after {event.lasted:.1f} s"
        if event.lasted is not None
        else f"{event.tabs - event.missing} of {event.tabs} {back}, {event.missing} not by the end"
    )
    return (
        f"{whole}; one waited p50 {show(_seconds(event.p50))} s, p99 {show(_seconds(event.p99))} s,"
        f" max {show(_seconds(event.longest))} s; {event.tries:.2f} connections each"
    )


def load_in_words(server: ServerLoad) -> str:
    parts = []
    if server.cpu is not None and server.cpu_most is not None:
        parts.append(f"{server.cpu:.0%} of a processor (at most {server.cpu_most:.0%})")
    if server.memory is not None:
        parts.append(f"{server.memory / MB:.0f} MB")
    parts.append(f"{server.sockets} sockets")
    for name, value in (
        ("transactions", server.batch_ms),
        ("fan-out", server.fanout_ms),
        ("loop", server.loop_ms),
    ):
        if value is not None:
            parts.append(f"{name} p99 {value:.0f} ms")
    return ", ".join(parts)


def ledger_in_words(complaints: str | None) -> str:
    if complaints is None:
        return "not checked: the server's database is not at hand"
    return complaints or "ok"


def clock(seconds: float) -> str:
    """Minutes and seconds, to the nearest: what came 0.02 s before 0:07 is not at 0:06."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def pairs(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def show(value: float | None) -> str:
    return "-" if value is None else str(value)


def _percentiles(found: dict[str, Any], name: str) -> str:
    return "  ".join(f"{part} {show(found[f'{name}_{part}_ms'])} ms" for part in ("p50", "p99", "max"))


def _three(name: str, values: tuple[float | None, float | None, float | None]) -> dict[str, float | None]:
    return {f"{name}_{part}_ms": value for part, value in zip(("p50", "p99", "max"), values, strict=True)}


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _findings(found: dict[str, str]) -> Iterator[str]:
    for number, (what, why) in enumerate(found.items()):
        if number == FINDINGS_SHOWN:
            yield _line("", f"… and {len(found) - number} more")
            return
        yield _line("", f"{what}: {why}")


def _line(label: str, text: str) -> str:
    return f"  {label:<{COLUMN}} {text}"
