// One WebSocket that stays up: reconnects with jitter, notices silence, measures lag, knows which closes are final.
// Events (detail): "frame" (a parsed frame), "state" ({ state, lag }), "final" ({ code }), "open".
// States: connecting (never had a frame, or trying again), live, stale (open but silent), offline, closed (final).

import { FINAL, command, parse } from "./protocol.js";
import { delay } from "./backoff.js";

export const WATCHDOG = 25_000; // whoever is on a server that hangs is on another within 30 s, connecting included
export const PING_EVERY = 10_000;
const STEADY = 5_000; // a connection that held so long counts as good: the next retry is fast again
const AWAKE = 5_000; // who has just woken finds out sooner: the line of before is most likely dead
const SILENT = 14_000; // a ping and a half without any answer: say so before the watchdog acts

export class Socket extends EventTarget {
  #url;
  #ws = null;
  #attempt = 0;
  #liveSince = null;
  #timers = { retry: 0, ping: 0, silent: 0, watchdog: 0 };
  #pinged = new Map();
  #n = 0;
  state = "connecting";
  lag = null;

  constructor(url) {
    super();
    this.#url = url;
    addEventListener("online", () => this.#tryNow());
    addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    // A page out of the back-forward cache has a dead socket and no close event.
    addEventListener("pageshow", (event) => event.persisted && this.#lost(true));
  }

  open() {
    clearTimeout(this.#timers.retry);
    // "Offline" is about networks: a server on this very machine answers all the same, so it is tried anyway.
    this.#become(navigator.onLine === false ? "offline" : "connecting");
    const ws = new WebSocket(this.#url);
    this.#ws = ws;
    this.#watch();
    ws.onopen = () => ws === this.#ws && this.dispatchEvent(new CustomEvent("open"));
    ws.onmessage = ({ data }) => ws === this.#ws && this.#received(data);
    ws.onclose = ({ code }) => ws === this.#ws && this.#closed(code);
  }

  /** Sends `frame` now; false when there is no connection to send it over. */
  send(frame) {
    if (this.#ws?.readyState !== WebSocket.OPEN) return false;
    this.#ws.send(JSON.stringify(frame));
    return true;
  }

  /** Opens again after a final close (the button "play here"). */
  reopen() {
    this.#attempt = 0;
    this.open();
  }

  /** The machine may have slept, and its timers with it: asks at once, and does not wait long for the answer. */
  wake() {
    if (this.state === "closed") return;
    if (this.#ws?.readyState === WebSocket.OPEN) {
      this.#ping();
      clearTimeout(this.#timers.watchdog);
      this.#timers.watchdog = setTimeout(() => this.#lost(true), AWAKE);
    } else if (this.#ws?.readyState !== WebSocket.CONNECTING) this.#lost(true);
  }

  #received(data) {
    const frame = parse(data);
    this.#watch();
    if (!frame) return;
    if (frame.t === "pong") {
      const sent = this.#pinged.get(frame.n);
      this.#pinged.clear();
      if (sent !== undefined) this.lag = Math.round(performance.now() - sent);
      frame.rtt = sent === undefined ? null : this.lag;
    }
    // An error may be all that a busy server says before it closes: that is not a connection.
    if (this.state !== "live" && frame.t !== "error") {
      this.#liveSince ??= performance.now();
      this.#become("live");
      this.#ping();
    } else if (frame.t === "pong") this.#become("live");
    if (frame.t === "restart") this.#restart(frame.in_ms);
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  #ping() {
    clearTimeout(this.#timers.ping);
    this.#pinged.set(++this.#n, performance.now());
    this.send(command.ping(this.#n));
    this.#timers.ping = setTimeout(() => this.#ping(), PING_EVERY);
  }

  #watch() {
    clearTimeout(this.#timers.silent);
    clearTimeout(this.#timers.watchdog);
    this.#timers.silent = setTimeout(() => this.state === "live" && this.#become("stale"), SILENT);
    this.#timers.watchdog = setTimeout(() => this.#lost(), WATCHDOG);
  }

  #closed(code) {
    this.#drop();
    if (FINAL.has(code)) {
      this.#become("closed");
      this.dispatchEvent(new CustomEvent("final", { detail: { code } }));
    } else this.#again(delay(this.#attempt++));
  }

  #restart(ms) {
    // The old socket serves until then; the outbox goes over to the new one.
    this.#attempt = 0;
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#lost(true), ms);
  }

  #again(ms) {
    this.#become(navigator.onLine === false ? "offline" : "connecting");
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.open(), ms);
  }

  #lost(now = false) {
    if (this.state === "closed") return;
    const old = this.#ws;
    this.#drop();
    old?.close();
    this.#again(now ? 0 : delay(this.#attempt++));
  }

  #drop() {
    if (this.#liveSince !== null && performance.now() - this.#liveSince > STEADY) this.#attempt = 0;
    this.#liveSince = null;
    this.#ws = null;
    this.lag = null;
    this.#pinged.clear();
    for (const name of ["ping", "silent", "watchdog"]) clearTimeout(this.#timers[name]);
  }

  #tryNow() {
    if (this.state !== "closed" && this.#ws?.readyState !== WebSocket.OPEN) this.#lost(true);
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, lag: this.lag } }));
  }
}
