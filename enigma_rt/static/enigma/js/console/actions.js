// PURE. What an organiser can do to the hunt in which phase, and how grave it is. The words are in words.js.

export const ACTIONS = Object.freeze({
  scheduled: ["start", "reschedule", "extend"],
  live: ["pause", "extend", "end"],
  paused: ["resume", "extend", "end"],
  ended: ["reopen", "extend"],
});

/** "danger" takes something from people, "plain" gives or moves something. */
export const GRAVITY = Object.freeze({
  start: "plain", pause: "danger", resume: "plain", extend: "plain", end: "danger", reschedule: "plain", reopen: "plain",
});

export const MOST_MINUTES = 7 * 24 * 60;

/** `text` as whole minutes, or null. */
export function minutesOf(text) {
  const minutes = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return minutes >= 1 && minutes <= MOST_MINUTES ? minutes : null;
}

/** What a field of date and time holds, as an instant of this browser's zone, or null. */
export const instantOf = (text) => (Number.isFinite(Date.parse(text)) ? Date.parse(text) : null);

/** `instant` as such a field wants it: "2027-03-05T18:00". */
export function fieldOf(instant) {
  const local = new Date(instant - new Date(instant).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export const MOST_AMOUNT = 100_000;
export const LONGEST_REASON = 200;

/** `text` as a whole amount, with a minus sign (or the typographer's) for what is taken, or null. */
export function amountOf(text) {
  const plain = text.trim().replace("\u2212", "-");
  const amount = /^[+-]?\d{1,6}$/.test(plain) ? Number(plain) : NaN;
  return Math.abs(amount) <= MOST_AMOUNT ? amount + 0 : null;
}

/** `text` as a reason, or null. */
export function reasonOf(text) {
  const reason = text.trim();
  return reason && Array.from(reason).length <= LONGEST_REASON ? reason : null;
}
