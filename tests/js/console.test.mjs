import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS, GRAVITY, amountOf, fieldOf, instantOf, minutesOf, reasonOf } from "../../enigma_rt/static/enigma/js/console/actions.js";
import { EVERYTHING, createFeed, outcome, passes } from "../../enigma_rt/static/enigma/js/console/feed.js";
import { createPages } from "../../enigma_rt/static/enigma/js/console/pages.js";
import { createRate } from "../../enigma_rt/static/enigma/js/console/rate.js";
import { controlWords } from "../../enigma_rt/static/enigma/js/console/words_control.js";
import { rules } from "../../enigma_rt/static/enigma/js/console/rights.js";
import { amount } from "../../enigma_rt/static/enigma/js/i18n.js";
import { carry, splice } from "../../enigma_rt/static/enigma/js/console/splice.js";
import { causeWords, judgeWords, rightToo, signed, spanWords } from "../../enigma_rt/static/enigma/js/console/words.js";
import { wallOf, worst } from "../../enigma_rt/static/enigma/js/console/walls.js";
import { playClock } from "../../enigma_rt/static/enigma/js/phase.js";
import { amounts, auditWords, changeWords, grantWords, moderateWords, scoreWords, undoWords } from "../../enigma_rt/static/enigma/js/console/words_player.js";

const item = (id, extra = {}) => ({
  id, at: id, player: 1, name: "Ada", q: 1, kind: "answer", text: "lantern", verdict: "wrong", repeat: false, ...extra,
});

// --- the feed --------------------------------------------------------------------------------------------------------------

test("newest first, each once, however snapshots and pulses overlap", () => {
  const feed = createFeed();
  feed.add([item(1), item(2)]);
  assert.equal(feed.add([item(2), item(3)]), 1);
  assert.deepEqual(feed.visible(EVERYTHING).map(({ id }) => id), [3, 2, 1]);
});

test("the feed is bounded, and what fell out may not come back as new rows twice", () => {
  const feed = createFeed(10);
  for (let id = 1; id <= 100; id++) feed.add([item(id)]);
  assert.equal(feed.size, 10);
  assert.equal(feed.visible(EVERYTHING, 3).length, 3);
  assert.equal(feed.visible(EVERYTHING)[0].id, 100);
});

test("held still, it counts what it does not show", () => {
  const feed = createFeed();
  feed.add([item(1)]);
  feed.hold();
  feed.add([item(2), item(3)]);
  assert.deepEqual(feed.visible(EVERYTHING).map(({ id }) => id), [1]);
  assert.equal(feed.missed, 2);
  feed.hold();
  assert.equal(feed.missed, 2, "held twice is held once");
  feed.release();
  assert.equal(feed.missed, 0);
  assert.deepEqual(feed.visible(EVERYTHING).map(({ id }) => id), [3, 2, 1]);
});

test("held while empty, everything is missed", () => {
  const feed = createFeed();
  feed.hold();
  feed.add([item(1)]);
  assert.equal(feed.missed, 1);
  assert.deepEqual(feed.visible(EVERYTHING), []);
});

test("filters by player or text, by outcome, by question", () => {
  const guess = item(1, { name: "Grace", text: "Laterne", q: 3, verdict: "close" });
  assert.ok(passes(guess, { ...EVERYTHING, text: " GRA" }));
  assert.ok(passes(guess, { ...EVERYTHING, text: "lat" }));
  assert.ok(!passes(guess, { ...EVERYTHING, text: "ada" }));
  assert.ok(passes(guess, { ...EVERYTHING, verdict: "close", q: 3 }));
  assert.ok(!passes(guess, { ...EVERYTHING, q: 4 }));
  assert.equal(outcome(item(2, { kind: "hint", verdict: "done", text: "" })), "hint");
  assert.equal(outcome(item(2, { kind: "accept_close", verdict: "correct" })), "correct");
});

// --- the rate --------------------------------------------------------------------------------------------------------------

test("answers in the last minute, whatever the rhythm", () => {
  const rate = createRate();
  for (let s = 0; s <= 120; s++) rate.sample(s * 1000, 1000 + 2 * s);
  assert.equal(rate.perMinute(), 120);
});

test("too little is no rate, a short while is reckoned up", () => {
  const rate = createRate();
  assert.equal(rate.perMinute(), null);
  rate.sample(0, 5);
  rate.sample(2000, 9);
  assert.equal(rate.perMinute(), null);
  rate.sample(10_000, 25);
  assert.equal(rate.perMinute(), 120);
});

test("another hunt or an older sample is not a flood", () => {
  const rate = createRate();
  rate.sample(0, 500);
  rate.sample(10_000, 510);
  rate.sample(5_000, 505);
  assert.equal(rate.perMinute(), 60);
  rate.sample(20_000, 3);
  rate.sample(30_000, 4);
  assert.equal(rate.perMinute(), 6);
});

// --- actions ---------------------------------------------------------------------------------------------------------------

const seen = (phase, after) => ({
  token: "x", phase: [phase, after], players: 412, online: 388, started: 300, answering: 290, clocks: 280, finished: 7,
  starts_at: [Date.UTC(2026, 0, 1, 18), Date.UTC(2026, 0, 1, 19)], ends_at: [Date.UTC(2026, 0, 3, 18), Date.UTC(2026, 0, 3, 18, 30)],
});

test("every action of every phase says what it does and to how many", () => {
  for (const [phase, actions] of Object.entries(ACTIONS)) {
    for (const action of actions) {
      const words = controlWords({ action, ended: phase === "ended", seen: seen(phase, "live") });
      assert.match(words.button, /412 players/, `${action} while ${phase}`);
      assert.match(words.says.join(" "), /412 players \(388 of them/, `${action} while ${phase}`);
      assert.ok(words.title.endsWith("?"));
      assert.ok(GRAVITY[action]);
      assert.doesNotMatch(JSON.stringify(words), /%\(|undefined/, "every gap is filled");
      const waiting = controlWords({ action, seen: null });
      assert.equal(waiting.says.length, 1);
      assert.deepEqual(controlWords({ action, seen: null, error: "No." }).says, ["No."]);
    }
  }
});

test("who is in the middle of something is told of before it is taken from them", () => {
  for (const action of ["pause", "end"]) {
    assert.match(controlWords({ action, seen: seen("live", "paused") }).says.join(" "), /290 players are in the middle of a question.*280 players/);
  }
});

test("a date and time goes through the field unchanged, to the minute", () => {
  for (const instant of [Date.UTC(2027, 2, 5, 18), Date.UTC(2027, 6, 5, 23, 59)]) assert.equal(instantOf(fieldOf(instant)), instant);
  for (const wrong of ["", "soon", "2027-13-01T00:00"]) assert.equal(instantOf(wrong), null, wrong);
});

test("what takes something from people is grave", () => {
  assert.deepEqual(Object.keys(GRAVITY).filter((action) => GRAVITY[action] === "danger"), ["pause", "end"]);
});

test("minutes are whole, at least one and at most a week", () => {
  assert.equal(minutesOf("30"), 30);
  assert.equal(minutesOf(" 1 "), 1);
  for (const wrong of ["", "0", "-5", "1.5", "1e3", "10081", "999999", "ten"]) assert.equal(minutesOf(wrong), null, wrong);
});

// --- words -----------------------------------------------------------------------------------------------------------------

test("the ledger in words", () => {
  const line = (cause, q = 7) => ({ cause, q, note: "", points: 0, xp: 0, at: 0 });
  assert.equal(causeWords(line("solve")), "solved no. 7");
  assert.equal(causeWords(line("tick", null)), "hourly XP");
  assert.equal(causeWords(line("regrade", null)), "judged again");
  assert.equal(causeWords(line("something new")), "something new", "a cause of a newer server is shown as it is");
  assert.deepEqual([signed(92), signed(-10), signed(0)], ["+92", "\u221210", ""]);
});

// --- exports ---------------------------------------------------------------------------------------------------------------

test("a file's size in a unit that people read", () => {
  assert.deepEqual([0, 999, 1_000, 61_204, 9_960_000, 1_471_203_000].map(amount), ["0 byte", "999 byte", "1 kB", "61 kB", "10 MB", "1.5 GB"]);
});

// --- one player --------------------------------------------------------------------------------------------------------------

test("an amount is whole, with a sign or without, and not without bounds", () => {
  assert.deepEqual(["5", "-5", "\u22125", " +7 ", "0", "-0", "100000"].map(amountOf), [5, -5, -5, 7, 0, 0, 100_000]);
  for (const wrong of ["", "1.5", "1e3", "100001", "--1", "ten"]) assert.equal(amountOf(wrong), null, wrong);
});

test("a reason is something, and not too long", () => {
  assert.equal(reasonOf("  late bus "), "late bus");
  assert.equal(reasonOf("🏮".repeat(200)).length, 400);
  for (const wrong of ["", "  ", "x".repeat(201)]) assert.equal(reasonOf(wrong), null);
});

test("the score, the audit and every act in words, with every gap filled", () => {
  assert.deepEqual(scoreWords({ cause: "tick", q: null, note: "", times: 5 }), { cause: "hourly XP", extra: "5 times" });
  assert.equal(amounts({ points: 10, xp: -25 }), "+10 points, \u221225 XP");
  assert.equal(amounts({ points: 0, xp: 0 }), "");
  assert.equal(auditWords({ action: "something.new", q: 4 }), "something.new, no. 4", "an action of a newer server");
  assert.deepEqual(changeWords({ what: "banned", before: "false", after: "true" }), { what: "removed", before: "no", after: "yes" });
  assert.match(changeWords({ what: "ends_at", before: "", after: "1772838720000" }).after, /\d\d:\d\d/);
  const [line, me] = [{ name: "Ada", player: 1 }, { points: 100, xp: 5 }];
  const entry = { action: "player.ban", q: null, name: "Ada", changes: [{ what: "banned", before: "false", after: "true" }] };
  const all = [grantWords(line, me, { points: 5, xp: null }), undoWords(entry), ...["hide", "show", "ban", "unban"].map((act) => moderateWords(line, act))];
  for (const words of all) assert.doesNotMatch(JSON.stringify(words), /%\(|undefined/);
  assert.match(all[0].says[0], /105 points and 5 XP/);
});

// --- mending ---------------------------------------------------------------------------------------------------------------

const spliced = (text, { at, cut, put }) => [...Array.from(text).slice(0, at), put, ...Array.from(text).slice(at + cut)].join("");

test("a correction is one splice of code points, and gives the new text", () => {
  assert.deepEqual(splice("four lamps", "five lamps"), { at: 1, cut: 3, put: "ive" });
  assert.equal(splice("same", "same"), null);
  for (const [before, after] of [["", "a"], ["a", ""], ["aa", "aaa"], ["🏮🏮x", "🏮🕯️x"], ["abc", "xyz"], ["ab", "aab"]]) {
    assert.equal(spliced(before, splice(before, after)), after, `${before} -> ${after}`);
  }
});

test("a draft follows what a colleague has changed, and keeps what both have", () => {
  const was = { title: "Four flames", text: "Count.", points: 100, threshold: 0 };
  const is = { title: "Five flames", text: "Count them.", points: 90, threshold: 0 };
  const draft = { title: "Four flames", text: "Count well.", points: "90", threshold: "80" };
  assert.deepEqual(carry(draft, was, is), { draft: { ...draft, title: "Five flames" }, both: ["text"] });
  assert.deepEqual(carry(draft, is, is), { draft, both: [] });
});

test("what players are told of an accepted guess is short enough for a reason", () => {
  assert.equal(rightToo("left lamp"), "“left lamp” is right, too.");
  assert.equal(Array.from(rightToo("🏮".repeat(256))).length, 200);
});

test("the play clock stands still before the start, in a pause and after the end", () => {
  const hunt = { starts_at: 1_000, ends_at: 9_000, paused_at: null, paused_ms: 500 };
  assert.deepEqual([0, 1_200, 2_000, 9_000, 20_000].map((now) => playClock(hunt, now)), [0, 0, 500, 7_500, 7_500]);
  assert.equal(playClock({ ...hunt, paused_at: 3_000 }, 8_000), 1_500);
});

test("the wall is where many are for long, and a few for a while are none", () => {
  const minute = 60_000;
  const row = (q, here, ago, tried = 50, solved = 0) => ({ q, here, tried, solved, median_since: here ? 100 * minute - ago * minute : null });
  const rows = [row(1, 2, 90), row(2, 30, 12), row(3, 0, 0), row(4, 40, 2)];
  assert.equal(worst(rows, 100 * minute).q, 2);
  assert.equal(wallOf(rows, 100 * minute).q, 2);
  assert.equal(wallOf([row(1, 2, 90)], 100 * minute), null);
  assert.equal(wallOf([row(4, 40, 2)], 100 * minute), null);
  assert.equal(worst([row(3, 0, 0)], 0), null);
  // Who has gone to bed on the first question is no wall.
  assert.equal(wallOf([row(1, 80, 90, 31, 30), row(7, 9, 20, 9, 1)], 100 * minute).q, 7);
  assert.equal(wallOf([row(1, 80, 90, 30, 30)], 100 * minute), null);
});

test("spans of play, and what judging a guess otherwise will do", () => {
  assert.deepEqual([0, 59_999, 61 * 60_000, 25 * 3_600_000].map(spanWords), ["0 min", "0 min", "1 h 01 min", "25 h 00 min"]);
  for (const verdict of ["correct", "close", "wrong"]) {
    const words = judgeWords(4, { text: "noon", players: 38 }, verdict, 61);
    assert.doesNotMatch(JSON.stringify(words), /%\(|undefined/);
    assert.match(words.title, /noon.*4/);
    assert.match(words.says.join(" "), /38 players/);
  }
});

// --- lists in pages ------------------------------------------------------------------------------------------------------------

test("pages go on from the cursor, and what comes too late is not taken", async () => {
  const waiting = [];
  const pages = createPages((before) => new Promise((resolve) => waiting.push({ before, resolve })), () => {});
  const first = pages.again();
  waiting[0].resolve({ rows: [9, 8], before: 8 });
  await first;
  const more = pages.more();
  assert.equal(waiting[1].before, 8);
  assert.equal(pages.more(), false, "one page at a time");
  waiting[1].resolve({ rows: [7], before: null });
  await more;
  assert.deepEqual([pages.state.rows, pages.state.before, pages.state.deep], [[9, 8, 7], null, true]);
  const late = pages.again();
  pages.clear();
  waiting[2].resolve({ rows: [1], before: null });
  await late;
  assert.equal(pages.state.rows, null);
});

test("what is looked at is asked for again in silence, unless somebody reads further back", async () => {
  const waiting = [];
  let told = 0;
  const pages = createPages((before) => new Promise((resolve, reject) => waiting.push({ before, resolve, reject })), () => (told += 1));
  assert.equal(pages.refresh(0), false, "nothing is there yet");
  const first = pages.again();
  waiting[0].resolve({ rows: [8], before: 8 });
  await first;
  assert.equal(pages.refresh(60_000), false, "it is fresh");
  told = 0;
  const fresh = pages.refresh(-1);
  assert.deepEqual([told, pages.state.loading, pages.refresh(-1)], [0, false, false]);
  waiting[1].resolve({ rows: [9, 8], before: 8 });
  await fresh;
  assert.deepEqual([told, pages.state.rows], [1, [9, 8]]);
  // Whoever presses "Earlier" meanwhile gets that.
  const late = pages.refresh(-1);
  const more = pages.more();
  waiting[3].resolve({ rows: [7], before: null });
  await more;
  waiting[2].resolve({ rows: [10, 9], before: 9 });
  await late;
  assert.deepEqual(pages.state.rows, [9, 8, 7]);
  assert.equal(pages.refresh(-1), false, "the place is kept");
});

// --- rights ----------------------------------------------------------------------------------------------------------------

test("what may not be done is hidden by one rule, whatever is drawn later", () => {
  const css = rules(["find", "/console/export?emails"]);
  assert.match(css, /^\[data-needs\]:not\(\[data-needs="find"\], \[data-needs="\/console\/export\?emails"\]\), \[data-lacks="find"\], /);
  assert.ok(css.endsWith("{ display: none !important; }"));
});
