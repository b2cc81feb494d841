// Who organises: the list, a search for somebody to give a role to, and the question before a role changes.

import { command } from "./commands.js";
import { appointWords } from "./words_organisers.js";

const FIND_AFTER = 220;

/** `changed()` is called when there is something new to show. */
export function createOrganisers({ calls, confirm, told, changed }) {
  const state = { rows: null, error: "", text: "", found: null, findError: "" };
  let timer = 0;
  let run = 0;
  let looked = 0;

  async function look() {
    looked = performance.now();
    try {
      const { rows } = await calls.send(command.organisers());
      Object.assign(state, { rows, error: "" });
    } catch (refused) {
      state.error = refused.message;
    }
    changed();
  }

  async function find() {
    const mine = ++run;
    const text = state.text.trim();
    if (!text) Object.assign(state, { found: null, findError: "" });
    else {
      try {
        const { rows } = await calls.send(command.organisers(text));
        if (mine === run) Object.assign(state, { found: rows, findError: "" });
      } catch (refused) {
        if (mine === run) state.findError = refused.message;
      }
    }
    if (mine === run) changed();
  }

  const again = () => Promise.all([look(), find()]);

  return {
    state,
    again,
    /** Called every so often: another owner may have changed a role. */
    refresh: (oldAfter) => performance.now() - looked > oldAfter && again(),
    type(text) {
      state.text = text;
      clearTimeout(timer);
      timer = setTimeout(find, FIND_AFTER);
    },
    /** Asks whether the account of `row` is to have `role` (null: none). */
    appoint(row, role) {
      const words = appointWords(row, role);
      confirm.ask({
        danger: words.grave,
        words: () => words,
        async act() {
          try {
            await calls.send(command.appoint(row.account, role, row.role), true);
          } finally {
            again();
          }
          told(words.done);
        },
      });
    },
  };
}
