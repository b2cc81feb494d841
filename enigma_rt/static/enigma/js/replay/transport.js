// PURE. What moves the replay's clock: playing at a speed, and standing still. Clocks are arguments.

export const SPEEDS = [60, 300, 900, 1800, 3600, 7200];

/** `state` is { now, playing, speed }; `line` has start and until. */
export function advance(state, line, elapsed) {
  if (!state.playing) return state;
  const now = Math.min(line.until, state.now + elapsed * state.speed);
  return { ...state, now, playing: now < line.until };
}

/** Played from the start again where there is nothing left to play. */
export function toggled(state, line) {
  if (state.playing) return { ...state, playing: false };
  return { ...state, playing: line.until > line.start, now: state.now >= line.until ? line.start : state.now };
}

export function sought(state, line, instant) {
  return { ...state, now: Math.min(line.until, Math.max(line.start, instant)) };
}

/** One speed up (1) or down (-1). */
export function faster(state, way) {
  const place = SPEEDS.indexOf(state.speed) + way;
  return { ...state, speed: SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place))] };
}

/** The speed at which `span` milliseconds last about a minute. */
export const fitting = (span) => SPEEDS.find((speed) => span / speed <= 90_000) ?? SPEEDS.at(-1);

/** The first of the ascending `instants` after `now` (way 1) or the last before it (way -1), or null. */
export function neighbour(instants, now, way) {
  return (way > 0 ? instants.find((at) => at > now) : instants.findLast((at) => at < now)) ?? null;
}
