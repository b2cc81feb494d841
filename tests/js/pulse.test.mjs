import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf, createHour, createTraces, solveRate, stacked, wholeSeries } from "../../enigma_rt/static/enigma/js/console/beats.js";
import { healthWords, lasting, linkTrouble, milliseconds } from "../../enigma_rt/static/enigma/js/console/words_pulse.js";

const SOCKETS = { players: 3, spectators: 1, organisers: 1 };
const past = (first, ...rows) => ({
  first, step: 1, counts: rows.map((wrong, i) => [first + i, 0, 0, wrong, 0, 0, 0]), sockets: rows.map(() => null), p50: rows.map(() => null), p99: rows.map(() => null),
});

test("before the past is known nothing is drawn, and then what has come meanwhile with it", () => {
  const hour = createHour(3);
  hour.take([[100, 1, 0, 0, 0, 0, 0]], 100);
  assert.equal(hour.series(100), null);
  hour.load(past(97, 5, 0, 0, 7));
  assert.deepEqual(hour.series(100).at, [97, 98, 99, 100]);
  assert.deepEqual(hour.series(100).wrong, [5, 0, 0, 7]);
});

test("a minute is what was said of it last, and the hour moves on", () => {
  const hour = createHour(3);
  hour.load(past(97, 5, 0, 0, 7));
  hour.take([[100, 0, 0, 8, 0, 0, 0], [101, 2, 0, 0, 1, 0, 0]], 101);
  hour.hear({ sockets: SOCKETS, p50: 8, p99: null }, 101);
  const series = hour.series(101);
  assert.deepEqual(series.wrong, [0, 0, 8, 0]);
  assert.deepEqual(series.right, [0, 0, 0, 2]);
  assert.deepEqual([series.players, series.p50, series.p99], [[null, null, null, 3], [null, null, null, 8], [null, null, null, null]]);
});

test("after days it holds an hour", () => {
  const hour = createHour(60);
  hour.load(past(0, 1));
  for (let minute = 0; minute < 3000; minute++) {
    hour.take([[minute, 1, 0, 0, 0, 0, 0]], minute);
    hour.hear({ sockets: SOCKETS, p50: 1, p99: 2 }, minute);
  }
  assert.equal(hour.size, 122);
});

test("after a gap the past comes anew, whole", () => {
  const hour = createHour(3);
  hour.load(past(97, 5, 0, 0, 7));
  hour.load(past(98, 1, 1, 1, 1));
  assert.deepEqual(hour.series(101).wrong, [1, 1, 1, 1]);
});

test("a whole hunt is told by the minute, whatever its steps", () => {
  const series = wholeSeries({ ...past(0, 50, 5), step: 5, sockets: [null, SOCKETS] });
  assert.deepEqual(series.wrong, [10, 1]);
  assert.deepEqual(series.players, [null, 3]);
});

test("what stands on each other, and the rate of the last five minutes", () => {
  assert.deepEqual(stacked([[1, 2], [3, 0], [1, 1]]), [[1, 2], [4, 2], [5, 3]]);
  assert.deepEqual(solveRate({ right: [0, 0, 1], close: [0, 1, 0], wrong: [0, 0, 0] }, 1), [null, 0, 50]);
});

test("a column a question and one for those who are through; nobody is connected who is not there", () => {
  const questions = [{ q: 1, title: "a", here: 4 }, { q: 2, title: "b", here: 8 }];
  const columns = columnsOf(questions, 2, [[1, 3], [2, 99], [3, 1]]);
  assert.deepEqual(columns.map(({ q, count, online }) => [q, count, online]), [[1, 4, 3], [2, 8, 8], [null, 2, 1]]);
  assert.deepEqual(columns.map(({ share }) => share), [0.5, 1, 0.25]);
  assert.deepEqual(columnsOf([], 0, []).map(({ share }) => share), [0]);
});

test("a process that is gone is forgotten, and none is remembered for ever", () => {
  const traces = createTraces(3);
  for (let i = 0; i < 9; i++) traces.hear([{ process: "a", state: "up", verdicts: i }, { process: "b", state: "up", verdicts: 0 }]);
  assert.deepEqual(traces.of("a"), [6, 7, 8]);
  traces.hear([{ process: "a", state: "silent", verdicts: 8 }]);
  assert.deepEqual(traces.of("a"), [7, 8, 0]);
  assert.deepEqual(traces.of("b"), []);
});

test("spans, times and troubles in words", () => {
  assert.deepEqual([4_000, 59_400, 60_000, 3_600_000, 7_500_000, 90_000_000].map(lasting), ["4 s", "59 s", "1 min", "1 h 00 min", "2 h 05 min", "1 d 1 h"]);
  assert.deepEqual([null, 8.4, 1204.4].map(milliseconds), ["–", "8.4 ms", "1,204 ms"]);
  assert.equal(linkTrouble({ ms: 1, error: "", error_at: null }, 0), "");
  assert.equal(linkTrouble({ ms: 1, error: "AdminShutdown", error_at: 0 }, 59_000), "AdminShutdown");
  assert.equal(linkTrouble({ ms: 1, error: "AdminShutdown", error_at: 0 }, 61_000), "");
  assert.equal(linkTrouble({ ms: null, error: "", error_at: null }, 0), "no answer");
  assert.equal(healthWords([{ state: "up" }, { state: "silent" }, { state: "stopped" }]), "1 process up, 1 silent");
});
