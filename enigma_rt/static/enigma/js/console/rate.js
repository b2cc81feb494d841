// PURE. Answers per minute from a total that only grows, whatever the rhythm in which it is told.

const WINDOW = 60_000;

/** `bars` spans of `span` ms are kept for the picture. */
export function createRate(bars = 30, span = 10_000) {
  let samples = [];
  return {
    /** At instant `now` there had been `total`. A total that falls (another server, another hunt) starts anew. */
    sample(now, total) {
      const last = samples.at(-1);
      if (last && now <= last.now && now > last.now - WINDOW) return; // overtaken on the way
      if (last && (now <= last.now || total < last.total)) samples = [];
      samples.push({ now, total });
      const oldest = now - Math.max(WINDOW, bars * span) - span;
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
    /** Answers per span, oldest first, `bars` of them; spans before the first sample are 0. */
    history() {
      const counts = new Array(bars).fill(0);
      const last = samples.at(-1);
      for (let i = 1; i < samples.length; i++) {
        const bar = bars - 1 - Math.floor((last.now - samples[i].now) / span);
        if (bar >= 0) counts[bar] += samples[i].total - samples[i - 1].total;
      }
      return counts;
    },
  };
}
