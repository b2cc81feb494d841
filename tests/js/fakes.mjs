// Stand-ins for what Node.js 18 does not have: CustomEvent, and timers that a test moves by hand.

globalThis.CustomEvent ??= class CustomEvent extends Event {
  constructor(type, { detail = null } = {}) {
    super(type);
    this.detail = detail;
  }
};

/** Replaces setTimeout and clearTimeout. pass(ms) runs what is due, in order; restore() puts the real ones back. */
export function fakeTimers() {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const due = new Map();
  const clock = { now: 0 };
  let next = 1;
  globalThis.setTimeout = (run, ms = 0) => {
    due.set(next, { at: clock.now + Math.max(0, ms), run });
    return next++;
  };
  globalThis.clearTimeout = (id) => due.delete(id);
  return {
    clock,
    pass(ms) {
      const end = clock.now + ms;
      for (;;) {
        const [soonest] = [...due].filter(([, { at }]) => at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b);
        if (!soonest) break;
        const [id, { at, run }] = soonest;
        due.delete(id);
        clock.now = Math.max(clock.now, at);
        run();
      }
      clock.now = end;
    },
    restore: () => Object.assign(globalThis, real),
  };
}
