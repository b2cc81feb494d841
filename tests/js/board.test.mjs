import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { behind, continues, crossed, follow, touches, viewOf } from "../../enigma_rt/static/enigma/js/board.js";

const row = (player, points, last, name = `p${player}`) => [player, name, points, last, false];
const view = (extra = {}) => ({
  ...viewOf({
    id: "x", version: 4, total: 5, size: 3, top: [row(1, 300, 10), row(2, 200, 20), row(3, 100, 30)], me: [100, 40], rank: 4,
  }, 9),
  ...extra,
});
const delta = (moves, rows = []) => ({ board: "x", base: 4, version: 5, total: 5, moves, rows });

test("golden boards: every view is followed as the server follows it", () => {
  const here = new URL("fixtures/", import.meta.url);
  const files = readdirSync(here).filter((name) => /^board_.*\.json$/.test(name));
  assert.ok(files.length, "there are golden boards");
  for (const name of files) {
    const golden = JSON.parse(readFileSync(new URL(name, here), "utf8"));
    replay(golden, name);
  }
});

function replay({ snapshot, steps }, name) {
  let held = snapshot;
  for (const { delta: step, expect } of steps) {
    held = follow(held, step);
    assert.deepEqual(held, expect, name);
  }
}

test("my own move brings my place and rank with it", () => {
  const next = follow(view(), delta([[9, [100, 40], [250, 50], 2]], [row(9, 250, 50)]));
  assert.deepEqual([next.me, next.rank, next.version], [[250, 50], 2, 5]);
  assert.deepEqual(next.top.map((line) => line[0]), [1, 9, 2]);
});

test("who passes me costs a rank, who was ahead already does not", () => {
  assert.equal(follow(view(), delta([[5, [0, null], [150, 50], 3]], [row(5, 150, 50)])).rank, 5);
  assert.equal(follow(view(), delta([[2, [200, 20], [290, 50], 2]], [row(2, 290, 50)])).rank, 4);
  assert.equal(follow(view(), delta([[2, [200, 20], null, null]])).rank, 3);
});

test("equal points: the earlier solve stands before, then the older player; never solved comes last", () => {
  assert.equal(follow(view(), delta([[5, null, [100, 39], 4]])).rank, 5);
  assert.equal(follow(view(), delta([[5, null, [100, 41], 5]])).rank, 4);
  assert.equal(follow(view(), delta([[5, null, [100, 40], 4]])).rank, 5);
  assert.equal(follow(view(), delta([[10, null, [100, 40], 5]])).rank, 4);
  assert.equal(follow(view({ me: [0, null] }), delta([[5, null, [0, 1], 4]])).rank, 5);
});

test("spectators and hidden players have no rank and lose nothing by it", () => {
  const next = follow(view({ me: null, rank: null, player: null }), delta([[5, null, [150, 1], 3]]));
  assert.equal(next.rank, null);
  assert.deepEqual(crossed(view({ me: null, rank: null }), delta([[5, null, [150, 1], 3]])).passedMe, 0);
});

test("a delta that does not start here is refused, and recognised before", () => {
  assert.throws(() => follow(view({ version: 3 }), delta([])), RangeError);
  assert.ok(continues(view(), delta([])));
  assert.ok(!continues(null, delta([])));
  assert.ok(!continues(view({ id: "y" }), delta([])));
  assert.ok(behind(view(), { board: "x", version: 5 }));
  assert.ok(!behind(view(), { board: "x", version: 4 }));
  assert.ok(behind(view(), { board: "y", version: 1 }));
});

test("a view is never changed in place", () => {
  const held = view();
  const copy = structuredClone(held);
  follow(held, delta([[5, [0, null], [150, 50], 3]], [row(5, 150, 50)]));
  assert.deepEqual(held, copy);
});

test("crossed: who passed me, by name where a name is known", () => {
  const step = delta([[5, [0, null], [150, 50], 3], [6, [90, 1], [101, 51], 4]], [row(5, 150, 50, "Ada")]);
  assert.deepEqual(crossed(view(), step), { before: 4, after: 6, passedMe: 2, iPassed: 0, names: ["Ada"] });
  assert.deepEqual(crossed(view(), step, new Map([[6, "Bea"]])).names, ["Ada", "Bea"]);
});

test("crossed: whom I passed", () => {
  const step = delta([[9, [100, 40], [250, 50], 2]], [row(9, 250, 50)]);
  assert.deepEqual(crossed(view(), step), { before: 4, after: 2, passedMe: 0, iPassed: 2, names: ["p2", "p3"] });
});

test("crossed: nothing happened to me", () => {
  const step = delta([[2, [200, 20], [290, 50], 2]], [row(2, 290, 50)]);
  assert.deepEqual(crossed(view(), step), { before: 4, after: 4, passedMe: 0, iPassed: 0, names: [] });
});

test("touches: only moves into, out of, within or across the window count", () => {
  const rows = [row(3, 100, 30), row(9, 100, 40), row(4, 90, 5)];
  assert.ok(!touches(rows, delta([[1, [300, 10], [400, 50], 1]])), "above stays above");
  assert.ok(!touches(rows, delta([[8, [10, 1], [20, 60], 5]])), "below stays below");
  assert.ok(touches(rows, delta([[8, [10, 1], [200, 60], 2]])), "from below to above");
  assert.ok(touches(rows, delta([[8, [10, 1], [95, 60], 4]])), "into it");
  assert.ok(touches(rows, delta([[4, [90, 5], null, null]])), "out of it");
  assert.ok(touches([], delta([[4, null, [1, 1], 1]])));
});
