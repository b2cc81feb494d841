// The announcements: those to come, and those that were sent with whom each has reached.

import { html, nothing, svg } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { format, gettext, locale, number } from "../i18n.js";
import { shortDayTime, shortTime } from "../times.js";
import { countWords, kindWords, whomWords } from "./words_announce.js";

export function bulletins({ sent, planned, left, error }, act) {
  if (sent === null) return html`<p class=${error ? "refusal" : "nothing"}>${error || gettext("Looking …")}</p>`;
  return html`${error ? html`<p class="refusal" role="alert">${error}</p>` : nothing}
  ${planned.length ? html`<ol class="notices planned" aria-label=${gettext("Planned")}>${repeat(planned, ({ id }) => id, (line) => toCome(line, act))}</ol>` : nothing}
  ${left ? html`<p class="nothing">${format(gettext("And %(n)s later ones."), { n: number(left) })}</p>` : nothing}
  ${sent.length ? html`<ol class="notices" aria-label=${gettext("Sent")}>${repeat(sent, ({ id }) => id, was)}</ol>` : planned.length ? nothing : html`<p class="nothing">${gettext("Nothing was announced yet.")}</p>`}`;
}

const isToday = (at) => new Date(at).toDateString() === new Date().toDateString();
const when = (at) => html`<time title=${shortDayTime(at, locale())}>${isToday(at) ? shortTime(at, locale()) : shortDayTime(at, locale())}</time>`;
const about = (line) => html`<header><span>${kindWords(line)}</span>${when(line.at)}</header>
  <p class="whom-for">${format(gettext("To %(whom)s"), { whom: whomWords(line) })}</p>`;

const toCome = (line, act) => html`<li class="telegram" data-level=${line.level}>
  ${about(line)}
  <p class="source">${line.text}</p>
  ${line.late ? html`<p class="refusal">${gettext("Not sent: no server was there at that time. By now it may say what is not so.")}</p>` : nothing}
  <footer><span class="faint">${line.late ? gettext("missed") : gettext("planned")}${line.who ? ` · ${line.who}` : ""}</span>
    <span class="offers" data-needs="call_off">
      <button type="button" class="button small" @click=${() => act.change(line)}>${gettext("Change")}</button>
      <button type="button" class="button small" aria-haspopup="dialog" @click=${() => act.sendNow(line)}>${gettext("Send now")}…</button>
      <button type="button" class="button small" aria-haspopup="dialog" @click=${() => act.callOff(line)}>${gettext("Call off")}…</button>
    </span></footer></li>`;

const was = (line) => html`<li class="telegram" data-level=${line.level}>
  ${about(line)}
  <enigma-html class="words" .html=${line.html}></enigma-html>
  ${reached(line)}
  ${line.who ? html`<p class="faint">${line.who}</p>` : nothing}</li>`;

/** A bar: how many were told, and of them how many have seen it. */
export function reached(line) {
  const part = (count) => (line.people ? Math.min(100, (100 * count) / line.people) : 0);
  return html`<p class="reached">
    <svg viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">${svg`<rect class="told-bar" width=${part(line.told)} height="3" /><rect class="seen-bar" width=${part(line.seen)} height="3" />`}</svg>
    ${countWords(line)}</p>`;
}

/** The extra hints for the question that the walls look at. */
export const hintsGiven = (lines) => lines.length ? html`<ol class="notices hints" aria-label=${gettext("Extra hints given")}>${repeat(lines, ({ id }) => id, was)}</ol>` : nothing;
