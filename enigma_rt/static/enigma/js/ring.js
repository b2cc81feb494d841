// <xp-ring>: how much XP there is, in a ring that fills to the next grant. Set `fill` (0 to 1, or null: no grant is
// coming); pulse() when something was granted. The number inside is its content.

import { play } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

class XpRing extends HTMLElement {
  #arc = null;

  connectedCallback() {
    if (this.#arc) return;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 40 40");
    svg.setAttribute("aria-hidden", "true");
    for (const name of ["track", "arc"]) {
      const circle = document.createElementNS(SVG, "circle");
      for (const [key, value] of Object.entries({ class: name, cx: 20, cy: 20, r: 17, pathLength: 100 })) circle.setAttribute(key, value);
      svg.append(circle);
      this.#arc = circle;
    }
    this.prepend(svg);
    this.fill = this.pendingFill ?? null;
  }

  set fill(fill) {
    this.pendingFill = fill;
    this.#arc?.setAttribute("stroke-dasharray", `${((fill ?? 0) * 100).toFixed(1)} 100`);
  }

  pulse() {
    play(this, "pulse");
  }
}

customElements.define("xp-ring", XpRing);
