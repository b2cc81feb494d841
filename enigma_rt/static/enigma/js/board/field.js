// PURE. Where the hunters stand, for the wall: columns by position, and the questions before which most of them are.
// Posts are those of the protocol: [question, hunters before it, the play clock when the last one got past or null].

export const COLUMNS = 40;
const LEAST = 3;

/** The posts with most hunters, at most `most`, most first. */
export const walls = (posts, most = 3) => [...posts].filter(([, here]) => here >= LEAST).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most);

/**
 * { first, high, columns: [{ q, here, wall }] }: one for each question of the chain or, of a long one, of the part in which
 * the first wall is. `high`: the most hunters in one column; `wall` is its place among the walls, or null.
 */
export function columns(posts, questions) {
  const [wall] = walls(posts, 1);
  const count = Math.min(questions, COLUMNS);
  const first = Math.max(1, Math.min((wall?.[0] ?? 1) - Math.floor(count / 2), questions - count + 1));
  const here = new Map(posts.map(([q, hunters]) => [q, hunters]));
  const place = new Map(walls(posts).map(([q], i) => [q, i]));
  const all = Array.from({ length: count }, (_, i) => ({ q: first + i, here: here.get(first + i) ?? 0, wall: place.get(first + i) ?? null }));
  return { first, high: Math.max(1, ...all.map((column) => column.here)), columns: all };
}
