// The frame beside the editor: the player's own view of a question, fed by the desk that it stands in.

import "../html.js";
import { render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { stage } from "../play/view_stage.js";

// What the desk does not know and the view asks for: a player in the middle of a live hunt.
const page = (shown) => ({
  final: null,
  rising: false,
  now: Date.now(),
  state: {
    readable: true,
    hunt: { phase: "live", questions: shown.questions },
    me: { position: shown.question?.q ?? 0, finished: shown.question === null, hint_html: shown.hint_html, solves: shown.questions, points: 0 },
    board: { rank: null, total: 0 },
    question: shown.question,
    story: shown.story,
    hints: [],
  },
});

const root = $("#stage");
root.replaceChildren();
addEventListener("message", ({ data, origin, source }) => {
  if (origin !== location.origin || source !== parent) return;
  render(stage(page(data)), root);
  if (data.top) scrollTo(0, 0);
});
parent.postMessage("ready", location.origin);

// For boot.js: everything that this page is made of has arrived.
document.documentElement.dataset.started = "";
