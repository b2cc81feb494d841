import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fakeTimers } from "./fakes.mjs";
import { createOutbox } from "../../enigma_rt/static/enigma/js/outbox.js";
import { Link } from "../../enigma_rt/static/enigma/js/play/link.js";
import { command } from "../../enigma_rt/static/enigma/js/protocol.js";

const golden = JSON.parse(readFileSync(new URL("fixtures/frames.json", import.meta.url), "utf8"));
const { frame: snapshot } = golden.find(({ frame }) => frame.t === "snapshot");
const { frame: verdict } = golden.find(({ frame }) => frame.t === "verdict");

class FakeSocket extends EventTarget {
  sent = [];
  send(frame) {
    this.sent.push(frame);
    return true;
  }
  receive(frame) {
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }
  become(state) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, lag: null } }));
  }
}

function scene() {
  const items = new Map();
  const store = { getItem: (k) => items.get(k) ?? null, setItem: (k, v) => items.set(k, v), removeItem: (k) => items.delete(k) };
  const socket = new FakeSocket();
  const outbox = createOutbox(store, "o");
  const said = { frames: [], replies: [], refused: [] };
  const link = new Link(socket, outbox, {
    frame: (frame) => said.frames.push(frame),
    reply: (sent, frame) => said.replies.push([sent, frame]),
    refused: (sent, frame) => said.refused.push([sent, frame]),
    state: () => {},
    final: () => {},
  });
  return { socket, outbox, link, said, store };
}

const timers = (t) => {
  const fake = fakeTimers();
  t.after(fake.restore);
  return fake;
};

test("nothing is sent before the snapshot; then everything that waited, in order", () => {
  const { socket, link, outbox } = scene();
  link.submit(command.answer(1, "a"));
  link.submit(command.answer(1, "b"));
  assert.deepEqual(socket.sent, []);
  socket.receive(snapshot);
  assert.deepEqual(socket.sent.map(({ text }) => text), ["a", "b"]);
  assert.equal(outbox.size, 2);
});

test("a reply settles its command once; a second reply finds nothing", () => {
  const { socket, link, outbox, said } = scene();
  socket.receive(snapshot);
  const sent = command.answer(1, "a");
  link.submit(sent);
  socket.receive({ ...verdict, id: sent.id });
  socket.receive({ ...verdict, id: sent.id });
  assert.equal(outbox.size, 0);
  assert.equal(said.replies.length, 1);
  assert.equal(said.frames.filter(({ t }) => t === "verdict").length, 2, "its state is looked at all the same");
});

test("after a reconnect the same id goes out again", () => {
  const { socket, link } = scene();
  socket.receive(snapshot);
  const sent = command.answer(1, "a");
  link.submit(sent);
  socket.become("connecting");
  socket.receive(snapshot);
  assert.deepEqual(socket.sent.map(({ id }) => id), [sent.id, sent.id]);
});

test("a reload takes over what waited", () => {
  const first = scene();
  const sent = command.skip(3);
  first.link.submit(sent);
  const outbox = createOutbox(first.store, "o");
  const socket = new FakeSocket();
  new Link(socket, outbox, { frame() {}, reply() {}, refused() {}, state() {}, final() {} });
  socket.receive(snapshot);
  assert.deepEqual(socket.sent, [sent]);
});

test("a long queue is paced to stay under the limit", (t) => {
  const { pass } = timers(t);
  const { socket, link } = scene();
  for (let i = 0; i < 12; i++) link.submit(command.answer(1, String(i)));
  socket.receive(snapshot);
  assert.equal(socket.sent.length, 8);
  pass(600);
  assert.equal(socket.sent.length, 9);
  pass(1800);
  assert.equal(socket.sent.length, 12);
});

test("retry_later keeps the command and sends it again; a refusal ends it", (t) => {
  const { pass } = timers(t);
  const { socket, link, outbox, said } = scene();
  socket.receive(snapshot);
  const sent = command.answer(1, "a");
  link.submit(sent);
  socket.receive({ t: "error", id: sent.id, code: "retry_later", text: "", wait_ms: 1000 });
  assert.equal(outbox.size, 1);
  pass(12_000);
  assert.deepEqual(socket.sent.map(({ id }) => id), [sent.id, sent.id]);
  socket.receive({ t: "error", id: sent.id, code: "hunt_paused", text: "", wait_ms: null });
  assert.equal(outbox.size, 0);
  assert.equal(said.refused[0][0], sent);
});

test("a delta that continues reaches the page, an old one is dropped, a gap asks for the board once", (t) => {
  const { pass } = timers(t);
  const { socket, said } = scene();
  socket.receive(snapshot);
  const { id, version } = snapshot.board;
  const delta = (base) => ({ t: "board", board: id, base, version: base + 1, total: 1, moves: [], rows: [] });
  socket.receive(delta(version));
  socket.receive(delta(version - 3));
  assert.equal(said.frames.filter(({ t: kind }) => kind === "board").length, 1);
  socket.receive(delta(version + 7));
  socket.receive(delta(version + 8));
  pass(600);
  assert.deepEqual(socket.sent, [{ t: "resync", only: "board" }]);
  socket.receive({ t: "board_view", board: { ...snapshot.board, version: version + 9 } });
  socket.receive(delta(version + 9));
  assert.equal(said.frames.filter(({ t: kind }) => kind === "board").length, 2);
});

test("a whole snapshot that is wanted while the board is on its way is asked for after it", (t) => {
  const { pass } = timers(t);
  const { socket, link } = scene();
  socket.receive(snapshot);
  link.resync(0, "board");
  pass(1);
  link.resync(0);
  socket.receive({ t: "board_view", board: snapshot.board });
  pass(1);
  assert.deepEqual(socket.sent, [{ t: "resync", only: "board" }, { t: "resync", only: null }]);
});

test("a beacon of another board, or a newer one, asks for the board", (t) => {
  const { pass } = timers(t);
  const { socket } = scene();
  socket.receive(snapshot);
  socket.receive({ t: "beacon", board: snapshot.board.id, version: snapshot.board.version, now: 1 });
  pass(3000);
  assert.deepEqual(socket.sent, []);
  socket.receive({ t: "beacon", board: "another", version: 1, now: 1 });
  pass(3000);
  assert.deepEqual(socket.sent, [{ t: "resync", only: "board" }]);
});

test("a question that was asked is answered, or null when the connection goes", async () => {
  const { socket, link } = scene();
  assert.equal(await link.ask(command.around()), null);
  socket.receive(snapshot);
  const [first, second] = [command.around(), command.around()];
  const [one, two] = [link.ask(first), link.ask(second)];
  socket.receive({ t: "around", id: first.id, board: "b", version: 1, rank: null, ranks: [], rows: [] });
  assert.equal((await one).t, "around");
  socket.become("offline");
  assert.equal(await two, null);
});
