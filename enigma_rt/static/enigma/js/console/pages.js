// A list that comes in pages, newest first, and goes on from a cursor: what organisers did, what happened to a player.

/**
 * `ask(before)` sends for the page behind cursor `before` (null: the newest). `changed()`: there is something new to show.
 * `state.deep`: more than the newest page is there.
 */
export function createPages(ask, changed) {
  const empty = { rows: null, before: null, deep: false, loading: false, error: "" };
  const state = { ...empty };
  let run = 0;
  let quiet = false; // what is asked for is what nobody is waiting for
  let asked = -Infinity;

  async function load(before, quietly = false) {
    const mine = ++run;
    asked = performance.now();
    quiet = quietly;
    if (!quietly) {
      Object.assign(state, { loading: true, error: "" });
      changed();
    }
    try {
      const page = await ask(before);
      if (mine !== run) return;
      Object.assign(state, { rows: before === null ? page.rows : [...state.rows, ...page.rows], before: page.before, deep: before !== null, error: "" });
    } catch (refused) {
      if (mine === run) state.error = refused.message;
    } finally {
      if (mine === run) {
        state.loading = quiet = false;
        changed();
      }
    }
  }

  return {
    state,
    /** The newest page, in place of what was there. */
    again: () => load(null),
    /** Called every so often: what somebody looks at grows old, unless they read further back. */
    refresh: (oldAfter) => state.rows !== null && !state.deep && !state.loading && !quiet && performance.now() - asked > oldAfter && load(null, true),
    /** The next page behind what is there. */
    more: () => state.before !== null && !state.loading && load(state.before),
    /** Nothing is there, and what was asked for does not come in any more. */
    clear() {
      run += 1;
      quiet = false;
      Object.assign(state, empty);
    },
  };
}
