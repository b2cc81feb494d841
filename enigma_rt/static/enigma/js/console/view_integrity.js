// Pairs who may be playing together: the list, and the evidence about one with both timelines beside each other.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime, shortDayTime } from "../times.js";
import { format, gettext, locale, number } from "../i18n.js";
import { OUTCOME } from "./words.js";
import { DECIDE, STATE, bitsWords, partWords, sharedWords } from "./words_integrity.js";

const OVER = new Set(["cleared", "confirmed"]);
const names = ([a, b]) => html`<bdi>${a}</bdi> <span class="faint">+</span> <bdi>${b}</bdi>`;
const stateTag = (state) => html`<span class="tag pair-state" data-state=${state}>${STATE[state]?.() ?? state}</span>`;

export function list({ pairs, floor, players, error }, integrity) {
  if (pairs === null) return html`<p class=${error ? "refusal" : "nothing"}>${error || gettext("Looking …")}</p>`;
  const most = Math.max(1, ...pairs.map(({ bits }) => bits));
  return html`${error ? html`<p class="refusal" role="alert">${error}</p>` : nothing}
    <p class="lead">${format(gettext("Each bit halves the chance that two players share it by accident. Among %(players)s players a pair is worth a look from %(floor)s bits on. Friends at one table look the same: nothing happens by itself."), { players: number(players), floor: number(floor) })}</p>
    ${pairs.length ? html`<table class="pairs" aria-labelledby="h-integrity">
      <thead><tr><th scope="col">${gettext("Pair")}</th><th scope="col" class="n">${gettext("Bits")}</th><th scope="col">${gettext("They share")}</th><th scope="col">${gettext("State")}</th></tr></thead>
      <tbody>${pairs.map((pair) => html`<tr ?data-open=${integrity.isChosen(pair)} class=${OVER.has(pair.state) ? "over" : ""}>
        <th scope="row"><button type="button" class="who" aria-pressed=${String(integrity.isChosen(pair))} @click=${() => integrity.choose(pair)}>${names(pair.names)}</button></th>
        <td class="n number weight"><meter class="here-bar" min="0" max=${most} value=${pair.bits} aria-hidden="true"></meter> ${number(pair.bits)}</td>
        <td class="shared">${sharedWords(pair)}</td>
        <td>${stateTag(pair.state)}</td></tr>`)}</tbody></table>`
    : html`<p class="nothing">${gettext("Nobody shares what others do not.")}</p>`}`;
}

export function sheet({ chosen, sheet: reply, sheetError }, integrity, act) {
  if (chosen === null) return html`<h3 id="h-pair" class="hush">${gettext("Side by side")}</h3><p class="nothing">${gettext("Choose a pair.")}</p>`;
  if (reply?.pair.a !== chosen.a || reply.pair.b !== chosen.b) {
    return html`<h3 id="h-pair" class="hush">${gettext("Side by side")}</h3><p class=${sheetError ? "refusal" : "nothing"} role=${sheetError ? "alert" : nothing}>${sheetError || gettext("Looking …")}</p>`;
  }
  const { pair, parts, lines, left_out: leftOut, decisions } = reply;
  const addresses = parts.filter(({ kind }) => kind === "address");
  return html`<header><h3 id="h-pair">${names(pair.names)} <span class="extra">${bitsWords(pair.bits)}</span> ${stateTag(pair.state)}</h3>
      <div class="decide" data-needs="integrity_decide" role="group" aria-label=${gettext("Decide")}>${Object.keys(DECIDE).map((decision) => html`<button type="button"
        class="button small" aria-haspopup="dialog" @click=${() => integrity.decide(pair, decision)}>${DECIDE[decision]()}…</button>`)}</div></header>
    ${sheetError ? html`<p class="refusal" role="alert">${sheetError}</p>` : nothing}
    ${addresses.map((part) => html`<p class="part">${told(part)}</p>`)}
    ${lines.length ? together(pair, lines, act) : html`<p class="nothing">${gettext("They share nothing that weighs anything.")}</p>`}
    ${leftOut ? html`<p class="nothing">${format(gettext("What else they did on these questions is not shown: %(n)s guesses."), { n: number(leftOut) })}</p>` : nothing}
    ${decisions.length ? html`<h4 id="h-decisions">${gettext("Decided")}</h4><ol class="decisions" aria-labelledby="h-decisions">${decisions.map(decided)}</ol>` : nothing}`;
}

const told = (part) => html`<b class="number">+${number(part.bits)}</b> ${partWords(part)}`;

const decided = ({ at, who, decision, reason, bits }) => html`<li><span class="time number">${shortDayTime(at, locale())}</span>
  <b>${DECIDE[decision]()}</b> <span class="extra">${who}, ${bitsWords(bits)}</span>${reason ? html` <span>${reason}</span>` : nothing}</li>`;

const person = (player, name, act) =>
  html`<button type="button" class="who" title=${gettext("Open this player")} @click=${() => act.open(player)}><bdi>${name}</bdi></button>`;

const together = (pair, lines, act) => html`<table class="together" aria-labelledby="h-pair">
  <thead><tr><th scope="col" class="n">${gettext("No.")}</th><th scope="col">${person(pair.a, pair.names[0], act)}</th>
    <th scope="col">${gettext("What it says, in bits")}</th><th scope="col">${person(pair.b, pair.names[1], act)}</th></tr></thead>
  <tbody>${lines.map((line, i) => html`<tr class="${line.parts.length ? "both" : "alone"} ${line.q === lines[i - 1]?.q ? "" : "begins"}">
    <th scope="row" class="n number">${line.q === lines[i - 1]?.q ? html`<span class="hush">${number(line.q)}</span>` : number(line.q)}</th>
    <td>${did(line.left)}</td>
    <td class="telling">${line.parts.map((part) => html`<div class="part">${told(part)}</div>`)}</td>
    <td>${did(line.right)}</td></tr>`)}</tbody></table>`;

const did = (act) =>
  act === null
    ? nothing
    : html`<div class="did"><time class="number time" title=${shortDayTime(act.at, locale())}>${exactTime(act.at, locale())}</time>
      <span class="typed"><bdi title=${act.text}>${act.text}</bdi></span>
      <span class="verdict" data-outcome=${act.verdict}><i class="mark" aria-hidden="true"></i><span class="hush">${OUTCOME[act.verdict]()}</span></span></div>`;
