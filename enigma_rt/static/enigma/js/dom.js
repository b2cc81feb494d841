// Small things every page needs from the document.

import { gettext } from "./i18n.js";

export const $ = (selector, root = document) => root.querySelector(selector);

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const SETTLE = 150;

/**
 * Says `text` through the live region `region`. Emptied first: the same sentence twice is two events, and a screen
 * reader only speaks what changed.
 */
export function say(region, text) {
  clearTimeout(region.saying);
  region.textContent = "";
  region.saying = setTimeout(() => (region.textContent = text), SETTLE);
}

/** Starts the CSS animation of class `name` on `element` again, even while it runs. */
export function play(element, name) {
  element.classList.remove(name);
  void element.offsetWidth; // the browser must see it gone
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}

/** Calls `tick` now and at each full second of `now()`; returns a function that stops it. */
export function everySecond(now, tick) {
  let timer;
  const run = () => {
    tick();
    timer = setTimeout(run, 1000 - (now() % 1000) + 5);
  };
  run();
  return () => clearTimeout(timer);
}

/** The absolute address of socket `path` on this host. */
export function socketUrl(path) {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
}

/** What a page says about its connection, in words. */
export function linkWords(state, lag) {
  const words = {
    connecting: gettext("connecting"),
    live: lag === null ? gettext("live") : `${gettext("live")} · ${lag} ms`,
    stale: gettext("no signal"),
    offline: gettext("offline"),
    closed: gettext("closed"),
  };
  return words[state];
}
