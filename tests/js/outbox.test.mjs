import assert from "node:assert/strict";
import { test } from "node:test";

import { createOutbox } from "../../enigma_rt/static/enigma/js/outbox.js";

function memory() {
  const items = new Map();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, String(value)),
    removeItem: (key) => items.delete(key),
  };
}
const answer = (id, text = "owl") => ({ t: "answer", id, q: 1, text });

test("commands wait in order and leave on their reply", () => {
  const outbox = createOutbox(memory(), "o");
  outbox.add(answer("a"));
  outbox.add(answer("b"));
  outbox.add(answer("c"));
  assert.deepEqual(outbox.settle("b"), answer("b"));
  assert.equal(outbox.settle("b"), null);
  assert.deepEqual(outbox.waiting.map(({ id }) => id), ["a", "c"]);
});

test("a reload keeps them, with their ids, once", () => {
  const store = memory();
  createOutbox(store, "o").add(answer("a"));
  const second = createOutbox(store, "o");
  assert.equal(second.add(answer("a")), false);
  assert.deepEqual(second.waiting, [answer("a")]);
  assert.equal(createOutbox(store, "another player").size, 0);
});

test("nothing stays in the storage when nothing waits", () => {
  const store = memory();
  const outbox = createOutbox(store, "o");
  outbox.add(answer("a"));
  outbox.settle("a");
  assert.equal(store.items.size, 0);
  outbox.add(answer("b"));
  outbox.clear();
  assert.equal(store.items.size, 0);
});

test("a list held by a reader does not change under it", () => {
  const outbox = createOutbox(memory(), "o");
  outbox.add(answer("a"));
  const { waiting } = outbox;
  outbox.settle("a");
  assert.equal(waiting.length, 1);
});

test("what else may be in the storage is left out", () => {
  const store = memory();
  for (const junk of ["", "{", "7", "null", '{"a":1}']) {
    store.setItem("o", junk);
    assert.equal(createOutbox(store, "o").size, 0, junk);
  }
  store.setItem("o", JSON.stringify([null, 3, { t: "answer" }, { id: "x" }, answer("a"), answer("a", "bat")]));
  assert.deepEqual(createOutbox(store, "o").waiting, [answer("a")]);
});

test("a storage that refuses costs nothing but the memory", () => {
  const broken = {
    getItem() { throw new Error("denied"); },
    setItem() { throw new Error("full"); },
    removeItem() { throw new Error("denied"); },
  };
  const outbox = createOutbox(broken, "o");
  assert.ok(outbox.add(answer("a")));
  assert.deepEqual(outbox.settle("a"), answer("a"));
});
