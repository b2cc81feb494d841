import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "../../enigma_rt/static/enigma/js/board/shapes.js";
import { command } from "../../enigma_rt/static/enigma/js/console/commands.js";
import { Close, FINAL, MAX_ANSWER, clean, parse } from "../../enigma_rt/static/enigma/js/protocol.js";
import { FRAMES } from "../../enigma_rt/static/enigma/js/shapes.js";

const golden = JSON.parse(readFileSync(new URL("fixtures/frames.json", import.meta.url), "utf8"));

const build = {
  answer: (f) => command.answer(f.q, f.text, f.id),
  accept_close: (f) => command.acceptClose(f.q, f.text, f.id),
  hint: (f) => command.hint(f.q, f.pay, f.id),
  skip: (f) => command.skip(f.q, f.id),
  story: (f) => command.story(f.before, f.id),
  around: (f) => command.around(f.id),
  crowd: (f) => command.crowd(f.q, f.text, f.rival, f.id),
  seen: (f) => command.seen(f.ids, f.id),
  resync: (f) => command.resync(f.only),
  ping: (f) => command.ping(f.n),
  preview: (f) => command.preview(f.text, f.to, f.id),
  announce: (f) => command.announce(f.level, f.text, f, f.id),
  call_off: (f) => command.callOff(f.planned, f.id),
  announcements: (f) => command.announcements(f.id),
  control: (f) => command.control(f.action, f, f.id),
  control_preview: (f) => command.controlPreview(f.action, f, f.id),
  freeze: (f) => command.freeze(f.at, f.id),
  unfreeze: (f) => command.unfreeze(f.id),
  reveal_act: (f) => command.revealAct(f.action, f, f.id),
  pin: (f) => command.pin(f.scene, f.id),
  find: (f) => command.find(f.text, f.id),
  inspect: (f) => command.inspect(f.player, f.id),
  pulse_history: (f) => command.pulseHistory(f.span, f.id),
  watch: (f) => command.watch(f.view, f.q, f.id),
  question: (f) => command.question(f.q, f.id),
  mend_preview: (f) => command.mendPreview(f.q, f.token, f.edits, f.id),
  mend: (f) => command.mend(f.q, f.token, f.edits, f.id),
  judge_as: (f) => command.judgeAs(f.q, f.text, f.verdict, f.id),
  regrade: (f) => command.regrade(f.q, f.page, f.id),
  regrade_apply: (f) => command.regradeApply(f.q, f.token, f.reason, f.id),
  exports: (f) => command.exports(f.id),
  timeline: (f) => command.timeline(f.player, f.before, f.id),
  grant: (f) => command.grant(f.player, f.points, f.xp, f.reason, f.id),
  moderate: (f) => command.moderate(f.player, f.action, f.reason, f.id),
  undo: (f) => command.undo(f.entry, f.id),
  audit: (f) => command.audit(f.before, f.id),
  webhooks: (f) => command.webhooks(f.id),
  webhook_add: ({ id, url, format, events, wall_minutes, wall_players }) =>
    command.webhookAdd({ url, format, events, wall_minutes, wall_players }, id),
  webhook_act: (f) => command.webhookAct(f.webhook, f.action, f.id),
  integrity: (f) => command.integrity(f.id),
  integrity_pair: (f) => command.integrityPair(f.a, f.b, f.id),
  integrity_decide: (f) => command.integrityDecide(f.a, f.b, f.decision, f.reason, f.id),
  delivery_again: (f) => command.deliveryAgain(f.delivery, f.id),
  organisers: (f) => command.organisers(f.text, f.id),
  appoint: (f) => command.appoint(f.account, f.role, f.was, f.id),
};

test("every golden frame of the server is understood", () => {
  const out = golden.filter(({ direction }) => direction === "out");
  for (const { name, frame } of out) assert.deepEqual(parse(JSON.stringify(frame)), frame, name);
  assert.deepEqual(new Set(out.map(({ frame }) => frame.t)), new Set(Object.keys(FRAMES)), "one golden frame per kind");
});

test("every golden command is what the builders make", () => {
  const commands = golden.filter(({ direction }) => direction === "in");
  for (const { name, frame } of commands) assert.deepEqual(build[frame.t](frame), frame, name);
  assert.deepEqual(new Set(commands.map(({ frame }) => frame.t)), new Set(Object.keys(build)));
});

test("a frame that lacks a member or has another type is none", () => {
  for (const { frame } of golden.filter(({ direction }) => direction === "out")) {
    for (const member of Object.keys(FRAMES[frame.t])) {
      const { [member]: _, ...rest } = frame;
      assert.equal(parse(JSON.stringify(rest)), null, `${frame.t} without ${member}`);
      assert.equal(parse(JSON.stringify({ ...frame, [member]: { no: 1 } })), null, `${frame.t} with a wrong ${member}`);
    }
  }
});

test("members of a newer server are allowed", () => {
  assert.ok(parse('{"t":"pong","n":1,"now":2,"mood":"sunny"}'));
});

test("what is not a frame is null and never throws", () => {
  const texts = ["", "null", "[]", "1", '"t"', "{", "{}", '{"t":1}', '{"t":"constructor"}', '{"t":"__proto__"}', "[".repeat(9999)];
  for (const text of texts) assert.equal(parse(text), null, text.slice(0, 20));
});

test("commands get an id of their own in the server's form", () => {
  const [one, two] = [command.skip(1).id, command.skip(1).id];
  assert.match(one, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.notEqual(one, two);
});

test("an answer is made fit to send", () => {
  assert.equal(clean("a\u0000b\u007fc\td"), "a b c\td");
  assert.equal(clean("x\ud800y"), "x\ufffdy");
  assert.equal(clean("🏮"), "🏮");
  assert.equal(Array.from(clean("🏮".repeat(MAX_ANSWER + 9))).length, MAX_ANSWER);
});

test("at most a hundred announcements are acknowledged at once", () => {
  assert.equal(command.seen(Array.from({ length: 150 }, (_, i) => i + 1)).ids.length, 100);
});

test("the final closes are those that reconnecting cannot cure", () => {
  assert.deepEqual([...FINAL].sort(), [4009, 4401, 4403, 4404, 4405, 4410]);
  assert.ok(!FINAL.has(Close.NORMAL) && !FINAL.has(Close.BUSY) && !FINAL.has(Close.FLOOD));
});
