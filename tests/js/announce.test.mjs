import assert from "node:assert/strict";
import { test } from "node:test";

import { EVERYBODY, chosen, heldOf, minutesIn } from "../../enigma_rt/static/enigma/js/console/whom.js";
import { countWords, sendWords, whomWords } from "../../enigma_rt/static/enigma/js/console/words_announce.js";

const STUCK = { ...EVERYBODY, kind: "question", q: 4, minutes: "20", hint: true };
const message = (values = {}) => ({ level: "info", to: {}, hint: false, name: "", at: null, ...values });

test("what is chosen is what a command wants, and nothing while something is missing", () => {
  assert.deepEqual(chosen(EVERYBODY), { to: {}, hint: false });
  assert.deepEqual(chosen(STUCK), { to: { q: 4, minutes: 20 }, hint: true });
  assert.deepEqual(chosen({ ...STUCK, minutes: " " }), { to: { q: 4, minutes: null }, hint: true });
  assert.deepEqual(chosen({ ...EVERYBODY, kind: "player", player: 7, name: "Zoë" }), { to: { player: 7 }, hint: false });
  for (const wrong of [{ q: null }, { minutes: "soon" }, { minutes: "-3" }, { minutes: "99999" }]) assert.equal(chosen({ ...STUCK, ...wrong }), null);
  assert.equal(chosen({ ...EVERYBODY, kind: "player" }), null);
});

test("a hint that was chosen for a question is none for everybody or for one player", () => {
  assert.equal(chosen({ ...STUCK, kind: "all" }).hint, false);
  assert.equal(chosen({ ...STUCK, kind: "player", player: 7 }).hint, false);
});

test("minutes are whole, or none at all", () => {
  assert.deepEqual(["", " 15 ", "0", "1.5", "ten", "10081"].map(minutesIn), [0, 15, 0, null, null, null]);
});

test("a planned line comes back into the composer as it was chosen", () => {
  const line = (values) => ({ player: null, name: "", q: null, minutes: null, hint: false, ...values });
  for (const held of [EVERYBODY, STUCK, { ...STUCK, minutes: "", hint: false }, { ...EVERYBODY, kind: "player", player: 7, name: "Zoë" }]) {
    const { to, hint } = chosen(held);
    assert.deepEqual(heldOf(line({ ...to, name: held.name, hint })), { ...held });
  }
});

test("whom it is for, in words", () => {
  const said = [{}, { q: 4 }, { q: 4, minutes: 20 }, { player: 7, name: "Zoë" }].map(whomWords);
  assert.deepEqual(said, ["everybody", "those on no. 4", "those on no. 4 for 20 min", "Zoë"]);
});

test("before it is sent one reads whom it reaches, and whom it does not", () => {
  const seen = { players: 12, online: 9 };
  const all = sendWords(message(), seen, "", "en");
  assert.match(all.says[0], /^It reaches 12 players \(9 of them connected now\) at once, .*every projector/);
  assert.equal(all.button, "Send to 12");
  const some = sendWords(message({ to: { q: 4, minutes: 20 }, hint: true }), seen, "", "en");
  assert.equal(some.title, "Give this extra hint to those on no. 4 for 20 min?");
  assert.match(some.says.join(" "), /nobody else.*costs them nothing/);
  const later = sendWords(message({ at: Date.UTC(2027, 2, 5, 18) }), seen, "", "en");
  assert.match(later.says[0], /whom it reaches is decided then/);
  assert.equal(later.button, "Plan it");
  assert.deepEqual(sendWords(message(), null, "", "en").says, ["Looking …"]);
  assert.deepEqual(sendWords(message(), null, "Refused.", "en").says, ["Refused."]);
});

test("whom it has reached", () => {
  const line = { people: 214, told: 201, seen: 188, solved: null };
  assert.equal(countWords(line), "told 201 of 214 · seen by 188");
  assert.equal(countWords({ ...line, people: 31, told: 29, seen: 27, solved: 1 }), "told 29 of 31 · seen by 27 · 1 has solved since");
});
