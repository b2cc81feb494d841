// What organisers do to one player: the question before each act, and the command behind it.

import { command } from "./commands.js";
import { gettext } from "../i18n.js";
import { amountOf, reasonOf } from "./actions.js";
import { MODERATED, grantWords, isThere, moderateWords, undoWords } from "./words_player.js";

const GRAVE = new Set(["hide", "ban"]);

const reasonField = () => ({ name: "reason", label: gettext("Why"), text: "", read: reasonOf, wide: true, help: gettext("At most 200 characters.") });
const amountField = (name, label) => ({
  name, label, text: "0", read: amountOf, help: gettext("A whole number; with a minus sign it is taken."),
});

/** `state()`: { live }. `done()`: something was done to the open player. */
export function createActs({ calls, confirm, state, told, done }) {
  const ask = (question) => (state().live ? confirm.ask(question) : told(gettext("There is no connection. Nothing was sent.")));

  const carryOut = async (what, words) => {
    await calls.send(what, true);
    told(words);
    done();
  };

  return {
    grant({ line, me }) {
      ask({
        fields: [amountField("points", gettext("Points")), amountField("xp", gettext("XP")), reasonField()],
        ready: (values) => Boolean(values.points || values.xp) && isThere(me, values),
        words: (values) => grantWords(line, me, values),
        act: ({ points, xp, reason }) => carryOut(command.grant(line.player, points, xp, reason), gettext("Booked.")),
      });
    },
    moderate({ line }, action) {
      ask({
        danger: GRAVE.has(action),
        fields: [reasonField()],
        words: () => moderateWords(line, action),
        act: ({ reason }) => carryOut(command.moderate(line.player, action, reason), MODERATED[action]()),
      });
    },
    undo(entry) {
      ask({ words: () => undoWords(entry), act: () => carryOut(command.undo(entry.id), gettext("Undone.")) });
    },
  };
}
