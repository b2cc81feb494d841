// What the console says. The player's page does without: see ../protocol.js.

import "./shapes.js";
import { clean, command as common, uuid } from "../protocol.js";

/** Whom: a `player`, who is on question `q` (for `minutes`), or everybody. */
const audience = ({ player = null, q = null, minutes = null }) => ({ player, q, minutes });

export const command = Object.freeze({
  ...common,
  preview: (text, to = {}, id = uuid()) => ({ t: "preview", id, text, to: audience(to) }),
  announce: (level, text, { to = {}, hint = false, at = null, instead_of = null } = {}, id = uuid()) => ({
    t: "announce", id, level, text, to: audience(to), hint, at, instead_of,
  }),
  callOff: (planned, id = uuid()) => ({ t: "call_off", id, planned }),
  announcements: (id = uuid()) => ({ t: "announcements", id }),
  controlPreview: (action, { minutes = null, at = null } = {}, id = uuid()) => ({ t: "control_preview", id, action, minutes, at }),
  control: (action, { minutes = null, at = null, token = null } = {}, id = uuid()) => ({ t: "control", id, action, minutes, at, token }),
  freeze: (at = null, id = uuid()) => ({ t: "freeze", id, at }),
  unfreeze: (id = uuid()) => ({ t: "unfreeze", id }),
  revealAct: (action, { step = null, seconds = null } = {}, id = uuid()) => ({ t: "reveal_act", id, action, step, seconds }),
  pin: (scene, id = uuid()) => ({ t: "pin", id, scene }),
  find: (text, id = uuid()) => ({ t: "find", id, text }),
  inspect: (player, id = uuid()) => ({ t: "inspect", id, player }),
  pulseHistory: (span, id = uuid()) => ({ t: "pulse_history", id, span }),
  watch: (view, q = null, id = uuid()) => ({ t: "watch", id, view, q }),
  question: (q, id = uuid()) => ({ t: "question", id, q }),
  mendPreview: (q, token, edits, id = uuid()) => ({ t: "mend_preview", id, q, token, edits }),
  mend: (q, token, edits, id = uuid()) => ({ t: "mend", id, q, token, edits }),
  judgeAs: (q, text, verdict, id = uuid()) => ({ t: "judge_as", id, q, text: clean(text), verdict }),
  regrade: (q, page = 0, id = uuid()) => ({ t: "regrade", id, q, page }),
  regradeApply: (q, token, reason, id = uuid()) => ({ t: "regrade_apply", id, q, token, reason: clean(reason) }),
  exports: (id = uuid()) => ({ t: "exports", id }),
  timeline: (player, before = null, id = uuid()) => ({ t: "timeline", id, player, before }),
  grant: (player, points, xp, reason, id = uuid()) => ({ t: "grant", id, player, points, xp, reason: clean(reason) }),
  moderate: (player, action, reason, id = uuid()) => ({ t: "moderate", id, player, action, reason: clean(reason) }),
  undo: (entry, id = uuid()) => ({ t: "undo", id, entry }),
  audit: (before = null, id = uuid()) => ({ t: "audit", id, before }),
  webhooks: (id = uuid()) => ({ t: "webhooks", id }),
  webhookAdd: (webhook, id = uuid()) => ({ t: "webhook_add", id, ...webhook }),
  webhookAct: (webhook, action, id = uuid()) => ({ t: "webhook_act", id, webhook, action }),
  organisers: (text = null, id = uuid()) => ({ t: "organisers", id, text: text && clean(text) }),
  appoint: (account, role, was, id = uuid()) => ({ t: "appoint", id, account, role, was }),
  integrity: (id = uuid()) => ({ t: "integrity", id }),
  integrityPair: (a, b, id = uuid()) => ({ t: "integrity_pair", id, a, b }),
  integrityDecide: (a, b, decision, reason, id = uuid()) => ({ t: "integrity_decide", id, a, b, decision, reason: clean(reason) }),
  deliveryAgain: (delivery, id = uuid()) => ({ t: "delivery_again", id, delivery }),
});
