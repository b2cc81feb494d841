// What was announced and whom it has reached, and what is planned: asked again every few seconds while somebody looks.

import { command } from "./commands.js";
import { format, gettext, locale } from "../i18n.js";
import { shortDayTime } from "../times.js";
import { whomWords } from "./words_announce.js";

const EVERY = 2_000;

/** `looking()`: whether a view of it is open. `change(line)`: into the composer. `changed()`: there is something new to show. */
export function createBulletins({ calls, confirm, send, told, state, looking, change, changed }) {
  const held = { sent: null, planned: [], left: 0, error: "" };
  let asking = false;

  async function look() {
    if (asking || document.hidden || !state().live || !looking()) return;
    asking = true;
    try {
      const reply = await calls.send(command.announcements());
      Object.assign(held, { sent: reply.sent, planned: reply.planned, left: reply.left_out, error: "" });
    } catch (refused) {
      held.error = refused.message;
    } finally {
      asking = false;
      changed();
    }
  }

  setInterval(look, EVERY);

  return {
    state: held,
    look,
    /** The extra hints that were given for question `q`, newest first. */
    hintsFor: (q) => (held.sent ?? []).filter((line) => line.hint && line.q === q),
    change,
    sendNow(line) {
      const { level, text, player, q, minutes, hint, name, id } = line;
      send({ level, text, to: { player, q, minutes }, hint, name, at: null, instead_of: id }, {
        done: look,
        gone() {
          told(gettext("Somebody has changed, sent or called it off meanwhile."));
          look();
        },
      });
    },
    callOff(line) {
      if (!state().live) return told(gettext("There is no connection. Nothing was sent."));
      confirm.ask({
        words: () => ({
          title: gettext("Call off this announcement?"),
          says: [format(gettext("It would be sent %(time)s, to %(whom)s."), { time: shortDayTime(line.at, locale()), whom: whomWords(line) }), line.text],
          button: gettext("Call it off"),
        }),
        async act() {
          await calls.send(command.callOff(line.id), true);
          told(gettext("Called off."));
          look();
        },
      });
    },
  };
}
