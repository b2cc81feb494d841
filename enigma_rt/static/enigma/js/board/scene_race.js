// Points over time of the first ten. The hunt so far is run through once, with the names at the heads of their lines; then
// the lines follow the board. The lines are a canvas, drawn while something moves and once a second otherwise.

import { RACERS, instants, order, pointsAt, spread, ticks } from "./course.js";
import { sizeOf } from "./names.js";
import { $, still } from "../dom.js";
import { locale, number } from "../i18n.js";
import { shortDayTime, shortTime } from "../times.js";

const RUN = 9_000;
const SETTLES = 1_500; // so long the lines move after they have changed
const SOFT = 160; // ms in which a label has gone two thirds of its way
const DAY = 86_400_000;
const WIDE = 8; // ticks below
const HIGH = 5; // and at the side
const FAN = 9; // hundredths of the screen's height, from the heads of the lines to their names

const make = (tag, className) => Object.assign(document.createElement(tag), { className });

export function createRaceScene(root) {
  const canvas = $("canvas", root);
  const names = $(".race-names", root);
  const clock = $(".race-clock", root);
  const pen = canvas.getContext("2d");
  const labels = new Map(); // player -> { element, y }
  let facts = null;
  let open = false;
  let began = -Infinity;
  let moving = 0;
  let frame = 0;
  let last = 0;
  let top = 0; // of the scale, as it is drawn
  let seen = "";
  let box = { wide: 0, high: 0, u: 1, ratio: 1 };
  let look = null;

  new ResizeObserver(() => {
    measure();
    if (open) draw(performance.now());
  }).observe(canvas);

  function measure() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    box = { wide: canvas.clientWidth, high: canvas.clientHeight, u: Math.min(innerHeight, 0.75 * innerWidth) / 100, ratio };
    canvas.width = Math.round(box.wide * ratio);
    canvas.height = Math.round(box.high * ratio);
    const style = getComputedStyle(root);
    const value = (name) => style.getPropertyValue(name).trim();
    look = {
      curves: Array.from({ length: RACERS }, (_, i) => value(`--curve-${i}`)), soft: value("--soft"), hairline: value("--hairline"), wire: value("--wire"),
      font: `500 ${parseFloat(getComputedStyle(clock).fontSize)}px ${value("--mono")}`, text: parseFloat(getComputedStyle(clock).fontSize),
    };
  }

  const head = (now) => {
    const { course } = facts;
    const t = Math.min(1, Math.max(0, (now - began) / RUN));
    const end = Math.max(course.start + 60_000, facts.until);
    return course.start + (end - course.start) * (t < 1 ? 0.02 + 0.98 * (1 - (1 - t) ** 1.6) : 1);
  };

  function label({ player, name }) {
    let held = labels.get(player);
    if (!held) {
      held = { element: make("li", "racer"), rank: make("span", "racer-rank"), name: make("bdi", "name"), points: make("span", "racer-points"), y: null };
      held.element.append(make("span", "racer-line"), held.rank, held.name, held.points);
      names.append(held.element);
      labels.set(player, held);
    }
    if (held.name.textContent !== name) {
      held.name.textContent = name;
      held.element.dataset.size = sizeOf(name);
    }
    return held;
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function draw(now) {
    if (!facts?.course || !box.wide) return;
    const { course } = facts;
    const at = head(now);
    const soft = still() ? 1 : 1 - Math.exp(-Math.max(0, now - last) / SOFT);
    last = now;
    const ordered = order(course, at);
    const most = Math.max(10, ordered[0]?.points ?? 0) * 1.08;
    top = top === 0 ? most : top + (most - top) * soft;
    const foot = 2.1 * look.text;
    const end = box.wide - FAN * box.u;
    const across = (instant) => ((instant - course.start) / (at - course.start)) * end;
    const up = (points) => box.high - foot - (points / top) * (box.high - foot - 0.02 * box.high);

    pen.setTransform(box.ratio, 0, 0, box.ratio, 0, 0);
    pen.clearRect(0, 0, box.wide, box.high);
    grid(course, at, across, up, foot);

    const high = names.clientHeight;
    const gap = Math.min(high / RACERS, 5.8 * box.u);
    const wantedY = ordered.map(({ points }) => up(points) - gap / 2);
    const y = spread(wantedY, gap, 0, high);
    ordered.forEach(({ line, points }, place) => {
      const curve = course.lines.indexOf(line);
      const held = label(line);
      held.y = held.y === null ? y[place] : held.y + (y[place] - held.y) * soft;
      held.element.style.transform = `translateY(${held.y.toFixed(2)}px)`;
      held.element.dataset.curve = String(curve);
      write(held.rank, String(place + 1));
      write(held.points, number(points));
    });
    for (const player of labels.keys()) if (!course.lines.some((line) => line.player === player)) labels.delete(player);
    // Read out in the order in which they stand.
    const list = ordered.map(({ line }) => labels.get(line.player).element);
    if (list.some((element, i) => names.children[i] !== element)) names.replaceChildren(...list);
    for (const { line } of ordered.reverse()) trace(line, course, at, across, up, labels.get(line.player).y + gap / 2);
    write(clock, at - course.start > DAY || facts.until - course.start > DAY ? shortDayTime(at, locale()) : shortTime(at, locale()));
  }

  function grid(course, at, across, up, foot) {
    pen.lineWidth = 1;
    pen.strokeStyle = look.hairline;
    pen.fillStyle = look.soft;
    pen.font = look.font;
    pen.textAlign = "left";
    pen.textBaseline = "bottom";
    for (const points of ticks(top, HIGH)) {
      const y = Math.round(up(points)) + 0.5;
      if (y < look.text) continue;
      pen.beginPath();
      pen.moveTo(0, y);
      pen.lineTo(box.wide, y);
      pen.stroke();
      pen.fillText(number(points), 0, y - 0.1 * look.text);
    }
    const zone = -new Date(at).getTimezoneOffset() * 60_000;
    const long = at - course.start > DAY;
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    for (const instant of instants(course.start, at, Math.min(WIDE, Math.floor(box.wide / (9 * look.text))), zone)) {
      const x = across(instant);
      if (x < 3 * look.text || x > box.wide - FAN * box.u) continue;
      const midnight = long && (instant + zone) % DAY === 0;
      pen.fillText(midnight ? shortDayTime(instant, locale()).split(",")[0] : shortTime(instant, locale()), x, box.high - 0.35 * look.text);
      pen.fillRect(Math.round(x), box.high - foot, 1, 0.35 * look.text);
    }
  }

  function trace(line, course, at, across, up, labelY) {
    const place = course.lines.indexOf(line);
    const unit = box.u;
    pen.strokeStyle = look.curves[place];
    pen.lineJoin = "round";
    pen.setLineDash(place >= 5 ? [2.2 * unit, 1.1 * unit] : []);
    pen.beginPath();
    let y = up(0);
    pen.moveTo(0, y);
    for (let i = 0; i < line.at.length && line.at[i] <= at; i++) {
      const x = across(line.at[i]);
      pen.lineTo(x, y);
      y = up(line.points[i]);
      pen.lineTo(x, y);
    }
    y = up(pointsAt(line, at));
    const end = box.wide - FAN * unit;
    pen.lineTo(end, y);
    if (place === 0) {
      pen.globalAlpha = 0.2;
      pen.lineWidth = 2 * unit;
      pen.stroke();
      pen.globalAlpha = 1;
    }
    pen.lineWidth = place === 0 ? 0.7 * unit : 0.48 * unit;
    pen.stroke();
    pen.setLineDash([]);
    // To its name, wherever there is room for that.
    const there = Math.min(box.high, labelY);
    pen.globalAlpha = 0.6;
    pen.lineWidth = 0.28 * unit;
    pen.beginPath();
    pen.moveTo(end, y);
    pen.bezierCurveTo(end + 0.55 * FAN * unit, y, end + 0.45 * FAN * unit, there, box.wide, there);
    pen.stroke();
    pen.globalAlpha = 1;
    pen.fillStyle = look.curves[place];
    pen.beginPath();
    pen.arc(end, y, (place === 0 ? 1 : 0.7) * unit, 0, 2 * Math.PI);
    pen.fill();
  }

  function run(now) {
    frame = 0;
    if (!open) return;
    draw(now);
    if (now - began < RUN + SETTLES || now < moving) frame = requestAnimationFrame(run);
  }

  function take(next) {
    const until = next.frozen ? Math.min(next.now, next.hunt.freeze_at) : Math.min(next.now, next.hunt?.ends_at ?? next.now);
    facts = { ...next, until };
    const course = next.course;
    root.dataset.empty = String(!course || !course.lines.some(({ points }) => points.length));
    const now = JSON.stringify(course?.lines.map(({ player, points }) => [player, points.at(-1)]));
    if (now !== seen && seen !== "") moving = performance.now() + SETTLES;
    seen = now;
  }

  return {
    show(next) {
      open = true;
      seen = "";
      take(next);
      top = 0;
      for (const held of labels.values()) held.y = null;
      began = still() ? -Infinity : performance.now();
      measure();
      last = performance.now();
      frame ||= requestAnimationFrame(run);
    },
    /** Once a second, and when something has changed. */
    update(next) {
      take(next);
      if (open) frame ||= requestAnimationFrame(run);
    },
    hide() {
      open = false;
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
