// What organisers did: who, what, when, before and after; and the button that takes it back.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime, shortDay } from "../times.js";
import { gettext, locale } from "../i18n.js";
import { auditWords, changeWords, whoDid } from "./words_player.js";

const change = (raw) => {
  const { what, before, after } = changeWords(raw);
  return html`<li class="change">${what}: ${before} → <b>${after}</b></li>`;
};

/** What was done, why, and what changed by it. */
export const actionLines = (action) => html`${auditWords(action)}${action.undoes === null ? nothing : html` <span class="tag">${gettext("undoing")}</span>`}
  ${action.undone ? html` <span class="tag">${gettext("undone")}</span>` : nothing}
  ${action.note ? html` <span class="extra">${action.note}</span>` : nothing}
  ${action.changes.length ? html`<ul>${action.changes.map(change)}</ul>` : nothing}`;

export const undoButton = (action, act) =>
  action.undoable ? html`<button type="button" class="button small" data-needs=${action.player === null ? "appoint" : "undo"} aria-haspopup="dialog" @click=${() => act.undo(action)}>${gettext("Undo")}…</button>` : html`<span></span>`;

export function trail({ rows, before, loading, error }, act) {
  const refusal = error ? html`<p class="refusal" role="alert">${error} <button type="button" class="button small" @click=${act.trail.again}>${gettext("Try again")}</button></p>` : nothing;
  if (rows === null) return error ? refusal : html`<p class="nothing">${gettext("Looking …")}</p>`;
  if (!rows.length) return html`<p class="nothing">${gettext("Nothing was done yet.")}</p>`;
  return html`<table class="trail" aria-labelledby="h-audit" aria-busy=${String(loading)}>
    <thead><tr><th scope="col">${gettext("When")}</th><th scope="col">${gettext("Who")}</th><th scope="col">${gettext("What")}</th><th scope="col">${gettext("To whom")}</th>
      <th scope="col">${gettext("Why")}</th><th scope="col">${gettext("Before → after")}</th><th scope="col"><span class="hush">${gettext("Undo")}</span></th></tr></thead>
    <tbody>${rows.map((row) => html`<tr class=${row.undone ? "undone" : ""}>
      <td class="time"><span class="number">${exactTime(row.at, locale())}</span> ${shortDay(row.at, locale())}</td>
      <td>${whoDid(row)}</td>
      <td>${auditWords(row)}${row.undoes === null ? nothing : html` <span class="tag">${gettext("undoing")}</span>`}</td>
      <td>${row.player === null ? nothing : html`<button type="button" class="who" @click=${() => act.open(row.player)}><bdi>${row.name}</bdi></button>`}</td>
      <td class="note">${row.note}</td>
      <td class="changes"><ul>${row.changes.map(change)}</ul></td>
      <td class="n">${row.undone ? html`<span class="tag">${gettext("undone")}</span>` : undoButton(row, act)}</td></tr>`)}</tbody></table>
    ${refusal}
    ${before === null ? nothing : html`<button type="button" class="button small more" aria-disabled=${String(loading)} @click=${act.trail.more}>${gettext("Earlier")}</button>`}`;
}
