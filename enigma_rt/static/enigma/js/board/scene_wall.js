// The wall: how many hunters stand before which question, as courses of bricks, and for how long nobody has got past the
// highest. Positions and counts, nothing of what the questions are.

import { columns, walls } from "./field.js";
import { $ } from "../dom.js";
import { inWords } from "../clock.js";
import { format, gettext, ngettext, number } from "../i18n.js";
import { playClock } from "../phase.js";

const DENSE = 26; // columns that all have their figures; of more every fifth
const WHILE = 60_000;

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

const put = (element, text) => element.textContent !== text && (element.textContent = text);

/** `since`: the play clock then; `hunt` and `now`: what it is now. A pause is nobody's fault. */
function standing(since, hunt, now) {
  if (since === null) return gettext("Nobody has got past it yet.");
  const minutes = hunt ? Math.floor((playClock(hunt, now) - since) / WHILE) : 0;
  if (minutes < 1) return gettext("Somebody has just got past it.");
  // Of more than an hour whole minutes are enough.
  const span = inWords(minutes * 60, ngettext);
  return format(gettext("Nobody has got past it for %(span)s."), { span });
}

export function createWallScene(root) {
  const bars = $(".bars", root);
  const held = new Map(); // question -> its column

  function column(q) {
    const element = make("li", "column");
    const shaft = make("span", "shaft");
    const pile = make("span", "pile");
    const parts = { element, pile, figure: make("span", "column-q", number(q)), here: make("span", "column-here") };
    pile.append(make("span", "brick"), parts.here);
    shaft.append(pile);
    element.append(shaft, parts.figure);
    return parts;
  }

  function draw({ posts, hunt, now, frozen }, anew) {
    const [wall] = walls(posts ?? [], 1);
    root.dataset.empty = String(!wall);
    put($(".wall-empty", root), frozen ? gettext("The board is frozen. Where everybody is, is a secret until then.") : gettext("Nobody is stuck. Not yet."));
    if (!wall) return;
    const [q, here, since] = wall;
    put($(".wall-q", root), number(q));
    put($(".wall-here", root), number(here));
    put($(".wall-hunters", root), format(ngettext("hunter stands before no. %(q)s", "hunters stand before no. %(q)s", here), { q: number(q) }));
    put($(".wall-since", root), standing(since, hunt, now));
    const view = columns(posts, hunt?.questions ?? 0);
    const keep = new Set(view.columns.map((one) => one.q));
    for (const [other, { element }] of held) {
      if (keep.has(other)) continue;
      element.remove();
      held.delete(other);
    }
    bars.style.setProperty("--count", String(view.columns.length));
    view.columns.forEach((one, i) => {
      if (!held.has(one.q)) held.set(one.q, column(one.q));
      const { element, pile, figure, here: count } = held.get(one.q);
      if (bars.children[i] !== element) bars.insertBefore(element, bars.children[i] ?? null);
      element.dataset.wall = one.wall === null ? "" : String(one.wall);
      const dense = view.columns.length <= DENSE;
      figure.classList.toggle("quiet", !dense && one.wall !== 0 && one.q % 5 !== 0);
      put(count, one.wall === null ? "" : number(one.here));
      const share = one.here ? Math.max(0.02, one.here / view.high) : 0;
      element.style.setProperty("--share", share.toFixed(4));
      if (anew) pile.style.setProperty("--turn", String(i));
    });
  }

  return {
    show(facts) {
      draw(facts, true);
      root.classList.add("rising");
      requestAnimationFrame(() => requestAnimationFrame(() => root.classList.remove("rising")));
    },
    update: (facts) => draw(facts, false),
    hide() {},
  };
}
