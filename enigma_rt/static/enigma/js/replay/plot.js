// Points over time of the first ten and of whom one follows: steps, because a score holds until the next solve.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { curves } from "./timeline.js";
import { shortDayTime, shortTime } from "../times.js";
import { locale, number } from "../i18n.js";

const DASHED = 5; // the second five are told from the first by more than a colour
const DAY = 86_400;

export class Plot {
  #box;
  #pick;
  #line = null;
  #plot = null;
  #players = [];
  #most = 1;

  /** `pick(instant)`: somebody has pointed at one. */
  constructor(box, pick) {
    this.#box = box;
    this.#pick = pick;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(box);
  }

  /** `most`: the highest score of the evening. */
  load(line, most) {
    this.#line = line;
    this.#most = Math.max(1, most);
    this.#players = [];
  }

  /** The curves of `players` (at most eleven) until `now`. */
  show(players, now) {
    const { at, points } = curves(this.#line, players, now);
    const data = [at.map((instant) => instant / 1000), ...points];
    const same = this.#plot && players.length === this.#players.length && players.every((player, i) => player === this.#players[i]);
    if (same) return this.#plot.setData(data);
    this.#players = players;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(players), data, this.#box);
    this.#plot.over.addEventListener("click", () => {
      const second = this.#plot.posToVal(this.#plot.cursor.left, "x");
      if (Number.isFinite(second)) this.#pick(second * 1000);
    });
  }

  #size() {
    return { width: Math.max(200, this.#box.clientWidth), height: Math.max(160, this.#box.clientHeight) };
  }

  #options(players) {
    const style = getComputedStyle(this.#box);
    const value = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: value("--soft"), font: `12px ${value("--mono")}`, ticks: { show: false }, grid: { stroke: value("--hairline"), width: 1 } };
    const long = (this.#line.until - this.#line.start) / 1000 > DAY;
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: true, range: [this.#line.start / 1000, Math.max(this.#line.start + 1000, this.#line.until) / 1000] },
        y: { range: [0, this.#most * 1.05] },
      },
      axes: [
        { ...axis, space: long ? 84 : 60, values: (_, seconds) => seconds.map((second) => words(second * 1000, long)) },
        { ...axis, size: 62, values: (_, values) => values.map((value) => number(value)) },
      ],
      series: [
        {},
        ...players.map((_, i) => ({
          stroke: value(`--curve-${Math.min(i, 10)}`),
          width: i === 0 || i === 10 ? 2.5 : 1.5,
          dash: i >= DASHED && i < 10 ? [6, 4] : undefined,
          points: { show: false },
          paths: uPlot.paths.stepped({ align: 1 }),
        })),
      ],
    };
  }
}

/** The hour; of a hunt of days the day at midnight. */
function words(instant, long) {
  const midnight = long && new Date(instant).getHours() === 0 && new Date(instant).getMinutes() === 0;
  return midnight ? shortDayTime(instant, locale()).split(",")[0] : shortTime(instant, locale());
}
