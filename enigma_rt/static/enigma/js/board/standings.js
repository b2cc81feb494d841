// The rows on the wall. Each stands where its place says (a transform), glides when that changes, and glows after its
// player did something. Rows are kept by player; only transforms and opacities are animated.

import { cell, steps } from "./places.js";
import { sizeOf } from "./names.js";
import { still } from "../dom.js";
import { format, gettext, locale, number } from "../i18n.js";

const COLUMNS = 2;
const ROLL_MS = 700;
const COOL_MS = 10_000;
const GONE_MS = 700;
const REASONS = 100; // news may be told before the row that it is about has moved, or after
const REASON_MS = 15_000;
const PODIUM = 3;

// Four figures stand together: the column keeps its width when somebody passes a thousand.
const grouped = new Intl.NumberFormat(locale(), { useGrouping: "min2" });
const points = (value) => grouped.format(value);

const part = (className, tag = "span") => {
  const element = document.createElement(tag);
  element.className = className;
  return element;
};

export class Standings {
  #list;
  #lines = new Map();
  #shown = [];
  #reasons = new Map();
  #focused = null;

  #mine = null;

  /** `columns`: in how many the rows stand; whoever changes it shows the rows again. */
  constructor(list, columns = COLUMNS) {
    this.#list = list;
    this.columns = columns;
  }

  /** Whose row is the viewer's own, or null. */
  follow(player) {
    this.#mine = player;
    for (const [other, line] of this.#lines) line.element.classList.toggle("mine", other === player);
  }

  /** Shows `top` (rows of the protocol, best first) of a board with `size` places. `calm`: nobody is news. */
  show(top, size, calm = false) {
    const { rows, gone } = steps(calm ? [] : this.#shown, top);
    this.#shown = top;
    const keep = new Set(top.map((row) => row[0]));
    for (const player of calm ? [...this.#lines.keys()].filter((player) => !keep.has(player)) : gone) this.#remove(player);
    const entering = [];
    for (const row of rows) {
      let line = this.#lines.get(row.player);
      if (!line) {
        line = this.#create(row, calm);
        this.#place(line, cell(row.place, size, this.columns), calm ? 0 : 0.8);
        entering.push(line);
      }
      this.#fill(line, row, calm);
    }
    if (entering.length) void this.#list.offsetWidth; // the new rows must have been where they glide from
    for (const row of rows) {
      const line = this.#lines.get(row.player);
      line.element.classList.remove("entering");
      line.element.classList.toggle("mover", row.mover || line.glow !== null);
      const to = cell(row.place, size, this.columns);
      // Who was only pushed over into the other column does not fly across the board: it comes up there.
      const pushed = !row.mover && row.from !== null && cell(row.from, size, this.columns).column !== to.column;
      if (pushed) this.#appear(line);
      this.#place(line, to);
      if (row.mover) this.#heat(line, row);
    }
  }

  /** Says which question brought `player` to where it stands or will stand in a moment. */
  reason(player, question) {
    this.#reasons.delete(player);
    this.#reasons.set(player, { question, at: performance.now() });
    if (this.#reasons.size > REASONS) this.#reasons.delete(this.#reasons.keys().next().value);
    const line = this.#lines.get(player);
    if (line?.glow) this.#say(line, player);
  }

  /** The row of `player` is the one that everybody is to look at; null: none. */
  focus(player) {
    this.#focused = player;
    for (const [held, line] of this.#lines) line.element.classList.toggle("focus", held === player);
  }

  #create(row, calm) {
    const element = part(calm ? "row" : "row entering", "li");
    const line = {
      element, rank: part("rank-figure"), name: part("name", "bdi"), flag: part("flag"), why: part("why"), up: part("up"),
      because: part("because"), points: part("points"), was: part("points-was"), heat: part("heat"), disc: part("disc"), dark: part("dark-figure"), glow: null,
      rolling: [], value: null, place: row.place, climbed: 0,
    };
    const rank = part("rank");
    rank.append(line.disc, line.rank, line.dark);
    for (const picture of [line.dark, line.was]) picture.setAttribute("aria-hidden", "true");
    line.flag.append(Object.assign(part("hush"), { textContent: gettext("finished") }));
    line.why.append(line.up, line.because);
    element.append(line.heat, rank, line.name, line.flag, line.why, line.points, line.was);
    element.classList.toggle("mine", row.player === this.#mine);
    this.#list.append(element);
    this.#lines.set(row.player, line);
    element.classList.toggle("focus", row.player === this.#focused);
    return line;
  }

  #fill(line, row, calm) {
    if (line.text !== row.name) line.text = line.name.textContent = row.name;
    const size = sizeOf(row.name, points(row.points).length);
    if (line.element.dataset.size !== size) line.element.dataset.size = size;
    line.rank.textContent = line.dark.textContent = String(row.place + 1);
    line.flag.hidden = !row.finished;
    line.element.classList.toggle("podium", row.place < PODIUM && row.points > 0);
    this.#write(line, row.points, calm || row.entered || still());
    line.climbed = row.from === null ? null : row.from - row.place;
    line.place = row.place;
  }

  #place(line, { column, row }, lower = 0) {
    line.element.style.setProperty("--column", String(column));
    line.element.style.setProperty("--row", String(row + lower));
  }

  #appear(line) {
    line.element.classList.add("entering");
    void line.element.offsetWidth;
    requestAnimationFrame(() => line.element.classList.remove("entering"));
  }

  #remove(player) {
    const line = this.#lines.get(player);
    this.#lines.delete(player);
    line.element.classList.add("gone");
    setTimeout(() => line.element.remove(), GONE_MS);
  }

  // --- the glow ------------------------------------------------------------------------------------------------------

  #heat(line, row) {
    this.#cool(line);
    this.#say(line, row.player);
    const fade = [
      { opacity: 1 }, { opacity: 1, offset: 0.15 }, { opacity: 0.66, offset: 0.5 }, { opacity: 0.34, offset: 0.56 }, { opacity: 0 },
    ];
    const timing = { duration: COOL_MS, easing: still() ? "steps(3)" : "linear" };
    const told = line.why.animate([{ opacity: 1 }, { opacity: 1, offset: 0.85 }, { opacity: 0 }], timing);
    // The figure on a lit lamp is dark, on a dark one light: they change over while the lamp is half out.
    const over = [{ opacity: 1 }, { opacity: 1, offset: 0.52 }, { opacity: 0, offset: 0.54 }, { opacity: 0 }];
    const under = [{ opacity: 0 }, { opacity: 0, offset: 0.52 }, { opacity: 1, offset: 0.54 }, { opacity: 1 }];
    line.glow = [
      line.heat.animate(fade, timing), line.disc.animate(fade, timing), line.dark.animate(over, timing),
      line.rank.animate(under, timing), told,
    ];
    told.onfinish = () => {
      line.glow = null;
      line.element.classList.remove("mover");
    };
  }

  #cool(line) {
    for (const animation of line.glow ?? []) {
      animation.onfinish = null;
      animation.cancel();
    }
    line.glow = null;
  }

  #say(line, player) {
    const reason = this.#reasons.get(player);
    const question = reason && performance.now() - reason.at < REASON_MS ? reason.question : null;
    const up = line.climbed;
    line.up.dataset.way = up === null ? "new" : up > 0 ? "up" : up < 0 ? "down" : "same";
    line.up.textContent = up === null ? gettext("new") : up ? number(Math.abs(up)) : "";
    line.because.textContent = question === null ? "" : format(gettext("No. %(q)s"), { q: number(question) });
  }

  // --- points that roll: written once, then only moved, so that nothing is laid out while rows glide ----------------

  #write(line, value, calm) {
    if (line.value === value) return;
    const before = line.value;
    line.value = value;
    line.points.textContent = points(value);
    for (const animation of line.rolling) animation.cancel();
    line.rolling = [];
    if (calm || before === null) return;
    line.was.textContent = points(before);
    const [away, off] = value > before ? ["-60%", "60%"] : ["60%", "-60%"];
    const timing = { duration: ROLL_MS, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" };
    line.rolling = [
      line.was.animate([{ opacity: 1, transform: "none" }, { opacity: 0, transform: `translateY(${away})` }], timing),
      line.points.animate([{ opacity: 0, transform: `translateY(${off})` }, { opacity: 1, transform: "none" }], timing),
    ];
  }
}
