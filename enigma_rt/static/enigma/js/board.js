// PURE. The client's board: leaderboard/ranking.py's View and follow(), and what a change means for its reader.
// A view is { id, version, total, size, top, me, rank, player }; a place is [points, last solve or null];
// a row is [player, name, points, last, finished]; a move is [player, place before, place after, rank after].

const NEVER = Number.MAX_SAFE_INTEGER;

/** A view from the member `board` of a snapshot; `player` null for spectators. */
export function viewOf(board, player = null) {
  return { ...board, player };
}

export function row([player, name, points, last, finished]) {
  return { player, name, points, last, finished };
}

/** Negative when a stands before b: more points, then the earlier last solve, then the older player. */
function compare(aPlace, aPlayer, bPlace, bPlayer) {
  return bPlace[0] - aPlace[0] || (aPlace[1] ?? NEVER) - (bPlace[1] ?? NEVER) || aPlayer - bPlayer;
}

const better = (player, place, view) => place !== null && compare(place, player, view.me, view.player) < 0;

/** Whether `delta` continues `view`: same board, next version. Otherwise the client asks for resync. */
export function continues(view, delta) {
  return view !== null && delta.board === view.id && delta.base === view.version;
}

/** Whether a beacon or a late delta shows that `view` has missed something. */
export function behind(view, { board, version }) {
  return view === null || board !== view.id || version > view.version;
}

/** The next view. Throws when the delta does not continue this one. */
export function follow(view, delta) {
  if (delta.base !== view.version) throw new RangeError(`the delta starts at ${delta.base}, the view is at ${view.version}`);
  let { me, rank } = view;
  const own = view.player === null ? undefined : delta.moves.find(([player]) => player === view.player);
  if (own) {
    [, , me, rank] = own;
  } else if (view.player !== null && me !== null && rank !== null) {
    for (const [player, before, after] of delta.moves) {
      rank += Number(better(player, after, view)) - Number(better(player, before, view));
    }
  }
  return { ...view, version: delta.version, total: delta.total, top: followTop(view, delta), me, rank };
}

function followTop(view, delta) {
  // A mover who is still in the top comes back with its row; who was pushed out unmoved is cut off at the end.
  const movers = new Set(delta.moves.map(([player]) => player));
  const rows = new Map(view.top.filter(([player]) => !movers.has(player)).map((line) => [line[0], line]));
  for (const line of delta.rows) rows.set(line[0], line);
  const ordered = [...rows.values()].sort((a, b) => compare([a[2], a[3]], a[0], [b[2], b[3]], b[0]));
  return ordered.slice(0, view.size);
}

/**
 * What `delta` does to the reader of `view`: { before, after, passedMe, iPassed, names }. The counts are players;
 * `names` are those of them who are known by name: the top, and whom `others` (player -> name) knows.
 */
export function crossed(view, delta, others = new Map()) {
  const next = follow(view, delta);
  const nothing = { before: view.rank, after: next.rank, passedMe: 0, iPassed: 0, names: [] };
  if (view.me === null || next.me === null) return nothing;
  const known = new Map([...others, ...[...view.top, ...delta.rows].map((line) => [line[0], line[1]])]);
  const own = delta.moves.some(([player]) => player === view.player);
  const over = delta.moves.filter(
    ([player, before, after]) => player !== view.player && !better(player, before, view) && better(player, after, next),
  );
  const under = delta.moves.filter(
    ([player, before, after]) => player !== view.player && better(player, before, view) && !better(player, after, next),
  );
  if (!own) return { ...nothing, passedMe: over.length, names: over.map(([player]) => known.get(player)).filter(Boolean) };
  // My own move: the ranks say how many I left behind, and the top whom.
  const movers = new Set(delta.moves.map(([player]) => player));
  const left = view.top.filter(([player, , points, last]) => {
    return !movers.has(player) && better(player, [points, last], view) && !better(player, [points, last], next);
  });
  const names = [...left.map((line) => line[1]), ...under.map(([player]) => known.get(player)).filter(Boolean)];
  return { ...nothing, passedMe: over.length, iPassed: Math.max(0, view.rank - next.rank + over.length), names };
}

/** Whether `delta` can change the rows of ranks `first` to `last` by a move into, out of or across them. */
export function touches(rows, delta) {
  if (!rows.length) return delta.moves.length > 0;
  const [first, last] = [rows[0], rows.at(-1)];
  const side = (player, place) => {
    if (place === null) return 1;
    if (compare(place, player, [first[2], first[3]], first[0]) < 0) return -1;
    return compare(place, player, [last[2], last[3]], last[0]) > 0 ? 1 : 0;
  };
  return delta.moves.some(([player, before, after]) => {
    const [from, to] = [side(player, before), side(player, after)];
    return from !== to || from === 0;
  });
}
