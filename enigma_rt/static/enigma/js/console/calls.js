// Commands of the console: each has an id of its own, waits for its reply, and ends in one way: done, refused or lost.
// What changes something is sent again with the SAME id after a lost connection, but only for a while: an "end" that was
// pressed in anger must not come true an hour later.

import { RETRIED } from "../protocol.js";
import { gettext } from "../i18n.js";

const REPLY_WITHIN = 12_000;
const AGAIN_WITHIN = 30_000;
const TRIES = 4;
const LEAST_WAIT = 500;

/** A command that was not done. `code` as in the protocol, or "offline", "lost", "late". */
export class Refused extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

export class Calls {
  #socket;
  #waiting = new Map();

  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener("frame", ({ detail }) => this.#reply(detail));
    socket.addEventListener("state", ({ detail }) => this.#state(detail.state));
  }

  /** Sends `command`; resolves with its reply, rejects with Refused. `durable`: it changes something. */
  send(command, durable = false) {
    return new Promise((resolve, reject) => {
      if (!this.#socket.send(command)) {
        reject(new Refused("offline", gettext("There is no connection. Nothing was sent.")));
        return;
      }
      const call = { command, durable, resolve, reject, since: performance.now(), tries: 1, timer: 0 };
      this.#waiting.set(command.id, call);
      this.#watch(call);
    });
  }

  #watch(call) {
    clearTimeout(call.timer);
    call.timer = setTimeout(
      () => this.#fail(call, "late", gettext("No reply came. Whether it was done is unknown: look before you repeat it.")),
      call.durable ? AGAIN_WITHIN : REPLY_WITHIN,
    );
  }

  #reply(frame) {
    const call = this.#waiting.get(frame.id);
    if (!call) return;
    if (frame.t !== "error") {
      this.#settle(call);
      call.resolve(frame);
    } else if (call.tries < TRIES && (frame.code === "rate_limited" || (call.durable && RETRIED.has(frame.code)))) {
      call.tries += 1;
      clearTimeout(call.timer);
      call.timer = setTimeout(() => {
        this.#socket.send(call.command);
        this.#watch(call);
      }, Math.max(LEAST_WAIT, frame.wait_ms ?? 0));
    } else this.#fail(call, frame.code, frame.text);
  }

  #state(state) {
    for (const call of [...this.#waiting.values()]) {
      if (state === "live") {
        if (call.parted && call.durable && performance.now() - call.since < AGAIN_WITHIN) this.#socket.send(call.command);
        call.parted = false;
      } else if (state === "closed" || (state !== "stale" && !call.durable)) {
        this.#fail(call, "lost", gettext("The connection was lost before the reply."));
      } else if (state !== "stale") call.parted = true;
    }
  }

  #settle(call) {
    clearTimeout(call.timer);
    this.#waiting.delete(call.command.id);
  }

  #fail(call, code, text) {
    this.#settle(call);
    call.reject(new Refused(code, text));
  }
}
