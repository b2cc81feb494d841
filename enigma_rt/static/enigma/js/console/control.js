// The owner's hand on the hunt. The server says what an action would do, and to how many; it is done only as it was shown.

import { command } from "./commands.js";
import { gettext } from "../i18n.js";
import { GRAVITY, fieldOf, instantOf } from "./actions.js";
import { minutesField } from "./confirm.js";
import { DONE } from "./words.js";
import { controlWords } from "./words_control.js";

const ASK_AFTER = 200;
const HOUR = 3_600_000;

const startField = (starts) => ({
  name: "at", label: gettext("Start, in your time zone"), text: fieldOf(Math.max(starts, Date.now() + HOUR)), type: "datetime-local",
  read: instantOf, wide: true, help: gettext("A date and a time to come."),
});

/** `state()`: { live, hunt }. */
export function createControl({ calls, confirm, told, state }) {
  let asked = null; // { action, values, ended, seen, players, error, sending }
  let timer = 0;

  async function look() {
    clearTimeout(timer);
    const mine = asked;
    const { action, values } = mine;
    try {
      const seen = await calls.send(command.controlPreview(action, values));
      // How many there are is true whatever has been typed meanwhile.
      if (mine === asked) mine.players = seen.players;
      if (mine === asked && values === mine.values) Object.assign(mine, { seen, error: "" });
    } catch (refused) {
      if (mine === asked && values === mine.values) Object.assign(mine, { seen: null, error: refused.message });
    }
    if (mine === asked) confirm.paint();
  }

  return {
    press(action) {
      if (!state().live) return told(gettext("There is no connection. Nothing was sent."));
      const fields = { extend: [minutesField()], reschedule: [startField(state().hunt.starts_at)] }[action] ?? [];
      const values = Object.fromEntries(fields.map(({ name, text, read }) => [name, read(text)]));
      const mine = { action, values, ended: state().phase === "ended", seen: null, players: null, error: "", sending: false };
      const opened = confirm.ask({
        danger: GRAVITY[action] === "danger",
        fields,
        words: () => controlWords(mine),
        ready: () => mine.seen !== null,
        typed(values) {
          const whole = Object.values(values).every((value) => value !== null);
          Object.assign(mine, { values, seen: null, error: whole ? "" : fields[0].help });
          clearTimeout(timer);
          if (whole) timer = setTimeout(look, ASK_AFTER);
        },
        closed() {
          if (asked === mine) asked = null;
          clearTimeout(timer);
        },
        async act() {
          mine.sending = true;
          try {
            await calls.send(command.control(action, { ...mine.values, token: mine.seen.token }), true);
          } catch (refused) {
            // It is shown as it is now; whoever still wants it presses again.
            if (refused.code === "outdated") await look();
            throw refused;
          } finally {
            mine.sending = false;
          }
          told(DONE[action]());
        },
      });
      if (!opened) return;
      asked = mine;
      look();
    },
    /** The hunt has changed: what is being asked may mean something else now. */
    again: () => asked && !asked.sending && look(),
  };
}
