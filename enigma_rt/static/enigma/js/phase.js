// PURE. The hunt's phase between two frames: it follows from the instants.

/** The phase now: the server says it, and between two frames it follows from the instants. */
export function phaseAt(hunt, now) {
  if (hunt.phase === "scheduled" && now >= hunt.starts_at) return now >= hunt.ends_at ? "ended" : "live";
  if ((hunt.phase === "live" || hunt.phase === "paused") && now >= hunt.ends_at) return "ended";
  return hunt.phase;
}

/** The instant that the big clock counts down to, or null. */
export function target(hunt, phase) {
  if (phase === "scheduled") return hunt.starts_at;
  return phase === "live" || phase === "paused" ? hunt.ends_at : null;
}

/** How much play there has been, in milliseconds: it stands still before the start, in pauses and after the end. */
export function playClock({ starts_at, ends_at, paused_at, paused_ms = 0 }, now) {
  return Math.max(0, Math.min(now, ends_at, paused_at ?? Infinity) - starts_at - paused_ms);
}
