import assert from "node:assert/strict";
import { test } from "node:test";

import { choices, followRow, rivalOf } from "../../enigma_rt/static/enigma/js/play/rival.js";

const row = (player, points) => [player, `player ${player}`, points, points ? 1000 - points : null, false];
const state = ({ rank, me, points = 0, around = null, top = [row(1, 90), row(2, 80), row(3, 70)] }) => ({
  board: { top, size: 3, rank, me: [points, null] },
  around: around && { rank: around[1].rank, rows: around },
  me: { player: me },
});

test("the rival is who stands right above me, the first one's right below", () => {
  assert.deepEqual(rivalOf(state({ rank: 3, me: 3, points: 70 }), null), { player: 2, name: "player 2", gap: 10 });
  assert.deepEqual(rivalOf(state({ rank: 1, me: 1, points: 90 }), null), { player: 2, name: "player 2", gap: -10 });
  assert.equal(rivalOf(state({ rank: 1, me: 1, points: 90, top: [row(1, 90)] }), null), null);
});

test("below the top the rows around me say who it is, and nobody while they are of before my move", () => {
  const around = [{ rank: 8, row: row(8, 22) }, { rank: 9, row: row(9, 20) }];
  assert.equal(rivalOf(state({ rank: 9, me: 9, points: 20, around }), null).player, 8);
  assert.equal(rivalOf(state({ rank: 7, me: 9, points: 30, around }), null), null);
  assert.equal(rivalOf(state({ rank: 9, me: 9, points: 20 }), null), null);
  // The first below the top: the last of the top.
  assert.equal(rivalOf(state({ rank: 4, me: 9, points: 20, around: [{ rank: 3, row: row(3, 70) }, { rank: 4, row: row(9, 20) }] }), null).player, 3);
});

test("whom I have picked is followed by the moves that everybody is told", () => {
  const pick = { player: 44, name: "player 44" };
  const held = row(44, 25);
  assert.equal(rivalOf(state({ rank: 9, me: 9, points: 20 }), pick), null, "not heard of yet");
  assert.equal(rivalOf(state({ rank: 9, me: 9, points: 20 }), pick, held).gap, 5);
  const moved = followRow(held, { moves: [[5, null, [1, 1], 9], [44, [25, 975], [35, 990], 6]] });
  assert.equal(rivalOf(state({ rank: 9, me: 9, points: 20 }), pick, moved).gap, 15);
  assert.equal(followRow(held, { moves: [[44, [25, 975], null, null]] }), null, "taken off the board");
  assert.equal(followRow(held, { moves: [] }), held);
  // The board knows better than what was heard.
  assert.equal(rivalOf(state({ rank: 9, me: 9, points: 20 }), { player: 2 }, row(2, 1)).gap, 60);
});

test("who is not on the board chases nobody, and nobody chases themselves", () => {
  assert.equal(rivalOf(state({ rank: null, me: 9 }), null), null);
  assert.equal(rivalOf(state({ rank: 3, me: 3, points: 70 }), { player: 3 }), null);
  assert.equal(rivalOf({ board: null, around: null, me: null }, null), null);
});

test("one can pick those whose names the page knows", () => {
  const around = [{ rank: 3, row: row(3, 70) }, { rank: 8, row: row(8, 22) }, { rank: 9, row: row(9, 20) }];
  assert.deepEqual(choices(state({ rank: 9, me: 9, around })).map(([player]) => player), [1, 2, 3, 8]);
  assert.deepEqual(choices({ board: null, around: null, me: null }), []);
});
