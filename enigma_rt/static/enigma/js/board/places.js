// PURE. From one top of the board to the next: who enters, leaves, moves, and who did something to earn it.
// Rows are those of the protocol: [player, name, points, last solve, finished].

const COLUMNS = 2;
const FEW = 8;

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

/**
 * How `shown` rows of a board of `most` stand: { room, columns, lines }. Few rows are large, on one column: a small hunt fills its
 * wall, too. `narrow`: there is room for one column only.
 */
export function layout(shown, most, narrow) {
  const lines = Math.ceil(most / COLUMNS);
  if (narrow) return { room: "all", columns: 1, lines: shown <= lines ? lines : most };
  if (shown <= Math.min(FEW, lines)) return { room: "few", columns: 1, lines: FEW };
  if (shown <= lines) return { room: "some", columns: 1, lines };
  return { room: "all", columns: COLUMNS, lines };
}

/** The column and the row in it of place `place`, when `total` places stand in `columns` columns. */
export function cell(place, total, columns) {
  const high = Math.ceil(total / columns);
  return { column: Math.floor(place / high), row: place % high };
}
