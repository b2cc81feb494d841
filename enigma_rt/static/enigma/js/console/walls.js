// Where players are stuck, and what they try there: asked again every few seconds while the view is open and looked at.

import { command } from "./commands.js";

const EVERY = 3_000;

/** `changed()` is called when there is something new to show. */
export function createWalls({ calls, changed }) {
  const state = { rows: null, q: null, guesses: null, error: "" };
  let timer = 0;
  let asking = false;

  /** The question that is looked at; until one is chosen, the one that keeps most players longest. */
  const chosen = () => {
    const worst = state.rows?.toSorted((a, b) => b.here * b.median_ms - a.here * a.median_ms)[0];
    return state.q ?? worst?.q ?? null;
  };

  async function look() {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const { rows } = await calls.send(command.walls());
      Object.assign(state, { rows, error: "" });
      state.q = chosen();
      await tried();
    } catch (refused) {
      state.error = refused.message;
    } finally {
      asking = false;
      changed();
    }
  }

  async function tried() {
    const { q } = state;
    changed();
    if (q === null) return;
    const reply = await calls.send(command.guesses(q));
    if (q === state.q) state.guesses = reply;
  }

  return {
    state,
    look,
    open() {
      clearInterval(timer);
      timer = setInterval(look, EVERY);
      look();
    },
    close() {
      clearInterval(timer);
    },
    async choose(q) {
      Object.assign(state, { q, guesses: null });
      try {
        await tried();
      } catch (refused) {
        state.error = refused.message;
      }
      changed();
    },
  };
}
