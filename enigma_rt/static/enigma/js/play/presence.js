// The connection for the ear: said when it has been away for a moment, and when it is back. A blip is not worth a word.

import { say } from "../dom.js";
import { gettext } from "../i18n.js";

const WORTH_A_WORD = 2500;

/** Returns a function to call with each state of the socket; `tell(away)` is called when that changes. */
export function createPresence(region, tell) {
  let timer = 0;
  let away = false;
  let met = false;
  return (state) => {
    clearTimeout(timer);
    if (state === "live") {
      if (away) say(region, gettext("Connected again."));
      if (away) tell(false);
      [away, met] = [false, true];
    } else if (met && !away && state !== "closed") {
      timer = setTimeout(() => {
        away = true;
        tell(true);
        say(region, gettext("No connection. Answers wait here and are sent when it is back."));
      }, WORTH_A_WORD);
    }
  };
}
