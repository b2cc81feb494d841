// The pages of all hunts: the server's instants in this browser's zone.

import { locale } from "../i18n.js";
import { shortDayTime } from "../times.js";

for (const time of document.querySelectorAll("time[data-at]")) {
  const at = Number(time.dataset.at);
  time.dateTime = new Date(at).toISOString();
  time.textContent = shortDayTime(at, locale());
}

// For boot.js: everything that this page is made of has arrived.
document.documentElement.dataset.started = "";
