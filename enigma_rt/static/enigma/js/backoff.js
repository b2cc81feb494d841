// PURE. How long to wait before trying again: exponential with full jitter, so that ten thousand clients that lost
// one server do not come back in step.

export const FIRST = 250;
export const CAP = 10_000;

/** Milliseconds before attempt number `attempt` (0: the first after a loss). `random()` is in [0, 1). */
export function delay(attempt, random = Math.random) {
  const ceiling = Math.min(CAP, FIRST * 2 ** Math.min(attempt, 16));
  return Math.round(attempt === 0 ? ceiling * random() : ceiling * (0.2 + 0.8 * random()));
}

/** Milliseconds anywhere within `spread`: for things that everybody is asked to do at once. */
export function jitter(spread, random = Math.random) {
  return Math.floor(spread * random());
}
