"""The report as one page that needs nothing else: no script, no font, no picture from anywhere. It may be mailed."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources
from typing import Any

from enigma_rt.rehearsal.lampboard import lampboard
from enigma_rt.rehearsal.messages import Plan
from enigma_rt.rehearsal.play import Played
from enigma_rt.rehearsal.plots import Curve, Moment, Plot, svg
from enigma_rt.rehearsal.report import (
    FINDINGS_SHOWN,
    MB,
    OUT_OF_ORDER,
    clock,
    ledger_in_words,
    name_of,
)
from enigma_rt.rehearsal.summary import Course, Summary
from enigma_rt.rehearsal.verdict import SERVER_CPU, VERDICT_MS
from enigma_rt.rehearsal.waves import Wave

STYLE = resources.files(__package__).joinpath("page.css")
NO_BREAK = "\N{NO-BREAK SPACE}"
PALETTE = ("one", "two", "three", "four", "five")
LAMPS = {True: "READY", False: "NOTYET", None: "NOTHING"}

Cells = Sequence[object]


def render(found: dict[str, Any], course: Course, played: Played, summary: Summary, plan: Plan) -> str:
    """The whole page; `found` are the figures of `report.py`."""
    title = f"Rehearsal: {found['hunt']}"
    body = "".join(
        (
            _hero(found, course, summary),
            _numbers(found, summary),
            _plots(played, summary, plan),
            f'<div class="pairs">{_marks(summary)}{_promises(found, course, played)}',
            f"{_events(summary)}{_latencies(found)}</div>",
            _codes(found),
            _loads(found, course, played, summary),
            _how(found, course, plan),
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="dark light">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


# --- what is seen first -----------------------------------------------------------------------------------------------


def _hero(found: dict[str, Any], course: Course, summary: Summary) -> str:
    verdict = summary.verdict
    state = {True: "ready", False: "not-ready", None: "unknown"}[verdict.ready]
    reasons = "".join(f"<p>{escape(reason)}</p>" for reason in verdict.reasons)
    kept = "The server kept every promise." if found["ok"] else "The server broke a promise."
    if found["ok"] and not found["checked"]:
        kept = "As far as was checked, every promise was kept."
    return (
        f'<header class="{state}"><div><p class="over">Rehearsal · {escape(str(found["hunt"]))}</p>'
        f'<h1>{escape(verdict.headline)}</h1><div class="why">{reasons}</div>'
        f'<p class="kept {"good" if found["ok"] else "bad"}">{kept}</p></div>'
        f"{lampboard(LAMPS[verdict.ready])}</header>"
    )


def _numbers(found: dict[str, Any], summary: Summary) -> str:
    wanted = found["solves_per_s_wanted"]
    shown = (
        (f"{found['players']:,}", "players", f"{found['sockets_most']:,} sockets at once"),
        (
            f"{found['solves_per_s']:g}",
            "right answers a second",
            f"{wanted:g} wanted" if wanted else "as it came",
        ),
        (_ms(found["p99_ms"]), "verdict, p99", f"p50 {_ms(found['p50_ms'])}"),
        (_ms(found["board_p99_ms"]), "solve to board, p99", f"p50 {_ms(found['board_p50_ms'])}"),
        (
            str(found["lost"] + found["doubled"] + found["unanswered"]),
            "lost, doubled, unanswered",
            f"of {found['commands']:,} commands",
        ),
    )
    cells = "".join(
        f"<div><dd>{escape(value)}</dd><dt>{escape(name)}</dt><small>{escape(more)}</small></div>"
        for value, name, more in shown
    )
    return f'<dl class="numbers">{cells}</dl>'


# --- curves -----------------------------------------------------------------------------------------------------------


def _plots(played: Played, summary: Summary, plan: Plan) -> str:
    until, moments = max(1.0, played.seconds), tuple(_moments(summary, plan))
    plots = [*_client_plots(summary, until, moments), *_server_plots(played, summary, until, moments)]
    legend = "".join(
        f'<li><i class="moment"></i>{escape(f"{moment.name}, {clock(moment.begin)}")}</li>'
        for moment in moments
    )
    return (
        f'<section><h2>The evening</h2><ul class="legend moments">{legend}</ul>'
        f'<div class="plots">{"".join(map(_figure, plots))}</div></section>'
    )


def _moments(summary: Summary, plan: Plan) -> Iterator[Moment]:
    if summary.storm is not None:
        lasted = summary.storm.lasted or plan.seconds - summary.storm.began
        yield Moment("everybody arrives", summary.storm.began, summary.storm.began + lasted)
    for event in summary.waves:
        lasted = plan.seconds - event.began if event.lasted is None else event.lasted
        yield Moment(name_of(event), event.began, event.began + lasted)


def _client_plots(summary: Summary, until: float, moments: tuple[Moment, ...]) -> Iterator[Plot]:
    def curve(name: str, style: str, field: str, *, filled: bool = False) -> Curve:
        middle = summary.width / 2
        values = [(point.at + middle, getattr(point, field)) for point in summary.points]
        return Curve(name, style, values, filled)

    def latency(title: str, field: str, mark: float | None = None) -> Plot:
        curves = (
            curve("p99", "two", f"{field}_p99_ms"),
            curve("p50", "one", f"{field}_p50_ms", filled=True),
        )
        name = f"{mark:.0f} ms" if mark else ""
        return Plot(title, "ms", curves, until, moments, "log", mark, name)

    def counted(title: str, field: str) -> Plot:
        codes = sorted({code for point in summary.points for code in getattr(point, field)})
        curves = tuple(
            Curve(
                code,
                PALETTE[number % len(PALETTE)],
                [(point.at, getattr(point, field).get(code)) for point in summary.points],
            )
            for number, code in enumerate(codes)
        )
        return Plot(title, "", curves, until, moments, bars=summary.width)

    yield Plot("Sockets", "", (curve("connected", "one", "online", filled=True),), until, moments)
    yield latency("From key to verdict", "verdict", VERDICT_MS)
    yield latency("From connecting to the page", "connect")
    yield latency("From a solve to everybody's board", "board")
    yield Plot(
        "Commands a second", "", (curve("commands", "one", "commands_per_s", filled=True),), until, moments
    )
    yield Plot(
        "Right answers a second", "", (curve("solves", "one", "solves_per_s", filled=True),), until, moments
    )
    yield counted("Errors by code", "errors")
    yield counted("Closes by code", "closes")


def _server_plots(
    played: Played, summary: Summary, until: float, moments: tuple[Moment, ...]
) -> Iterator[Plot]:
    servers = [server.server for server in summary.servers]

    def of_servers(field: str, scale: float = 1.0) -> tuple[Curve, ...]:
        return tuple(
            Curve(
                _short(server),
                PALETTE[number % len(PALETTE)],
                [
                    (load.at, None if getattr(load, field) is None else getattr(load, field) * scale)
                    for load in played.loads
                    if load.server == server
                ],
            )
            for number, server in enumerate(servers)
        )

    bots = Curve("bots", "bots", [(point.at, point.client_cpu) for point in summary.points])
    yield Plot(
        "Processor: web processes and bots",
        "%",
        (*of_servers("cpu"), bots),
        until,
        moments,
        mark=SERVER_CPU,
        mark_name=f"{SERVER_CPU:.0%}",
    )
    yield Plot("Memory of the web processes", "MB", of_servers("memory", 1 / MB), until, moments)
    if any(load.batch_ms is not None for load in played.loads):
        yield Plot("A transaction, p99", "ms", of_servers("batch_ms"), until, moments, "log")
    if any(load.fanout_ms is not None for load in played.loads):
        yield Plot("Fan-out of one change, p99", "ms", of_servers("fanout_ms"), until, moments, "log")


def _figure(plot: Plot) -> str:
    keys = "".join(f'<li><i class="{curve.style}"></i>{escape(curve.name)}</li>' for curve in plot.curves)
    return f'<figure><figcaption>{escape(plot.title)}</figcaption><ul class="legend">{keys}</ul>{svg(plot)}</figure>'


# --- tables -----------------------------------------------------------------------------------------------------------


def _marks(summary: Summary) -> str:
    words = {True: "met", False: "missed", None: "unknown"}
    rows = [
        (mark.name, mark.measured, mark.allowed, _Tag(words[mark.met], mark.met))
        for mark in summary.verdict.marks
    ]
    note = (
        "The verdict is these marks and nothing else. What is said of more players grows in proportion to those who"
        " played, and never beyond twice as many; latencies are not extrapolated."
    )
    return _section("What decided it", _table(("", "measured", "mark", ""), rows) + _note(note))


def _events(summary: Summary) -> str:
    rows = [_event_row("arrival", summary.storm)] if summary.storm is not None else []
    rows += [_event_row(name_of(event), event) for event in summary.waves]
    if not rows:
        return ""
    head = ("", "at", "sockets", "all in after", "p50", "p99", "longest", "tries each")
    return _section("Arrivals and returns", _table(head, rows))


def _event_row(name: str, event: Wave) -> Cells:
    lasted = f"{event.missing:,} not by the end" if event.lasted is None else f"{event.lasted:.1f}{NO_BREAK}s"
    return (
        name,
        clock(event.began),
        f"{event.tabs:,}",
        lasted,
        *(_s(value) for value in (event.p50, event.p99, event.longest)),
        f"{event.tries:.2f}",
    )


def _promises(found: dict[str, Any], course: Course, played: Played) -> str:
    def row(name: str, count: int, what: str) -> Cells:
        return (name, f"{count:,}", what, _Tag("kept" if not count else "broken", not count))

    asked = f"{found['rechecked']:,} asked again"
    if course.ledger is not None:
        asked += ", all compared with the database"
    rows: list[Cells] = [
        row("Lost", found["lost"], asked),
        row("Doubled", found["doubled"], "no effect too many, no award twice"),
        row("Unanswered", found["unanswered"], "commands without a reply in the end"),
        row("Boards that differ", found["board_mismatches"], f"{found['board_checks']:,} compared"),
        row("Tabs out of step", found["tabs_behind"], "of one player"),
        (
            "Ledger",
            "-" if course.ledger is None else "checked",
            ledger_in_words(course.ledger),
            _Tag({True: "kept", False: "broken", None: "unknown"}[found["ledger_ok"]], found["ledger_ok"]),
        ),
    ]
    findings = [
        f"{what}: {why}"
        for several in (played.book.findings.lost, played.book.findings.doubled)
        for what, why in list(several.items())[:FINDINGS_SHOWN]
    ]
    notes = [f"{found[name]} {text}" for name, text in OUT_OF_ORDER.items() if found[name]]
    if not played.checked:
        notes.append("The checks were stopped before they were all made.")
    body = _table(("", "", "", ""), rows) + "".join(map(_note, (*findings, *notes)))
    return _section("Promises", body)


def _latencies(found: dict[str, Any]) -> str:
    rows = [
        ("Verdict", *(_ms(found[f"{part}_ms"]) for part in ("p50", "p90", "p99", "max"))),
        (
            f"Verdict over a reconnection ({found['over_reconnect']})",
            _ms(found["over_reconnect_p50_ms"]),
            "",
            "",
            _ms(found["over_reconnect_max_ms"]),
        ),
        (
            "From connecting to the page",
            _ms(found["connect_p50_ms"]),
            "",
            _ms(found["connect_p99_ms"]),
            _ms(found["connect_max_ms"]),
        ),
        (
            "From a solve to everybody's board",
            _ms(found["board_p50_ms"]),
            "",
            _ms(found["board_p99_ms"]),
            _ms(found["board_max_ms"]),
        ),
    ]
    return _section("Latencies", _table(("", "p50", "p90", "p99", "max"), rows))


def _codes(found: dict[str, Any]) -> str:
    def part(title: str, counts: dict[str, int], meaning: dict[str, str]) -> str:
        rows = [
            (code, f"{count:,}", meaning.get(code, ""))
            for code, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ]
        return f"<div><h3>{title}</h3>{_table(('', '', ''), rows) if rows else _note('none')}</div>"

    return _section(
        "Answers and errors by code",
        '<div class="columns">'
        + part("Commands", found["commands_by_kind"], {})
        + part("Verdicts", found["verdicts"], {})
        + part("Errors", found["errors"], _ERRORS)
        + part("Closes by the server", found["closes"], _CLOSES)
        + "</div>",
    )


_ERRORS = {
    "too_many_guesses": "a player's wrong answers are limited: the game's rule",
    "insufficient_xp": "a power-up that nobody could afford",
    "stale_question": "answered from another tab already",
    "rate_limited": "sent again when there was credit",
    "retry_later": "sent again; the database was slow or away",
    "server_error": "a defect of the server: see its log",
}
_CLOSES = {
    "1001": "the server went away",
    "1006": "lost, or not made",
    "1012": "restart",
    "4009": "opened elsewhere",
    "4503": "too busy, or too many from one address",
}


def _loads(found: dict[str, Any], course: Course, played: Played, summary: Summary) -> str:
    rows: list[Cells] = [
        (
            server.server,
            _share(server.cpu),
            _share(server.cpu_most),
            "-" if server.memory is None else f"{server.memory / MB:.0f} MB",
            f"{server.sockets:,}",
            _ms(server.batch_ms),
            _ms(server.fanout_ms),
            _ms(server.loop_ms),
        )
        for server in summary.servers
    ]
    head = ("web process", "processor", "at most", "memory", "sockets", "transaction", "fan-out", "loop late")
    notes = [f"{url} was not watched: {why}" for url, why in played.blind.items()]
    notes.append(
        f"{course.processes} client process{'es' if course.processes > 1 else ''}: the busiest used"
        f" {_share(summary.client_cpu)} of a processor and was up to {summary.client_lag_ms:.0f} ms late."
    )
    if summary.machine_cpu is not None:
        what = "the server's machine" if course.here else "the bots' machine"
        notes.append(
            f"Without the bots {summary.machine_cpu:.1f} of {summary.processors} processors of {what} were busy."
        )
    notes.append("Latencies are p99; all figures as sustained: reached for a tenth of the time.")
    return _section("Loads", (_table(head, rows) if rows else "") + "".join(map(_note, notes)))


def _how(found: dict[str, Any], course: Course, plan: Plan) -> str:
    rows: list[Cells] = [
        ("Players", f"{course.players:,}, {course.accounts}"),
        ("Played", f"{found['seconds']} s of {plan.seconds:g} s, everybody coming within {plan.arrival:g} s"),
        ("Servers", ", ".join(plan.urls)),
        ("Seed", str(course.seed)),
        (
            "Network",
            f"{found['drops']:,} connections broken on purpose, {found['reconnects']:,} reconnects,"
            f" {found['reloads']:,} reloads, {found['resyncs']:,} resyncs",
        ),
    ]
    if course.speed:
        rows.append(("Speed", f"{course.speed:g} times that of people"))
    if summary_herds := ", ".join(clock(herd) for herd in plan.herds):
        rows.append(("Herd", f"every connection cut at {summary_herds}"))
    return _section("How it was made", _table(("", ""), rows))


# --- bricks -----------------------------------------------------------------------------------------------------------


class _Tag:
    """A word with a lamp: never the colour alone."""

    def __init__(self, word: str, good: bool | None) -> None:
        self._html = f'<b class="{ {True: "good", False: "bad", None: "dim"}[good] }">{escape(word)}</b>'

    def __str__(self) -> str:
        return self._html


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def _table(head: Sequence[str], rows: Iterable[Cells]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(
        f"<tr><th>{escape(str(first))}</th>{''.join(f'<td>{_cell(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    thead = f"<thead><tr>{top}</tr></thead>" if any(head) else ""
    return f'<div class="scroll"><table>{thead}<tbody>{lines}</tbody></table></div>'


def _cell(cell: object) -> str:
    return str(cell) if isinstance(cell, _Tag) else escape(str(cell))


def _ms(value: float | None) -> str:
    if value is None:
        return "-"
    number = f"{value:,.0f}" if value >= 10 else f"{value:.1f}"  # noqa: PLR2004
    return f"{number}{NO_BREAK}ms"


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}{NO_BREAK}s"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _short(server: str) -> str:
    return server.partition("//")[2]
