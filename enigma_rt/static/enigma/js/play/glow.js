// PURE. Who has just moved on the board: player -> { turns, until }. A row glows when its number of turns changes, and
// is forgotten once it has cooled, or it would glow again whenever the board comes back into view.

const COOL = 10_000; // as --cool in tokens.css

export function glow(glowing, players, now = performance.now()) {
  for (const player of players) glowing.set(player, { turns: (glowing.get(player)?.turns ?? 0) + 1, until: now + COOL });
}

export function cool(glowing, now = performance.now()) {
  for (const [player, { until }] of glowing) if (now > until) glowing.delete(player);
}
