// PURE. What is worth a scene of its own: first solves and finishes, as the ticker tells them, and who overtakes whom in
// the first three, as the board shows it.

const FIRST = 3;

/** Of the ticker's `items`: { kind: "first" or "finish", at, player, name, q }. */
export const fromTicker = (items) =>
  items.filter(({ kind }) => kind === "first" || kind === "finish").map(({ kind, at, player, name, q }) => ({ kind, at, player, name, q }));

/**
 * Who has overtaken whom between two tops of one board (rows of the protocol, best first): { kind: "lead" or "overtake", at,
 * player, name, place (from 1), passed (a name) }. Who has no points yet is overtaken by nobody, and who only stood still
 * while others lost points has overtaken nobody.
 */
export function fromTops(before, after, at) {
  const was = new Map(before.map((row, place) => [row[0], { place, points: row[2] }]));
  const is = new Map(after.map((row, place) => [row[0], place]));
  const found = [];
  after.slice(0, FIRST).forEach(([player, name, points], place) => {
    const old = was.get(player);
    const rose = old === undefined ? before.length > 0 : points > old.points && old.place > place;
    const [passed, whom, theirs] = before[place] ?? [];
    if (!rose || passed === undefined || passed === player || theirs === 0) return;
    if (is.has(passed) ? is.get(passed) <= place : after.length < before.length) return; // they were taken off the board
    found.push({ kind: place === 0 ? "lead" : "overtake", at, player, name, place: place + 1, passed: whom });
  });
  return found;
}
