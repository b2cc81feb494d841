// PURE. Times on the wall and in the console: 24 hours, whatever the language, because they are read from afar and in a hurry.

const format = (options, instant, locale, zone) =>
  new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone, ...options }).format(instant);

/** "18:00" */
export const shortTime = (instant, locale, zone) => format({}, instant, locale, zone);

/** "18:00:07" */
export const exactTime = (instant, locale, zone) => format({ second: "2-digit" }, instant, locale, zone);

/** "CET", or what the language says for the zone */
export const zoneName = (instant, locale, zone) =>
  new Intl.DateTimeFormat(locale, { timeZoneName: "short", timeZone: zone })
    .formatToParts(instant)
    .find(({ type }) => type === "timeZoneName").value;

/** "Saturday 14 November, 18:00 CET" in the order of the language */
export const dayTime = (instant, locale, zone) =>
  format({ weekday: "long", day: "numeric", month: "long", timeZoneName: "short" }, instant, locale, zone);

/** "Sat 14 Nov, 18:00 CET" in the order of the language */
export const shortDayTime = (instant, locale, zone) =>
  format({ weekday: "short", day: "numeric", month: "short", timeZoneName: "short" }, instant, locale, zone);

/** "Sat 14 Nov" in the order of the language */
export const shortDay = (instant, locale, zone) =>
  new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", timeZone: zone }).format(instant);

/** As shortDayTime, to the second */
export const exactDayTime = (instant, locale, zone) =>
  format({ weekday: "short", day: "numeric", month: "short", second: "2-digit", timeZoneName: "short" }, instant, locale, zone);

/** An address as people type it: no scheme, no last slash, and breaks (if any) behind its marks. */
export const spoken = (address) =>
  address.trim().replace(/^https?:\/\//, "").replace(/\/$/, "").replace(/[.:/-](?=.)/g, "$&\u200b");
