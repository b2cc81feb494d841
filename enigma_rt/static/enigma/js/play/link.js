// Between the socket and the page: commands go out through the outbox, replies settle it, tabs are told.
// `on` gives { frame, reply, refused, state, final }: callbacks of the page.

import { command, RETRIED } from "../protocol.js";
import { delay, jitter } from "../backoff.js";
import { continues, behind } from "../board.js";

const PACE = 600; // resent commands stay under the server's two a second
const AT_ONCE = 8;
const REPLIES = new Set(["verdict", "hint", "skipped", "ok", "story", "around", "crowd"]);

export class Link {
  #socket;
  #outbox;
  #on;
  #asked = new Map(); // questions that need no outbox: asked again when somebody still wants to know
  #board = null;
  #resyncing = 0;
  #whole = false; // a whole snapshot is wanted, not only the board
  #sent = null;
  #retries = 0;
  #ready = false; // a snapshot has come over this connection: commands may go

  constructor(socket, outbox, on) {
    this.#socket = socket;
    this.#outbox = outbox;
    this.#on = on;
    socket.addEventListener("frame", ({ detail }) => this.#frame(detail));
    socket.addEventListener("state", ({ detail }) => {
      if (detail.state !== "live" && detail.state !== "stale") this.#away();
      on.state(detail);
    });
    socket.addEventListener("final", ({ detail }) => on.final(detail.code));
  }

  /** Sends a command that must not be lost: now, or when there is a connection again. */
  submit(frame) {
    if (this.#outbox.add(frame) && this.#ready) this.#socket.send(frame);
  }

  /** Asks for something that may be asked again; null when the connection went before the reply. */
  ask(frame) {
    return new Promise((resolve) => {
      if (!this.#ready || !this.#socket.send(frame)) return resolve(null);
      this.#asked.set(frame.id, resolve);
    });
  }

  /** Asks for a snapshot, or `only` the board (which is cheap), once, within `spread` ms. */
  resync(spread = 0, only = null) {
    if (this.#resyncing) {
      // Everything is wanted while only the board is being asked for: ask for everything after it.
      this.#whole ||= only === null;
      return;
    }
    this.#whole = only === null;
    this.#resyncing = setTimeout(() => {
      this.#sent = this.#whole ? null : "board";
      this.#socket.send(command.resync(this.#sent));
      // No reply in a while (the frame was lost, or the limit hit): the next reason asks again.
      this.#resyncing = setTimeout(() => (this.#resyncing = 0), 5000);
    }, jitter(spread));
  }

  #resynced() {
    clearTimeout(this.#resyncing);
    this.#resyncing = 0;
  }

  #frame(frame) {
    if (frame.t === "board") return this.#delta(frame);
    if (frame.t === "beacon" && this.#board && behind(this.#board, frame)) this.resync(2000, "board");
    if (frame.t === "snapshot" || frame.t === "board_view") this.#arrived(frame);
    if (frame.t === "error") return this.#refused(frame);
    if (REPLIES.has(frame.t)) this.#settle(frame);
    this.#on.frame(frame);
  }

  #arrived(frame) {
    const owed = frame.t === "board_view" && this.#whole && this.#sent === "board";
    this.#resynced();
    if (owed) this.resync();
    this.#board = { id: frame.board.id, version: frame.board.version };
    if (this.#ready || frame.t !== "snapshot") return;
    this.#ready = true;
    this.#resend();
  }

  #delta(frame) {
    if (!this.#board) return;
    if (continues(this.#board, frame)) {
      this.#board = { id: frame.board, version: frame.version };
      this.#on.frame(frame);
    } else if (behind(this.#board, { board: frame.board, version: frame.version })) this.resync(500, "board");
  }

  #settle(frame) {
    const sent = this.#outbox.settle(frame.id);
    this.#retries = 0;
    this.#asked.get(frame.id)?.(frame);
    this.#asked.delete(frame.id);
    if (sent) this.#on.reply(sent, frame);
  }

  #refused(frame) {
    if (frame.id !== null && this.#outbox.has(frame.id) && RETRIED.has(frame.code)) {
      setTimeout(() => this.#again(frame.id), (frame.wait_ms ?? 0) + delay(++this.#retries));
      return;
    }
    const sent = frame.id === null ? null : this.#outbox.settle(frame.id);
    this.#asked.get(frame.id)?.(null);
    this.#asked.delete(frame.id);
    this.#on.refused(sent, frame);
  }

  #again(id) {
    const waiting = this.#outbox.find(id);
    if (waiting && this.#ready) this.#socket.send(waiting);
  }

  #resend() {
    this.#outbox.waiting.forEach(({ id }, i) => {
      if (i < AT_ONCE) this.#again(id);
      else setTimeout(() => this.#again(id), (i - AT_ONCE + 1) * PACE);
    });
  }

  #away() {
    this.#ready = false;
    this.#resynced();
    for (const resolve of this.#asked.values()) resolve(null);
    this.#asked.clear();
  }
}
