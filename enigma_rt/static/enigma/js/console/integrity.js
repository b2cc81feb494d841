// Pairs who may be playing together: the list, and one pair's evidence. Asked again while the view is open and looked at;
// the server weighs them anew every 20 s at most.

import { gettext } from "../i18n.js";
import { LONGEST_REASON } from "./actions.js";
import { command } from "./commands.js";
import { DECIDED, decideWords } from "./words_integrity.js";

const EVERY = 10_000;

/** A reason, or "" where there need not be one; null when it will not do. */
export const reasonFor = (decision) => (text) => {
  const reason = text.trim();
  return (reason || decision === "watch") && Array.from(reason).length <= LONGEST_REASON ? reason : null;
};

/** `changed()` is called when there is something new to show. */
export function createIntegrity({ calls, confirm, told, state: page, changed }) {
  const state = { pairs: null, floor: 0, players: 0, chosen: null, sheet: null, error: "", sheetError: "" };
  let timer = 0;
  let asking = false;

  const isChosen = ({ a, b }) => state.chosen?.a === a && state.chosen?.b === b;

  async function look() {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const { pairs, floor, players } = await calls.send(command.integrity());
      Object.assign(state, { pairs, floor, players, error: "" });
      changed();
      state.chosen ??= pairs[0] ? { a: pairs[0].a, b: pairs[0].b } : null;
      await sheet();
    } catch (refused) {
      state.error = refused.message;
    } finally {
      asking = false;
      changed();
    }
  }

  async function sheet() {
    const { chosen } = state;
    if (chosen === null) return;
    try {
      const reply = await calls.send(command.integrityPair(chosen.a, chosen.b));
      if (isChosen(reply.pair)) Object.assign(state, { sheet: reply, sheetError: "" });
    } catch (refused) {
      if (chosen === state.chosen) state.sheetError = refused.message;
    }
    changed();
  }

  return {
    state,
    look,
    isChosen,
    open() {
      clearInterval(timer);
      timer = setInterval(look, EVERY);
      look();
    },
    close: () => clearInterval(timer),
    choose({ a, b }) {
      Object.assign(state, { chosen: { a, b }, sheet: isChosen({ a, b }) ? state.sheet : null, sheetError: "" });
      changed();
      return sheet();
    },
    /** Asks, and writes `decision` about `pair` down. */
    decide(pair, decision) {
      if (!page().live) return told(gettext("There is no connection. Nothing was sent."));
      confirm.ask({
        fields: [
          { name: "reason", label: gettext("Why"), text: "", read: reasonFor(decision), wide: true, help: gettext("At most 200 characters.") },
        ],
        words: () => decideWords(pair, decision),
        async act({ reason }) {
          await calls.send(command.integrityDecide(pair.a, pair.b, decision, reason), true);
          told(DECIDED[decision]());
          look();
        },
      });
    },
  };
}
