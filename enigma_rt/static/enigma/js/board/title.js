// The hunt's title in lamps, and the spelling of it: letter after letter lights up, on the lampboard too.

import { graphemes } from "./names.js";
import { still } from "../dom.js";

const STEP = 150;
const REST = 1600;
const MOST = 44; // a longer title is words on plates: lamps that small could not be read
// Letters of these scripts join or stack: apart they would be wrong, so such a title stays whole words.
const JOINED = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Thai}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;

const make = (tag, className, text = "") => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

/** A full stop or an apostrophe has no lamp of its own. */
const kind = (letter) => (/^\p{Pd}$/u.test(letter) ? "point dash" : /^\p{P}$/u.test(letter) ? "point" : "lamp");

/** Fills `element` with `title` in lamps, word by word; a screen reader hears the title. Returns what can be lit. */
export function drawTitle(element, title) {
  const words = title.trim().split(/\s+/u);
  const whole = JOINED.test(title) || graphemes(title).length > MOST;
  const lights = [];
  const seen = make("span", whole ? "spelled whole" : "spelled");
  seen.setAttribute("aria-hidden", "true");
  for (const word of words) {
    const group = make("span", "word");
    for (const letter of whole ? [word] : graphemes(word)) {
      lights.push(make("span", whole ? "words" : kind(letter), letter));
      group.append(lights.at(-1));
    }
    seen.append(group);
  }
  element.style.setProperty("--letters", String(Math.max(10, graphemes(title).length)));
  element.replaceChildren(make("span", "hush", title), seen);
  return lights;
}

/**
 * Lights `lights` one after another, and each on `board` (a <lamp-board>, or null); they stay lit until all were, for a moment.
 * Resolves when it is over; the `signal` ends it at once, and leaves the lights to whoever comes next.
 */
export async function spell(lights, board, signal) {
  for (const light of lights) light.classList.remove("on");
  for (const light of lights) {
    if (signal.aborted) break;
    light.classList.add("on");
    if (still()) continue;
    board?.flash(light.textContent);
    await pause(STEP, signal);
  }
  await pause(REST, signal);
  if (signal.aborted) return; // the lights are another run's by now
  for (const light of lights) light.classList.remove("on");
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
