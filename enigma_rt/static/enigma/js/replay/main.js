// The time machine: the whole hunt's board at any instant, played at any speed. Everything that it shows is worked out
// here, from one file; the server has no part in it once that is loaded.

import { html, render } from "../../vendor/lit-html/lit-html.js";
import { Standings } from "../board/standings.js";
import { $, say } from "../dom.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { exactTime, shortDayTime } from "../times.js";
import { Plot } from "./plot.js";
import { fetchReplay } from "./source.js";
import { Board } from "./state.js";
import { Strip } from "./strip.js";
import { decode, firstSolve, leads } from "./timeline.js";
import { SPEEDS, advance, faster, fitting, neighbour, sought, toggled } from "./transport.js";

const TOP = 25;
const CURVES = 10;
const ROWS_EVERY = 350; // rows must be seen to move
const CURVES_EVERY = 500;
const AGAIN = 60_000;
const REASONS = 100;
const MINUTE = 60_000;
const NARROW = "(max-width: 46rem)";

const page = $("#replay");
const source = page.dataset.source;
const scrub = $("#scrub");
const standings = new Standings($("#rows"), matchMedia(NARROW).matches ? 1 : 2);
const strip = new Strip($("#strip"));
const plot = new Plot($("#curves"), (instant) => jump(instant));

let line = null;
let board = null;
let found = []; // changes of the lead
let tag = null;
let clock = { now: 0, playing: false, speed: SPEEDS[0] };
let mine = null; // a player, as a place in the timeline
let frame = 0;
let last = 0;
let rowsAt = -Infinity;
let curvesAt = -Infinity;
let shown = 0; // the instant of the rows on the screen

// --- what is shown -----------------------------------------------------------------------------------------------------

function paint(calm) {
  const now = performance.now();
  board.seek(clock.now);
  paintClock();
  strip.show(clock.now);
  if (calm || now - rowsAt > ROWS_EVERY) {
    rowsAt = now;
    paintRows(calm);
  }
  if (calm || now - curvesAt > CURVES_EVERY) {
    curvesAt = now;
    paintCurves();
  }
}

function paintClock() {
  const running = clock.now - line.start;
  const [hours, minutes] = [Math.floor(running / 3_600_000), Math.floor(running / MINUTE) % 60];
  put("#clock", exactTime(clock.now, locale()));
  put("#day", shortDayTime(clock.now, locale()).replace(/,.*/, ""));
  put("#elapsed", format(gettext("%(hours)s h %(minutes)s min into the hunt"), { hours: number(hours), minutes: String(minutes).padStart(2, "0") }));
  const paused = line.pauses.some(([start, end]) => start <= clock.now && clock.now < end);
  $("#paused").hidden = !paused;
  scrub.value = String(Math.round((clock.now - line.start) / 1000));
  scrub.setAttribute("aria-valuetext", spoken());
}

function paintRows(calm) {
  const top = board.top(TOP).map((player) => board.row(player));
  if (!calm) {
    const { from, to } = board.since(shown);
    for (let i = Math.max(from, to - REASONS); i < to; i++) if (line.q[i] > 0) standings.reason(line.ids[line.who[i]], line.q[i]);
  }
  shown = clock.now;
  standings.show(top, TOP, calm);
  $("#empty").hidden = top.length > 0;
  put("#hunters", format(ngettext("%(n)s hunter", "%(n)s hunters", board.total()), { n: number(board.total()) }));
  paintMine();
  paintLead();
}

function paintMine() {
  const box = $("#mine");
  box.hidden = mine === null;
  if (mine === null) return;
  const rank = board.rank(mine);
  const [, name, points] = board.row(mine);
  const place = rank === null ? gettext("not there yet") : format(gettext("rank %(rank)s"), { rank: number(rank) });
  render(html`<bdi>${name}</bdi> <span class="number">${place}</span> <span class="number">${format(gettext("%(n)s points"), { n: number(points) })}</span>`, box);
}

function paintLead() {
  const lead = found.findLast(({ at }) => at <= clock.now);
  put("#lead", lead ? leadWords(lead) : "");
}

function paintCurves() {
  const top = board.top(CURVES);
  const players = mine !== null && !top.includes(mine) && top.length === CURVES ? [...top, mine] : top;
  plot.show(players, clock.now);
  const entry = (player, i) => html`<li data-curve=${i}><svg viewBox="0 0 24 6" aria-hidden="true"><path d="M0 3H24"/></svg>
    <bdi>${line.names[player]}</bdi> <span class="number">${number(board.row(player)[2])}</span></li>`;
  render(html`${players.map(entry)}`, $("#legend"));
}

function leadWords({ at, player, before }) {
  const values = { name: line.names[player], other: before === null ? "" : line.names[before], time: exactTime(at, locale()) };
  return before === null
    ? format(gettext("%(name)s leads first, at %(time)s"), values)
    : format(gettext("%(name)s overtakes %(other)s for first place, at %(time)s"), values);
}

function paintControls() {
  const button = $("#toggle");
  button.dataset.playing = String(clock.playing);
  put("#toggle-word", clock.playing ? gettext("Pause") : gettext("Play"));
  $("#speed").value = String(clock.speed);
  for (const [id, at] of [["#first", firstSolve(line)], ["#before", neighbour(found.map((one) => one.at), clock.now, -1)], ["#next", neighbour(found.map((one) => one.at), clock.now, 1)]]) {
    $(id).setAttribute("aria-disabled", String(at === null));
  }
}

function put(selector, text) {
  const element = $(selector);
  if (element.textContent !== text) element.textContent = text;
}

/** What a screen reader is told of this instant. */
function spoken() {
  const best = board.top(3).map((player, i) => `${i + 1}. ${line.names[player]} ${number(board.row(player)[2])}`);
  return [shortDayTime(clock.now, locale()), ...best].join("; ");
}

// --- time --------------------------------------------------------------------------------------------------------------

function tick(now) {
  const before = clock;
  clock = advance(clock, line, Math.min(250, now - last)); // a tab that was away goes on where it was
  last = now;
  paint(false);
  frame = clock.playing ? requestAnimationFrame(tick) : 0;
  if (before.playing && !clock.playing) stopped();
}

function stopped() {
  paint(true);
  paintControls();
  say($("#told"), spoken());
}

function toggle() {
  const again = clock.now >= line.until;
  clock = toggled(clock, line);
  if (again && clock.playing) paint(true);
  if (clock.playing) {
    last = performance.now();
    frame ||= requestAnimationFrame(tick);
  } else {
    cancelAnimationFrame(frame);
    frame = 0;
    stopped();
  }
  paintControls();
}

/** To `instant`, at once. `words`: what happened there. */
function jump(instant, words = "") {
  if (instant === null) return;
  clock = sought(clock, line, instant);
  paint(true);
  paintControls();
  if (words || !clock.playing) say($("#told"), words || spoken());
}

function lead(way) {
  const at = neighbour(found.map((one) => one.at), clock.now, way);
  const there = found.find((one) => one.at === at);
  if (there) jump(at, leadWords(there));
}

function speed(next) {
  clock = next;
  paintControls();
}

const KEYS = {
  " ": toggle,
  ArrowLeft: (event) => jump(clock.now - (event.shiftKey ? 10 : 1) * MINUTE),
  ArrowRight: (event) => jump(clock.now + (event.shiftKey ? 10 : 1) * MINUTE),
  ArrowUp: () => speed(faster(clock, 1)),
  ArrowDown: () => speed(faster(clock, -1)),
  Home: () => jump(line.start),
  End: () => jump(line.until),
  PageUp: () => lead(-1),
  PageDown: () => lead(1),
};

document.addEventListener("keydown", (event) => {
  if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at.matches("input:not([type=range]), select, textarea") || (event.key === " " && at.matches("button, a"))) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

// --- controls ------------------------------------------------------------------------------------------------------------

for (const value of SPEEDS) $("#speed").append(new Option(`${number(value)}×`, String(value)));
$("#toggle").addEventListener("click", toggle);
$("#first").addEventListener("click", () => jump(firstSolve(line), gettext("The first solve")));
$("#before").addEventListener("click", () => lead(-1));
$("#next").addEventListener("click", () => lead(1));
$("#speed").addEventListener("change", (event) => speed({ ...clock, speed: Number(event.target.value) }));
scrub.addEventListener("input", () => jump(line.start + Number(scrub.value) * 1000));
$("#follow").addEventListener("change", (event) => {
  const wanted = event.target.value.trim().toLocaleLowerCase();
  const names = line.names.map((name) => name.toLocaleLowerCase());
  const place = names.indexOf(wanted) >= 0 ? names.indexOf(wanted) : names.findIndex((name) => name.startsWith(wanted));
  follow(wanted && place >= 0 ? place : null);
  if (wanted && place < 0) say($("#told"), gettext("Nobody on the board is called that."));
});

function follow(player) {
  mine = player;
  standings.follow(player === null ? null : line.ids[player]);
  paint(true);
}

matchMedia(NARROW).addEventListener("change", ({ matches }) => {
  standings.columns = matches ? 1 : 2;
  if (line) paintRows(true);
});

// --- the file ------------------------------------------------------------------------------------------------------------

function take({ data, tag: next }) {
  const atEnd = line !== null && clock.now >= line.until;
  const followed = line === null ? Number(page.dataset.player) : mine === null ? null : line.ids[mine];
  tag = next;
  line = decode(data);
  found = leads(line);
  board = new Board(line);
  board.seek(line.until);
  const most = board.top(1).map((player) => board.row(player)[2])[0] ?? 1;
  strip.load(line, found);
  plot.load(line, most);
  scrub.max = String(Math.ceil((line.until - line.start) / 1000));
  if (!clock.now) clock = { now: line.until, playing: false, speed: fitting(line.until - line.start) };
  else if (atEnd) clock = sought(clock, line, line.until);
  const place = followed === null ? -1 : line.ids.indexOf(followed);
  $("#frozen").hidden = !line.frozen;
  $("#deck").disabled = false;
  page.dataset.loaded = "";
  put("#wait", "");
  follow(place < 0 ? null : place);
  paintControls();
}

async function load() {
  try {
    const next = await fetchReplay(source, tag);
    if (next) take(next);
  } catch {
    if (!line) put("#wait", gettext("The replay could not be loaded. Reload the page to try again."));
  }
}

load().then(() => {
  // While the hunt is on its end moves; a hunt that is over can still be regraded, but nobody waits for that here.
  if (line && line.phase !== "ended") setInterval(() => document.hidden || load(), AGAIN);
});
document.documentElement.dataset.started = "";
