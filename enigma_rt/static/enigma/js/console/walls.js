// Where players are stuck, and what they try there: told by the server while the view is open and looked at.

import { command } from "./commands.js";
import { gettext } from "../i18n.js";
import { playClock } from "../phase.js";

const SILENT = 25_000; // the server says something each ten seconds, also that nothing has changed
const LEAST = 3;
const LONG = 5 * 60_000;

/** Who still tries: whoever left the first question open and went to bed is no wall. */
const trying = ({ here, tried, solved }) => Math.min(here, tried - solved);

/** PURE. The row that keeps most of those who try for longest by the play clock, or null: that of an organiser's first look. */
export function worst(rows, clock) {
  const weight = (row) => (row.here ? trying(row) * (clock - row.median_since) : 0);
  const [first] = rows.toSorted((a, b) => weight(b) - weight(a) || b.here - a.here || a.q - b.q);
  return first?.here ? first : null;
}

/** PURE. The same, if it is a wall: a few players, and half of them for some minutes. */
export function wallOf(rows, clock) {
  const row = worst(rows, clock);
  return row && trying(row) >= LEAST && clock - row.median_since >= LONG ? row : null;
}

/** `state()`: { hunt, live }; `now()`: the server's clock; `changed()` is called when there is something new to show. */
export function createWalls({ calls, state: page, now, changed }) {
  const state = { rows: null, q: null, guesses: null, error: "", heard: 0 };
  let open = false;

  /** Says what is looked at, also that nothing is. */
  async function say() {
    const view = open && !document.hidden ? "walls" : null;
    state.heard = performance.now();
    try {
      await calls.send(command.watch(view, view && state.q));
      state.error = "";
    } catch (refused) {
      state.error = open && !["offline", "lost"].includes(refused.code) ? refused.message : ""; // the next snapshot asks again
    }
    changed();
  }

  function choose(q) {
    Object.assign(state, { q, guesses: state.guesses?.q === q ? state.guesses : null });
    changed();
    return say();
  }

  document.addEventListener("visibilitychange", () => open && say());

  return {
    state,
    choose,
    clock: () => (page().hunt ? playClock(page().hunt, now()) : 0),
    /** Nothing has been heard for longer than the server is ever silent. */
    silent: () => open && page().live && !document.hidden && state.heard && performance.now() - state.heard > SILENT,
    open() {
      open = true;
      say();
    },
    close() {
      if (!open) return;
      open = false;
      say();
    },
    /** A frame `walls` has come. */
    rows(frame) {
      Object.assign(state, { rows: frame.rows, heard: performance.now(), error: "" });
      if (state.q === null && frame.rows.length) choose((worst(frame.rows, this.clock()) ?? frame.rows[0]).q);
      changed();
    },
    /** A frame `guesses` has come. */
    guesses(frame) {
      if (frame.q === state.q) state.guesses = frame;
      changed();
    },
  };
}
