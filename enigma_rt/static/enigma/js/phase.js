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
