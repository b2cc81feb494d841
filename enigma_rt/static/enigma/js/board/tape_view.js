// The telegraph tape: it prints one item at its right edge, rests, and prints the next. The strip hangs on its right
// end, so that taking old items off its left end moves nothing.

import { createTape } from "./tape.js";
import { graphemes } from "./names.js";
import { still } from "../dom.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { shortTime } from "../times.js";
import { setHtml } from "../html.js";

const KEPT = 14;
const LETTER = 62; // milliseconds per printed letter
const REST = 1500;
const NOTICE_LETTERS = 120;

/** [mark, words before the name, name, words after it] of `item`. */
function wording(item) {
  const around = (text) => {
    const [before, after = ""] = format(text, { q: number(item.q ?? 0), name: "\u0000" }).split("\u0000");
    return [before, item.name, after];
  };
  if (item.kind === "first") return ["first", ...around(gettext("%(name)s is the first to solve no. %(q)s"))];
  if (item.kind === "finish") return ["finish", ...around(gettext("%(name)s has finished the hunt"))];
  if (item.kind === "notice") return ["notice", item.text, "", ""];
  if (item.kind === "more") {
    return ["more", format(ngettext("and %(count)s more solve", "and %(count)s more solves", item.count), { count: number(item.count) }), "", ""];
  }
  return ["solve", ...around(gettext("%(name)s solved no. %(q)s"))];
}

const piece = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

function draw(item) {
  const [mark, before, name, after] = wording(item);
  const element = piece("span", `wire ${mark}`, "");
  element.append(piece("span", "mark", ""));
  if (item.at) element.append(piece("span", "wire-time", shortTime(item.at, locale())));
  element.append(before, piece("bdi", "wire-name", name), after, piece("span", "stop", ""));
  return element;
}

/** A tape in `strip`. `onLetter(character or null)` hears what is being keyed. */
export function createTapeView(strip, onLetter) {
  const queue = createTape();
  let printing = false;
  let keying = 0;

  const key = (letters, ms) => {
    clearTimeout(keying);
    const [letter, ...rest] = letters;
    onLetter(letter ?? null);
    if (letter !== undefined) keying = setTimeout(() => key(rest, ms), ms);
  };

  const put = (item) => {
    const element = draw(item);
    strip.append(element);
    while (strip.childElementCount > KEPT) strip.firstElementChild.remove();
    return element;
  };

  const print = () => {
    const item = queue.next();
    printing = item !== null && !document.hidden;
    if (item === null) return;
    const element = put(item);
    if (document.hidden) return print();
    // A storm is told faster, and rests less.
    const hurry = queue.size > 3 ? 0.5 : 1;
    const ms = LETTER * hurry;
    const after = () => setTimeout(print, REST * hurry * hurry);
    if (still()) return void after();
    const run = strip.animate([{ transform: `translateX(${element.offsetWidth}px)` }, { transform: "none" }], {
      duration: Math.max(300, graphemes(element.textContent).length * ms),
    });
    if (item.name) key(graphemes(item.name), ms * 1.6);
    run.onfinish = after;
    run.oncancel = after;
  };

  return {
    /** News, oldest first. */
    push(items) {
      queue.push(items);
      if (!printing) print();
    },
    /** What was on the wire before this page: it lies there, it is not printed again. */
    lay(items) {
      queue.clear();
      strip.replaceChildren();
      for (const item of items.slice(-KEPT)) put(item);
    },
    /** The words of an announcement, as one line. */
    notice: ({ at, html }) => ({ kind: "notice", at, text: words(html) }),
  };
}

/** The text of sanitised `html` in one line, not too long. */
function words(html) {
  const apart = document.createElement("div");
  setHtml(apart, html);
  for (const block of apart.querySelectorAll("p, li, br, h1, h2, h3, h4, td, th")) block.append(" ");
  const letters = graphemes(apart.textContent.replace(/\s+/g, " ").trim());
  return letters.length > NOTICE_LETTERS ? `${letters.slice(0, NOTICE_LETTERS).join("").trimEnd()}…` : letters.join("");
}
