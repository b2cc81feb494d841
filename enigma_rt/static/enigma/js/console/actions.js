// PURE. What an organiser can do to the hunt in which phase, and how grave it is. The words are in words.js.

export const ACTIONS = Object.freeze({
  scheduled: ["start", "extend"],
  live: ["pause", "extend", "end"],
  paused: ["resume", "extend", "end"],
  ended: ["extend"],
});

/** "danger" takes something from people, "plain" gives or moves something. */
export const GRAVITY = Object.freeze({ start: "plain", pause: "danger", resume: "plain", extend: "plain", end: "danger" });

export const MOST_MINUTES = 7 * 24 * 60;

/** `text` as whole minutes, or null. */
export function minutesOf(text) {
  const minutes = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return minutes >= 1 && minutes <= MOST_MINUTES ? minutes : null;
}

/** When the hunt ends after `minutes` more: an ended hunt runs again from now. */
export const endAfter = (hunt, phase, minutes, now) => (phase === "ended" ? now : hunt.ends_at) + minutes * 60_000;
