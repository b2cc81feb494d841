import assert from "node:assert/strict";
import { test } from "node:test";

import { Board } from "../../enigma_rt/static/enigma/js/replay/state.js";
import { countUntil, curves, decode, density, firstSolve, leads } from "../../enigma_rt/static/enigma/js/replay/timeline.js";
import { SPEEDS, advance, faster, fitting, neighbour, sought, toggled } from "../../enigma_rt/static/enigma/js/replay/transport.js";

const START = 1_000_000;

/** [after, player, points, q], and whom a regrade moved on: [event, instant]. */
function data(players, events, late = [], extra = {}) {
  const column = (i) => events.map((event) => event[i]);
  return {
    hunt: 1, title: "T", phase: "ended", start: START, ends: START + 600_000, until: START + 600_000, now: START + 900_000, frozen: false,
    questions: 4, pauses: [],
    players: { id: players.map((_, i) => 10 + i), name: players, joined: players.map(() => 0), finished: players.map(() => null) },
    events: { after: column(0), player: column(1), points: column(2), q: column(3), late },
    ...extra,
  };
}

/** A hunt as chance has it: many events at one instant, points taken, regrades, people who come later. */
function chance(seed, players = 12, count = 160) {
  let state = seed;
  const random = (below) => ((state = (state * 1103515245 + 12345) % 2147483648), Math.floor((state / 2147483648) * below));
  const names = Array.from({ length: players }, (_, i) => `P${i}`);
  const events = Array.from({ length: count }, () => {
    const q = random(6) - 1;
    return [random(3) ? random(5_000) : 0, random(players), q > 0 ? random(4) * 25 : random(60) - 30, q];
  });
  const late = events.flatMap(([, , , q], i) => (q < 0 && random(2) ? [[i, START + random(i * 900 + 1)]] : []));
  const made = data(names, events, late);
  made.players.joined = names.map(() => (random(2) ? 0 : random(60_000)));
  made.players.finished = names.map(() => (random(2) ? null : random(200_000)));
  return made;
}

/** The board worked out from nothing, as slowly and plainly as can be. */
function plainly({ start, players, events }, instant) {
  const rows = players.id.map((id, i) => ({
    id, name: players.name[i], points: 0, last: null, joined: start + players.joined[i],
    finished: players.finished[i] !== null && start + players.finished[i] <= instant,
  }));
  let at = start;
  for (let i = 0; i < events.after.length; i++) {
    at += events.after[i];
    if (at > instant) break;
    const row = rows[events.player[i]];
    row.points += events.points[i];
    const found = events.late.find(([place]) => place === i);
    const solved = events.q[i] > 0 ? at : found?.[1] ?? null;
    if (solved !== null) row.last = Math.max(row.last ?? 0, solved);
  }
  return rows
    .filter(({ joined }) => joined <= instant)
    .sort((a, b) => b.points - a.points || (a.last ?? Infinity) - (b.last ?? Infinity) || a.id - b.id)
    .map(({ id, name, points, last, finished }) => [id, name, points, last, finished]);
}

const rows = (board, count) => board.top(count).map((player) => board.row(player));

test("a seek to any instant is playing to it, forwards, backwards and across", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const made = chance(seed);
    const line = decode(made);
    const board = new Board(line);
    const instants = [...line.at, ...line.at.map((at) => at - 1), START - 1, START, START + 600_000];
    // Every instant from a place of chance: the order is no order.
    instants.sort((a, b) => ((a * 7919 + seed) % 1013) - ((b * 7919 + seed) % 1013));
    for (const instant of instants) {
      board.seek(instant);
      const expected = plainly(made, instant);
      assert.deepEqual(rows(board, 100), expected);
      assert.deepEqual(rows(board, 3), expected.slice(0, 3));
      assert.equal(board.total(), expected.length);
      line.ids.forEach((id, player) => {
        const place = expected.findIndex((row) => row[0] === id);
        assert.equal(board.rank(player), place < 0 ? null : place + 1);
      });
    }
  }
});

test("changes of the lead are those that one sees who looks at every instant", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const made = chance(seed);
    made.players.joined = made.players.joined.map(() => 0);
    const line = decode(made);
    const board = new Board(line);
    const seen = [];
    for (const at of new Set(line.at)) {
      board.seek(at);
      const [player] = board.top(1);
      if (player !== seen.at(-1)?.player) seen.push({ at, player, before: seen.at(-1)?.player ?? null });
    }
    assert.deepEqual(leads(line), seen);
  }
});

test("solves are counted by the minute, a regrade's compensations are none", () => {
  const line = decode(data(["A", "B"], [[59_999, 0, 100, 1], [1, 1, 90, 1], [0, 0, 5, 0], [100_000, 0, 50, -2]]));
  assert.deepEqual([...density(line)].slice(0, 3), [1, 1, 0]);
  assert.equal(density(line).length, 10);
  assert.equal(firstSolve(line), START + 59_999);
  assert.equal(firstSolve(decode(data(["A"], [[5, 0, 30, 0]]))), null);
});

test("curves are steps of the players who were asked for, and end where the clock stands", () => {
  const line = decode(data(["A", "B", "C"], [[10, 0, 100, 1], [10, 1, 90, 1], [10, 2, 80, 1], [10, 0, -20, 0], [10, 0, 1, 0]]));
  assert.deepEqual(curves(line, [0, 2], START + 45), {
    at: [START, START + 10, START + 30, START + 40, START + 45],
    points: [[0, 100, 100, 80, 80], [0, 0, 80, 80, 80]],
  });
});

test("an evening without anybody or anything is an evening", () => {
  const line = decode(data([], []));
  const board = new Board(line);
  board.seek(line.until);
  assert.deepEqual([board.top(25), board.total(), leads(line)], [[], 0, []]);
  assert.equal(countUntil(line.at, START), 0);
});

test("the clock plays to the end, stops there, and begins anew", () => {
  const line = { start: 0, until: 100_000 };
  let state = { now: 0, playing: false, speed: 60 };
  assert.equal(advance(state, line, 1_000), state);
  state = advance(toggled(state, line), line, 1_000);
  assert.deepEqual(state, { now: 60_000, playing: true, speed: 60 });
  state = advance(state, line, 1_000);
  assert.deepEqual(state, { now: 100_000, playing: false, speed: 60 });
  assert.deepEqual(toggled(state, line), { now: 0, playing: true, speed: 60 });
  assert.equal(sought(state, line, -5).now, 0);
  assert.equal(faster(faster(state, -1), 1).speed, SPEEDS[1]);
  assert.equal(faster({ ...state, speed: 7200 }, 1).speed, 7200);
  assert.equal(fitting(48 * 3_600_000), 3600);
  assert.equal(fitting(3_600_000), 60);
  assert.deepEqual([neighbour([1, 5, 9], 5, 1), neighbour([1, 5, 9], 5, -1), neighbour([1], 1, 1)], [9, 1, null]);
});

test("20,000 players and 280,000 events: no seek takes as long as a frame of the screen lasts", () => {
  const players = 20_000;
  const events = Array.from({ length: players * 14 }, (_, i) => [600, (i * 7919) % players, 60 + (i % 40), 1 + (i % 14)]);
  const line = decode({ ...data(Array.from({ length: players }, (_, i) => `P${i}`), events), until: START + 172_800_000 });
  const board = new Board(line);
  board.seek(line.until);
  const costs = [];
  for (let i = 0; i < 60; i++) {
    // From anywhere to anywhere: on the average a third of the evening.
    const began = performance.now();
    board.seek(START + ((i * 104_729_000) % 168_000_000));
    board.top(25);
    board.rank(4_711);
    costs.push(performance.now() - began);
  }
  costs.sort((a, b) => a - b);
  console.log(`# seek, top 25 and a rank of 20,000 players: median ${costs[30].toFixed(2)} ms, worst ${costs[59].toFixed(2)} ms`);
  // Twice a frame's 16 ms, because this machine has other things to do as well.
  assert.ok(costs[30] < 33, `${costs[30]} ms`);
});
