// PURE. A replay's JSON (game/queries/replay.py) as columns that can be run through in both directions, and what can be
// said of the whole evening beforehand: who led when, how many solved in each minute.

const NEVER = Infinity;
const MINUTE = 60_000;

/**
 * Columns by player (`names`, `ids`, `joined`, `finished`; a player is a place in them, and of two the lower is the older)
 * and by event: `at`, `who`, `gain` (points), `q`, and the instant of the player's last solve `was` and `is` after it.
 */
export function decode(data) {
  const { players, events, start } = data;
  const count = events.after.length;
  const at = new Float64Array(count);
  const [was, is] = [new Float64Array(count), new Float64Array(count)];
  const last = new Float64Array(players.id.length).fill(NEVER);
  const late = new Map(events.late);
  let instant = start;
  for (let i = 0; i < count; i++) {
    instant += events.after[i];
    at[i] = instant;
    const who = events.player[i];
    was[i] = last[who];
    const solved = events.q[i] > 0 ? instant : late.get(i);
    if (solved !== undefined) last[who] = last[who] === NEVER ? solved : Math.max(last[who], solved);
    is[i] = last[who];
  }
  return {
    ...data,
    ids: players.id,
    names: players.name,
    joined: Float64Array.from(players.joined, (after) => start + after),
    finished: Float64Array.from(players.finished, (after) => (after === null ? NEVER : start + after)),
    at, was, is,
    who: Int32Array.from(events.player),
    gain: Int32Array.from(events.points),
    q: Int16Array.from(events.q),
  };
}

/** How many of the ascending `at` are at or before `instant`. */
export function countUntil(at, instant) {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether player `a` stands before player `b`: more points, then the earlier last solve, then the older player. */
export function stands(points, last, a, b) {
  if (points[a] !== points[b]) return points[a] > points[b];
  if (last[a] !== last[b]) return last[a] < last[b];
  return a < b;
}

/** Every change of the first place: [{ at, player, before }]; who leads first has nobody before. */
export function leads(line) {
  const points = new Int32Array(line.ids.length);
  const last = new Float64Array(line.ids.length).fill(NEVER);
  const found = [];
  let leader = -1;
  for (let i = 0; i < line.at.length; ) {
    const now = line.at[i];
    let lost = leader < 0; // whoever lost points may have left the lead to somebody to whom nothing happened
    let best = Math.max(0, leader);
    // All that happened at one instant happened together.
    for (; i < line.at.length && line.at[i] === now; i++) {
      const who = line.who[i];
      points[who] += line.gain[i];
      last[who] = line.is[i];
      lost ||= who === best && line.gain[i] <= 0;
      if (stands(points, last, who, best)) best = who;
    }
    if (lost) for (let who = 0; who < points.length; who++) if (line.joined[who] <= now && stands(points, last, who, best)) best = who;
    if (best !== leader) found.push({ at: now, player: best, before: leader < 0 ? null : leader });
    leader = best;
  }
  return found;
}

/** Solves in each minute from the start of the replay to its end. */
export function density(line) {
  const minutes = new Uint32Array(Math.max(1, Math.ceil((line.until - line.start) / MINUTE)));
  for (let i = 0; i < line.at.length; i++) {
    if (line.q[i] > 0) minutes[Math.min(minutes.length - 1, Math.floor((line.at[i] - line.start) / MINUTE))]++;
  }
  return minutes;
}

/** The instant of the first solve of all, or null. */
export function firstSolve(line) {
  const i = line.q.findIndex((q) => q > 0);
  return i < 0 ? null : line.at[i];
}

/** The points of each of `players` over time, as steps: { at, points: [one column a player] }, from start to `until`. */
export function curves(line, players, until) {
  const columns = new Map(players.map((player, column) => [player, column]));
  const at = [line.start];
  const now = players.map(() => 0);
  const points = players.map(() => [0]);
  const put = (instant) => {
    if (at.at(-1) !== instant) {
      at.push(instant);
      for (const column of points) column.push(0);
    }
    points.forEach((column, i) => (column[at.length - 1] = now[i]));
  };
  const end = countUntil(line.at, until);
  for (let i = 0; i < end; i++) {
    const column = columns.get(line.who[i]);
    if (column === undefined) continue;
    now[column] += line.gain[i];
    put(line.at[i]);
  }
  put(until);
  return { at, points };
}
