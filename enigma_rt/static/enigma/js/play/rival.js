// PURE. Whom I chase: the one right above me, or whom I have picked. Only what the public board tells is used.

/**
 * { player, name, gap } of my rival: `gap` is the rival's points less mine; null while it is not known.
 * `pick` is null (whoever is right above me; for the first the one below) or { player, name }; `held` the row of the
 * picked one as last heard of.
 */
export function rivalOf({ board, around, me }, pick, held = null) {
  if (!board?.me || board.rank === null || !me) return null;
  const row = pick ? picked(board, around, pick.player, held) : neighbour(board, around, me.player);
  if (!row || row[0] === me.player) return null;
  return { player: row[0], name: row[1], gap: row[2] - board.me[0] };
}

const ranked = (board, around) => [...board.top.map((row, i) => ({ rank: i + 1, row })), ...(around?.rows ?? []).filter(({ rank }) => rank > board.top.length)];

function picked(board, around, player, held) {
  return ranked(board, around).find(({ row }) => row[0] === player)?.row ?? (held?.[0] === player ? held : null);
}

function neighbour(board, around, player) {
  const rows = ranked(board, around);
  const at = rows.findIndex(({ row }) => row[0] === player);
  // Rows from before my last move would name somebody else.
  if (at < 0 || rows[at].rank !== board.rank) return null;
  if (board.rank === 1) return rows[at + 1]?.row ?? null;
  const above = rows[at - 1];
  return above?.rank === board.rank - 1 ? above.row : null;
}

/** The row of `held` after `delta`: null when its player is off the board now. */
export function followRow(held, delta) {
  const move = held && delta.moves.find(([player]) => player === held[0]);
  if (!move) return held;
  const [, , place] = move;
  return place && [held[0], held[1], place[0], place[1], held[4]];
}

/** Whom one can pick: everybody whose name the page knows, but me. [player, name], best first. */
export function choices({ board, around, me }) {
  if (!board || !me) return [];
  return ranked(board, around).map(({ row }) => [row[0], row[1]]).filter(([player]) => player !== me.player);
}
