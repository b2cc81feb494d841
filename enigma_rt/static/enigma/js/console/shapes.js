// What the console hears, beyond what players do: see ../shapes.js.

import { learn } from "../shapes.js";

learn(
  {
    OrganiserLine: { account: "int", name: "str", email: "str", role: "str?", fixed: "bool", last_login: "int?" },
    FeedItem: {
      id: "int", at: "int", player: "int", name: "str", q: "int", kind: "str", text: "str", verdict: "str", repeat: "bool",
    },
    QuestionStats: {
      q: "int", title: "str", here: "int", attempts: "int", wrong: "int", close: "int", solves: "int", hints: "int", skips: "int",
    },
    Sockets: { players: "int", spectators: "int", organisers: "int" },
    Minute: ["int", "int", "int", "int", "int", "int", "int"],
    Link: { ms: "num?", error: "str", error_at: "int?" },
    Process: {
      process: "str", kind: "str", host: "str", pid: "int", started: "int", at: "int", state: "str", here: "bool",
      sockets: "Sockets", waiting: "int", judging: "int", lanes: "int", door: "int", reading: "int", verdicts: "int",
      p50: "num?", p99: "num?", lag_ms: "num?", rss: "int?", database: "Link", bus: "Link?", settled: "num?",
    },
    PlayerLine: {
      player: "int", name: "str", email: "str", position: "int", points: "int", xp: "int", rank: "int?",
      finished: "bool", hidden: "bool", banned: "bool", online: "bool",
    },
    SentLine: {
      id: "int", at: "int", level: "str", html: "str", who: "str", player: "int?", name: "str", q: "int?", minutes: "int?", hint: "bool",
      people: "int", told: "int", seen: "int", solved: "int?",
    },
    PlannedLine: {
      id: "int", at: "int", late: "bool", level: "str", text: "str", who: "str", player: "int?", name: "str", q: "int?",
      minutes: "int?", hint: "bool",
    },
    Wall: {
      q: "int", title: "str", here: "int", median_since: "int?", longest_since: "int?", past_since: "int?", tried: "int", solved: "int",
    },
    Guess: { text: "str", players: "int", tries: "int", closeness: "int", verdict: "str", last: "int" },
    Pair: ["int", "int"],
    Phases: ["str", "str"],
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
    Names: ["str", "str"],
    Decision: { at: "int", who: "str", decision: "str", reason: "str", bits: "num" },
    IntegrityPair: {
      a: "int", b: "int", names: "Names", bits: "num", guesses: "int", steps: "int", run: "int", address: "bool", state: "str",
      last: "Decision?",
    },
    Evidence: {
      kind: "str", bits: "num", few: "int", of: "int", q: "int?", text: "str", at: "Pair?", gap_ms: "int?",
    },
    PairAct: { q: "int", at: "int", text: "str", verdict: "str" },
    PairLine: { q: "int", left: "PairAct?", right: "PairAct?", parts: "Evidence[]" },
  },
  {
    console_snapshot: {
      protocol: "int", now: "int", hunt: "HuntInfo", players: "int", finished: "int", sockets: "Sockets",
      questions: "QuestionStats[]", feed: "FeedItem[]", announcements: "Notice[]", board: "BoardView",
    },
    organisers: { id: "str", rows: "OrganiserLine[]" },
    control_preview: {
      id: "str", token: "str", phase: "Phases", starts_at: "Pair", ends_at: "Pair", players: "int", online: "int", started: "int",
      answering: "int", clocks: "int", finished: "int",
    },
    rights: { role: "str", may: "str[]" },
    scene: { scene: "str?", by: "str?", at: "int?" },
    pulse: {
      now: "int", players: "int", finished: "int", sockets: "Sockets", questions: "QuestionStats[]", feed: "FeedItem[]",
    },
    pulse_history: {
      id: "str", span: "str", first: "int", step: "int", since: "int", complete: "bool", counts: "Minute[]",
      sockets: "Sockets?[]", p50: "num?[]", p99: "num?[]",
    },
    health: {
      now: "int", as_of: "int", sockets: "Sockets", verdicts: "int", p50: "num?", p99: "num?", here: "Pair[]",
      processes: "Process[]",
    },
    preview: { id: "str", html: "str" },
    announcements: { id: "str", sent: "SentLine[]", planned: "PlannedLine[]", left_out: "int" },
    players: { id: "str", total: "int", rows: "PlayerLine[]" },
    walls: { now: "int", rows: "Wall[]" },
    guesses: { q: "int", title: "str", total: "int", groups: "Guess[]" },
    question: {
      id: "str", q: "int", token: "str", title: "str", text: "str", hint: "str", image: "str?", image_alt: "str",
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
    integrity: { id: "str", floor: "num", players: "int", pairs: "IntegrityPair[]" },
    integrity_pair: {
      id: "str", pair: "IntegrityPair", parts: "Evidence[]", lines: "PairLine[]", left_out: "int", decisions: "Decision[]",
    },
    webhook_added: { id: "str", webhook: "int", secret: "str" },
  },
);
