// PURE. What the player's page knows, and how each frame changes it. Of two `me` the one with the higher version
// holds, wherever it came from: a reply, an event or a snapshot.

import { crossed, follow, viewOf } from "../board.js";
import { secondsUntil } from "../clock.js";

export const initial = Object.freeze({
  hunt: null,
  prices: null,
  me: null,
  question: null,
  story: [],
  board: null,
  around: null, // { rank, rows: [{ rank, row }] } or null: not asked yet
  change: null, // what last happened to my rank: crossed(), at
  moved: [], // players of the last delta
  notices: [], // announcements, newest first
  unseen: [], // their ids, while not yet shown here
  hints: [], // those of them that are extra hints, of any question; and those that were seen before
  readable: false, // a snapshot has been here
});

/** The next state. Frames that change nothing here (replies without state) give the same state back. */
export function reduce(state, frame) {
  switch (frame.t) {
    case "snapshot":
      return snapshot(state, frame);
    case "verdict":
    case "skipped":
    case "progress":
      return moved(state, frame);
    case "hint":
      return withMe(state, frame.me);
    case "hunt":
      return { ...state, hunt: frame.hunt };
    case "board":
      return standings(state, frame);
    case "board_view":
      return { ...state, board: viewOf(frame.board, state.me?.player ?? null), moved: [], around: null };
    case "reveal":
      return { ...state, reveal: frame };
    case "around":
      return around(state, frame);
    case "announcement":
      return noticed(state, [frame.notice]);
    default:
      return state;
  }
}

function snapshot(state, frame) {
  const next = {
    ...state,
    readable: true,
    hunt: frame.hunt,
    prices: frame.prices,
    board: viewOf(frame.board, frame.me.player),
    moved: [],
    // Rows of another board, or older ones, would name the wrong neighbours.
    around: state.board?.id === frame.board.id && state.board.version === frame.board.version ? state.around : null,
    hints: [...(frame.hints ?? [])].reverse(),
  };
  if (newer(state.me, frame.me)) Object.assign(next, { me: frame.me, question: frame.question, story: frame.story });
  return noticed(next, frame.announcements);
}

function moved(state, frame) {
  if (!newer(state.me, frame.me)) return state;
  const here = withMe(state, frame.me);
  if (frame.question) return { ...here, question: frame.question, story: frame.story };
  if (frame.me.finished) return { ...here, question: null, story: frame.story.length ? frame.story : state.story };
  return here;
}

/** A reply may repeat the version we hold (its event came first): its contents are as good. */
const newer = (held, me) => held === null || held.player !== me.player || me.version >= held.version;

const withMe = (state, me) => (newer(state.me, me) ? { ...state, me } : state);

function standings(state, frame) {
  const names = new Map((state.around?.rows ?? []).map(({ row }) => [row[0], row[1]]));
  const change = crossed(state.board, frame, names);
  const touched = change.passedMe || change.iPassed;
  return {
    ...state,
    board: follow(state.board, frame),
    moved: frame.moves.map(([player]) => player),
    // A line that is no longer true goes: my rank has changed without anybody crossing me (somebody was removed).
    change: touched ? change : state.change?.after === change.after ? state.change : null,
  };
}

function around(state, frame) {
  const rows = frame.rows.map((row, i) => ({ rank: frame.ranks[i], row }));
  return state.board?.id === frame.board ? { ...state, around: { rank: frame.rank, rows } } : state;
}

function noticed(state, notices) {
  const known = new Set(state.notices.map(({ id }) => id));
  const fresh = notices.filter(({ id }) => !known.has(id));
  // One that is known from an earlier visit has its place beside the question all the same.
  const hints = notices.filter((notice) => notice.hint_for && !state.hints.some(({ id }) => id === notice.id));
  if (!fresh.length && !hints.length) return state;
  return {
    ...state,
    hints: [...state.hints, ...hints],
    notices: [...fresh, ...state.notices].sort((a, b) => b.id - a.id),
    unseen: [...state.unseen, ...fresh.map(({ id }) => id)],
  };
}

/** The announcements `ids` have been shown, here or in another tab. */
export function seen(state, ids) {
  return { ...state, unseen: state.unseen.filter((id) => !ids.includes(id)) };
}

/** Announcements of an earlier visit: they are in the list, and never new again. */
export function remembered(state, notices) {
  return { ...state, notices };
}

/** Whether the question on the page is not the one the player is at (then: resync). */
export function misplaced({ hunt, me, question }) {
  if (!me || hunt?.phase !== "live" || me.finished) return false;
  return question === null || question.q !== me.position;
}

/** What the page is showing: scheduled, paused, ended, finished, question, or waiting (for a question). */
export function scene({ readable, hunt, me, question }) {
  if (!readable) return "waiting";
  if (hunt.phase === "scheduled") return "scheduled";
  if (me.finished) return "finished";
  if (hunt.phase !== "live") return hunt.phase;
  return question && question.q === me.position ? "question" : "waiting";
}

/** Which power-ups are open: { hint: { points, xp }, skip, acceptClose }, each null (open) or the reason it is not. */
export function powers({ me, prices, question }) {
  const short = (price) => (me.xp >= price ? null : "xp");
  const noHint = me.hint ? "taken" : question.has_hint ? null : "none";
  return {
    hint: { points: noHint, xp: noHint ?? short(prices.hint_xp) },
    skip: short(prices.skip_xp),
    acceptClose: short(prices.accept_close_xp),
  };
}

/** Whole seconds to the next hourly grant, an hour at most whatever the clocks say; null when none is coming. */
export function secondsToGrant(me, now) {
  return me.next_tick === null ? null : Math.min(3600, secondsUntil(me.next_tick, now));
}

/** How full the ring to the next hourly grant is, 0 to 1; null when none is coming. */
export function grantProgress(me, now) {
  if (me.next_tick === null) return null;
  return Math.min(1, Math.max(0, 1 - (me.next_tick - now) / 3_600_000));
}
