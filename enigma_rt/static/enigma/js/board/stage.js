// The full-screen scene: the lampboard, the hunt's title in lamps, and below it a countdown or a few words. It stands
// before the start and while nothing is known yet, and falls for a moment as a curtain when the phase changes.

import { drawTitle, spell } from "./title.js";
import { parts, secondsUntil } from "../clock.js";
import { dayTime } from "../times.js";
import { $ } from "../dom.js";
import { gettext, locale, ngettext } from "../i18n.js";

const CURTAIN_MS = 8_500;
const AGAIN = 24_000; // while the countdown stands, the title is spelled every so often

const WORDS = {
  begin: () => gettext("The hunt begins"),
  resumed: () => gettext("The hunt goes on"),
  paused: () => gettext("The hunt is paused"),
  ended: () => gettext("The hunt is over"),
  frozen: () => gettext("The board stands still. What happens now is shown at the end."),
};

export class Stage {
  #root;
  #title;
  #lights = [];
  #run = null;
  #spelledAt = -Infinity;
  #curtain = 0;
  #shownTitle = null;
  #wheels;

  constructor(root) {
    this.#root = root;
    this.#title = $(".stage-title", root);
    this.#wheels = Object.fromEntries(
      [...root.querySelectorAll("rotor-wheel")].map((wheel) => [wheel.dataset.unit, wheel]),
    );
  }

  get fallen() {
    return this.#curtain !== 0;
  }

  title(title) {
    if (title === this.#shownTitle) return;
    this.#shownTitle = title;
    this.#run?.abort();
    this.#lights = drawTitle(this.#title, title);
    this.#spelledAt = -Infinity;
  }

  /** Once a second: `scene` as in scenes.js; `hunt` may be null. */
  tick(scene, hunt, now, waitingFor) {
    const standing = scene !== "board";
    const shown = standing || this.fallen;
    if (this.#root.hidden === shown) this.#show(shown);
    if (!standing) return;
    if (scene === "countdown") this.#count(hunt, now);
    else this.#say(waitingFor);
    if (performance.now() - this.#spelledAt > AGAIN) this.#spell();
  }

  /** Lets the curtain `name` fall, and rise again after a moment. */
  fall(name) {
    clearTimeout(this.#curtain);
    this.#say(WORDS[name]());
    this.#show(true);
    this.#spell();
    this.#curtain = setTimeout(() => {
      this.#curtain = 0;
      this.#show(false);
    }, CURTAIN_MS);
  }

  #show(shown) {
    clearTimeout(this.#root.leaving);
    if (shown) {
      if (this.#root.hidden) this.#spelledAt = -Infinity;
      this.#root.hidden = false;
      this.#root.classList.remove("leaving");
    } else {
      this.#root.classList.add("leaving");
      this.#run?.abort();
      this.#root.leaving = setTimeout(() => (this.#root.hidden = true), 900);
    }
  }

  #say(text) {
    this.#root.dataset.shows = "words";
    const words = $(".stage-words", this.#root);
    if (words.textContent !== text) words.textContent = text;
  }

  #count(hunt, now) {
    this.#root.dataset.shows = "count";
    const left = parts(secondsUntil(hunt.starts_at, now));
    $(".stage-day", this.#root).hidden = !left.days;
    for (const [unit, wheel] of Object.entries(this.#wheels)) wheel.value = left[unit];
    $(".stage-day-word", this.#root).textContent = ngettext("day", "days", left.days);
    const at = dayTime(hunt.starts_at, locale());
    if ($(".stage-at", this.#root).textContent !== at) $(".stage-at", this.#root).textContent = at;
    const tagline = $(".stage-tagline", this.#root);
    if (tagline.textContent !== hunt.tagline) tagline.textContent = hunt.tagline;
  }

  #spell() {
    this.#spelledAt = performance.now();
    this.#run?.abort();
    this.#run = new AbortController();
    spell(this.#lights, $("lamp-board", this.#root), this.#run.signal);
  }
}
