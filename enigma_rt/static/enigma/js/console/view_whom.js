// The part of the composer that asks whom it is for.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, number } from "../i18n.js";
import { minutesIn } from "./whom.js";

const KIND = {
  all: () => gettext("Everybody"),
  question: () => gettext("Those on a question"),
  player: () => gettext("One player"),
};

export const whom = (held, questions, found, act) => html`
  <div class="row"><label for="whom-kind">${gettext("To")}</label>
    <select id="whom-kind" class="input small" @change=${(event) => act.choose({ kind: event.target.value })}>
      ${Object.entries(KIND).map(([kind, words]) => html`<option value=${kind} .selected=${held.kind === kind}>${words()}</option>`)}
    </select></div>
  ${held.kind === "question" ? onQuestion(held, questions, act) : held.kind === "player" ? onePlayer(held, found, act) : nothing}`;

function onQuestion({ q, minutes, hint }, questions, act) {
  return html`<div class="row"><label for="whom-question">${gettext("Question")}</label>
      <select id="whom-question" class="input small" @change=${(event) => act.choose({ q: Number(event.target.value) || null })}>
        <option value="" .selected=${q === null}>${gettext("Choose …")}</option>
        ${questions.map(({ q: n, title, here }) => html`<option value=${n} .selected=${n === q}>${format(gettext("%(q)s. %(title)s (%(here)s here)"), { q: number(n), title, here: number(here) })}</option>`)}
      </select></div>
    <div class="row"><label for="whom-minutes">${gettext("Stuck for")}</label>
      <span class="least"><input id="whom-minutes" class="input small number" inputmode="numeric" autocomplete="off" .value=${minutes} placeholder=${gettext("any")} aria-invalid=${String(minutesIn(minutes) === null)}
        @input=${(event) => act.choose({ minutes: event.target.value })} /> ${gettext("minutes of play or longer")}</span></div>
    <label class="check"><input type="checkbox" .checked=${hint} @change=${(event) => act.choose({ hint: event.target.checked })} />
      ${gettext("An extra hint: it stays beside the question and costs nothing")}</label>`;
}

function onePlayer({ player, name }, { rows, text }, act) {
  if (player !== null) {
    return html`<p class="row"><span class="faint">${gettext("Player")}</span> <span><bdi class="chosen">${name}</bdi>
      <button type="button" class="button small" @click=${() => act.choose({ player: null, name: "" })}>${gettext("Another…")}</button></span></p>`;
  }
  return html`<div class="row"><label for="whom-player">${gettext("Player")}</label>
      <input id="whom-player" class="input small" type="search" autocomplete="off" maxlength="100" placeholder=${gettext("Name")} .value=${text} @input=${(event) => act.find(event.target.value)} /></div>
    ${rows === null ? nothing : rows.length ? html`<ul class="found" aria-label=${gettext("Players found")}>${rows.map((line) => html`<li><button type="button" class="button small" @click=${() => act.choose({ player: line.player, name: line.name })}><bdi>${line.name}</bdi></button></li>`)}</ul>` : html`<p class="faint">${gettext("No player is called that.")}</p>`}`;
}
