// Where somebody was reading: kept over a reload, a pause and a look at the board, for the question it was.

import { scene } from "./state.js";

export function createPlace(page, store, key) {
  let kept = load(store, key);
  let wanted = null; // where to stand once the page is long enough

  const here = () => (page.view === "stage" && !page.final && !page.held && scene(page.state) === "question" ? page.state.question.q : null);

  addEventListener(
    "scroll",
    () => {
      if (wanted !== null && Math.abs(scrollY - wanted) > 1 && !atEnd()) wanted = null; // scrolled by hand
      if (wanted === null && here() !== null) kept = [here(), Math.round(scrollY)];
    },
    { passive: true },
  );
  // The last that a page on a phone is told.
  document.addEventListener("visibilitychange", () => document.hidden && save(store, key, kept));
  addEventListener("pagehide", () => save(store, key, kept));
  // A picture that has come makes the page longer.
  document.addEventListener("load", (event) => event.target.tagName === "IMG" && go(), true);

  function go() {
    if (wanted === null || here() === null) return;
    scrollTo({ top: wanted, behavior: "instant" });
    if (Math.abs(scrollY - wanted) <= 1) wanted = null;
  }

  return {
    /** Call when the question has come back into view, once it is drawn. */
    back() {
      const [q, y] = kept ?? [];
      wanted = q === here() && y > 0 ? y : null;
      go();
    },
  };
}

const atEnd = () => scrollY + innerHeight >= document.documentElement.scrollHeight - 2;

function load(store, key) {
  try {
    const found = JSON.parse(store.getItem(key) ?? "null");
    return Array.isArray(found) && found.every(Number.isInteger) ? found : null;
  } catch {
    return null;
  }
}

function save(store, key, kept) {
  try {
    if (kept) store.setItem(key, JSON.stringify(kept));
  } catch {
    // full or forbidden: a reload begins at the top
  }
}
