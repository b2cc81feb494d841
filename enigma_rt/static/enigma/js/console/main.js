// The console: one socket, one state, and the parts of the page that are painted anew when their part of it changed.

import "./figure.js";
import "../html.js";
import { render } from "../../vendor/lit-html/lit-html.js";
import { behind, continues, follow, viewOf } from "../board.js";
import { createClock } from "../clock.js";
import { $, everySecond, linkWords, say, socketUrl } from "../dom.js";
import { gettext, locale } from "../i18n.js";
import { phaseAt } from "../phase.js";
import { Close } from "../protocol.js";
import { command } from "./commands.js";
import { Socket } from "../socket.js";
import { exactTime } from "../times.js";
import { createApi } from "../author/api.js";
import { createActs } from "./acts.js";
import { createBulletins } from "./bulletins.js";
import { Calls } from "./calls.js";
import { createComposer } from "./composer.js";
import { Confirm } from "./confirm.js";
import { createControl } from "./control.js";
import { createDrawers } from "./drawers.js";
import { createExports } from "./exports.js";
import { EVERYTHING, createFeed } from "./feed.js";
import { createIntegrity } from "./integrity.js";
import { createMending } from "./mend.js";
import { createOrganisers } from "./organisers.js";
import { createPages } from "./pages.js";
import { createPlayers } from "./players.js";
import { createPulse } from "./pulse.js";
import { createRegrading } from "./regrade.js";
import { createFreezing } from "./freeze.js";
import { createRate } from "./rate.js";
import { createRights } from "./rights.js";
import { createScreens } from "./screens.js";
import { showRows } from "./rows.js";
import { createSending } from "./sending.js";
import { createViews } from "./views.js";
import { createWalls } from "./walls.js";
import * as head from "./view_head.js";
import * as live from "./view_feed.js";
import * as people from "./view_players.js";
import * as person from "./view_player.js";
import * as audit from "./view_audit.js";
import * as crew from "./view_organisers.js";
import * as pairs from "./view_integrity.js";
import * as beat from "./view_pulse.js";
import * as said from "./view_bulletins.js";
import * as stuck from "./view_walls.js";
import { createWebhooks } from "./webhooks.js";
import { closedWords, rightToo } from "./words.js";

const RESYNC_EVERY = 3_000;
const TOLD = 8_000;
const TRAIL_OLD_AFTER = 3_000;
const CREW_OLD_AFTER = 5_000;
const { login } = document.body.dataset;

const clock = createClock();
const socket = new Socket(socketUrl("/ws/console"));
const calls = new Calls(socket);
const confirm = new Confirm($("#confirm"));
const rate = createRate();
const rights = createRights($("#role"));
const state = {
  hunt: null, phase: null, now: Date.now(), players: 0, finished: 0, sockets: { players: 0, spectators: 0, organisers: 0 },
  questions: [], accepted: null, perMinute: null, everywhere: null, sparks: null, feed: createFeed(), filter: { ...EVERYTHING }, view: null,
  link: "connecting", live: false, connected: false, asOf: null, closed: null, login,
};
let asked = -Infinity;
let returnTo = null;
let forgets = 0;

// --- painting ------------------------------------------------------------------------------------------------------------

const act = {
  open: (player) => openPlayer(player),
  close: () => closePlayer(),
  again: () => players.again(),
  find: () => players.find(),
  earlier: () => players.timeline.more(),
  grant: (reply) => acts.grant(reply),
  moderate: (reply, action) => acts.moderate(reply, action),
  undo: (entry) => acts.undo(entry),
  walls: {
    choose(q) {
      walls.choose(q);
      if (matchMedia("(max-width: 820px)").matches) $("#guesses").scrollIntoView({ block: "start" }); // it is below the list
    },
  },
  mend: (q) => mending.edit(q),
  hint: (q) => composer.lend(q, $("#hint-slot"), true),
  tell: (q) => composer.lend(q, $("#hint-slot"), false),
  write(player, name) {
    closePlayer();
    show("desk");
    composer.writeTo(player, name);
  },
  regrade: (q) => regrading.open(q),
  judgeAs: (q, group, verdict) => mending.judgeAs(q, group, verdict),
  trail: { again: () => trail.again(), more: () => trail.more() },
  hold() {
    if (state.feed.held) state.feed.release();
    else state.feed.hold();
    paint("hold", "feed");
  },
  filterQuestion(q) {
    state.filter.q = state.filter.q === q ? 0 : q;
    $("#filter-question").value = String(state.filter.q);
    paint("feed");
  },
};

const drawRow = live.feedRow(act);
const parts = {
  phase: () => render(head.phase(state), $("#phase")),
  controls: () => render(head.controls(state, control.press), $("#controls")),
  figures: () => render(head.figures(state), $("#figures")),
  trouble: () => render(head.trouble(state), $("#trouble")),
  hold: () => render(live.hold(state, act), $("#hold")),
  feed() {
    const items = state.feed.visible(state.filter);
    render(live.feed(state, !items.length), $("#feed"));
    showRows($("#feed tbody"), items, drawRow);
  },
  questions: () => render(live.questions(state, act), $("#questions")),
  options: () => render(live.questionOptions(state.questions), $("#filter-question")),
  board: () => render(live.board(state, act), $("#top")),
  results: () => render(people.results(players.state, act), $("#results")),
  detail: () => render(person.detail(players.state, players.timeline.state, act, state.hunt?.questions ?? 0), $("#detail")),
  pulse() {
    render(beat.lead(pulse.state, pulse), $("#pulse-lead"));
    const keys = beat.keys(pulse.state, state);
    for (const list of document.querySelectorAll("[data-keys]")) render(keys[list.dataset.keys], list);
    render(beat.processes(pulse.state, clock.now()), $("#processes"));
  },
  walls() {
    render(stuck.lead(walls), $("#wall-lead"));
    render(stuck.walls(walls, act), $("#wall-questions"));
    render(stuck.head(walls.state, act), $("#wall-head"));
    render(said.hintsGiven(bulletins.hintsFor(walls.state.q)), $("#hints-given"));
    render(stuck.guesses(walls.state, act), $("#wall-guesses"));
  },
  integrity() {
    render(pairs.list(integrity.state, integrity), $("#pair-list"));
    render(pairs.sheet(integrity.state, integrity, act), $("#pair"));
  },
  organisers() {
    render(crew.list(organisers.state, organisers), $("#organiser-list"));
    render(crew.found(organisers.state, organisers), $("#accounts"));
  },
  trail: () => render(audit.trail(trail.state, act), $("#trail")),
  notices: () => render(said.bulletins(bulletins.state, bulletins), $("#notices")),
  confirm: () => confirm.paint(),
};
const dirty = new Set();
let frame = 0;

function paint(...names) {
  for (const name of names) dirty.add(name);
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const name of dirty) parts[name]();
    dirty.clear();
  });
}

// --- frames --------------------------------------------------------------------------------------------------------------

function resync(only = null) {
  if (performance.now() - asked < RESYNC_EVERY) return;
  asked = performance.now();
  socket.send(command.resync(only));
}

function takeHunt(hunt, now) {
  clock.sync(now);
  state.hunt = hunt;
  $("#title").textContent = hunt.title;
  document.title = `${hunt.title} · ${gettext("Console")}`;
  tick();
}

function takeCounts({ now, players: count, finished, sockets, questions }) {
  const titles = questions.length !== state.questions.length || questions.some(({ title }, i) => title !== state.questions[i].title);
  Object.assign(state, { players: count, finished, sockets, questions });
  rate.sample(now, questions.reduce((sum, { attempts }) => sum + attempts, 0));
  state.perMinute = rate.perMinute();
  paint("figures", "questions", "confirm");
  composer.paint();
  if (titles) paint("options");
}

const on = {
  console_snapshot(frame) {
    if (!state.connected) composer.preview(); // of a draft that was here before this page
    state.connected = true;
    takeHunt(frame.hunt, frame.now);
    takeCounts(frame);
    state.feed.add([...frame.feed].reverse());
    state.view = viewOf(frame.board);
    paint("feed", "hold", "board", "controls", "detail");
    bulletins.look();
    if (players.state.rows === null) players.find();
    pulse.again();
    if (views.open === "audit") trail.again();
    if (views.open === "walls") walls.open();
    if (views.open === "integrity") integrity.open();
    if (views.open === "organisers") organisers.again();
  },
  rights: (frame) => rights.take(frame),
  pulse(frame) {
    clock.sync(frame.now);
    takeCounts(frame);
    state.accepted = frame.accepted ?? null;
    pulse.heard(frame);
    state.sparks = pulse.sparks();
    players.refresh();
    if (views.open === "audit" && !document.hidden) trail.refresh(TRAIL_OLD_AFTER);
    if (views.open === "organisers" && !document.hidden) organisers.refresh(CREW_OLD_AFTER);
    if (!state.feed.add(frame.feed)) return;
    players.heard(frame.feed);
    paint("feed", "hold");
  },
  health(frame) {
    state.everywhere = frame.sockets;
    pulse.health(frame);
  },
  board(frame) {
    if (continues(state.view, frame)) state.view = follow(state.view, frame);
    else if (behind(state.view, frame)) return resync("board");
    paint("board");
  },
  board_view(frame) {
    state.view = viewOf(frame.board);
    paint("board");
  },
  beacon(frame) {
    clock.sync(frame.now);
    if (behind(state.view, frame)) resync("board");
  },
  announcement: () => bulletins.look(),
  hunt(frame) {
    takeHunt(frame.hunt, frame.now);
    control.again();
  },
  reveal: (frame) => freezing.heard(frame),
  scene: (frame) => screens.heard(frame),
  walls: (frame) => walls.rows(frame),
  guesses: (frame) => walls.guesses(frame),
  pong: (frame) => clock.sync(frame.now, frame.rtt),
};

function tick() {
  state.now = clock.now();
  const phase = state.hunt && phaseAt(state.hunt, state.now);
  if (phase !== state.phase) {
    state.phase = phase;
    control.again();
    paint("controls");
  }
  freezing.tick();
  exports.tick();
  screens.tick();
  paint("phase");
  if (views.open === "walls") paint("walls"); // spans grow
}

// --- what organisers do --------------------------------------------------------------------------------------------------

function told(text) {
  say($("#told"), `${exactTime(Date.now(), locale())} ${text}`);
  clearTimeout(forgets);
  forgets = setTimeout(() => ($("#told").textContent = ""), TOLD);
}

const freezing = createFreezing({ calls, confirm, told, state: () => state, root: $("#veil") });
const screens = createScreens({ calls, told, state: () => state, root: $("#screens") });
const control = createControl({ calls, confirm, told, state: () => state });
const players = createPlayers({ calls, changed: () => paint("results", "detail") });
const trail = createPages((before) => calls.send(command.audit(before)), () => paint("trail"));
const organisers = createOrganisers({ calls, confirm, told, changed: () => paint("organisers") });
const pulse = createPulse({
  calls,
  root: $("#pulse"),
  now: clock.now,
  page: () => state,
  changed() {
    if (views.open === "pulse") paint("pulse");
  },
});
const walls = createWalls({ calls, state: () => state, now: clock.now, changed: () => views.open === "walls" && paint("walls") });
const mending = createMending({
  calls, confirm, told,
  dialog: $("#mend"),
  api: () => createApi(`/author/${state.hunt.id}`, document.body.dataset.csrf),
  state: () => state,
  here: (q) => state.questions.find((question) => question.q === q)?.here ?? 0,
  accepted: (q, text) => regrading.open(q, { reason: rightToo(text), unless: gettext("Accepted from now on. Nobody gets anything for before.") }),
});
const regrading = createRegrading({ calls, told, dialog: $("#regrade"), state: () => state });
const acts = createActs({
  calls, confirm, told,
  state: () => state,
  done() {
    players.again();
    players.find();
    if (views.open === "audit") trail.again();
    if (views.open === "organisers") organisers.again();
  },
});
const integrity = createIntegrity({ calls, confirm, told, state: () => state, changed: () => paint("integrity") });
const send = createSending({ calls, confirm, told, state: () => state });
const composer = createComposer($("#composer"), { calls, send, told, state: () => state, sent: () => bulletins.look() });
const bulletins = createBulletins({
  calls, confirm, send, told,
  state: () => state,
  looking: () => views.open === "desk" || views.open === "walls",
  change: (line) => composer.change(line),
  changed: () => paint("notices", "walls"),
});
const detail = $("#detail");
const exports = createExports({
  calls, dialog: $("#exports"),
  hunt: () => ({ phase: state.phase, frozen: state.hunt?.freeze_at != null && state.now >= state.hunt.freeze_at }),
});
createDrawers({
  exports,
  webhooks: createWebhooks({ calls, confirm, told, dialog: $("#webhooks") }),
});

function show(view) {
  if (views.open === view) return;
  location.hash = `#${view}`;
  views.show();
}

function openPlayer(player) {
  if (!detail.open) returnTo = document.activeElement;
  players.show(player);
  parts.detail();
  if (!detail.open) detail.show();
  $("#detail-title").focus();
}

function closePlayer() {
  detail.close();
  players.hide();
  if (returnTo?.isConnected) returnTo.focus();
  else $("#search").focus();
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && detail.open && !$("#confirm").open) closePlayer();
});
$("#search").addEventListener("input", (event) => players.type(event.target.value));
$("#account-search").addEventListener("input", (event) => organisers.type(event.target.value));
$("#filter-text").addEventListener("input", (event) => {
  state.filter.text = event.target.value;
  paint("feed");
});
$("#filter-verdict").addEventListener("change", (event) => {
  state.filter.verdict = event.target.value;
  paint("feed");
});
$("#filter-question").addEventListener("change", (event) => {
  state.filter.q = Number(event.target.value);
  paint("feed");
});
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || $("#confirm").open) return;
  event.preventDefault();
  show("desk");
  $("#search").focus();
  $("#search").select();
});

const views = createViews({ desk: $("#desk"), pulse: $("#pulse"), walls: $("#walls"), integrity: $("#integrity"), audit: $("#audit"), organisers: $("#organisers") }, $("#views"), (name) => {
  if (detail.open) closePlayer();
  pulse.close();
  walls.close();
  integrity.close();
  if (name === "pulse") pulse.open();
  composer.back();
  bulletins.look();
  if (name === "walls") walls.open();
  if (name === "integrity" && state.connected) integrity.open();
  if (name === "audit" && state.connected) trail.again();
  if (name === "organisers" && state.connected) organisers.again();
});

// --- the connection --------------------------------------------------------------------------------------------------------

socket.addEventListener("frame", ({ detail: frame }) => {
  if (socket.state === "live") state.asOf = exactTime(Date.now(), locale());
  on[frame.t]?.(frame);
});
socket.addEventListener("state", ({ detail: { state: link, lag } }) => {
  const light = $("#link");
  light.dataset.state = document.body.dataset.link = link;
  light.textContent = linkWords(link, lag);
  if (link === "live" && !state.live && state.connected) composer.preview();
  Object.assign(state, { link, live: link === "live" });
  if (link === "live") state.closed = null;
  paint("controls", "trouble");
});
socket.addEventListener("final", ({ detail: { code } }) => {
  state.closed = { text: closedWords(code), signedOut: code === Close.SIGNED_OUT, again: () => socket.reopen() };
  paint("trouble");
});

render(live.verdictOptions(), $("#filter-verdict"));
paint(...Object.keys(parts));
views.show();
everySecond(clock.now, tick);
socket.open();

// For boot.js: everything that this page is made of has arrived.
document.documentElement.dataset.started = "";
