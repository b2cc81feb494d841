// PURE. The live feed of attempts: bounded, filtered, and it can be held still while somebody reads.

export const KEPT = 2000;
export const SHOWN = 300;

/** A filter: { text, verdict, q }; empty members let everything through. */
export const EVERYTHING = Object.freeze({ text: "", verdict: "", q: 0 });

/** Whether `item` passes `filter`. `text` looks into the player's name and what was typed, whatever the case. */
export function passes(item, filter) {
  if (filter.q && item.q !== filter.q) return false;
  if (filter.verdict && outcome(item) !== filter.verdict) return false;
  const text = filter.text.trim().toLowerCase();
  return !text || item.name.toLowerCase().includes(text) || item.text.toLowerCase().includes(text);
}

/** "correct", "close", "wrong", "hint" or "skip": what an attempt came to. */
export const outcome = (item) => (item.verdict === "done" ? item.kind : item.verdict);

/** A feed of the newest `kept` attempts, newest first. */
export function createFeed(kept = KEPT) {
  let items = [];
  let known = new Set();
  let held = null;
  return {
    get held() {
      return held !== null;
    },
    /** How many have come since it is held. */
    get missed() {
      if (held === null) return 0;
      const from = held[0]?.id;
      const at = items.findIndex((item) => item.id === from);
      return at < 0 ? items.length : at;
    },
    get size() {
      return items.length;
    },
    /** Adds attempts, oldest first. Those that are known already are left out: snapshots and pulses overlap. */
    add(news) {
      const fresh = news.filter((item) => !known.has(item.id));
      for (const item of fresh) known.add(item.id);
      items = [...fresh.reverse(), ...items];
      if (items.length > kept) {
        items = items.slice(0, kept);
        known = new Set(items.map((item) => item.id));
      }
      return fresh.length;
    },
    hold() {
      held ??= items;
    },
    release() {
      held = null;
    },
    /** At most `most` attempts that pass `filter`, newest first. */
    visible(filter, most = SHOWN) {
      const found = [];
      for (const item of held ?? items) {
        if (passes(item, filter)) found.push(item);
        if (found.length === most) break;
      }
      return found;
    },
  };
}
