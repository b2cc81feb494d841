"""What a round measures, what a row says of several rounds, and how both are printed and kept."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct


class Sample(Struct):
    """One round of one contender. CPU is in shares of one core."""

    value: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    client_cpu: float | None = None
    server_cpu: float | None = None
    databases_cpu: float | None = None
    more: dict[str, Any] = {}


class Row(Struct):
    """One line of the result: ours and one baseline, medians of the rounds. `reached`: None without a target."""

    name: str
    value: float
    unit: str
    p50_ms: float | None
    p99_ms: float | None
    baseline: float | None
    ratio: float | None
    baseline_name: str | None
    target: str | None
    reached: bool | None
    client_cpu: float | None
    server_cpu: float | None
    databases_cpu: float | None
    rounds: list[Sample]
    baseline_rounds: list[Sample]


Rounds = dict[str, list[Sample]]


def in_turn(contenders: dict[str, Callable[[], Sample]], rounds: int, say: Callable[[str], None]) -> Rounds:
    """Every contender once a round: what the machine does meanwhile meets all of them."""
    taken: Rounds = {name: [] for name in contenders}
    for number in range(1, rounds + 1):
        for name, measure in contenders.items():
            sample = measure()
            taken[name].append(sample)
            say(f"  round {number}  {name:<28} {describe(sample)}")
    return taken


def row(
    name: str,
    unit: str,
    ours: Sequence[Sample],
    *,
    baseline: tuple[str, Sequence[Sample]] | None = None,
    target: str | None = None,
    reached: Callable[[Row], bool] | None = None,
) -> Row:
    """`reached` judges the finished row."""
    value = _median(ours, "value")
    other = _median(baseline[1], "value") if baseline else None
    assert value is not None
    made = Row(
        name=name,
        value=value,
        unit=unit,
        p50_ms=_median(ours, "p50_ms"),
        p99_ms=_median(ours, "p99_ms"),
        baseline=other,
        ratio=value / other if other else None,
        baseline_name=baseline[0] if baseline else None,
        target=target,
        reached=None,
        client_cpu=_median(ours, "client_cpu"),
        server_cpu=_median(ours, "server_cpu"),
        databases_cpu=_median(ours, "databases_cpu"),
        rounds=list(ours),
        baseline_rounds=list(baseline[1]) if baseline else [],
    )
    if reached:
        made.reached = reached(made)
    return made


def _median(samples: Sequence[Sample], member: str) -> float | None:
    values = [value for sample in samples if (value := getattr(sample, member)) is not None]
    return median(values) if values else None


def describe(sample: Sample) -> str:
    """A round in one line."""
    parts = [f"{number(sample.value):>9}"]
    if sample.p99_ms is not None:
        parts.append(f"p50 {number(sample.p50_ms)} p99 {number(sample.p99_ms)} ms")
    if sample.server_cpu is not None:
        parts.append(
            f"cpu: server {sample.server_cpu:.0%} client {sample.client_cpu or 0:.0%}"
            + ("" if sample.databases_cpu is None else f" databases {sample.databases_cpu:.0%}")
        )
    parts += [f"{name} {number(value)}" for name, value in sample.more.items()]
    return "  ".join(parts)


def number(value: Any) -> str:
    if not isinstance(value, float):
        return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


HEAD = (
    "",
    "value",
    "unit",
    "p50 ms",
    "p99 ms",
    "baseline",
    "",
    "ratio",
    "cpu server/client/databases",
    "target",
    "",
)


def table(rows: Sequence[Row]) -> str:
    lines = [HEAD, *(_cells(each) for each in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(each: Row) -> tuple[str, ...]:
    return (
        each.name,
        number(each.value),
        each.unit,
        number(each.p50_ms),
        number(each.p99_ms),
        number(each.baseline),
        each.baseline_name or "",
        f"{each.ratio:.2f}" if each.ratio is not None else "-",
        " / ".join(
            "-" if share is None else f"{share:.0%}"
            for share in (each.server_cpu, each.client_cpu, each.databases_cpu)
        ),
        each.target or "",
        "" if each.reached is None else "reached" if each.reached else "MISSED",
    )


def keep(path: Path, machine: dict[str, object], rows: Sequence[Row]) -> None:
    """Write the whole result as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine, "results": msgspec.to_builtins(list(rows))}
    path.write_text(json.dumps(content, indent=1) + "\n")
