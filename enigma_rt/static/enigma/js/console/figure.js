// <live-figure>: a number that shows when it has changed, and nothing else does.

import { still } from "../dom.js";
import { number } from "../i18n.js";

const FADE = 1600;

class LiveFigure extends HTMLElement {
  #value;

  set value(value) {
    if (value === this.#value) return;
    const known = this.#value !== undefined && this.#value !== null;
    this.#value = value;
    this.textContent = value === null ? "–" : number(value);
    if (known && value !== null && !still()) {
      this.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE, easing: "ease-out", pseudoElement: "::before" });
    }
  }
}

customElements.define("live-figure", LiveFigure);
