// The connection for the ear: said when it has been away for a moment, and when it is back. A blip is not worth a word.

import { say } from "../dom.js";
import { gettext } from "../i18n.js";

const WORTH_A_WORD = 2500;

/** Returns a function to call with each state of the socket. */
export function createPresence(region) {
  let timer = 0;
  let away = false;
  let met = false;
  return (state) => {
    clearTimeout(timer);
    if (state === "live") {
      if (away) say(region, gettext("Connected again."));
      [away, met] = [false, true];
    } else if (met && !away && state !== "closed") {
      timer = setTimeout(() => {
        away = true;
        say(region, gettext("No connection. Answers wait here and are sent when it is back."));
      }, WORTH_A_WORD);
    }
  };
}
