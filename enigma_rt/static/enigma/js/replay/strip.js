// The strip behind the scrubber: how many solved in each minute, when the hunt stood still, when the lead changed.

import { density } from "./timeline.js";
import { shortTime } from "../times.js";
import { locale } from "../i18n.js";

const MINUTE = 60_000;
const STEPS = [5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE);
const LABEL_PX = 76;
const FOOT_PX = 20; // the hours
const HEAD_PX = 8; // the changes of the lead

export class Strip {
  #canvas;
  #line;
  #bars;
  #leads;
  #drawn = "";

  constructor(canvas) {
    this.#canvas = canvas;
    this.#bars = new Float64Array();
    new ResizeObserver(() => this.#draw()).observe(canvas);
  }

  load(line, leads) {
    this.#line = line;
    this.#leads = leads;
    this.#bars = density(line);
    this.#drawn = "";
  }

  /** Light up to `now`. */
  show(now) {
    this.now = now;
    this.#draw();
  }

  #draw() {
    const { clientWidth: wide, clientHeight: high } = this.#canvas;
    if (!this.#line || !wide) return;
    const scale = devicePixelRatio;
    const across = (at) => ((at - this.#line.start) / Math.max(1, this.#line.until - this.#line.start)) * wide;
    const head = Math.round(across(this.now) * scale);
    const key = `${wide} ${high} ${scale} ${head}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    Object.assign(this.#canvas, { width: Math.round(wide * scale), height: Math.round(high * scale) });
    const pen = this.#canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(this.#canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const foot = high - FOOT_PX;
    for (const [start, end] of this.#line.pauses) this.#pause(pen, across(start), across(end), foot, colour("--edge"));
    this.#columns(pen, wide, foot, across(this.now), colour("--brass"), colour("--lamp"));
    pen.fillStyle = colour("--ink");
    for (const { at } of this.#leads) pen.fillRect(Math.min(wide - 1.5, across(at) - 0.75), 0, 1.5, HEAD_PX - 2);
    pen.fillStyle = colour("--hairline");
    pen.fillRect(0, foot, wide, 1);
    this.#hours(pen, wide, high, across, colour("--soft"), `12px ${colour("--mono")}`);
    pen.fillStyle = colour("--ink");
    pen.fillRect(Math.min(wide - 2, across(this.now) - 1), 0, 2, foot);
  }

  /** One column a pixel, as high as the busiest minute in it. */
  #columns(pen, wide, foot, now, before, lit) {
    const most = this.#bars.reduce((max, count) => Math.max(max, count), 1);
    const room = foot - HEAD_PX;
    const span = (this.#line.until - this.#line.start) / MINUTE;
    for (let x = 0; x < wide; x++) {
      const from = Math.floor((x / wide) * span);
      const to = Math.max(from + 1, Math.floor(((x + 1) / wide) * span));
      let count = 0;
      for (let minute = from; minute < to && minute < this.#bars.length; minute++) count = Math.max(count, this.#bars[minute]);
      if (!count) continue;
      const tall = Math.max(2, Math.sqrt(count / most) * room);
      pen.fillStyle = x <= now ? lit : before;
      pen.fillRect(x, foot - tall, 1, tall);
    }
  }

  #pause(pen, from, to, foot, colour) {
    pen.save();
    pen.beginPath();
    pen.rect(from, HEAD_PX, Math.max(2, to - from), foot - HEAD_PX);
    pen.clip();
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let x = from - foot; x < to; x += 6) {
      pen.moveTo(x, foot);
      pen.lineTo(x + foot, 0);
    }
    pen.stroke();
    pen.restore();
  }

  #hours(pen, wide, high, across, colour, font) {
    const span = this.#line.until - this.#line.start;
    const step = STEPS.find((length) => (length / span) * wide >= LABEL_PX) ?? STEPS.at(-1);
    const zone = new Date(this.#line.start).getTimezoneOffset() * MINUTE;
    pen.font = font;
    pen.fillStyle = colour;
    pen.textBaseline = "alphabetic";
    pen.textAlign = "center";
    for (let at = Math.ceil((this.#line.start - zone) / step) * step + zone; at <= this.#line.until; at += step) {
      const x = across(at);
      if (x < 20 || x > wide - 20) continue;
      pen.fillRect(x, high - FOOT_PX, 1, 4);
      pen.fillText(shortTime(at, locale()), x, high - 3);
    }
  }
}
