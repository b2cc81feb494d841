// <rotor-wheel>: a number on turning wheels. Set `value` (an integer, or null for "no number yet") and, in the markup,
// width="3" for at least so many wheels. It is a picture: whoever uses it gives it an accessible name or hides it.

import { still } from "./dom.js";

const TURNS = 3; // the strip carries the digits so often; it rests on the middle ones and can turn either way

class RotorWheel extends HTMLElement {
  #wheels = [];
  #value = null;

  connectedCallback() {
    this.#size(this.#minimum);
    this.#show(false);
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    if (value === this.#value) return;
    const known = this.#value !== null;
    this.#value = value;
    if (this.isConnected) this.#show(known && !still());
  }

  get #minimum() {
    return Number(this.getAttribute("width")) || 1;
  }

  #size(count) {
    while (this.#wheels.length < count) {
      const strip = document.createElement("span");
      strip.className = "strip";
      for (let i = 0; i < TURNS * 10; i++) strip.append(Object.assign(document.createElement("span"), { textContent: i % 10 }));
      const wheel = document.createElement("span");
      wheel.className = "wheel";
      wheel.setAttribute("aria-hidden", "true");
      wheel.append(strip);
      wheel.at = 10;
      this.prepend(wheel);
      this.#wheels.unshift(wheel);
    }
    while (this.#wheels.length > count) this.#wheels.shift().remove();
  }

  #show(turning) {
    this.classList.toggle("blank", this.#value === null);
    const text = String(this.#value ?? 0);
    this.#size(Math.max(this.#minimum, text.length));
    [...text.padStart(this.#wheels.length, "0")].forEach((digit, i) => turn(this.#wheels[i], Number(digit), turning));
  }
}

/** Turns one wheel to `digit` the short way round; without `turning` it simply stands there. */
function turn(wheel, digit, turning) {
  const strip = wheel.firstChild;
  const from = 10 + (wheel.at % 10);
  let steps = (digit - (from % 10) + 10) % 10;
  if (steps > 5) steps -= 10;
  place(strip, from, false);
  if (turning && steps) {
    void strip.offsetHeight; // stand on the middle digits before the turn begins
    place(strip, from + steps, true);
  } else place(strip, 10 + digit, false);
  wheel.at = turning ? from + steps : 10 + digit;
}

function place(strip, at, turning) {
  strip.style.transition = turning ? "" : "none";
  strip.style.transform = `translateY(${(-at * 100) / (TURNS * 10)}%)`;
}

customElements.define("rotor-wheel", RotorWheel);
