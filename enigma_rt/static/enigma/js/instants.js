// <time data-instant="milliseconds">: filled with the instant in the viewer's zone, with the zone.

import { zoned } from "./clock.js";

for (const time of document.querySelectorAll("time[data-instant]")) {
  const instant = Number(time.dataset.instant);
  time.dateTime = new Date(instant).toISOString();
  time.textContent = zoned(instant);
}
