// PURE. What the telegraph tape prints next. A storm of solves must not make people wait an hour for the finish that
// happened now: what tells more goes first, and solves that nobody would live to read become one line.

const WEIGHT = { solve: 0, first: 1, finish: 2, notice: 3 };

const BETWEEN = 3; // real items between two counts of what was left out

/** A queue of at most `most` items ({ kind, … }). What it leaves out is counted in an item of kind "more". */
export function createTape(most = 8) {
  let waiting = [];
  let skipped = 0;
  let told = BETWEEN;
  return {
    get size() {
      return waiting.length + (skipped ? 1 : 0);
    },
    /** Adds `items`, oldest first. */
    push(items) {
      waiting.push(...items);
      while (waiting.length > most) {
        const least = Math.min(...waiting.map((item) => WEIGHT[item.kind] ?? 0));
        const [gone] = waiting.splice(waiting.findIndex((item) => (WEIGHT[item.kind] ?? 0) === least), 1);
        if (gone.kind === "solve" || gone.kind === "first") skipped += 1;
      }
    },
    /** Takes the next item out, or null. */
    next() {
      if (skipped && (told >= BETWEEN || !waiting.length)) {
        const more = { kind: "more", count: skipped };
        skipped = told = 0;
        return more;
      }
      told += 1;
      return waiting.shift() ?? null;
    },
    clear() {
      waiting = [];
      skipped = 0;
      told = BETWEEN;
    },
  };
}
