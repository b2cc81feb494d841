"""What is seen while it goes: a small block that is rewritten on a terminal, a line now and then anywhere else."""

import time
from typing import Any

from enigma_rt.rehearsal.gauges import Load
from enigma_rt.rehearsal.percentiles import percentile
from enigma_rt.rehearsal.play import Progress
from enigma_rt.rehearsal.report import clock, show
from enigma_rt.rehearsal.timeline import Slot, ms, recent

QUIET_S = 5.0
RECENT_S = 5
WIDTH = 30
MB = 1_000_000


class Screen:
    """Writes to `out`, which may or may not be a terminal."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._live = out.isatty()
        self._told_at = 0.0
        self._lines = 0

    def say(self, text: str) -> None:
        self.clear()
        self._out.write(text)
        self._out.flush()

    def tell(self, text: str) -> None:
        """A line that the next one replaces."""
        self._show([text], text)

    def show(self, progress: Progress) -> None:
        self._show(block(progress), line(progress))

    def clear(self) -> None:
        if self._lines:
            self._out.write("".join("\x1b[A\x1b[2K" for _ in range(self._lines)), ending="")
            self._lines = 0

    def _show(self, lines: list[str], short: str) -> None:
        if self._live:
            self.clear()
            self._out.write("\n".join(lines))
            self._out.flush()
            self._lines = len(lines)
        elif time.monotonic() - self._told_at >= QUIET_S:
            self._told_at = time.monotonic()
            self._out.write(short)
            self._out.flush()


def line(progress: Progress) -> str:
    if progress.stage:
        return progress.stage
    timeline, latest = progress.timeline, _latest(progress)
    verdicts = recent(timeline, progress.second, RECENT_S)
    return (
        f"{clock(progress.second)}  online {timeline.total('online')} of {timeline.total('tabs')}"
        f"  commands {_rate(latest, 'commands'):.0f}/s  solves {_rate(latest, 'solves'):.1f}/s"
        f"  p50 {show(ms(percentile(verdicts, 50)))} ms  p99 {show(ms(percentile(verdicts, 99)))} ms"
        f"  errors {timeline.counts('errors').total()}  reconnects {timeline.total('reconnects')}"
    )


def block(progress: Progress) -> list[str]:
    """The same with more around it; no line is longer than a narrow terminal."""
    if progress.stage:
        return [f"{progress.stage} … {progress.timeline.total('checked') or ''}".rstrip()]
    plan, timeline, latest = progress.plan, progress.timeline, _latest(progress)
    verdicts = recent(timeline, progress.second, RECENT_S)
    connects = sorted(latency for slot in latest for latency in slot.connects)
    done = min(WIDTH, round(WIDTH * progress.second / plan.seconds))
    wanted = "" if plan.solves is None else f" of {plan.solves:g}"
    errors = timeline.counts("errors") + timeline.counts("closes")
    lines = [
        f"  {clock(progress.second)} of {clock(plan.seconds)}  {'━' * done}{'╌' * (WIDTH - done)}",
        f"  online {timeline.total('online')} of {timeline.total('tabs')}"
        f"   commands {_rate(latest, 'commands'):.0f}/s   solves {_rate(latest, 'solves'):.1f}/s{wanted}",
        f"  verdict p50 {show(ms(percentile(verdicts, 50)))} ms  p99 {show(ms(percentile(verdicts, 99)))} ms"
        f"   connect p99 {show(ms(percentile(connects, 99)))} ms",
        f"  reconnects {timeline.total('reconnects')}   errors and closes"
        f" {', '.join(f'{count} {code}' for code, count in errors.most_common(3)) or 'none'}",
    ]
    server = _servers(progress.loads)
    busiest = max((max(slot.cpu.values(), default=0.0) for slot in latest), default=0.0)
    lines.append(f"  bots {busiest:.0%} of a processor{server}")
    return lines


def _latest(progress: Progress) -> list[Slot]:
    """The full slots of the last seconds."""
    slots = progress.timeline.slots
    return [slots[at] for at in sorted(slots)[-RECENT_S:]]


def _rate(slots: list[Slot], name: str) -> float:
    return sum(getattr(slot, name) for slot in slots) / len(slots) if slots else 0.0


def _servers(loads: Any) -> str:
    latest: dict[str, Load] = {load.server: load for load in loads}
    parts = [
        f"{load.cpu:.0%} {(load.memory or 0) / MB:.0f} MB" for load in latest.values() if load.cpu is not None
    ]
    return f"   server {', '.join(parts)}" if parts else ""
