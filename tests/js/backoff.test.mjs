import assert from "node:assert/strict";
import { test } from "node:test";

import { CAP, FIRST, delay, jitter } from "../../enigma_rt/static/enigma/js/backoff.js";

test("the first retry is fast", () => {
  assert.equal(delay(0, () => 0), 0);
  assert.ok(delay(0, () => 0.999) <= FIRST);
});

test("later ones grow, jittered over most of their range, up to the cap", () => {
  for (let attempt = 1; attempt < 60; attempt++) {
    const ceiling = Math.min(CAP, FIRST * 2 ** attempt);
    assert.equal(delay(attempt, () => 0), Math.round(ceiling * 0.2));
    assert.ok(delay(attempt, () => 0.999999) <= CAP);
  }
  assert.ok(delay(1000, () => 0.999999) > CAP * 0.99);
});

test("a spread is used from end to end", () => {
  assert.equal(jitter(5000, () => 0), 0);
  assert.equal(jitter(5000, () => 0.9999), 4999);
  assert.equal(jitter(0), 0);
});
