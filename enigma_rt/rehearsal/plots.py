"""PURE. Curves over time as SVG, drawn by hand: a plot looks the same on paper, on a phone and in ten years."""

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from msgspec import Struct

WIDTH, HEIGHT = 420, 196
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 10, 24
TICKS_X, TICKS_Y = 5, 4
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)

Values = Sequence[tuple[float, float | None]]


class Curve(Struct, frozen=True):
    """`style` is a class of the page's style sheet; a gap is None. `filled`: down to the axis."""

    name: str
    style: str
    values: Values
    filled: bool = False


class Moment(Struct, frozen=True):
    """Something that happened between two instants: a storm, a herd, a deploy."""

    name: str
    begin: float
    end: float


class Plot(Struct, frozen=True):
    """`unit` goes with the numbers of the axis. `scale`: `log` for latencies, which span from 1 ms to minutes.

    `mark` is a line that should not be crossed. `bars`: the curves are stacked on each other, `width` seconds each.
    """

    title: str
    unit: str
    curves: tuple[Curve, ...]
    until: float
    moments: tuple[Moment, ...] = ()
    scale: str = "linear"
    mark: float | None = None
    mark_name: str = ""
    bars: float = 0.0


def svg(plot: Plot) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(described(plot))}">'
        f"{''.join(_Drawing(plot).parts())}</svg>"
    )


def described(plot: Plot) -> str:
    """What somebody is told who cannot see it."""
    tops = [
        f"{curve.name} at most {text_of(max(found), plot.unit)}"
        for curve in plot.curves
        if (found := [value for _, value in curve.values if value is not None])
    ]
    return f"{plot.title}: {', '.join(tops) or 'nothing was measured'}"


class _Drawing:
    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._curves = _stacked(plot.curves) if plot.bars else plot.curves
        found = [value for curve in self._curves for _, value in curve.values if value is not None]
        self.empty = not found
        most = max([*found, plot.mark or 0.0])
        if plot.scale == "log":
            self._ticks = log_ticks(min((value for value in found if value > 0), default=1.0), most or 1.0)
        else:
            self._ticks = linear_ticks(most)

    def parts(self) -> Iterator[str]:
        yield from self._moments()
        yield from self._axes()
        if self.empty:
            yield f'<text class="none" x="{(LEFT + WIDTH) / 2}" y="{HEIGHT / 2}">nothing was measured</text>'
            return
        yield from self._bars() if self._plot.bars else self._lines()
        if self._plot.mark is not None and self._plot.mark <= self._ticks[-1]:
            y = self._y(self._plot.mark)
            yield f'<path class="mark" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            name = escape(self._plot.mark_name)
            yield f'<text class="mark-name" x="{WIDTH - RIGHT - 2}" y="{y - 4:.1f}">{name}</text>'

    def _x(self, at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, at / self._plot.until))

    def _y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        is_log = self._plot.scale == "log"
        share = math.log(max(value, low) / low) / math.log(high / low) if is_log else value / high
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(1.0, max(0.0, share))

    def _axes(self) -> Iterator[str]:
        for tick in self._ticks:
            y = self._y(tick)
            yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            yield f'<text class="y" x="{LEFT - 6}" y="{y + 3.5:.1f}">{escape(text_of(tick, self._plot.unit))}</text>'
        for at in time_ticks(self._plot.until):
            yield f'<text class="x" x="{self._x(at):.1f}" y="{HEIGHT - 8}">{time_text(at)}</text>'

    def _moments(self) -> Iterator[str]:
        for moment in self._plot.moments:
            left, right = self._x(moment.begin), self._x(moment.end)
            wide = max(2.0, right - left)
            yield (
                f'<rect class="moment" x="{left:.1f}" y="{TOP}" width="{wide:.1f}" height="{HEIGHT - TOP - BOTTOM}">'
                f"<title>{escape(moment.name)}</title></rect>"
            )

    def _lines(self) -> Iterator[str]:
        floor = HEIGHT - BOTTOM
        for curve in self._curves:
            for stretch in _stretches(curve.values):
                points = [(self._x(at), self._y(value)) for at, value in stretch]
                path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
                if len(points) == 1:
                    yield f'<circle class="dot {curve.style}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="1.6"/>'
                    continue
                if curve.filled:
                    ends = f"M{points[0][0]:.1f} {floor}L{path}L{points[-1][0]:.1f} {floor}Z"
                    yield f'<path class="area {curve.style}" d="{ends}"/>'
                yield f'<path class="curve {curve.style}" d="M{path}"/>'

    def _bars(self) -> Iterator[str]:
        base: dict[float, float] = {}
        for curve in self._curves:
            for at, top in curve.values:
                if top is None or top <= base.get(at, 0.0):
                    continue
                left, right = self._x(at), self._x(at + self._plot.bars)
                y, below = self._y(top), self._y(base.get(at, 0.0))
                base[at] = top
                yield (
                    f'<rect class="bar {curve.style}" x="{left:.1f}" y="{y:.1f}"'
                    f' width="{max(1.0, right - left - 0.4):.1f}" height="{below - y:.1f}"/>'
                )


def _stacked(curves: Iterable[Curve]) -> tuple[Curve, ...]:
    """Each on top of those before it."""
    heights: dict[float, float] = {}
    stacked = []
    for curve in curves:
        values = []
        for at, value in curve.values:
            heights[at] = heights.get(at, 0.0) + (value or 0.0)
            values.append((at, heights[at] if value else None))
        stacked.append(Curve(curve.name, curve.style, values))
    return tuple(stacked)


def _stretches(values: Values) -> Iterator[list[tuple[float, float]]]:
    """Between gaps."""
    stretch: list[tuple[float, float]] = []
    for at, value in values:
        if value is not None:
            stretch.append((at, value))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


# --- scales -----------------------------------------------------------------------------------------------------------


def linear_ticks(most: float) -> list[float]:
    """From 0 to a round number that nothing exceeds."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / TICKS_Y
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough * 0.999)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


def log_ticks(least: float, most: float) -> list[float]:
    """Powers of ten around everything: at least a whole one."""
    low = math.floor(math.log10(max(least, 0.1)) + 1e-9)
    high = max(low + 1, math.ceil(math.log10(max(most, 0.1)) - 1e-9))
    return [10.0**power for power in range(low, high + 1)]


def time_ticks(until: float) -> list[float]:
    step = next((step for step in STEPS_S if until / step <= TICKS_X), STEPS_S[-1])
    return [float(at) for at in range(0, int(until) + 1, step)]


def time_text(at: float) -> str:
    return f"{int(at) // 60}:{int(at) % 60:02d}"


def text_of(value: float, unit: str) -> str:
    """`250 ms`, `1.5 s`, `40 %`, `1,200`."""
    if unit == "ms":
        return f"{value / 1000:g} s" if value >= 1000 else f"{value:.3g} ms"  # noqa: PLR2004
    if unit == "%":
        return f"{value * 100:.0f} %"
    number = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004
    return f"{number} {unit}".rstrip()
