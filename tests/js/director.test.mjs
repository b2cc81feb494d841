import assert from "node:assert/strict";
import { test } from "node:test";

import { carry, courseOf, instants, isRace, order, pointsAt, spread, ticks } from "../../enigma_rt/static/enigma/js/board/course.js";
import { AT_HOME, BETWEEN, CARDS, ROUND, SCENES, SOON, STAYS, begin, direct, happened, isScene, urgent } from "../../enigma_rt/static/enigma/js/board/director.js";
import { COLUMNS, columns, walls } from "../../enigma_rt/static/enigma/js/board/field.js";
import { fromTicker, fromTops } from "../../enigma_rt/static/enigma/js/board/happenings.js";
import { teaser } from "../../enigma_rt/static/enigma/js/board/teaser.js";

const ALL = { race: true, wall: true, story: true, notice: true };
const SECOND = 1000;

/** Runs the director once a second; `at(second)` gives { events, …what direct is told }. Returns the cuts: [[second, scene], …]. */
function run(seconds, at = () => ({}), state = begin(0)) {
  const cuts = [];
  for (let second = 0; second <= seconds; second++) {
    const { events = [], hurry = null, ...told } = at(second);
    state = happened(state, events.map((event) => ({ at: second * SECOND, player: 1, ...event })));
    if (hurry !== null) state = urgent(state, (second + hurry) * SECOND);
    const before = state.scene;
    state = direct(state, second * SECOND, { has: ALL, ...told });
    if (state.scene !== before) cuts.push([second, state.scene]);
  }
  return { cuts, state };
}

const seconds = (cuts, scene, end) =>
  cuts.reduce((sum, [at, name], i) => sum + (name === scene ? (cuts[i + 1]?.[0] ?? end) - at : 0), 0);

// --- the round -------------------------------------------------------------------------------------------------------------

test("left alone, it visits all there is in one round and is at home in between, most of the time", () => {
  const { cuts } = run(1200);
  const visits = cuts.map(([, scene]) => scene).filter((scene) => scene !== "board");
  assert.deepEqual(visits.slice(0, ROUND.length + 1), [...ROUND, ROUND[0]]);
  assert.equal(cuts[0][0], AT_HOME / SECOND);
  for (const [i, [at, scene]] of cuts.entries()) if (scene !== "board" && cuts[i + 1]) assert.equal(cuts[i + 1][0] - at, STAYS[scene] / SECOND);
  const home = seconds([[0, "board"], ...cuts], "board", 1200);
  assert.ok(home > 0.75 * 1200, `${home} of 1200 seconds`);
});

test("the same inputs give the same cuts", () => {
  const at = (second) => ({ events: second % 37 ? [] : [{ kind: "first", q: second }], has: { ...ALL, wall: second % 5 > 0 } });
  assert.deepEqual(run(2000, at), run(2000, at));
});

test("a scene with nothing to show is left out, and left when it has nothing any more", () => {
  assert.deepEqual(run(600, () => ({ has: {} })).cuts, []);
  const only = run(600, () => ({ has: { story: true } })).cuts.map(([, scene]) => scene);
  assert.deepEqual([...new Set(only)], ["story", "board"]);
  const gone = run(100, (second) => ({ has: { race: second < 75 } })).cuts;
  assert.deepEqual(gone, [[70, "race"], [75, "board"]]);
});

// --- what happens -----------------------------------------------------------------------------------------------------------

test("a first solve gets its moment soon, after the rows were seen to move, and the board comes back", () => {
  const { cuts } = run(60, (second) => (second === 10 ? { events: [{ kind: "first", q: 3 }] } : {}));
  assert.deepEqual(cuts[0], [10 + SOON / SECOND, "moments"]);
  assert.equal(cuts[1][1], "board");
  assert.ok(cuts[1][0] - cuts[0][0] >= 5);
});

test("a visit is broken off for it, though not at once", () => {
  const { cuts } = run(100, (second) => (second === 71 ? { events: [{ kind: "lead" }] } : {}));
  assert.deepEqual(cuts.slice(0, 2).map(([, scene]) => scene), ["race", "moments"]);
  assert.ok(cuts[1][0] - cuts[0][0] >= 6 && cuts[1][0] - 71 <= 12, JSON.stringify(cuts));
});

test("a storm is summed up: few cuts, three cards, the rest counted, the lead before all", () => {
  const at = (second) => ({ events: [{ kind: "first", q: second, player: second }, ...(second % 7 ? [] : [{ kind: "lead", player: second }])] });
  const { cuts } = run(600, at);
  const moments = cuts.filter(([, scene]) => scene === "moments").map(([second]) => second);
  for (const [i, second] of moments.entries()) if (i) assert.ok(second - moments[i - 1] >= BETWEEN / SECOND);
  assert.ok(seconds([[0, "board"], ...cuts], "board", 600) > 300, "the board is still home");
  let state = begin(0);
  state = happened(state, Array.from({ length: 9 }, (_, i) => ({ kind: "first", at: i, player: i, q: i })));
  state = happened(state, [{ kind: "lead", at: 20, player: 4 }]);
  state = direct(state, SOON + 20, { has: ALL });
  assert.equal(state.scene, "moments");
  assert.deepEqual(state.moments.map(({ kind, at }) => [kind, at]), [["first", 7], ["first", 8], ["lead", 20]]);
  assert.equal(state.moments.length, CARDS);
  assert.equal(state.more, 7);
  assert.deepEqual(state.waiting, []);
});

test("nobody takes all the cards: of each player what weighs most, the newest of equals", () => {
  const told = [["first", 7, 4], ["first", 7, 5], ["first", 8, 6], ["finish", 9, 14], ["first", 9, 13]].map(([kind, player, q], at) => ({ kind, at, player, q }));
  const { moments, more } = direct(happened(begin(0), told), 10_000, { has: ALL });
  assert.deepEqual(moments.map(({ player, kind, q }) => [player, kind, q]), [[7, "first", 5], [8, "first", 6], [9, "finish", 14]]);
  assert.equal(more, 2);
});

test("the longest storm leaves time for every scene", () => {
  const { cuts } = run(1200, (second) => ({ events: [{ kind: "first", q: second, player: second }] }));
  assert.deepEqual(new Set(cuts.map(([, scene]) => scene)), new Set(SCENES));
});

test("of several changes of the lead, and of one player's overtakes, the last one counts", () => {
  const events = [
    { kind: "lead", at: 1, player: 1 }, { kind: "overtake", at: 2, player: 2, place: 3 },
    { kind: "lead", at: 3, player: 3 }, { kind: "overtake", at: 4, player: 2, place: 2 },
  ];
  const { waiting } = events.reduce((state, event) => happened(state, [event]), begin(0));
  assert.deepEqual(waiting.map(({ at }) => at), [3, 4]);
});

test("what could not be shown for minutes is no moment any more", () => {
  const { state } = run(200, (second) => ({ pinned: second < 150 ? "race" : null, events: second === 5 ? [{ kind: "first", q: 1 }] : [] }));
  assert.deepEqual(state.waiting, []);
  let old = happened(begin(0), [{ kind: "first", at: 0, q: 1, player: 1 }]);
  old = direct(old, 121 * SECOND, { has: {} });
  assert.equal(old.scene, "board");
  assert.deepEqual(old.waiting, []);
});

test("however much happens in two days, it holds little", () => {
  let state = begin(0);
  for (let i = 0; i < 20_000; i++) {
    state = happened(state, [{ kind: "first", at: i * SECOND, player: i, q: i }, { kind: "overtake", at: i * SECOND, player: i }]);
    state = direct(state, i * SECOND, { has: ALL });
    assert.ok(state.waiting.length <= 24 && state.moments.length <= CARDS);
  }
});

// --- what has the wall ------------------------------------------------------------------------------------------------------

test("an urgent announcement cuts at once, out of whatever is shown, and then the board is back", () => {
  const { cuts } = run(140, (second) => (second === 72 ? { hurry: 30 } : {}));
  assert.deepEqual(cuts, [[70, "race"], [72, "notice"], [102, "board"]]);
});

test("countdown and reveal have the wall, whatever is pinned, urgent or waiting", () => {
  const { cuts, state } = run(300, (second) => ({ stands: true, pinned: "race", hurry: second === 5 ? 30 : null, events: [{ kind: "lead" }] }));
  assert.deepEqual(cuts, []);
  assert.deepEqual(state.waiting, []);
});

test("in a pause and at the end it stays at home, and what is urgent is still shown", () => {
  assert.deepEqual(run(300, () => ({ home: true, events: [{ kind: "first", q: 1 }] })).cuts, []);
  assert.deepEqual(run(60, (second) => ({ home: true, hurry: second === 5 ? 20 : null })).cuts, [[5, "notice"], [25, "board"]]);
});

test("what is pinned stays, until it is let go; then the board, and the round goes on", () => {
  const { cuts } = run(400, (second) => ({ pinned: second >= 20 && second < 300 ? "wall" : null, events: second % 20 ? [] : [{ kind: "first", q: second }] }));
  assert.deepEqual(cuts[0], [3, "moments"]);
  const pinned = cuts.filter(([second]) => second >= 20 && second <= 301);
  assert.deepEqual(pinned, [[20, "wall"], [300, "board"]]);
  assert.ok(cuts.at(-1)[0] > 301);
});

test("scenes are known by name", () => {
  for (const scene of SCENES) assert.ok(isScene(scene));
  for (const other of ["", "Board", "toString", "curtain"]) assert.ok(!isScene(other));
});

// --- happenings -------------------------------------------------------------------------------------------------------------

const row = (player, points) => [player, `p${player}`, points, 1, false];

test("of the ticker first solves and finishes are moments", () => {
  const item = (kind) => ({ at: 5, kind, player: 1, name: "Ada", q: 2 });
  assert.deepEqual(fromTicker([item("solve"), item("first"), item("finish")]).map(({ kind }) => kind), ["first", "finish"]);
});

test("who passes somebody within the first three overtakes; the first place is the lead", () => {
  const before = [row(1, 300), row(2, 200), row(3, 100), row(4, 50)];
  assert.deepEqual(fromTops(before, [row(2, 310), row(1, 300), row(3, 100), row(4, 50)], 9), [
    { kind: "lead", at: 9, player: 2, name: "p2", place: 1, passed: "p1" },
  ]);
  assert.deepEqual(fromTops(before, [row(1, 300), row(2, 200), row(4, 150), row(3, 100)], 9), [
    { kind: "overtake", at: 9, player: 4, name: "p4", place: 3, passed: "p3" },
  ]);
  assert.deepEqual(fromTops(before, [row(1, 300), row(2, 200), row(9, 150), row(3, 100)], 9).map(({ player, passed }) => [player, passed]), [[9, "p3"]]);
});

test("no overtake: who was hidden, who lost points, who had none, who only scored", () => {
  const before = [row(1, 300), row(2, 200), row(3, 100)];
  assert.deepEqual(fromTops(before, [row(2, 200), row(3, 100)], 9), [], "the first one was taken off the board");
  assert.deepEqual(fromTops(before, [row(2, 200), row(1, 150), row(3, 100)], 9), [], "a correction");
  assert.deepEqual(fromTops([row(1, 0), row(2, 0)], [row(2, 100), row(1, 0)], 9), [], "nobody led before");
  assert.deepEqual(fromTops(before, [row(1, 400), row(2, 200), row(3, 100)], 9), []);
  assert.deepEqual(fromTops([], before, 9), [], "a first picture");
});

// --- the race ---------------------------------------------------------------------------------------------------------------

const frame = { start: 1000, until: 9000, lines: [[1, "Ada", [0, 2000], [100, 300]], [2, "Bob", [1000], [200]], [3, "Cleo", [], []]] };

test("points at an instant, and who stood where then", () => {
  const course = courseOf(frame);
  assert.deepEqual([999, 1000, 2999, 3000, 99_000].map((at) => pointsAt(course.lines[0], at)), [0, 100, 100, 300, 300]);
  assert.deepEqual(order(course, 2500).map(({ line }) => line.name), ["Bob", "Ada", "Cleo"]);
  assert.deepEqual(order(course, 3000).map(({ line, points }) => [line.name, points]), [["Ada", 300], ["Bob", 200], ["Cleo", 0]]);
  assert.ok(isRace(course));
  assert.ok(!isRace({ lines: course.lines.slice(1) }));
});

test("the board carries the course on: movers go on, newcomers begin where they are, equals are not written twice", () => {
  const course = carry(courseOf(frame), [row(2, 500), row(1, 300), row(7, 90)], 20_000);
  assert.deepEqual(course.lines.map(({ player, at, points }) => [player, at.at(-1), points.at(-1)]), [[2, 20_000, 500], [1, 3000, 300], [7, 20_000, 90]]);
  assert.deepEqual(carry(course, [row(2, 500), row(1, 300), row(7, 90)], 30_000).lines, course.lines);
  let long = course;
  for (let i = 0; i < 2000; i++) long = carry(long, [row(2, 500 + i)], 30_000 + i);
  assert.ok(long.lines[0].at.length <= 400);
});

test("labels never lie on each other, stay inside, keep their order, and stay put where there is room", () => {
  for (const wanted of [[10, 50, 90], [50, 50, 50, 50], [0, 1, 2, 3, 4], [98, 99, 99], [], [5, 5, 60, 61, 62, 95]]) {
    const at = spread(wanted, 10, 0, 100);
    assert.equal(at.length, wanted.length);
    for (const [i, y] of at.entries()) {
      assert.ok(y >= -1e-9 && y <= 100 + 1e-9, `${wanted}: ${at}`);
      if (i) assert.ok(y - at[i - 1] >= 10 - 1e-9, `${wanted}: ${at}`);
    }
  }
  assert.deepEqual(spread([10, 50, 90], 10, 0, 100), [10, 50, 90]);
});

test("axes have round figures", () => {
  assert.deepEqual(ticks(1000, 5), [200, 400, 600, 800, 1000]);
  assert.deepEqual(ticks(0, 5), []);
  assert.ok(ticks(123_456, 5).length <= 5);
  const hour = 3_600_000;
  assert.deepEqual(instants(0.5 * hour, 4.2 * hour, 6, 0).map((at) => at / hour), [1, 2, 3, 4]);
  assert.deepEqual(instants(0, 48 * hour, 6, hour).map((at) => at / hour), [11, 23, 35, 47]);
});

// --- the wall ---------------------------------------------------------------------------------------------------------------

test("the walls are where most hunters stand, and a few are no wall", () => {
  assert.deepEqual(walls([[1, 2, null], [2, 40, 7], [3, 9, null], [4, 41, 8]]).map(([q]) => q), [4, 2, 3]);
  assert.deepEqual(walls([[1, 2, null]]), []);
});

test("columns are all questions, or of a long chain the part around the wall", () => {
  const short = columns([[2, 40, 7], [4, 10, null]], 5);
  assert.deepEqual(short.columns.map(({ here }) => here), [0, 40, 0, 10, 0]);
  assert.deepEqual(short.columns.map(({ wall }) => wall), [null, 0, null, 1, null]);
  assert.equal(short.high, 40);
  const long = columns([[3, 1, null], [150, 90, null]], 200);
  assert.equal(long.columns.length, COLUMNS);
  assert.ok(long.columns.some(({ q, wall }) => q === 150 && wall === 0));
  for (const q of [1, 200]) {
    const edge = columns([[q, 90, null]], 200);
    assert.ok(edge.first >= 1 && edge.columns.at(-1).q <= 200 && edge.columns.some((column) => column.q === q));
  }
  assert.deepEqual(columns([], 0).columns, []);
});

// --- the story --------------------------------------------------------------------------------------------------------------

test("a teaser is whole paragraphs, or ends with a sentence", () => {
  assert.deepEqual(teaser(["A lamp.", "It is dark."]), { paragraphs: ["A lamp.", "It is dark."], more: false });
  const sentence = "The lamplighter went from door to door. ".repeat(30).trim();
  const cut = teaser([sentence, "Later."]);
  assert.ok(cut.more && cut.paragraphs.length === 1);
  assert.ok(cut.paragraphs[0].length <= 420 && cut.paragraphs[0].endsWith("door."));
  const endless = teaser(["word ".repeat(200).trim()]);
  assert.ok(endless.paragraphs[0].endsWith("word …") && endless.paragraphs[0].length <= 422);
  assert.deepEqual(teaser([]), { paragraphs: [], more: false });
});
