// The one question before anything is sent or planned: whom it would reach at this moment, as the server says.

import { command } from "./commands.js";
import { gettext, locale } from "../i18n.js";
import { sendWords } from "./words_announce.js";

/** `state()`: { live }. */
export function createSending({ calls, confirm, state, told }) {
  /**
   * `message`: { level, text, to, hint, name, at, instead_of }. `seen`: the reply to a preview of it, if there is one;
   * `done()`: it was sent or planned; `gone()`: the planned one that it was to replace is not there any more.
   */
  return function ask(message, { seen = null, done = () => {}, gone = () => {} } = {}) {
    if (!state().live) return told(gettext("There is no connection. Nothing was sent."));
    const mine = { seen, error: "", open: true };
    const everybody = message.to.q == null && message.to.player == null;

    async function look() {
      try {
        mine.seen = await calls.send(command.preview(message.text, message.to));
        mine.error = "";
      } catch (refused) {
        Object.assign(mine, { seen: null, error: refused.message });
      }
      if (mine.open) confirm.paint();
    }

    const opened = confirm.ask({
      danger: message.level === "urgent" && !message.hint,
      words: () => sendWords(message, mine.seen, mine.error, locale()),
      // To nobody: only what is for everybody, or for later, finds somebody yet.
      ready: () => mine.seen !== null && (everybody || message.at !== null || mine.seen.players > 0),
      quote: () => mine.seen?.html ?? null,
      closed: () => (mine.open = false),
      async act() {
        const { level, text, to, hint, at, instead_of } = message;
        try {
          await calls.send(command.announce(level, text, { to, hint, at, instead_of }), true);
        } catch (refused) {
          if (refused.code !== "outdated") throw refused;
          return gone();
        }
        told(at ? gettext("It is planned.") : hint ? gettext("The extra hint is out.") : gettext("The announcement is out."));
        done();
      },
    });
    if (opened) look();
  };
}
