// What the console says about announcements: whom one is for, what sending it will do, whom it has reached.

import { format, gettext, ngettext, number } from "../i18n.js";
import { shortDayTime } from "../times.js";
import { LEVEL, people } from "./words.js";

/** Whom a line or a message is for: "everybody", "Zoë", "those on no. 4", "those on no. 4 for 20 min". */
export function whomWords({ player = null, name = "", q = null, minutes = null }) {
  if (player !== null) return name || gettext("one player");
  if (q === null) return gettext("everybody");
  if (minutes === null) return format(gettext("those on no. %(q)s"), { q: number(q) });
  return format(gettext("those on no. %(q)s for %(m)s min"), { q: number(q), m: number(minutes) });
}

/** "Extra hint" or the level. */
export const kindWords = ({ level, hint }) => (hint ? gettext("Extra hint") : LEVEL[level]());

/** "12 players (9 of them connected now)" */
export const reachWords = ({ players, online }) =>
  format(gettext("%(players)s (%(online)s of them connected now)"), { players: people(players), online: number(online) });

/** Whom it has reached, in a line. */
export function countWords({ people: all, told, seen, solved }) {
  const said = [format(gettext("told %(told)s of %(all)s"), { told: number(told), all: number(all) }), format(gettext("seen by %(n)s"), { n: number(seen) })];
  if (solved !== null) said.push(format(ngettext("%(n)s has solved since", "%(n)s have solved since", solved), { n: number(solved) }));
  return said.join(" · ");
}

/** The question before it is sent or planned. `seen`: { players, online }, null while it is not known; `at`: later. */
export function sendWords({ level, to, hint, name, at }, seen, error, locale) {
  const whom = { whom: whomWords({ ...to, name }), q: number(to.q ?? 0), time: at && shortDayTime(at, locale), reach: seen && reachWords(seen) };
  const everybody = to.q == null && to.player == null;
  const says = [];
  if (error) says.push(error);
  else if (!seen) says.push(gettext("Looking …"));
  else if (at) says.push(format(gettext("It is sent %(time)s. Now it would reach %(reach)s; whom it reaches is decided then."), whom));
  else if (everybody) says.push(format(gettext("It reaches %(reach)s at once, everybody else when they come back, and every projector. It cannot be taken back."), whom));
  else says.push(format(gettext("It reaches %(reach)s, the others of them when they come back, and nobody else. It cannot be taken back."), whom));
  if (hint) says.push(gettext("It stays beside the question for as long as they are on it, and costs them nothing."));
  return { title: title({ level, hint, at, everybody, whom }), says, button: button(seen, at) };
}

function title({ level, hint, at, everybody, whom }) {
  if (hint) return format(at ? gettext("Plan this extra hint for %(whom)s?") : gettext("Give this extra hint to %(whom)s?"), whom);
  const words = { ...whom, level: LEVEL[level]() };
  if (everybody) return format(at ? gettext("Plan this announcement? (%(level)s)") : gettext("Send this announcement? (%(level)s)"), words);
  return format(at ? gettext("Plan this for %(whom)s? (%(level)s)") : gettext("Send this to %(whom)s? (%(level)s)"), words);
}

function button(seen, at) {
  if (at) return gettext("Plan it");
  return seen ? format(gettext("Send to %(n)s"), { n: number(seen.players) }) : gettext("Send");
}
