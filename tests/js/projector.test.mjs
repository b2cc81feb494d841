import assert from "node:assert/strict";
import { test } from "node:test";

import { ems, graphemes, sizeOf } from "../../enigma_rt/static/enigma/js/board/names.js";
import { cell, layout, steps } from "../../enigma_rt/static/enigma/js/board/places.js";
import { curtain, isStale, sceneOf } from "../../enigma_rt/static/enigma/js/board/scenes.js";
import { createTape } from "../../enigma_rt/static/enigma/js/board/tape.js";
import { phaseAt, target } from "../../enigma_rt/static/enigma/js/phase.js";
import { dayTime, exactDayTime, exactTime, shortDayTime, shortTime, spoken, zoneName } from "../../enigma_rt/static/enigma/js/times.js";

// --- names ---------------------------------------------------------------------------------------------------------------

test("what a reader calls one character is one", () => {
  assert.deepEqual(graphemes("é🏳️‍🌈👩🏽‍🚀"), ["é", "🏳️‍🌈", "👩🏽‍🚀"]);
});

test("wide characters count as wide, thin ones as thin", () => {
  assert.ok(ems("図書館") > 3);
  assert.ok(ems("iii") < 1.2);
  assert.ok(ems("MMM") > ems("aaa"));
});

test("every name of 24 characters has a size, and the widest fits two lines of it", () => {
  assert.equal(sizeOf("Ada Lovelace"), "large");
  assert.equal(sizeOf("Henryk Zygalski"), "large");
  assert.equal(sizeOf("Henryk Zygalski-Ba"), "medium");
  assert.equal(sizeOf("Henryk Zygalski-Ba", 4), "large", "few figures leave room");
  for (const widest of ["図".repeat(24), "M".repeat(24), "🦊".repeat(24)]) {
    assert.equal(sizeOf(widest), "small");
    assert.ok(ems(widest) <= 2 * 13.2, "two lines of the narrowest column");
  }
  assert.equal(sizeOf(""), "large");
});

// --- places --------------------------------------------------------------------------------------------------------------

const row = (player, points, finished = false) => [player, `p${player}`, points, 1, finished];

test("who earned something is a mover, who was pushed is none", () => {
  const { rows, gone } = steps([row(1, 300), row(2, 200), row(3, 100)], [row(1, 300), row(3, 250, true), row(2, 200)]);
  assert.deepEqual(gone, []);
  assert.deepEqual(rows.map(({ player, place, from, mover }) => [player, place, from, mover]), [
    [1, 0, 0, false],
    [3, 1, 2, true],
    [2, 2, 1, false],
  ]);
  assert.equal(rows[1].gained, 150);
  assert.equal(rows[1].finished, true);
});

test("who enters the top is news, who falls out is gone, and a first picture is no news at all", () => {
  const { rows, gone } = steps([row(1, 300), row(2, 200)], [row(1, 300), row(9, 210)]);
  assert.deepEqual(gone, [2]);
  assert.deepEqual([rows[1].entered, rows[1].mover, rows[1].from], [true, true, null]);
  assert.ok(steps([], [row(1, 300)]).rows.every(({ mover }) => !mover));
});

test("a correction downwards moves too", () => {
  const { rows } = steps([row(1, 300), row(2, 200)], [row(2, 200), row(1, 150)]);
  assert.deepEqual(rows.map(({ mover }) => mover), [false, true]);
});

test("25 places stand in columns of 13 and 12", () => {
  assert.deepEqual(cell(0, 25, 2), { column: 0, row: 0 });
  assert.deepEqual(cell(12, 25, 2), { column: 0, row: 12 });
  assert.deepEqual(cell(13, 25, 2), { column: 1, row: 0 });
  assert.deepEqual(cell(24, 25, 2), { column: 1, row: 11 });
});

test("a small hunt fills its wall, a large one has two columns, a phone one", () => {
  assert.deepEqual(layout(3, 25, false), { room: "few", columns: 1, lines: 8 });
  assert.deepEqual(layout(8, 25, false), { room: "few", columns: 1, lines: 8 });
  assert.deepEqual(layout(13, 25, false), { room: "some", columns: 1, lines: 13 });
  assert.deepEqual(layout(14, 25, false), { room: "all", columns: 2, lines: 13 });
  assert.deepEqual(layout(13, 25, true), { room: "all", columns: 1, lines: 13 });
  assert.deepEqual(layout(25, 25, true), { room: "all", columns: 1, lines: 25 });
  for (let most = 1; most <= 25; most++) {
    for (let shown = 0; shown <= most; shown++) {
      for (const narrow of [false, true]) {
        const { columns, lines } = layout(shown, most, narrow);
        assert.ok(columns * lines >= shown, `${shown} of ${most} have a place`);
      }
    }
  }
});

// --- phases and scenes -----------------------------------------------------------------------------------------------------

const hunt = (phase) => ({ phase, starts_at: 1000, ends_at: 5000 });

test("between two frames the phase follows from the instants", () => {
  assert.equal(phaseAt(hunt("scheduled"), 999), "scheduled");
  assert.equal(phaseAt(hunt("scheduled"), 1000), "live");
  assert.equal(phaseAt(hunt("scheduled"), 5000), "ended");
  assert.equal(phaseAt(hunt("live"), 4999), "live");
  assert.equal(phaseAt(hunt("live"), 5000), "ended");
  assert.equal(phaseAt(hunt("paused"), 5000), "ended");
  assert.equal(phaseAt(hunt("ended"), 2000), "ended", "ended by hand");
});

test("the clock counts to the start, then to the end, then no more", () => {
  assert.equal(target(hunt("scheduled"), "scheduled"), 1000);
  assert.equal(target(hunt("live"), "live"), 5000);
  assert.equal(target(hunt("paused"), "paused"), 5000);
  assert.equal(target(hunt("ended"), "ended"), null);
});

test("scenes and curtains", () => {
  assert.equal(sceneOf(null, 0), "waiting");
  assert.equal(sceneOf(hunt("scheduled"), 0), "countdown");
  assert.equal(sceneOf(hunt("scheduled"), 1000), "board");
  assert.equal(curtain(null, "live"), null, "no curtain on the first frame");
  assert.equal(curtain("scheduled", "live"), "begin");
  assert.equal(curtain("paused", "live"), "resumed");
  assert.equal(curtain("live", "paused"), "paused");
  assert.equal(curtain("live", "ended"), "ended");
  assert.equal(curtain("live", "live"), null);
});

test("stale means more than thirty seconds without a frame", () => {
  assert.equal(isStale(null, 99_000), false);
  assert.equal(isStale(1000, 31_000), false);
  assert.equal(isStale(1000, 31_001), true);
});

// --- the tape --------------------------------------------------------------------------------------------------------------

const solve = (q) => ({ kind: "solve", q });

test("the tape prints in order", () => {
  const tape = createTape(3);
  tape.push([solve(1), { kind: "finish", q: 2 }]);
  assert.deepEqual([tape.next().q, tape.next().q, tape.next()], [1, 2, null]);
});

test("of a storm the finish is told, and the solves are counted", () => {
  const tape = createTape(3);
  tape.push([{ kind: "finish", q: 9 }, ...Array.from({ length: 20 }, (_, i) => solve(i)), { kind: "notice", text: "x" }]);
  const told = [];
  for (let item = tape.next(); item; item = tape.next()) told.push(item);
  assert.deepEqual(told[0], { kind: "more", count: 19 });
  assert.deepEqual(told.slice(1).map(({ kind }) => kind), ["finish", "solve", "notice"]);
});

test("however much comes, the tape holds little", () => {
  const tape = createTape(5);
  for (let i = 0; i < 1000; i++) tape.push([{ kind: "finish", q: i }, solve(i)]);
  assert.ok(tape.size <= 6);
});

// --- times -----------------------------------------------------------------------------------------------------------------

test("times of the wall have 24 hours in every language, and their zone", () => {
  const instant = Date.UTC(2026, 10, 14, 17, 5, 9);
  assert.equal(shortTime(instant, "en-US", "Europe/Berlin"), "18:05");
  assert.equal(exactTime(instant, "en-US", "Europe/Berlin"), "18:05:09");
  assert.equal(shortTime(Date.UTC(2026, 10, 14, 0, 0), "en-US", "UTC"), "00:00");
  assert.equal(zoneName(instant, "en-US", "UTC"), "UTC");
  assert.match(dayTime(instant, "en", "UTC"), /Saturday.*14.*17:05.*UTC|Saturday.*November.*17:05.*UTC/);
  assert.match(shortDayTime(instant, "en", "UTC"), /Sat.*Nov.*17:05.*UTC/);
  assert.match(exactDayTime(instant, "en", "UTC"), /Sat.*Nov.*17:05:\d\d UTC$/);
});

test("an address is shown as people type it", () => {
  const plain = (address) => spoken(address).replaceAll("\u200b", "");
  assert.equal(plain(" https://hunt.example.org/ "), "hunt.example.org");
  assert.equal(plain("http://127.0.0.1:8000/"), "127.0.0.1:8000");
  assert.ok(spoken("https://hunt.example.org/").includes("hunt.\u200bexample"), "it breaks behind its marks");
});
