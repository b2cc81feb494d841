// Announcements as telegrams: one at a time, each for as long as its level asks, then away. The tape keeps its words.

import { STAYS } from "./scenes.js";
import { setHtml } from "../html.js";
import { shortTime } from "../times.js";
import { still } from "../dom.js";
import { gettext, locale } from "../i18n.js";

const MOST = 6;
const LEAVES = 600;
const SCROLL = 22; // milliseconds per pixel: what is too long for the sheet moves past

const LEVELS = {
  info: () => gettext("Telegram"),
  important: () => gettext("Telegram, important"),
  urgent: () => gettext("Telegram, urgent"),
};

const sizeOf = (text) => (text.length <= 160 ? "large" : text.length <= 480 ? "medium" : "small");

/** Telegrams in `place`, a live region. */
export function createTelegrams(place) {
  const waiting = [];
  let newest = 0;
  let busy = false;
  let shown = null;
  let leave = null;

  const next = () => {
    const notice = waiting.shift();
    busy = notice !== undefined;
    if (!busy) return;
    const sheet = document.createElement("article");
    sheet.className = "sheet";
    sheet.dataset.level = notice.level;
    const head = document.createElement("header");
    const kind = document.createElement("strong");
    kind.textContent = (LEVELS[notice.level] ?? LEVELS.info)();
    const at = document.createElement("time");
    at.textContent = shortTime(notice.at, locale());
    head.append(kind, at);
    const frame = document.createElement("div");
    frame.className = "sheet-frame";
    const body = document.createElement("div");
    body.className = "sheet-body";
    setHtml(body, notice.html);
    body.dataset.size = sizeOf(body.textContent);
    frame.append(body);
    sheet.append(head, frame);
    place.replaceChildren(sheet);

    const over = Math.max(0, body.scrollHeight - frame.clientHeight);
    const stays = STAYS[notice.level] ?? STAYS.info;
    const rolls = over * SCROLL;
    if (over > 2) {
      const way = still() ? "steps(4, jump-none)" : "linear";
      body.animate([{ transform: "none" }, { transform: `translateY(${-over}px)` }], {
        duration: rolls, delay: stays * 0.4, fill: "forwards", easing: way,
      });
    }
    shown = notice;
    const timer = setTimeout(() => leave(), stays + rolls);
    leave = () => {
      clearTimeout(timer);
      leave = null;
      sheet.classList.add("leaving");
      setTimeout(() => {
        sheet.remove();
        next();
      }, LEAVES);
    };
  };

  return {
    /** Shows `notice` when its turn comes; one that is not newer than the newest so far was shown before. */
    show(notice) {
      if (notice.id <= newest) return;
      newest = notice.id;
      waiting.push(notice);
      // The urgent ones first; of too many the oldest calm one goes.
      waiting.sort((a, b) => Number(b.level === "urgent") - Number(a.level === "urgent") || a.id - b.id);
      if (waiting.length > MOST) waiting.splice(waiting.findIndex((one) => one.level !== "urgent"), 1);
      if (!busy) next();
      else if (notice.level === "urgent" && shown.level !== "urgent") leave?.();
    },
    /** These are known: they were sent before this page looked. */
    skip(notices) {
      newest = Math.max(newest, ...notices.map((notice) => notice.id));
    },
  };
}
