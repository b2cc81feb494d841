// PURE. What the wall shows, from the hunt and the clock.

import { phaseAt } from "../phase.js";

/** "waiting" (nothing known yet), "countdown" (before the start) or "board". */
export function sceneOf(hunt, now) {
  if (!hunt) return "waiting";
  return phaseAt(hunt, now) === "scheduled" ? "countdown" : "board";
}

/** Which curtain falls between two phases, or null: the word that the lampboard is lit for. */
export function curtain(before, after) {
  if (before === null || before === after) return null;
  if (after === "live") return before === "paused" ? "resumed" : "begin";
  return after === "paused" || after === "ended" ? after : null;
}

/** How long a telegram stays, in milliseconds. */
export const STAYS = Object.freeze({ info: 16_000, important: 22_000, urgent: 30_000 });

/** Whether what is shown is too old to be shown as the present. `heard`: instant of the last frame. */
export const isStale = (heard, now, limit = 30_000) => heard !== null && now - heard > limit;
