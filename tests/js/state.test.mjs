import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { grantProgress, initial, misplaced, powers, reduce, remembered, scene, secondsToGrant, seen } from "../../enigma_rt/static/enigma/js/play/state.js";

const golden = JSON.parse(readFileSync(new URL("fixtures/frames.json", import.meta.url), "utf8"));
const frame = (t, fits = () => true) => structuredClone(golden.find((one) => one.direction === "out" && one.frame.t === t && fits(one.frame)).frame);
const snapshot = frame("snapshot", (f) => f.question && f.hunt.phase === "live" && !f.me.finished);
const start = reduce(initial, snapshot);
const ahead = (by, changes = {}) => ({ ...start.me, version: start.me.version + by, ...changes });
const next = { ...snapshot.question, q: snapshot.question.q + 1 };

test("a snapshot is everything the page needs", () => {
  assert.equal(scene(initial), "waiting");
  assert.equal(scene(start), "question");
  assert.equal(start.board.player, snapshot.me.player);
  assert.deepEqual(start.unseen, snapshot.announcements.map(({ id }) => id));
});

test("of two `me` the newer one holds, wherever it came from", () => {
  const won = reduce(start, { t: "verdict", me: ahead(2, { position: next.q }), question: next, story: [] });
  const late = reduce(won, { t: "progress", me: ahead(1), question: snapshot.question, story: [] });
  assert.equal(late.me.position, next.q);
  assert.equal(late.question.q, next.q);
  const old = reduce(won, snapshot);
  assert.equal(old.question.q, next.q, "a snapshot that was overtaken on its way");
  assert.equal(old.board.version, snapshot.board.version);
});

test("a wrong answer leaves the question where it is", () => {
  const state = reduce(start, { t: "verdict", me: ahead(1), question: null, story: [] });
  assert.equal(state.question, start.question);
  assert.equal(scene(state), "question");
});

test("the last answer ends in the epilogue", () => {
  const epilogue = [{ n: 99, q: 12, when: "after", html: "<p>End.</p>" }];
  const state = reduce(start, { t: "verdict", me: ahead(1, { finished: true, position: 13 }), question: null, story: epilogue });
  assert.equal(scene(state), "finished");
  assert.deepEqual(state.story, epilogue);
});

test("a hint arrives with `me`", () => {
  const state = reduce(start, { t: "hint", me: ahead(1, { hint: "xp", hint_html: "<p>h</p>" }) });
  assert.equal(state.me.hint_html, "<p>h</p>");
  assert.equal(powers(state).hint.points, "taken");
});

test("another player on the same page starts afresh", () => {
  const other = { ...snapshot, me: { ...snapshot.me, player: 99, version: 0 } };
  assert.equal(reduce(start, other).me.player, 99);
});

test("phases decide the scene; a finished player stays finished", () => {
  for (const phase of ["scheduled", "paused", "ended"]) {
    assert.equal(scene(reduce(start, { t: "hunt", hunt: { ...snapshot.hunt, phase } })), phase);
  }
  const done = { ...start, me: ahead(1, { finished: true }), hunt: { ...start.hunt, phase: "ended" } };
  assert.equal(scene(done), "finished");
});

test("a question that is not at my position is asked for again, but only while the hunt runs", () => {
  assert.equal(misplaced(start), false);
  assert.equal(misplaced({ ...start, question: null }), true);
  assert.equal(misplaced({ ...start, me: ahead(1, { position: next.q }) }), true);
  assert.equal(misplaced({ ...start, question: null, hunt: { ...start.hunt, phase: "paused" } }), false);
  assert.equal(misplaced({ ...start, question: null, me: ahead(1, { finished: true }) }), false);
  assert.equal(misplaced(initial), false);
});

test("board deltas move my rank and leave a line of what happened", () => {
  const { board } = start;
  const over = [999, [0, null], [board.me[0] + 1, board.me[1]], 1];
  const delta = { t: "board", board: board.id, base: board.version, version: board.version + 1, total: board.total + 1, moves: [over], rows: [] };
  const state = reduce(start, delta);
  assert.equal(state.board.rank, board.rank + 1);
  assert.equal(state.change.passedMe, 1);
  assert.deepEqual(state.moved, [999]);
  const gone = { ...delta, base: delta.version, version: delta.version + 1, moves: [[999, over[2], null, null]] };
  assert.equal(reduce(state, gone).change, null, "a line that is no longer true");
});

test("rows around me belong to one board", () => {
  const around = { ...frame("around", (f) => f.rows.length), board: start.board.id };
  const state = reduce(start, around);
  assert.deepEqual(state.around.rows[0], { rank: around.ranks[0], row: around.rows[0] });
  assert.equal(reduce(start, { ...around, board: "other" }).around, null);
});

test("an announcement is new once, whatever brings it", () => {
  const notice = { ...snapshot.announcements[0] ?? frame("announcement").notice, id: 5000 };
  const state = reduce(start, { t: "announcement", notice });
  const again = reduce(state, { ...snapshot, announcements: [notice] });
  assert.equal(again.notices.filter(({ id }) => id === 5000).length, 1);
  assert.ok(again.unseen.includes(5000));
  const shown = seen(again, [5000]);
  assert.ok(!shown.unseen.includes(5000));
  assert.ok(!reduce(shown, { t: "announcement", notice }).unseen.includes(5000));
});

test("the list of an earlier visit is never new", () => {
  const kept = remembered(initial, [{ id: 7, at: 1, level: "info", html: "" }]);
  assert.deepEqual(kept.unseen, []);
  assert.ok(reduce(kept, snapshot).notices.some(({ id }) => id === 7));
});

test("an extra hint is kept beside its question, whatever brings it, and once", () => {
  const hint = { id: 6000, at: 1, level: "info", html: "<p>Look up</p>", hint_for: start.question.q };
  const ids = (state) => state.hints.map(({ id }) => id);
  const live = reduce({ ...start, hints: [] }, { t: "announcement", notice: hint });
  assert.deepEqual(ids(live), [6000]);
  assert.deepEqual(ids(reduce(live, { t: "announcement", notice: hint })), [6000]);
  // After a reload: seen before, or in the list of an earlier visit and not seen by the server's account.
  assert.deepEqual(ids(reduce(initial, { ...snapshot, hints: [hint], announcements: [] })), [6000]);
  const kept = remembered(initial, [hint]);
  const back = reduce(kept, { ...snapshot, hints: [], announcements: [hint] });
  assert.deepEqual([ids(back), back.unseen], [[6000], []]);
  // A snapshot knows them all; a server of before knows of none.
  assert.deepEqual(ids(reduce(live, { ...snapshot, hints: [], announcements: [] })), []);
  const { hints: _, ...older } = snapshot;
  assert.deepEqual(ids(reduce(initial, { ...older, announcements: [] })), []);
});

test("power-ups are open when they can be paid", () => {
  const rich = { ...start, me: ahead(1, { xp: 100, hint: null }), question: { ...start.question, has_hint: true } };
  assert.deepEqual(powers(rich), { hint: { points: null, xp: null }, skip: null, acceptClose: null });
  const poor = { ...rich, me: { ...rich.me, xp: 0 } };
  assert.deepEqual(powers(poor), { hint: { points: null, xp: "xp" }, skip: "xp", acceptClose: "xp" });
  assert.equal(powers({ ...rich, question: { ...rich.question, has_hint: false } }).hint.points, "none");
});

test("a grant is an hour away at most, whatever the clocks say", () => {
  assert.equal(secondsToGrant({ next_tick: null }, 0), null);
  assert.equal(secondsToGrant({ next_tick: 3_600_900 }, 0), 3600);
  assert.equal(secondsToGrant({ next_tick: 1500 }, 0), 2);
});

test("the ring fills over the hour and is empty without a grant to come", () => {
  assert.equal(grantProgress({ next_tick: null }, 0), null);
  assert.equal(grantProgress({ next_tick: 3_600_000 }, 0), 0);
  assert.equal(grantProgress({ next_tick: 3_600_000 }, 1_800_000), 0.5);
  assert.equal(grantProgress({ next_tick: 0 }, 5), 1);
});
