// The projector: follows one socket for two days without anybody near it. What it holds is bounded: one view of the
// board, the rows of it, a few dozen lines of tape.

import "../lamps.js";
import "../rotor.js";
import { Socket } from "../socket.js";
import "./shapes.js";
import { Close, PROTOCOL, command } from "../protocol.js";
import { behind, continues, follow, viewOf } from "../board.js";
import { countdown, createClock, secondsUntil } from "../clock.js";
import { phaseAt, target } from "../phase.js";
import { $, everySecond, socketUrl } from "../dom.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { layout } from "./places.js";
import { Standings } from "./standings.js";
import { createReveal } from "./reveal.js";
import { createScreens } from "./screens.js";
import { Stage } from "./stage.js";
import { createTapeView } from "./tape_view.js";
import { createTelegrams } from "./telegram.js";
import { drawTitle, spell } from "./title.js";
import { curtain, isStale, sceneOf } from "./scenes.js";
import { exactTime, shortTime, spoken, zoneName } from "../times.js";
import { stayAwake } from "./wake.js";

const MOST = 25; // rows that can be read from afar, however many everybody is sent
const PASS = 700; // a storm moves the rows at most this often: they must be seen to move
const RESYNC_EVERY = 3_000;
const TITLE_EVERY = 10 * 60_000;
const RELOAD_EVERY = 10 * 60_000;
const FRESH = 60_000; // an announcement of the last minute is still worth a telegram after a reconnect

const room = $("#room");
const narrow = matchMedia("(max-aspect-ratio: 3/4)");
const clock = createClock();
const socket = new Socket(socketUrl("/ws/board"));
const standings = new Standings($("#rows"));
const stage = new Stage($("#stage"));
const telegrams = createTelegrams($("#telegrams"));
const railLamps = $("#rail-lamps");
const tape = createTapeView($("#strip"), (letter) => letter && railLamps.flash(letter));

const reveal = createReveal($("#reveal"), {
  moved: () => rowsChanged(),
  focus: (player) => standings.focus(player),
  reason: (player, q) => standings.reason(player, q),
});

const screens = createScreens(room, {
  clock,
  address: new URLSearchParams(location.search).get("scene"),
  home: () => view && showRows(document.hidden),
});

let hunt = null;
let view = null;
let phase = null;
let heard = null; // performance.now() of the last frame
let heardAt = null; // the same as an instant of the wall clock
let asked = -Infinity;
let first = true;
let passed = -Infinity;
let pass = 0;
let waitingFor = gettext("Listening for the machine");
let titleLights = [];
let shownTitle = null;
let titleAt = 0;

// --- the board ---------------------------------------------------------------------------------------------------------

function resync() {
  if (performance.now() - asked < RESYNC_EVERY) return;
  asked = performance.now();
  socket.send(command.resync("board"));
}

function showRows(calm = false) {
  clearTimeout(pass);
  pass = 0;
  passed = performance.now();
  const top = view.top.slice(0, MOST);
  const { room: size, columns, lines } = layout(top.length, Math.min(view.size, MOST), narrow.matches);
  const list = $("#rows");
  const other = list.dataset.room !== size || standings.columns !== columns || list.dataset.lines !== String(lines);
  if (other) {
    Object.assign(list.dataset, { room: size, lines });
    list.style.setProperty("--lines", String(lines));
    standings.columns = columns;
  }
  // Rows that all change their size do not glide.
  standings.show(top, columns * lines, calm || other);
  $("#empty").hidden = top.length > 0;
}

/** Soon, and not too often. A page that nobody sees moves nothing; behind another scene the rows wait to be seen moving. */
function rowsChanged() {
  if (reveal.holds || screens.shown !== "board") return;
  if (!pass) pass = setTimeout(() => showRows(document.hidden), Math.max(0, PASS - (performance.now() - passed)));
}

function showFigures() {
  $("#hunters").textContent = number(view.total);
  for (const element of document.querySelectorAll(".hunters-word")) {
    element.textContent = ngettext("hunter", "hunters", view.total);
  }
  $("#waiting").textContent = number(view.total);
}

// --- frames ------------------------------------------------------------------------------------------------------------

const on = {
  board_snapshot(frame) {
    if (frame.protocol > PROTOCOL) reload();
    clock.sync(frame.now);
    takeHunt(frame.hunt);
    const other = view?.id !== frame.board.id;
    view = viewOf(frame.board);
    screens.begin(frame, !first);
    showFigures();
    if (first || document.hidden) showRows(true);
    else rowsChanged();
    const notices = [...frame.announcements].reverse();
    if (first) {
      const old = notices.filter((notice) => notice.at < clock.now() - FRESH);
      telegrams.skip(old);
      tape.lay([...[...frame.ticker].reverse(), ...notices.map(tape.notice)].sort((a, b) => a.at - b.at));
    }
    first = false;
    tick();
    for (const notice of notices) tellNotice(notice);
    if (other) asked = -Infinity;
  },
  board_view(frame) {
    view = viewOf(frame.board);
    screens.moved(view.top, true);
    showFigures();
    rowsChanged();
  },
  board(frame) {
    if (continues(view, frame)) {
      view = follow(view, frame);
      screens.moved(view.top, room.dataset.reveal === "on");
      showFigures();
      rowsChanged();
    } else if (behind(view, frame)) resync();
  },
  beacon(frame) {
    clock.sync(frame.now);
    if (behind(view, frame)) resync();
  },
  reveal: (frame) => reveal.take(frame),
  ticker(frame) {
    for (const item of frame.items) standings.reason(item.player, item.q);
    tape.push(frame.items);
    screens.told(frame.items);
  },
  ...screens.frames,
  announcement(frame) {
    screens.notice(frame.notice);
    tellNotice(frame.notice);
    tape.push([tape.notice(frame.notice)]);
  },
  hunt(frame) {
    clock.sync(frame.now);
    takeHunt(frame.hunt);
  },
  pong(frame) {
    clock.sync(frame.now, frame.rtt);
  },
};

/** As a telegram, unless the scene is about it. */
function tellNotice(notice) {
  if (screens.shown === "notice" && notice.level !== "info") telegrams.skip([notice]);
  else telegrams.show(notice);
}

function takeHunt(next) {
  hunt = next;
  stage.title(hunt.title);
  if (shownTitle !== hunt.title) {
    shownTitle = hunt.title;
    document.title = hunt.title;
    titleLights = drawTitle($("#title"), hunt.title);
    titleAt = performance.now();
  }
  tick();
}

/** A newer server than this page: fetch the page again, but never in a circle. */
function reload() {
  const last = Number(sessionStorage.getItem("board-reloaded") ?? 0);
  if (Date.now() - last < RELOAD_EVERY) return;
  sessionStorage.setItem("board-reloaded", String(Date.now()));
  location.reload();
}

// --- the clock ---------------------------------------------------------------------------------------------------------

const PHASES = {
  scheduled: () => gettext("Before the start"),
  live: () => gettext("Live"),
  paused: () => gettext("Paused"),
  ended: () => gettext("Ended"),
};

/** "Board frozen since 17:00", or "". */
function frozen(now) {
  const at = hunt.freeze_at ?? null;
  return at === null || now < at ? "" : format(gettext("Board frozen since %(time)s"), { time: shortTime(at, locale()) });
}

/** Whether the board has begun to stand still under the eyes of this page. */
function freezes(now) {
  const stands = hunt ? frozen(now) !== "" : null;
  const begins = stands === true && room.dataset.frozen === "false";
  if (stands !== null && room.dataset.frozen !== String(stands)) room.dataset.frozen = String(stands);
  if (begins) tape.push([{ kind: "notice", at: hunt.freeze_at, text: gettext("The board stands still. What happens now is shown at the end.") }]);
  return begins;
}

function put(selector, text) {
  const element = $(selector);
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  const now = clock.now();
  const scene = sceneOf(hunt, now);
  const next = hunt ? phaseAt(hunt, now) : null;
  const freeze = freezes(now) && (next === "live" || next === "paused") ? "frozen" : null;
  const falls = curtain(phase, next) ?? freeze;
  phase = next;
  if (falls) stage.fall(falls);
  stage.tick(scene, hunt, now, waitingFor);
  room.dataset.phase = phase ?? "";
  room.dataset.scene = scene;
  const stands = scene !== "board" || room.dataset.reveal === "on" || !$("#podium").hidden;
  screens.tick(hunt, { stands, home: phase === "paused" || phase === "ended" });
  put("#clock", shortTime(Date.now(), locale()));
  put("#zone", zoneName(Date.now(), locale()));
  if (hunt) {
    const until = target(hunt, phase);
    const left = until === null ? "" : countdown(secondsUntil(until, now));
    put("#phase", PHASES[phase]());
    put("#remaining", left);
    $("#remaining").style.setProperty("--digits", String(Math.max(5, left.length)));
    put("#remaining-label", phase === "scheduled" ? gettext("until the start") : phase === "ended" ? frozen(now) || gettext("Final standings") : frozen(now) || gettext("remaining"));
  }
  if (phase === "live" && screens.shown === "board" && scene === "board" && performance.now() - titleAt > TITLE_EVERY) {
    titleAt = performance.now();
    spell(titleLights, null, new AbortController().signal);
  }
  showStale();
}

function showStale() {
  const stale = isStale(heard, performance.now());
  if (room.classList.contains("stale") !== stale) room.classList.toggle("stale", stale);
  $("#stale").hidden = !stale;
  if (stale) put("#stale-time", format(gettext("As of %(time)s"), { time: exactTime(heardAt, locale()) }));
}

// --- the connection ------------------------------------------------------------------------------------------------------

socket.addEventListener("frame", ({ detail }) => {
  heard = performance.now();
  heardAt = Date.now();
  on[detail.t]?.(detail);
});
// Nobody stands here to press a button: also what is final for a person is tried again, only slower.
socket.addEventListener("final", ({ detail }) => {
  waitingFor = detail.code === Close.NO_HUNT ? gettext("No hunt is announced yet") : gettext("The machine does not answer");
  tick();
  setTimeout(() => socket.reopen(), detail.code === Close.NO_HUNT ? 15_000 : 60_000);
});
narrow.addEventListener("change", () => view && showRows(true));
document.addEventListener("visibilitychange", () => !document.hidden && view && showRows(true));

const given = document.body.dataset.hunt;
stage.title(given || "Enigma");
for (const address of document.querySelectorAll(".address")) {
  address.textContent = spoken(address.textContent);
  address.style.setProperty("--digits", String(Math.max(10, address.textContent.replaceAll("\u200b", "").length)));
}
everySecond(clock.now, tick);
stayAwake();
socket.open();

// For boot.js: everything that this page is made of has arrived.
document.documentElement.dataset.started = "";
