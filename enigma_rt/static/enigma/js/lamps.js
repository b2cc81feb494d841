// <lamp-board>: the machine's 26 lamps. flash(text) lights what was typed, spell(text) lights letters one after
// another, mood(name) gives the whole board the light of a verdict. Pure decoration for the eye: hidden from readers.

import { play, still } from "./dom.js";

export const ROWS = ["QWERTZUIO", "ASDFGHJK", "PYXCVBNML"];
const GLOW = 160;

/** The lamps of `text`: Latin letters without their marks, in capitals; what has no lamp is left out. */
export function letters(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toUpperCase();
  return [...plain].filter((letter) => letter >= "A" && letter <= "Z");
}

class LampBoard extends HTMLElement {
  #lamps = new Map();
  #spelling = 0;

  connectedCallback() {
    if (this.#lamps.size) return;
    this.setAttribute("aria-hidden", "true");
    // A phone has no keys to warm up before the start: its lamps light under the finger.
    this.addEventListener("pointerdown", ({ target }) => this.flash(target.dataset.letter ?? ""));
    for (const row of ROWS) {
      const line = document.createElement("span");
      line.className = "lamps";
      for (const letter of row) {
        const lamp = document.createElement("span");
        lamp.className = "lamp";
        lamp.textContent = letter;
        lamp.dataset.letter = letter;
        line.append(lamp);
        this.#lamps.set(letter, lamp);
      }
      this.append(line);
    }
  }

  /** Lights every letter of `text` for a moment. */
  flash(text) {
    for (const letter of letters(text)) this.#light(letter, GLOW);
  }

  /** Lights the letters of `text` one after another, `gap` ms apart; resolves when the last one is lit. */
  async spell(text, gap = 70) {
    const run = ++this.#spelling;
    if (still()) gap = 0;
    for (const letter of letters(text)) {
      if (run !== this.#spelling) return;
      this.#light(letter, still() ? 1200 : 420);
      if (gap) await new Promise((resolve) => setTimeout(resolve, gap));
    }
  }

  /** "correct", "close" or "wrong": one wave over the whole board. */
  mood(name) {
    this.dataset.mood = name;
    play(this, "moved");
  }

  #light(letter, ms) {
    const lamp = this.#lamps.get(letter);
    clearTimeout(lamp.cooling);
    lamp.classList.add("on");
    lamp.cooling = setTimeout(() => lamp.classList.remove("on"), ms);
  }
}

customElements.define("lamp-board", LampBoard);
