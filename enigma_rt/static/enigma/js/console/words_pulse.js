// What the pulse says about the servers.

import { amount, format, gettext, ngettext, number } from "../i18n.js";

export const STATE = {
  up: () => gettext("up"),
  draining: () => gettext("draining"),
  stopped: () => gettext("ended"),
  silent: () => gettext("silent"),
};

/** "8.4 ms", "1,204 ms"; a dash for what is not known. */
export const milliseconds = (ms) => (ms === null ? "–" : format(gettext("%(n)s ms"), { n: number(ms < 100 ? ms : Math.round(ms)) }));

export const memory = (bytes) => (bytes === null ? "–" : amount(bytes));

/** "4 s", "12 min", "3 h 05 min", "2 d 4 h": how long ago, or for how long. */
export function lasting(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return format(gettext("%(n)s s"), { n: number(seconds) });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return format(gettext("%(n)s min"), { n: number(minutes) });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return format(gettext("%(h)s h %(m)s min"), { h: number(hours), m: String(minutes % 60).padStart(2, "0") });
  return format(gettext("%(d)s d %(h)s h"), { d: number(Math.floor(hours / 24)), h: number(hours % 24) });
}

/** What is wrong with a process's way to something, in a word or two; "" when nothing is, or was a minute ago. */
export function linkTrouble(link, now) {
  const recent = link.error_at !== null && now - link.error_at < 60_000;
  if (link.ms === null) return link.error || gettext("no answer");
  return recent ? link.error : "";
}

/** A sentence about all processes, for the heading. */
export function healthWords(processes) {
  const of = (state) => processes.filter((process) => process.state === state).length;
  const said = [format(ngettext("%(n)s process up", "%(n)s processes up", of("up")), { n: number(of("up")) })];
  if (of("draining")) said.push(format(gettext("%(n)s draining"), { n: number(of("draining")) }));
  if (of("silent")) said.push(format(gettext("%(n)s silent"), { n: number(of("silent")) }));
  return said.join(", ");
}
