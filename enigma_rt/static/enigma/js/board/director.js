// PURE. What the wall shows when: the board is home, the others are visits, and what happens cuts in. The same calls with the
// same values give the same cuts; clocks are arguments.

export const SCENES = Object.freeze(["board", "race", "moments", "wall", "story", "notice"]);

export const AT_HOME = 70_000; // of the board, between two visits
export const STAYS = Object.freeze({ race: 24_000, wall: 15_000, story: 20_000, notice: 18_000 });
export const ROUND = Object.freeze(["race", "wall", "notice", "race", "wall", "story"]);

export const SOON = 3_000; // the rows are seen to glide before it is told why
export const BETWEEN = 35_000; // from one cut to moments to the next: a storm is summed up, and leaves time for a visit
export const CARDS = 3;
const LEAST = 10_000; // a visit is not broken off before
const BREATH = 20_000; // of the board, after moments
const OLD = 120_000; // nobody calls that a moment any more
const MOST = 24;
const PER_CARD = 2_500;

const WEIGHT = { overtake: 1, first: 2, finish: 3, lead: 4 };

/** Whether `name` is a scene. */
export const isScene = (name) => SCENES.includes(name);

export const begin = (now) => ({
  scene: "board", since: now, until: Infinity, visit: now + AT_HOME, place: 0,
  waiting: [], moments: [], more: 0, told: -Infinity, urgent: -Infinity,
});

/** `moments` ({ kind, at, player, … }, by the same clock) have happened. Of one player's overtakes the last one counts. */
export function happened(state, moments) {
  if (!moments.length) return state;
  const same = (a, b) => (a.kind === "lead" && b.kind === "lead") || (a.kind === b.kind && a.kind === "overtake" && a.player === b.player);
  const waiting = state.waiting.filter((one) => !moments.some((other) => same(one, other)));
  return { ...state, waiting: heaviest([...waiting, ...moments], MOST) };
}

/** What cannot wait is announced: it is shown at once, until then. */
export const urgent = (state, until) => ({ ...state, urgent: Math.max(state.urgent, until) });

/**
 * The state at `now`. `stands`: something else has the wall (countdown, reveal); `home`: nothing is to be visited (a pause, the
 * end); `pinned`: a scene that somebody chose, or null; `has`: which scenes have something to show.
 */
export function direct(state, now, { stands = false, home = false, pinned = null, has = {} }) {
  const fresh = state.waiting.filter(({ at }) => now - at < OLD);
  const held = fresh.length === state.waiting.length ? state : { ...state, waiting: fresh };
  if (stands) return cut({ ...held, waiting: [] }, now, "board", Infinity, now + AT_HOME);
  if (pinned !== null) return cut({ ...held, waiting: [] }, now, pinned, Infinity, now + AT_HOME);
  if (now < held.urgent) return cut(held, now, "notice", held.urgent, held.urgent + AT_HOME);
  if (home) return cut({ ...held, waiting: [] }, now, "board", Infinity, now + AT_HOME);
  if (isDue(held, now)) return moments(held, now);
  // Whoever was pinned until now has no end of their own.
  const over = held.scene !== "board" && (now >= held.until || held.until === Infinity || (held.scene in STAYS && !has[held.scene]));
  if (over) return cut(held, now, "board", Infinity, Math.max(held.visit, now + BREATH));
  if (held.scene === "board" && now >= held.visit) return visit(held, now, has);
  return held;
}

function isDue(state, now) {
  if (!state.waiting.length || now - state.told < BETWEEN) return false;
  if (state.scene === "moments") return false;
  if (state.scene !== "board" && now - state.since < LEAST) return false;
  return state.waiting.some(({ at }) => now - at >= SOON);
}

function moments(state, now) {
  const shown = heaviest(oneEach(state.waiting), CARDS);
  const stay = 5_000 + PER_CARD * shown.length;
  const next = cut(state, now, "moments", now + stay, Math.max(state.visit, now + stay + BREATH));
  return { ...next, waiting: [], moments: shown, more: state.waiting.length - shown.length, told: now };
}

function visit(state, now, has) {
  for (let step = 0; step < ROUND.length; step++) {
    const scene = ROUND[(state.place + step) % ROUND.length];
    if (!has[scene]) continue;
    const until = now + STAYS[scene];
    return { ...cut(state, now, scene, until, until + AT_HOME), place: (state.place + step + 1) % ROUND.length };
  }
  return { ...state, visit: now + BREATH };
}

function cut(state, now, scene, until, next) {
  const since = scene === state.scene ? state.since : now;
  return { ...state, scene, since, until, visit: next };
}

/** Of each player what weighs most, the newest of equals: nobody takes all the cards. */
const oneEach = (all) => all.filter((one) => !all.some((other) => other.player === one.player && before(other, one)));

const before = (a, b) => a !== b && ((WEIGHT[a.kind] ?? 0) - (WEIGHT[b.kind] ?? 0) || a.at - b.at) > 0;

/** The `most` that weigh most, the newer of equals, in the order in which they happened. */
function heaviest(all, most) {
  const order = (a, b) => (WEIGHT[b.kind] ?? 0) - (WEIGHT[a.kind] ?? 0) || b.at - a.at;
  const kept = new Set([...all].sort(order).slice(0, most));
  return all.filter((one) => kept.has(one));
}
