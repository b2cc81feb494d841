import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, test } from "node:test";

import { fakeTimers } from "./fakes.mjs";

const golden = JSON.parse(readFileSync(new URL("fixtures/frames.json", import.meta.url), "utf8"));
const snapshot = JSON.stringify(golden.find(({ frame }) => frame.t === "snapshot").frame);

class FakeWebSocket {
  static OPEN = 1;
  static CONNECTING = 0;
  static all = [];
  readyState = 0;
  sent = [];
  constructor() {
    FakeWebSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  // what the server does
  accept() {
    this.readyState = 1;
    this.onopen();
  }
  say(text) {
    this.onmessage({ data: text });
  }
  end(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

let page;
let timers;
Object.assign(globalThis, {
  WebSocket: FakeWebSocket,
  document: Object.assign(new EventTarget(), { hidden: false }),
  addEventListener: (...listener) => page.addEventListener(...listener),
});
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
Object.defineProperty(globalThis, "performance", { value: { now: () => timers.clock.now }, configurable: true });
const { Socket } = await import("../../enigma_rt/static/enigma/js/socket.js");

const pass = (ms) => timers.pass(ms);
const { random } = Math;
const last = () => FakeWebSocket.all.at(-1);
let socket;
let finals;

beforeEach(() => {
  timers = fakeTimers();
  Math.random = () => 0.5;
  FakeWebSocket.all = [];
  page = new EventTarget(); // an old socket must not hear what is for the new one
  navigator.onLine = true;
  finals = [];
  socket = new Socket("ws://test");
  socket.addEventListener("final", ({ detail }) => finals.push(detail.code));
  socket.open();
  last().accept();
  last().say(snapshot);
});

afterEach(() => {
  last().onclose = null;
  timers.restore();
  Math.random = random;
});

test("the first frame makes it live, and a ping measures the lag", () => {
  assert.equal(socket.state, "live");
  const [ping] = last().sent;
  pass(42);
  last().say(`{"t":"pong","n":${ping.n},"now":5}`);
  assert.equal(socket.lag, 42);
  pass(10_000);
  assert.equal(last().sent.length, 2);
});

test("a close that is not final is followed by another try, fast after a steady connection", () => {
  pass(6000);
  last().end(1006);
  assert.equal(socket.state, "connecting");
  pass(250);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("a server that greets and closes is not hammered", () => {
  const gaps = [];
  for (let i = 0; i < 5; i++) {
    last().end(4503);
    const before = timers.clock.now;
    while (last().readyState === 3) pass(50);
    gaps.push(timers.clock.now - before);
    last().accept();
    last().say('{"t":"error","id":null,"code":"retry_later","text":"","wait_ms":null}');
    assert.equal(socket.state, "connecting", "an error alone is no connection");
  }
  assert.ok(gaps.at(-1) > 4 * gaps[0], String(gaps));
});

test("final closes stop and explain; reopen tries again", () => {
  for (const code of [4009, 4401, 4403, 4404, 4405, 4410]) {
    last().end(code);
    assert.equal(socket.state, "closed");
    pass(60_000);
    assert.equal(finals.at(-1), code);
    socket.reopen();
    last().accept();
    last().say(snapshot);
    assert.equal(socket.state, "live");
  }
  assert.equal(FakeWebSocket.all.length, 7);
});

test("silence is said before the watchdog drops the connection", () => {
  pass(14_500);
  assert.equal(socket.state, "stale");
  last().say(snapshot);
  assert.equal(socket.state, "live");
  pass(30_000);
  pass(12_000);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("who wakes asks at once and does not wait long for a dead line", () => {
  const asked = last().sent.length;
  socket.wake();
  assert.equal(last().sent.length, asked + 1);
  pass(4900);
  last().say(snapshot); // it lives
  pass(10_000);
  assert.equal(FakeWebSocket.all.length, 1);
  socket.wake();
  pass(5100);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("what is not a frame changes nothing but keeps the watchdog calm", () => {
  for (const junk of ["", "{", "[1]", '{"t":"nonsense"}']) last().say(junk);
  assert.equal(socket.state, "live");
});

test("restart moves over at the moment that it names", () => {
  pass(6000);
  last().say('{"t":"restart","in_ms":2000}');
  pass(1999);
  assert.equal(FakeWebSocket.all.length, 1);
  pass(10);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("offline says so, online tries at once", () => {
  navigator.onLine = false;
  page.dispatchEvent(new Event("offline"));
  assert.equal(socket.state, "offline");
  navigator.onLine = true;
  page.dispatchEvent(new Event("online"));
  pass(5);
  assert.equal(socket.state, "connecting");
  last().accept();
  last().say(snapshot);
  assert.equal(socket.state, "live");
});

test("nothing is sent without a connection", () => {
  last().end(1006);
  assert.equal(socket.send({ t: "resync", only: null }), false);
});
