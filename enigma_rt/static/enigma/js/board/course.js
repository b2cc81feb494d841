// PURE. Points over time: how the first ones came to their points, from the server's course, carried on by the board.
// A course is { start, lines: [{ player, name, at, points }] }, best first; from at[i] on a line has points[i].

export const RACERS = 10;
const MOST = 400;

/** A course from its frame. */
export const courseOf = ({ start, lines }) => ({
  start,
  lines: lines.map(([player, name, after, points]) => ({ player, name, at: after.map((ms) => start + ms), points })),
});

/** The course as `top` (rows of the protocol) carries it on at `now`. Who is new in it begins where they are. */
export function carry(course, top, now) {
  const known = new Map(course.lines.map((line) => [line.player, line]));
  const lines = top.slice(0, RACERS).map(([player, name, points]) => {
    const line = known.get(player) ?? { player, name, at: [], points: [] };
    if ((line.points.at(-1) ?? 0) === points) return line;
    const at = Math.max(now, line.at.at(-1) ?? course.start);
    return { player, name, at: [...line.at, at].slice(-MOST), points: [...line.points, points].slice(-MOST) };
  });
  return { ...course, lines };
}

/** The points of `line` at `instant`. */
export function pointsAt({ at, points }, instant) {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] <= instant) low = middle + 1;
    else high = middle;
  }
  return low ? points[low - 1] : 0;
}

/** The lines as they stood at `instant`, best first: [{ line, points }]. Of equals that one stands first that stands so at the end. */
export function order(course, instant) {
  const found = course.lines.map((line, place) => ({ line, place, points: pointsAt(line, instant) }));
  return found.sort((a, b) => b.points - a.points || a.place - b.place);
}

/** Whether there is a race to be seen: two who have scored, one of them more than once. */
export const isRace = ({ lines }) =>
  lines.filter(({ points }) => points.length > 0).length > 1 && lines.some(({ points }) => points.length > 1);

/**
 * Where things of height `gap` stand that would like to stand at `wanted` (ascending), none on another, all between `low` and
 * `high`, and as near as can be.
 */
export function spread(wanted, gap, low, high) {
  // Blocks of neighbours that touch; each stands where its members would like it on average.
  const blocks = [];
  wanted.forEach((at, i) => {
    blocks.push({ sum: at - i * gap, first: i, count: 1 });
    while (blocks.length > 1) {
      const [one, other] = blocks.slice(-2);
      if (one.sum / one.count <= other.sum / other.count) break;
      blocks.splice(-2, 2, { sum: one.sum + other.sum, first: one.first, count: one.count + other.count });
    }
  });
  const room = high - low - (wanted.length - 1) * gap;
  return blocks.flatMap(({ sum, first, count }) => {
    const at = low + Math.min(Math.max(0, room), Math.max(0, sum / count - low));
    return Array.from({ length: count }, (_, k) => at + (first + k) * gap);
  });
}

/** Round figures for an axis from 0 to `top`, at most `most` of them above 0. */
export function ticks(top, most) {
  const raw = Math.max(1, top) / most;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].find((factor) => factor * size >= raw) * size);
  return Array.from({ length: Math.floor(top / step) }, (_, i) => (i + 1) * step);
}

const SPANS = [60_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000];

/** Round instants between `start` and `until`, at most `most`; `zone` is the local time's offset from UTC in ms. */
export function instants(start, until, most, zone = 0) {
  const step = SPANS.find((span) => (until - start) / span <= most) ?? SPANS.at(-1) * Math.ceil((until - start) / SPANS.at(-1) / most);
  const found = [];
  for (let at = Math.ceil((start + zone) / step) * step - zone; at <= until; at += step) found.push(at);
  return found;
}
