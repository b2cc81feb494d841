// PURE. What a frame of the reveal says, in words; for the wall, the phones and the console alike.

import { format, gettext, ngettext, number } from "./i18n.js";

/** What was revealed: "No. 11", "3 changes", "Points". */
export function what({ q, count, player }) {
  if (player === null) return format(ngettext("%(n)s player further down", "%(n)s players further down", count), { n: number(count) });
  if (count > 1) return format(ngettext("%(n)s question", "%(n)s questions", count), { n: number(count) });
  return q === null ? gettext("Points") : format(gettext("No. %(q)s"), { q: number(q) });
}

/** "+85" */
export const gain = ({ gained }) => (gained < 0 ? `\u2212${number(-gained)}` : `+${number(gained)}`);

/** Up, down, or staying: { from, to, way }; null for who has no place, and for many at once. */
export function way({ old_rank: from, rank: to }) {
  if (from === null || to === null) return null;
  return { from, to, way: to < from ? "up" : to > from ? "down" : "same" };
}

/** "4 → 2", "stays 1" */
export function ranks(done) {
  const moved = way(done);
  if (moved === null) return "";
  return moved.way === "same"
    ? format(gettext("stays %(rank)s"), { rank: number(moved.to) })
    : format(gettext("%(from)s → %(to)s"), { from: number(moved.from), to: number(moved.to) });
}

/** The step as one sentence, for who hears it. */
export function sentence({ done, next, state, podium }) {
  if (state === "over" && podium.length) return format(gettext("It is over. %(name)s has won."), { name: podium[0][1] });
  if (done) return [done.name, what(done), gain(done), ranks(done)].filter(Boolean).join(" · ");
  return next ? format(gettext("The reveal begins with %(name)s, rank %(rank)s."), { name: next.name, rank: number(next.rank) }) : gettext("The reveal begins.");
}

/** Whether `frame` is the step after `before`, and not where somebody comes in, goes back, or has been away. */
export const follows = (before, frame) => before !== null && frame.done !== null && frame.step === before.step + 1;
