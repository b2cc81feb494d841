// How the story begins: its first block, as everybody reads it from the start, or as much of it as a hall does in one look.

import { teaser } from "./teaser.js";
import { $ } from "../dom.js";
import { setHtml } from "../html.js";

const LONG = 260;

/** The paragraphs of sanitised `html`, as plain text. */
function paragraphs(html) {
  const apart = document.createElement("div");
  setHtml(apart, html);
  const found = [...apart.querySelectorAll("p, h1, h2, h3, h4, li, blockquote")].filter((element) => !element.querySelector("p, li"));
  return found.map((element) => element.textContent.replace(/\s+/g, " ").trim()).filter(Boolean);
}

export function createStoryScene(root) {
  let seen = null;

  function draw({ opening, hunt }) {
    const now = JSON.stringify([opening, hunt?.tagline]);
    if (now === seen) return;
    seen = now;
    const { paragraphs: kept, more } = teaser(paragraphs(opening));
    $(".story-tagline", root).textContent = hunt?.tagline ?? "";
    const text = $(".story-text", root);
    text.replaceChildren(...kept.map((words, i) => {
      const line = Object.assign(document.createElement("p"), { textContent: words });
      line.style.setProperty("--turn", String(i));
      return line;
    }));
    text.dataset.long = String(kept.join(" ").length > LONG);
    $(".story-more", root).hidden = !more;
    root.dataset.empty = String(!kept.length);
  }

  return {
    show(facts) {
      seen = null;
      draw(facts);
    },
    update: draw,
    hide() {
      $(".story-text", root).replaceChildren();
      seen = null;
    },
  };
}
