// PURE. The protocol of consumers/protocol/ as the browser speaks it: frames in, commands out, the two code tables.

import { FRAMES, fitsRecord } from "./shapes.js";

export const PROTOCOL = 1;

export const Close = Object.freeze({
  NORMAL: 1000,
  RESTART: 1012,
  REPLACED: 4009,
  BAD_FRAMES: 4400,
  SIGNED_OUT: 4401,
  FORBIDDEN: 4403,
  NO_HUNT: 4404,
  NOT_JOINED: 4405,
  NOT_READING: 4408,
  BANNED: 4410,
  FLOOD: 4429,
  BUSY: 4503,
});

/** Close codes after which reconnecting cannot help: the page says why instead. */
export const FINAL = Object.freeze(
  new Set([Close.REPLACED, Close.SIGNED_OUT, Close.FORBIDDEN, Close.NO_HUNT, Close.NOT_JOINED, Close.BANNED]),
);

/** Error codes after which the command stays in the outbox and is sent again with the same id. */
export const RETRIED = Object.freeze(new Set(["retry_later", "rate_limited"]));

/** The frame in `text`, or null when it is not one: a page must outlive whatever arrives. */
export function parse(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof frame !== "object" || frame === null || !Object.hasOwn(FRAMES, frame.t)) return null;
  return fitsRecord(frame, FRAMES[frame.t]) ? frame : null;
}

// --- commands --------------------------------------------------------------------------------------------------------

export const MAX_ANSWER = 256;

export const uuid = () => crypto.randomUUID();

export const command = Object.freeze({
  answer: (q, text, id = uuid()) => ({ t: "answer", id, q, text: clean(text) }),
  acceptClose: (q, text, id = uuid()) => ({ t: "accept_close", id, q, text: clean(text) }),
  hint: (q, pay, id = uuid()) => ({ t: "hint", id, q, pay }),
  skip: (q, id = uuid()) => ({ t: "skip", id, q }),
  story: (before = null, id = uuid()) => ({ t: "story", id, before }),
  around: (id = uuid()) => ({ t: "around", id }),
  crowd: (q, text = null, rival = null, id = uuid()) => ({ t: "crowd", id, q, text, rival }),
  seen: (ids, id = uuid()) => ({ t: "seen", id, ids: [...ids].slice(0, 100) }),
  resync: (only = null) => ({ t: "resync", only }),
  ping: (n) => ({ t: "ping", n }),
});

/** What people paste, made fit to send: no control characters, no half characters, at most MAX_ANSWER code points. */
export function clean(text) {
  const whole = text.replace(/\p{Surrogate}/gu, "\ufffd").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, " ");
  return Array.from(whole).slice(0, MAX_ANSWER).join("");
}
