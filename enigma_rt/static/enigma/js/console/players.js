// Finding a player, and one player in full. The search follows the typing; the open player follows the feed.

import { command } from "./commands.js";
import { createPages } from "./pages.js";

const FIND_AFTER = 220;
const AGAIN_AFTER = 1_500;
const OLD_AFTER = 10_000;
const OPEN_OLD_AFTER = 4_000;

/** `changed()` is called when there is something new to show. */
export function createPlayers({ calls, changed }) {
  const state = {
    text: "", rows: null, total: 0, finding: false, findError: "",
    open: null, reply: null, inspecting: false, inspectError: "",
  };
  let findTimer = 0;
  let inspectTimer = 0;
  let run = 0;
  let foundAt = 0;
  let inspectedAt = 0;
  const timeline = createPages((before) => calls.send(command.timeline(state.open, before)), changed);

  const find = async () => {
    const mine = ++run;
    foundAt = performance.now();
    state.finding = true;
    changed();
    try {
      const reply = await calls.send(command.find(state.text));
      if (mine !== run) return;
      Object.assign(state, { rows: reply.rows, total: reply.total, findError: "" });
    } catch (refused) {
      if (mine === run) state.findError = refused.message;
    } finally {
      if (mine === run) {
        state.finding = false;
        changed();
      }
    }
  };

  const inspect = async (whole = true) => {
    clearTimeout(inspectTimer);
    inspectTimer = 0;
    inspectedAt = performance.now();
    const player = state.open;
    if (player === null) return;
    state.inspecting = whole;
    // Somebody who reads further back keeps the place.
    if (whole) timeline.again();
    else timeline.refresh(0);
    try {
      const reply = await calls.send(command.inspect(player));
      if (state.open === player) Object.assign(state, { reply, inspectError: "" });
    } catch (refused) {
      if (state.open === player) state.inspectError = refused.message;
    } finally {
      if (state.open === player) {
        state.inspecting = false;
        changed();
      }
    }
  };

  return {
    state,
    timeline,
    /** What is typed into the search field. */
    type(text) {
      state.text = text;
      clearTimeout(findTimer);
      findTimer = setTimeout(find, FIND_AFTER);
    },
    find,
    /** Called every so often: what somebody looks at grows old, by the player and by other organisers. */
    refresh() {
      if (document.hidden) return;
      const now = performance.now();
      if (state.rows !== null && !state.finding && now - foundAt >= OLD_AFTER) find();
      if (state.open !== null && !state.inspecting && now - inspectedAt >= OPEN_OLD_AFTER) inspect(false);
    },
    show(player) {
      if (state.open !== player) {
        timeline.clear();
        Object.assign(state, { open: player, reply: null, inspectError: "" });
      }
      return inspect();
    },
    hide() {
      clearTimeout(inspectTimer);
      inspectTimer = 0;
      timeline.clear();
      Object.assign(state, { open: null, reply: null, inspecting: false });
      changed();
    },
    again: () => inspect(),
    /** New attempts came: if the open player made one of them, look again soon. */
    heard(items) {
      if (state.open === null || inspectTimer || !items.some((item) => item.player === state.open)) return;
      inspectTimer = setTimeout(() => inspect(false), AGAIN_AFTER);
    },
  };
}
