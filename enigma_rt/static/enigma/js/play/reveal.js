// The reveal on a player's page: who is next, what was won, and the first three at the end. Fetched when one begins; the
// board under it follows by its own frames.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { format, gettext, number } from "../i18n.js";
import { gain, ranks, sentence, what } from "../reveal.js";

const root = Object.assign(document.createElement("section"), { id: "reveal", className: "ceremony" });
root.setAttribute("aria-label", gettext("The reveal"));
const said = Object.assign(document.createElement("p"), { className: "hush" });
said.setAttribute("role", "status");
let begun = false;

/** `me`: the reader's player; `open()` shows the board. */
export function show(frame, me, open) {
  if (!root.isConnected) $(".desk").before(root, said);
  root.hidden = frame.state === "off";
  if (frame.state === "on" && !begun) open();
  begun = frame.state === "on";
  said.textContent = frame.state === "off" ? "" : sentence(frame);
  render(frame.state === "over" ? podium(frame, me) : steps(frame, me), root);
}

const you = (player, me) => (player === me ? html` <span class="you">${gettext("you")}</span>` : nothing);

function steps({ step, steps: all, done, next }, me) {
  return html`<header><h2>${gettext("The reveal")}</h2><span class="number soft">${format(gettext("%(step)s of %(steps)s"), { step: number(step), steps: number(all) })}</span></header>
    <progress max=${all} value=${step} aria-hidden="true"></progress>
    ${done ? html`<p class="opened"><strong><bdi>${done.player === null ? gettext("The others") : done.name}</bdi>${you(done.player, me)}</strong>
      <span>${what(done)}</span> <span class="gain number">${gain(done)}</span> <span class="number">${ranks(done)}</span></p>` : nothing}
    ${next ? html`<p class="next">${gettext("Next")}: <span class="number">${number(next.rank)}</span> <bdi>${next.name}</bdi>${you(next.player, me)}</p>` : nothing}`;
}

const podium = (frame, me) => html`<header><h2>${gettext("The winners")}</h2></header>
  <ol class="winners">${frame.podium.map(([player, name, points], place) => html`<li data-place=${place + 1}>
    <span class="number place">${number(place + 1)}</span> <span><bdi>${name}</bdi>${you(player, me)}</span> <span class="number">${number(points)}</span></li>`)}</ol>`;
