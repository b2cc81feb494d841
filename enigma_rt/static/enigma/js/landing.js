// The front page: the countdown on its wheels, and the lamps, which spell the hunt's name now and then and light up
// under whoever types.

import "./rotor.js";
import "./lamps.js";
import { inWords, parts, secondsUntil, zoned } from "./clock.js";
import { $, everySecond, still } from "./dom.js";
import { format, gettext, ngettext } from "./i18n.js";

const SPELL_EVERY = 14_000;
const PACE = 190;

const hero = $(".hero");
const lamps = $("lamp-board", hero);
const { phase, starts, ends, spell } = hero.dataset;

if ($(".wheels", hero)) {
  const instant = Number(phase === "scheduled" ? starts : ends);
  const words = phase === "scheduled" ? gettext("It starts %(time)s.") : gettext("It ends %(time)s.");
  $(".when", hero).textContent = format(words, { time: zoned(instant) });
  let minute = null;
  everySecond(Date.now, () => {
    const seconds = secondsUntil(instant, Date.now());
    if (!seconds && phase === "scheduled") $(".when", hero).textContent = gettext("It has begun.");
    for (const wheel of hero.querySelectorAll("rotor-wheel")) wheel.value = parts(seconds)[wheel.dataset.part];
    if (Math.floor(seconds / 60) === minute) return;
    minute = Math.floor(seconds / 60);
    $(".wheels", hero).setAttribute("aria-label", inWords(seconds, ngettext));
  });
}

addEventListener("keydown", (event) => {
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) lamps.flash(event.key);
});

if (!still()) {
  const again = () => document.hidden || lamps.spell(spell, PACE);
  setTimeout(again, 900);
  setInterval(again, SPELL_EVERY);
}
