// The pulse: how the hunt goes and how the servers do, from the past as the server tells it and then from its beats.

import { command } from "./commands.js";
import { createHour, createTraces, solveRate, wholeSeries } from "./beats.js";
import { Places } from "./places.js";
import { Plot } from "./plot.js";

const MINUTE = 60_000;
const AGAIN = 60_000;
const SOON = 1_500;
const LATER = 8_000;

export const PLOTS = {
  answers: { bars: true, unit: "", most: 4, series: [{ name: "right", color: "--lamp" }, { name: "close", color: "--amber" }, { name: "wrong", color: "--step" }] },
  rate: { bars: false, unit: " %", most: 20, series: [{ name: "rate", color: "--lamp" }] },
  verdicts: { bars: false, unit: "", most: 10, series: [{ name: "p50", color: "--lamp" }, { name: "p99", color: "--soft", dash: [5, 4] }] },
  sockets: {
    bars: false, unit: "", most: 4,
    series: [{ name: "players", color: "--lamp" }, { name: "spectators", color: "--brass" }, { name: "organisers", color: "--step", dash: [2, 3] }],
  },
  powers: { bars: true, unit: "", most: 4, series: [{ name: "hints", color: "--brass" }, { name: "accepted", color: "--amber" }, { name: "skips", color: "--step" }] },
};

/** `page()`: the console's state. `changed()` is called when the words of the view are to be painted again. */
export function createPulse({ calls, root, now, page, changed }) {
  const hour = createHour();
  const traces = createTraces();
  const state = { span: "hour", health: null, whole: null, lists: null, point: null, error: "", traces };
  const plots = {};
  let places = null;
  let open = false;
  let timer = 0;
  let asking = false;

  const minute = () => Math.floor(now() / MINUTE);

  function make() {
    for (const [name, made] of Object.entries(PLOTS)) {
      plots[name] = new Plot(root.querySelector(`[data-plot="${name}"]`), made, (index) => {
        if (index === state.point) return;
        state.point = index;
        changed();
      });
    }
    places = new Places(root.querySelector(".places"));
  }

  function draw() {
    const lists = state.span === "hour" ? hour.series(minute()) : state.whole && wholeSeries(state.whole);
    state.lists = lists && { ...lists, rate: solveRate(lists, state.span === "hour" ? 4 : 0) };
    if (!open) return;
    if (!places) make();
    if (state.lists) for (const plot of Object.values(plots)) plot.show(state.lists, state.span === "hour" ? 1 : state.whole.step);
    const { questions, finished } = page();
    if (questions.length) places.show(questions, finished, state.health?.here ?? []);
    changed();
  }

  /** Asks for the past of `span`. */
  async function ask(span) {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    let again = AGAIN;
    let later = LATER;
    try {
      const reply = await calls.send(command.pulseHistory(span));
      state.error = "";
      if (span === "hour") hour.load(reply);
      else state.whole = reply;
      if (!reply.complete) again = SOON;
    } catch (refused) {
      state.error = refused.message;
      if (refused.code === "unknown_command") later = AGAIN; // a server of the release before
    }
    asking = false;
    if (span !== state.span) return ask(state.span);
    // The hour goes on by the beats.
    if (state.error) timer = setTimeout(() => ask(state.span), later);
    else if (open && state.span === "hunt") timer = setTimeout(() => ask("hunt"), again);
    draw();
  }

  return {
    state,
    /** There is a connection, perhaps after a gap. */
    again() {
      ask("hour");
    },
    heard({ minutes = [] }) {
      hour.take(minutes, minute());
      draw();
    },
    health(frame) {
      state.health = frame;
      hour.hear(frame, minute());
      traces.hear(frame.processes);
      draw();
    },
    /** Answers and solves in each of the last minutes, and players' sockets: for the figures in the head. */
    sparks() {
      const lists = hour.series(minute());
      return lists && { answers: lists.at.map((_, i) => lists.right[i] + lists.close[i] + lists.wrong[i]), solves: lists.right, sockets: lists.players };
    },
    open() {
      open = true;
      draw();
      if (state.span === "hunt") ask("hunt");
    },
    close() {
      open = false;
      clearTimeout(timer);
    },
    choose(span) {
      state.span = span;
      state.point = null;
      draw();
      if (span === "hunt") ask("hunt");
    },
  };
}
