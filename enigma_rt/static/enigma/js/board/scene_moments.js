// What has just happened, as large cards: a first solve, an overtake among the first three, a finish.

import { ems } from "./names.js";
import { $ } from "../dom.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { shortTime } from "../times.js";

const FRESH = 90_000; // a lamp is lit for what is happening now

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

const WORDS = {
  first: ({ q }) => format(gettext("First to solve no. %(q)s"), { q: number(q) }),
  finish: () => gettext("Has finished the hunt"),
  lead: () => gettext("Takes the lead"),
  overtake: ({ place }) => format(gettext("Up to place %(place)s"), { place: number(place) }),
};

/** [before the name, name, after it] of whom somebody has passed. */
function passing(name) {
  const [before, after = ""] = format(gettext("past %(name)s"), { name: "\u0000" }).split("\u0000");
  return [before, make("bdi", "moment-passed", name), after];
}

function card(moment, now) {
  const when = moment.when ?? moment.at;
  const element = make("li", now - when < FRESH ? "moment" : "moment past");
  element.dataset.kind = moment.kind;
  const disc = make("span", "moment-disc");
  const figure = moment.kind === "first" ? number(moment.q) : moment.kind === "finish" ? "" : number(moment.place);
  disc.append(make("span", "moment-lit"), make("span", "moment-figure", figure));
  if (moment.kind === "finish") disc.append(make("span", "moment-flag"));
  const words = make("div", "moment-words");
  const name = make("p", "moment-name");
  name.append(make("bdi", "", moment.name));
  name.style.setProperty("--ems", String(Math.max(6, ems(moment.name)).toFixed(2)));
  const more = make("p", "moment-more");
  if (moment.passed) more.append(...passing(moment.passed));
  words.append(make("p", "moment-kind", WORDS[moment.kind](moment)), name, more);
  element.append(disc, words, make("time", "moment-at", shortTime(when, locale())));
  return element;
}

export function createMomentsScene(root) {
  const list = $(".moments", root);
  let seen = null;

  function draw({ moments, more, now }) {
    const next = JSON.stringify([moments.map((one) => [one, now - (one.when ?? one.at) < FRESH]), more]);
    if (next === seen) return;
    seen = next;
    // The newest first, as news is.
    list.replaceChildren(...moments.slice().reverse().map((one) => card(one, now)));
    list.dataset.count = String(moments.length);
    root.dataset.empty = String(!moments.length);
    $(".moments-more", root).textContent = more ? format(ngettext("and %(n)s more", "and %(n)s more", more), { n: number(more) }) : "";
  }

  return {
    show(facts) {
      seen = null;
      draw(facts);
    },
    update: draw,
    hide() {},
  };
}
