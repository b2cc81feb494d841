// PURE. Whom an announcement is for, as the composer holds it while somebody chooses, and as the server is told.

export const KINDS = ["all", "question", "player"];
const LONGEST = 7 * 24 * 60;

export const EVERYBODY = Object.freeze({ kind: "all", q: null, minutes: "", hint: false, player: null, name: "" });

/** Text of a field as whole minutes; "" is 0, what is none is null. */
export function minutesIn(text) {
  const plain = String(text).trim();
  if (plain === "") return 0;
  return /^\d{1,5}$/.test(plain) && Number(plain) <= LONGEST ? Number(plain) : null;
}

/** { to, hint } as a command wants it, or null while something is missing or wrong. */
export function chosen({ kind, q, minutes, hint, player }) {
  if (kind === "all") return { to: {}, hint: false };
  if (kind === "player") return player === null ? null : { to: { player }, hint: false };
  const least = minutesIn(minutes);
  return q === null || least === null ? null : { to: { q, minutes: least || null }, hint };
}

/** A sent or planned line as the composer holds it. */
export function heldOf({ player, name, q, minutes, hint }) {
  if (player !== null) return { ...EVERYBODY, kind: "player", player, name };
  return q === null ? { ...EVERYBODY } : { ...EVERYBODY, kind: "question", q, minutes: minutes === null ? "" : String(minutes), hint };
}
