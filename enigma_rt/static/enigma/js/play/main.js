// The player's page: everything made and tied together.

import "../html.js";
import "../rotor.js";
import "../lamps.js";
import "../ring.js";
import { createClock, secondsUntil } from "../clock.js";
import { $, everySecond, say, socketUrl } from "../dom.js";
import { gettext } from "../i18n.js";
import { createOutbox } from "../outbox.js";
import { command } from "../protocol.js";
import { Socket } from "../socket.js";
import { createAnswering, createDrafts } from "./answering.js";
import { createBulletins } from "./bulletins.js";
import { cool, glow } from "./glow.js";
import { raiseAboveKeyboard, typeAnywhere } from "./keyboard.js";
import { Link } from "./link.js";
import { createNeighbours } from "./neighbours.js";
import { createPage } from "./page.js";
import { createPapers } from "./papers.js";
import { createPlace } from "./place.js";
import { createPresence } from "./presence.js";
import { phaseAt } from "../phase.js";
import { misplaced, reduce, scene } from "./state.js";

const ARMED_AFTER = 450; // ms until a confirming button works: longer than a double tap
const LETTER = 90; // ms between two lamps when the hunt begins
const LATER = 1500; // ms until what a page can begin without is fetched
const ASLEEP = 10_000; // ms between two ticks of a second: the machine has slept (a closed lid hides no page)
const SLOW = 400; // ms without a verdict after which the page says that it is being judged

const { socket: path, user, hunt, login, join, title } = document.body.dataset;
const key = (name) => `enigma.${name}.${user}.${hunt}`;
const live = { verdicts: $("#live-verdicts"), telegrams: $("#live-telegrams") };
const clock = createClock();
const outbox = createOutbox(sessionStorage, key("outbox"));
const drafts = createDrafts(sessionStorage, key("draft"));
const socket = new Socket(socketUrl(path));
let opening = false; // the hunt has begun, its first page is on its way
let freeAt = 0; // the instant from which a guess is allowed again
let ticked = Date.now();
let slowly;
let more; // what extras.js has made
let coming; // … or will make

const act = {
  submit: (event) => answering.submit(event),
  typed(event) {
    answering.typed(event);
    more?.typed(event);
  },
  settings: () => extras().then((more) => more?.open()),
  putAway(event) {
    bulletins.next();
    if (event.detail === 0) $("#answer")?.focus({ preventScroll: true }); // by key: its button is gone
  },
  earlier: () => papers.earlier(),
  show(view) {
    page.set({ view, unread: view === "telegrams" ? 0 : page.unread });
    scrollTo({ top: Math.min(scrollY, $("#views").offsetTop), behavior: "instant" });
    if (view === "stage") queueMicrotask(place.back);
    neighbours.check();
    papers.check();
  },
  async togglePowers() {
    page.set({ powersOpen: !page.powersOpen, confirming: null });
    await extras();
    queueMicrotask(() => $(page.powersOpen ? "#powers" : "#answer")?.focus({ preventScroll: true }));
  },
  confirm(confirming) {
    page.set({ confirming, armed: false });
    if (confirming) setTimeout(() => page.confirming === confirming && page.set({ armed: true }), ARMED_AFTER);
  },
  use(power, pay) {
    page.set({ powersOpen: false, confirming: null });
    if (power === "accept_close") return answering.send("accept_close");
    const { q } = page.state.question;
    link.submit(power === "hint" ? command.hint(q, pay) : command.skip(q));
    counted();
    $("#answer").focus({ preventScroll: true });
  },
};

const parts = ["head", "views", "stage", "standings", "story", "telegrams", "dock", "arrival"];
const page = createPage(Object.fromEntries(parts.map((name) => [name, $(`#${name}`)])), act, {
  title,
  addresses: { login, join },
  reopen: () => {
    page.set({ final: null, why: "" });
    socket.reopen();
  },
});

const link = new Link(socket, outbox, {
  frame(frame) {
    if ("now" in frame) clock.sync(frame.now, frame.rtt ?? null);
    const before = page.state;
    const state = reduce(before, frame);
    if (state !== before) page.set({ state, now: clock.now() });
    if (frame.t === "board") glow(page.glowing, state.moved);
    if (frame.me) changedMe(before.me, state.me);
    turned(before, state);
    if (frame.t === "progress" && before.me?.position < state.me.position) answering.note(gettext("Solved elsewhere. Here is the next page."));
    if (frame.t === "hunt") link.resync(frame.spread_ms);
    else if (misplaced(state)) link.resync(300);
    more?.heard(frame);
    bulletins.check();
    neighbours.check(frame);
    papers.check();
  },
  reply(sent, reply) {
    counted();
    if (reply.t === "verdict") answering.judged(sent, reply);
    if (reply.t === "verdict") more?.judged(sent, reply);
    if (reply.t === "hint") answering.hinted();
    if (reply.t === "skipped") answering.note(gettext("Skipped. Here is the next page."));
  },
  refused(sent, error) {
    counted();
    if (error.id === null && error.code === "banned") page.set({ why: error.text });
    if (error.code === "too_many_guesses") waitFor(error.wait_ms ?? 0);
    if (error.code === "stale_question") link.resync();
    if (sent && sent.t !== "seen") answering.refused(sent, error);
  },
  state(detail) {
    page.set({ link: { ...page.link, ...detail } });
    if (detail.state === "live" && !more) setTimeout(extras, LATER);
    presence(detail.state);
  },
  final: (code) => page.set({ final: code, view: "stage", powersOpen: false }),
});
const answering = createAnswering(page, { link, outbox, drafts, counted, live: live.verdicts });
const bulletins = createBulletins(page, link, localStorage, key("telegrams"), live.telegrams);
const neighbours = createNeighbours(page, link);
const papers = createPapers(page, link);
const place = createPlace(page, sessionStorage, key("place"));
const presence = createPresence(live.verdicts, (away) => page.set({ link: { ...page.link, away } }));

function changedMe(before, me) {
  if (before?.position !== me.position) {
    papers.outdated();
    answering.at(me.position);
    if (before && !page.held) answering.onward(); // skipped, or solved in another tab
  }
  if (before && me.version > before.version && me.xp > before.xp) $("xp-ring").pulse();
  waitFor(me.wait_ms);
}

/** The start, a pause and the end are said; the first page rises; after a pause everybody is where they were. */
function turned(before, state) {
  const [was, is] = [before.hunt?.phase, state.hunt?.phase];
  if (was && was !== is) {
    opening = was === "scheduled" && is === "live";
    if (opening) answering.note(gettext("The hunt has begun."));
    else if (is === "live") answering.note(gettext("The hunt goes on."));
    else if (is === "paused") say(live.verdicts, gettext("The organisers have paused the hunt"));
    else if (is === "ended") say(live.verdicts, gettext("The hunt is over"));
  }
  if (scene(state) !== "question" || scene(before) === "question") return;
  if (opening) {
    opening = false;
    answering.onward();
    $("lamp-board").spell(state.hunt.title, LETTER);
  } else if (before.question?.q === state.question.q || !before.readable) queueMicrotask(place.back);
}

function waitFor(ms) {
  freeAt = ms ? clock.now() + ms : 0;
  tick();
}

function tick() {
  const now = clock.now();
  const here = Date.now();
  if (here - ticked > ASLEEP) socket.wake();
  ticked = here;
  cool(page.glowing);
  page.set({ now, wait: freeAt ? secondsUntil(freeAt, now) : 0 });
  // The start and the end follow from the instants: whoever missed the word about it asks, not all at once.
  const { hunt } = page.state;
  if (hunt && clock.known && phaseAt(hunt, now) !== hunt.phase) link.resync(4000);
}

/** What makes the evening nicer and is not needed to play: fetched once the page plays, or when it is asked for. */
function extras() {
  coming ??= import("./extras.js").then(
    ({ createExtras }) => (more = createExtras(page, link, neighbours)),
    () => (coming = null), // a broken line: the next time
  );
  return coming;
}

/** What waits changed: the page says so when a verdict takes longer than a moment. */
function counted() {
  const waiting = outbox.waiting.filter(({ t }) => t !== "seen").length;
  clearTimeout(slowly);
  page.set({ waiting, link: { ...page.link, slow: false } });
  if (waiting) slowly = setTimeout(() => page.set({ link: { ...page.link, slow: true } }), SLOW);
}

everySecond(clock.now, tick);
bulletins.restore();
raiseAboveKeyboard($("#dock"));
typeAnywhere();
counted();
socket.open();

// For boot.js: everything that this page is made of has arrived.
document.documentElement.dataset.started = "";
