// The lampboard: 26 lamps in the machine's own order, and a title spelled in lamps, letter by letter.

import { graphemes } from "./names.js";
import { still } from "../dom.js";

const KEYS = ["QWERTZUIO", "ASDFGHJK", "PYXCVBNML"];
const STEP = 150;
const REST = 1400;
// Letters of these scripts join or stack: apart they would be wrong, so such a title stays whole words.
const JOINED = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Thai}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

/** The key for `character` (accents off), or null: the machine had letters only. */
const keyOf = (character) => {
  const plain = character.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase();
  return /^[A-Z]$/.test(plain) ? plain : null;
};

/** Fills `element` with the 26 lamps. Returns { light(character, ms), dark() }. */
export function createLampboard(element) {
  const lamps = new Map();
  element.replaceChildren(
    ...KEYS.map((keys) => {
      const line = make("div", "lamp-line");
      for (const key of keys) {
        const lamp = make("span", "lamp", key);
        lamps.set(key, lamp);
        line.append(lamp);
      }
      return line;
    }),
  );
  let lit = null;
  const dark = () => {
    lit?.classList.remove("lit");
    lit = null;
  };
  return {
    dark,
    light(character) {
      dark();
      lit = lamps.get(keyOf(character)) ?? null;
      lit?.classList.add("lit");
    },
  };
}

/** Fills `element` with `title` as lamps, word by word; a screen reader hears the title. Returns the lamps. */
export function drawTitle(element, title) {
  const heard = make("span", "hush", title);
  const seen = make("span", "lamps");
  seen.setAttribute("aria-hidden", "true");
  const letters = [];
  const words = title.trim().split(/\s+/u);
  for (const word of words) {
    const group = make("span", "lamp-word");
    if (JOINED.test(word)) {
      const plate = make("span", "plate", word);
      letters.push(plate);
      group.append(plate);
    } else {
      for (const letter of graphemes(word)) {
        // A full stop or an apostrophe gets no lamp of its own.
        const lamp = make("span", /^\p{P}$/u.test(letter) ? "point" : "lamp", letter);
        letters.push(lamp);
        group.append(lamp);
      }
    }
    seen.append(group);
  }
  element.style.setProperty("--letters", String(Math.max(8, graphemes(title).length)));
  element.style.setProperty("--longest", String(Math.max(6, ...words.map((word) => graphemes(word).length))));
  element.replaceChildren(heard, seen);
  return letters;
}

/**
 * Spells `letters` one after another, each on `board` too (or null); those spelled stay lit until the rest is over.
 * Resolves when done; stops at once when `signal` aborts.
 */
export async function spell(letters, board, signal) {
  const pause = (ms) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  const off = () => {
    board?.dark();
    for (const letter of letters) letter.classList.remove("lit", "now");
  };
  off();
  if (still()) {
    for (const letter of letters) letter.classList.add("lit");
    return;
  }
  let last = null;
  for (const letter of letters) {
    if (signal.aborted) return off();
    last?.classList.remove("now");
    letter.classList.add("lit", "now");
    board?.light(letter.textContent);
    last = letter;
    await pause(STEP);
  }
  last?.classList.remove("now");
  board?.dark();
  await pause(REST);
  off();
}
