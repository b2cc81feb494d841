// PURE. What the records of consumers/protocol.py look like on the wire, for the checks in protocol.js.
// A kind is int, str, bool, a record's name, any of these with [] (list of) or ? (or null) behind it, or a tuple.

export const RECORDS = Object.freeze({
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
  TickerItem: { at: "int", kind: "str", player: "int", name: "str", q: "int" },
  FeedItem: {
    id: "int", at: "int", player: "int", name: "str", q: "int", kind: "str", text: "str", verdict: "str", repeat: "bool",
  },
  QuestionStats: {
    q: "int", title: "str", here: "int", attempts: "int", wrong: "int", close: "int", solves: "int", hints: "int", skips: "int",
  },
  Sockets: { players: "int", spectators: "int", organisers: "int" },
  PlayerLine: {
    player: "int", name: "str", email: "str", position: "int", points: "int", xp: "int", rank: "int?",
    finished: "bool", hidden: "bool", banned: "bool", online: "bool",
  },
  Wall: { q: "int", title: "str", here: "int", median_ms: "int", longest_ms: "int", tried: "int", solved: "int" },
  Guess: { text: "str", players: "int", tries: "int", closeness: "int", verdict: "str", last: "int" },
  Pair: ["int", "int"],
  Ranks: ["int?", "int?"],
  RegradeLine: { player: "int", name: "str", points: "Pair", xp: "Pair", position: "Pair", rank: "Ranks" },
  ExportSize: { what: "str", rows: "int", csv: "int", json: "int" },
  ScoreLine: { cause: "str", q: "int?", note: "str", times: "int", points: "int", xp: "int" },
  WebhookLine: {
    webhook: "int", url: "str", format: "str", events: "str[]", active: "bool", wall_minutes: "int", wall_players: "int",
    waiting: "int", failed: "int",
  },
  DeliveryLine: {
    delivery: "int", webhook: "int", at: "int", text: "str", status: "str", tries: "int", next_at: "int", error: "str",
  },
  LedgerLine: { at: "int", points: "int", xp: "int", cause: "str", q: "int?", note: "str" },
  Change: { what: "str", before: "str", after: "str" },
  AuditLine: {
    id: "int", at: "int", who: "str", action: "str", player: "int?", name: "str", q: "int?", note: "str",
    changes: "Change[]", undoes: "int?", undone: "bool", undoable: "bool",
  },
  Happening: { attempt: "FeedItem?", entry: "LedgerLine?", action: "AuditLine?" },
  Cursor: ["int", "int", "int"],
});

export const FRAMES = Object.freeze({
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
  ok: { id: "str" },
  error: { id: "str?", code: "str", text: "str", wait_ms: "int?" },
  progress: { me: "Me", question: "QuestionView?", story: "Block[]" },
  board: { board: "str", base: "int", version: "int", total: "int", moves: "BoardMove[]", rows: "BoardRow[]" },
  board_view: { board: "BoardView" },
  beacon: { board: "str", version: "int", now: "int" },
  announcement: { notice: "Notice" },
  hunt: { now: "int", hunt: "HuntInfo", spread_ms: "int" },
  restart: { in_ms: "int" },
  pong: { n: "int", now: "int" },
  board_snapshot: {
    protocol: "int", now: "int", hunt: "HuntInfo", board: "BoardView", ticker: "TickerItem[]", announcements: "Notice[]",
  },
  ticker: { items: "TickerItem[]" },
  console_snapshot: {
    protocol: "int", now: "int", hunt: "HuntInfo", players: "int", finished: "int", sockets: "Sockets",
    questions: "QuestionStats[]", feed: "FeedItem[]", announcements: "Notice[]", board: "BoardView",
  },
  pulse: {
    now: "int", players: "int", finished: "int", sockets: "Sockets", questions: "QuestionStats[]", feed: "FeedItem[]",
  },
  preview: { id: "str", html: "str" },
  players: { id: "str", total: "int", rows: "PlayerLine[]" },
  walls: { id: "str", rows: "Wall[]" },
  guesses: { id: "str", q: "int", title: "str", total: "int", groups: "Guess[]" },
  question: {
    id: "str", q: "int", token: "str", title: "str", text: "str", hint: "str", image: "bool", image_alt: "str",
    answers: "str[]", close: "str[]", threshold: "int", points: "int",
  },
  mend_preview: { id: "str", html: "str", hint_html: "str" },
  regrade: {
    id: "str", q: "int", title: "str", token: "str", players: "int", solves: "int", moved: "int", points: "int", xp: "int",
    rows: "RegradeLine[]", next: "int?",
  },
  exports: { id: "str", tables: "ExportSize[]" },
  player: { id: "str", line: "PlayerLine", me: "Me", score: "ScoreLine[]" },
  timeline: { id: "str", player: "int", rows: "Happening[]", before: "Cursor?" },
  audit: { id: "str", rows: "AuditLine[]", before: "int?" },
  webhooks: { id: "str", webhooks: "WebhookLine[]", deliveries: "DeliveryLine[]" },
  webhook_added: { id: "str", webhook: "int", secret: "str" },
});

const PRIMITIVE = {
  int: Number.isSafeInteger,
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
