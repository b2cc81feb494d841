// What the records of consumers/protocol/ look like on the wire, for the checks in protocol.js: those of the player's
// page. The board and the console have more, in modules of their own: who plays need not load them.
// A kind is int, num, str, bool, a record's name, any of these with [] (list of) or ? (or null) behind it, or a tuple.

const RECORDS = {
  HuntInfo: {
    id: "int", title: "str", tagline: "str", phase: "str", starts_at: "int", ends_at: "int", questions: "int", curve: "str",
  },
  Prices: {
    hint_points: "int", hint_xp: "int", skip_xp: "int", accept_close_xp: "int", accept_close_points: "int",
    xp_cap: "int", xp_per_hour: "int", xp_per_solve: "int",
  },
  Me: {
    player: "int", name: "str", version: "int", position: "int", points: "int", xp: "int", solves: "int",
    first_attempt: "int?", next_tick: "int?", finished: "bool", wait_ms: "int", hint: "str?", hint_html: "str?",
  },
  QuestionView: {
    q: "int", title: "str", html: "str", image: "str?", image_alt: "str?", points: "int", has_hint: "bool",
  },
  Block: { n: "int", q: "int", when: "str", html: "str" },
  Notice: { id: "int", at: "int", level: "str", html: "str" },
  Award: { gross: "int", hint: "int", accept_close: "int", total: "int" },
  BoardRow: ["int", "str", "int", "int?", "bool"],
  Key: ["int", "int?"],
  BoardMove: ["int", "Key?", "Key?", "int?"],
  BoardView: {
    id: "str", version: "int", total: "int", size: "int", top: "BoardRow[]", me: "Key?", rank: "int?",
  },
};

export const FRAMES = {
  snapshot: {
    protocol: "int", now: "int", hunt: "HuntInfo", prices: "Prices", me: "Me", question: "QuestionView?",
    story: "Block[]", board: "BoardView", announcements: "Notice[]",
  },
  verdict: {
    id: "str", q: "int", verdict: "str", repeat: "bool", accepted_close: "bool", award: "Award?", xp: "int",
    me: "Me", question: "QuestionView?", story: "Block[]",
  },
  hint: { id: "str", q: "int", html: "str", charged: "str?", me: "Me" },
  skipped: { id: "str", q: "int", me: "Me", question: "QuestionView?", story: "Block[]" },
  story: { id: "str", blocks: "Block[]", before: "int?" },
  around: { id: "str", board: "str", version: "int", rank: "int?", ranks: "int[]", rows: "BoardRow[]" },
  crowd: { id: "str", q: "int", here: "int?", tried: "int?", rival: "BoardRow?" },
  ok: { id: "str" },
  error: { id: "str?", code: "str", text: "str", wait_ms: "int?" },
  progress: { me: "Me", question: "QuestionView?", story: "Block[]" },
  board: { board: "str", base: "int", version: "int", total: "int", moves: "BoardMove[]", rows: "BoardRow[]" },
  board_view: { board: "BoardView" },
  reveal: { state: "str", step: "int", steps: "int" },
  beacon: { board: "str", version: "int", now: "int" },
  announcement: { notice: "Notice" },
  hunt: { now: "int", hunt: "HuntInfo", spread_ms: "int" },
  restart: { in_ms: "int" },
  pong: { n: "int", now: "int" },
};

/** From now on these are understood, too. */
export function learn(records, frames) {
  Object.assign(RECORDS, records);
  Object.assign(FRAMES, frames);
}

const PRIMITIVE = {
  int: Number.isSafeInteger,
  num: Number.isFinite,
  str: (value) => typeof value === "string",
  bool: (value) => typeof value === "boolean",
};

/** Whether `value` is of `kind`. Unknown members are allowed: an older client ignores what a newer server adds. */
export function fits(value, kind) {
  if (kind.endsWith("?")) return value === null || fits(value, kind.slice(0, -1));
  if (kind.endsWith("[]")) return Array.isArray(value) && value.every((item) => fits(item, kind.slice(0, -2)));
  if (kind in PRIMITIVE) return PRIMITIVE[kind](value);
  return fitsRecord(value, RECORDS[kind]);
}

export function fitsRecord(value, record) {
  if (Array.isArray(record)) {
    return Array.isArray(value) && value.length >= record.length && record.every((kind, i) => fits(value[i], kind));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(record).every(([name, kind]) => name in value && fits(value[name], kind));
}
