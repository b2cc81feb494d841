// Keyboards. On a phone the on-screen one must not cover the answer field; on a desk typing anywhere means answering.

import { $ } from "../dom.js";

/**
 * Lifts `dock` above the on-screen keyboard where the browser does not shrink the page for it (iOS). Elsewhere the
 * viewport's meta tag (interactive-widget) has done it and the difference is zero.
 */
export function raiseAboveKeyboard(dock) {
  const { visualViewport: seen } = globalThis;
  if (!seen) return;
  const place = () => {
    const hidden = innerHeight - seen.height - seen.offsetTop;
    const zoomed = Math.abs(seen.scale - 1) > 0.01; // who has zoomed in wants the page, not the dock
    dock.style.transform = hidden > 1 && !zoomed ? `translateY(${-hidden}px)` : "";
  };
  seen.addEventListener("resize", place);
  seen.addEventListener("scroll", place);
}

/** A letter typed while nothing has the focus goes into the answer field, or, before the start, to the lamps. */
export function typeAnywhere() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length !== 1) return;
    if (event.target !== document.body || event.key === " ") return;
    const field = $("#answer");
    if (field && !field.readOnly) field.focus({ preventScroll: true });
    else $("lamp-board")?.flash(event.key);
  });
}
