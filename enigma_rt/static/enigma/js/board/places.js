// PURE. From one top of the board to the next: who enters, leaves, moves, and who did something to earn it.
// Rows are those of the protocol: [player, name, points, last solve, finished].

/**
 * The steps from `before` to `after` (both best first): { rows, gone }. Each of `rows` is
 * { player, name, points, finished, place, from, gained, mover, entered }: `place` and `from` count from 0, `from` is null for
 * who was not there, `gained` is the change of points since. A mover's points changed; who was only pushed is none.
 */
export function steps(before, after) {
  const old = new Map(before.map((row, place) => [row[0], { points: row[2], place }]));
  const stays = new Set(after.map((row) => row[0]));
  return {
    rows: after.map(([player, name, points, , finished], place) => {
      const was = old.get(player);
      const gained = was ? points - was.points : 0;
      return {
        player, name, points, finished, place,
        from: was?.place ?? null,
        gained,
        mover: was ? gained !== 0 : before.length > 0,
        entered: !was,
      };
    }),
    gone: before.map((row) => row[0]).filter((player) => !stays.has(player)),
  };
}

/** The column and the row in it of place `place`, when `total` places stand in `columns` columns. */
export function cell(place, total, columns) {
  const high = Math.ceil(total / columns);
  return { column: Math.floor(place / high), row: place % high };
}
