import assert from "node:assert/strict";
import { test } from "node:test";

import { countdown, createClock, inWords, parts, secondsUntil, timeOfDay, zoned } from "../../enigma_rt/static/enigma/js/clock.js";

test("the clock follows the server, half the way there and back considered", () => {
  const clock = createClock(() => 1000);
  assert.equal(clock.known, false);
  clock.sync(51_000, 200);
  assert.equal(clock.now(), 51_100);
  assert.equal(clock.toLocal(51_100), 1000);
});

test("of two measurements the one with the shorter way holds, until it has aged", () => {
  const clock = createClock(() => 0);
  clock.sync(5000, 40);
  clock.sync(9000, 3000);
  assert.equal(clock.now(), 5020);
  clock.sync(5010, 20);
  assert.equal(clock.now(), 5020);
  for (let i = 0; i < 200; i++) clock.sync(9000, null);
  assert.equal(clock.now(), 9000);
});

test("zero seconds means it is time", () => {
  assert.equal(secondsUntil(1000, 999), 1);
  assert.equal(secondsUntil(1000, 1000), 0);
  assert.equal(secondsUntil(1000, 5000), 0);
});

test("countdowns keep their width", () => {
  assert.equal(countdown(0), "00:00");
  assert.equal(countdown(309), "05:09");
  assert.equal(countdown(3909), "1:05:09");
  assert.equal(countdown(2 * 86_400 + 3909), "2d 01:05:09");
  assert.deepEqual(parts(90_061), { days: 1, hours: 1, minutes: 1, seconds: 1 });
});

test("times come in the viewer's zone, with the zone", () => {
  const instant = Date.UTC(2026, 10, 14, 17, 0);
  // Whether a comma follows the weekday depends on the age of the engine's locale data.
  assert.match(zoned(instant, "en-GB", "UTC"), /^Sat,? 14 Nov, 17:00 UTC$/);
  assert.match(zoned(instant, "en-GB", "Asia/Kolkata"), /22:30.*(GMT\+5:30|IST)/);
  assert.equal(timeOfDay(instant, "en-GB", "Europe/Berlin"), "18:00");
});

test("a screen reader hears the two largest units", () => {
  const ngettext = (one, many, count) => (count === 1 ? one : many);
  assert.equal(inWords(3_661, ngettext), "1 hour 1 minute");
  assert.equal(inWords(0, ngettext), "0 seconds");
});
