// A small plot over time of the pulse: bars on top of each other, or lines. All of them show one instant at a time.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { shortDayTime, shortTime } from "../times.js";
import { locale, number } from "../i18n.js";
import { stacked } from "./beats.js";

const DAY = 1440;
const SYNC = "pulse";
const WHOLE = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1000, 10_000, 100_000].map((power) => digit * power)).sort((a, b) => a - b);
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400].map((minutes) => minutes * 60);

export class Plot {
  #box;
  #made;
  #plot = null;
  #key = "";

  /**
   * `made`: { series: [{ name, color, dash }], bars: whether they stand on each other, unit, most: the scale's least top }.
   * `point(index)`: the pointer is on this point (null: on none).
   */
  constructor(box, made, point) {
    this.#box = box;
    this.#made = made;
    this.point = point;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(box);
  }

  /** `lists[name]` for each of the series beside `lists.at`, in minutes since the epoch. */
  show(lists, step) {
    const names = this.#made.series.map(({ name }) => name);
    const values = names.map((name) => lists[name]);
    // The highest is drawn first, so that the others stand before it.
    const drawn = this.#made.bars ? stacked(values).reverse() : values;
    const data = [lists.at.map((minute) => minute * 60), ...drawn];
    const long = lists.at.at(-1) - lists.at[0] > DAY;
    const key = `${step} ${long}`;
    if (this.#plot && key === this.#key) return this.#plot.setData(data);
    this.#key = key;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(step, long), data, this.#box);
  }

  #size() {
    return { width: Math.max(160, this.#box.clientWidth), height: Math.max(70, this.#box.clientHeight) };
  }

  #options(step, long) {
    const style = getComputedStyle(this.#box);
    const value = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: value("--soft"), font: `11px ${value("--mono")}`, ticks: { show: false } };
    const { series, bars, unit, most } = this.#made;
    const line = ({ color, dash }) => ({ stroke: value(color), width: 1.75, dash, points: { show: true, size: 4, width: 0, fill: value(color), filter: alone } });
    const bar = ({ color }) => ({ fill: value(color), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 14], align: 1 }) });
    return {
      ...this.#size(),
      padding: [6, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: SYNC } },
      scales: {
        x: { time: true, range: (_, low, high) => [low, high + (bars ? step * 60 : 0)] },
        y: { range: (_, low, high) => [0, Math.max(most, high * 1.1)] },
      },
      axes: [
        { ...axis, size: 22, incrs: TICKS, space: long ? 96 : 56, grid: { show: false }, values: (_, seconds) => seconds.map((second) => words(second * 1000, long)) },
        { ...axis, size: 44, space: 26, incrs: WHOLE, grid: { stroke: value("--hairline"), width: 1 }, values: (_, values) => values.map((count) => `${number(count)}${unit}`) },
      ],
      series: [{}, ...(bars ? series.toReversed() : series).map(bars ? bar : line)],
      hooks: { setCursor: [({ cursor }) => this.point(cursor.left >= 0 ? cursor.idx : null)] },
    };
  }
}

/** What no line leads to or from would not be seen: those points are. */
function alone(plot, series) {
  const values = plot.data[series];
  const known = (i) => values[i] !== null && values[i] !== undefined;
  return values.flatMap((_, i) => (known(i) && !known(i - 1) && !known(i + 1) ? [i] : []));
}

/** The hour; of a hunt of days the day at midnight. */
function words(instant, long) {
  const midnight = long && new Date(instant).getHours() === 0 && new Date(instant).getMinutes() === 0;
  return midnight ? shortDayTime(instant, locale()).split(",")[0] : shortTime(instant, locale());
}
