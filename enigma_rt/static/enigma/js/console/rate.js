// PURE. Answers per minute from a total that only grows, whatever the rhythm in which it is told.

const WINDOW = 60_000;

export function createRate() {
  let samples = [];
  return {
    /** At instant `now` there had been `total`. A total that falls (another server, another hunt) starts anew. */
    sample(now, total) {
      const last = samples.at(-1);
      if (last && now <= last.now && now > last.now - WINDOW) return; // overtaken on the way
      if (last && (now <= last.now || total < last.total)) samples = [];
      samples.push({ now, total });
      const oldest = now - 2 * WINDOW;
      // One sample older than the window stays: it is where the window starts.
      while (samples.length > 2 && samples[1].now <= oldest) samples.shift();
    },
    /** Answers in the last minute; from fewer seconds it is reckoned up; null while there is nothing to reckon with. */
    perMinute() {
      const last = samples.at(-1);
      if (!last || samples.length < 2) return null;
      const start = samples.findLast((sample) => sample.now <= last.now - WINDOW) ?? samples[0];
      const took = last.now - start.now;
      return took < 5000 ? null : Math.round(((last.total - start.total) * WINDOW) / took);
    },
  };
}
