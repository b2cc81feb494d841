// The announcements to everybody, the latest important one as large as it can be.

import { $ } from "../dom.js";
import { setHtml } from "../html.js";
import { gettext, locale } from "../i18n.js";
import { shortTime } from "../times.js";

const LEVELS = {
  info: () => gettext("Telegram"),
  important: () => gettext("Telegram, important"),
  urgent: () => gettext("Telegram, urgent"),
};
const SIZES = [[90, "huge"], [200, "large"], [480, "medium"]];

const sizeOf = (text) => SIZES.find(([most]) => text.length <= most)?.[1] ?? "small";

/** The one that is to be read: the latest important or urgent one, or the latest of all. */
const chosen = (notices) => notices.find(({ level }) => level !== "info") ?? notices[0] ?? null;

export function createNoticeScene(root) {
  const sheet = $(".bulletin", root);
  const body = $(".bulletin-body", root);
  let seen = null;

  function draw({ notices }) {
    const notice = chosen(notices);
    root.dataset.empty = String(!notice);
    if (notice?.id === seen) return;
    seen = notice?.id ?? null;
    if (!notice) return;
    sheet.dataset.level = notice.level;
    $(".bulletin-level", root).textContent = (LEVELS[notice.level] ?? LEVELS.info)();
    $(".bulletin-at", root).textContent = shortTime(notice.at, locale());
    setHtml(body, notice.html);
    body.dataset.size = sizeOf(body.textContent);
    // What is still too long for the sheet is set smaller, down to what can be read from afar.
    for (const size of ["medium", "small", "least"]) {
      if (body.offsetHeight <= body.parentElement.clientHeight) break;
      body.dataset.size = size;
    }
  }

  return {
    show(facts) {
      seen = undefined;
      draw(facts);
    },
    update: draw,
    hide() {},
  };
}
