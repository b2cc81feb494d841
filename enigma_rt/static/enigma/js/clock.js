// PURE. The server's time in the browser, and time as words. Instants are milliseconds since the epoch.

/**
 * A clock that follows the server's. `local()` is the browser's monotonic or wall clock in milliseconds.
 * Of several measurements the one with the shortest way there and back holds: it has the smallest error.
 */
export function createClock(local = Date.now) {
  let offset = null;
  let error = Infinity;
  return {
    /** The server said `now`, in a reply that took `rtt` ms (null: pushed, so the way is unknown). */
    sync(now, rtt = null) {
      const doubt = rtt === null ? 1000 : rtt / 2;
      if (offset !== null && doubt > error + 5) {
        error += 10; // a measurement ages: in the end a worse but newer one is better
        return;
      }
      offset = now + (rtt === null ? 0 : rtt / 2) - local();
      error = doubt;
    },
    now: () => local() + (offset ?? 0),
    /** The browser's instant for the server's `instant`. */
    toLocal: (instant) => instant - (offset ?? 0),
    get known() {
      return offset !== null;
    },
  };
}

/** Whole seconds from `now` until `instant`, never negative; rounded up, so that 0 means "it is time". */
export function secondsUntil(instant, now) {
  return Math.max(0, Math.ceil((instant - now) / 1000));
}

const two = (number) => String(number).padStart(2, "0");

/** Seconds as a clock: 05:09, 1:05:09, 2d 01:05:09. Fixed widths within a range, so that nothing jumps. */
export function countdown(seconds) {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (days) return `${days}d ${two(hours)}:${rest}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** Seconds as { days, hours, minutes, seconds }, for counters drawn digit by digit. */
export function parts(seconds) {
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}

/** `instant` in the viewer's zone with the zone: "Sat 14 Nov, 18:00 CET". `zone` and `locale` are for tests. */
export function zoned(instant, locale = undefined, zone = undefined) {
  return new Intl.DateTimeFormat(locale, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    timeZone: zone, timeZoneName: "short",
  }).format(instant);
}

/** `instant` as the time of day in the viewer's zone: "18:00". */
export function timeOfDay(instant, locale = undefined, zone = undefined) {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(instant);
}

/** Milliseconds in words, for screen readers: "2 hours 5 minutes". `ngettext(one, many, n)` translates. */
export function inWords(seconds, ngettext) {
  const all = parts(seconds);
  const units = [
    [all.days, ngettext("%s day", "%s days", all.days)],
    [all.hours, ngettext("%s hour", "%s hours", all.hours)],
    [all.minutes, ngettext("%s minute", "%s minutes", all.minutes)],
    [all.seconds, ngettext("%s second", "%s seconds", all.seconds)],
  ].filter(([count]) => count > 0);
  return units.slice(0, 2).map(([count, text]) => text.replace("%s", String(count))).join(" ") || ngettext("%s second", "%s seconds", 0).replace("%s", "0");
}
