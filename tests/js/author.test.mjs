// The author's desk: a question through its form and back, whatever is typed; and what stands against what.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NEW, blank, contentOf, differs, draftsOf, fieldOf, formOf, huntForm, huntOf, instantOf, isBlank, keptText, localTime, moved, standing } from "../../enigma_rt/static/enigma/js/author/drafts.js";

const content = { title: "T", before: ["a", "b"], text: "x\ny", image: "images/a.png", image_alt: "A", answers: ["one", " two "], close: [], threshold: 85, hint: "", points: 100, after: [] };

test("a form says what it was made of", () => {
  assert.deepEqual(contentOf(formOf(content)), content);
  assert.equal(differs(formOf(content), content), false);
  assert.deepEqual(contentOf(blank()).answers, []);
});

test("what is typed is what is said", () => {
  const form = { ...formOf(content), answers: "one\n\n  \nthree", points: "20", before: ["a"] };
  const said = contentOf(form);
  assert.deepEqual([said.answers, said.points, said.before], [["one", "three"], 20, ["a"]]);
  assert.equal("picture" in said, false);
  assert.ok(differs(form, content));
  assert.ok(differs({ ...formOf(content), picture: { name: "x" } }, content));
  for (const points of ["", "1.5", "-1", "a", "123456"]) assert.equal(contentOf({ ...form, points }), null);
});

test("a form does not change the content it was made of", () => {
  const form = formOf(content);
  form.before.push("c");
  assert.equal(content.before.length, 2);
});

test("a draft stands to what is saved", () => {
  assert.equal(standing({ id: NEW }, undefined), "same");
  assert.equal(standing({ id: 3, token: "a" }, { token: "a" }), "same");
  assert.equal(standing({ id: 3, token: "a" }, { token: "b" }), "stale");
  assert.equal(standing({ id: 3, token: "a" }, undefined), "gone");
  assert.deepEqual(["answers[2]", "image_alt"].map((place) => fieldOf({ place })), ["answers", "image_alt"]);
});

test("a new question is blank until something is written", () => {
  assert.ok(isBlank(blank()));
  for (const change of [{ title: "T" }, { before: [""] }, { points: "" }, { picture: { name: "x" } }]) assert.equal(isBlank({ ...blank(), ...change }), false);
});

test("drafts outlive their page, but for new pictures", () => {
  const drafts = [{ id: 3, token: "a", at: null, form: { ...formOf(content), title: "New" } }, { id: NEW, token: "", at: 2, form: { ...blank(), picture: { name: "x", data: "…" } } }];
  const found = draftsOf(keptText(drafts));
  assert.deepEqual(found[0], drafts[0]);
  assert.deepEqual(found[1].form, blank());
  for (const text of ["", "{", "null", "[]", "7", '[null]', '[{"id":1,"token":"a","form":{}}]', '[{"id":"1"}]']) assert.deepEqual(draftsOf(text), []);
  const other = { ...formOf(content), answers: ["one"] };
  assert.deepEqual(draftsOf(JSON.stringify([{ id: 3, token: "a", form: other }])), []);
});

test("one is moved, the others keep their order", () => {
  assert.deepEqual(moved([1, 2, 3, 4], 0, 2), [2, 3, 1, 4]);
  assert.deepEqual(moved([1, 2, 3, 4], 3, 0), [4, 1, 2, 3]);
  assert.deepEqual(moved([1, 2], 1, 1), [1, 2]);
});

const about = [
  { name: "curve", default: "elapsed", choices: ["elapsed", "solve_order"] },
  { name: "hint_xp", default: 50, choices: [] },
  { name: "solve_order_steps", default: [[10, 100]], choices: [] },
];
const desk = { title: "H", tagline: "", starts_at: 1_900_000_012_345, ends_at: 1_900_100_000_000, settings: { hint_xp: 30, solve_order_steps: [[5, 90], [9, 80]] } };

test("the hunt through its form and back, to the millisecond", () => {
  const { hunt } = huntOf(huntForm(desk, about), desk, about);
  assert.deepEqual(hunt, desk);
  assert.equal(instantOf(localTime(desk.starts_at), desk.starts_at), desk.starts_at);
  assert.equal(instantOf("", 5), null);
});

test("settings that cannot be read are named, and what is left out has its default", () => {
  const form = huntForm(desk, about);
  form.settings = { curve: "solve_order", hint_xp: "much", solve_order_steps: "10: 100, 20" };
  form.ends_at = "";
  assert.deepEqual(huntOf(form, desk, about).wrong, ["hint_xp", "solve_order_steps", "ends_at"]);
  form.settings = { curve: "", hint_xp: "", solve_order_steps: "" };
  form.ends_at = localTime(desk.ends_at);
  assert.deepEqual(huntOf(form, desk, about).hunt.settings, {});
});
