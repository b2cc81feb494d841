// Who organises, with a button for each role; and the same for accounts that were looked for.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { shortDayTime } from "../times.js";
import { gettext, locale } from "../i18n.js";
import { DUTY, ROLE } from "./rights.js";
import { LADDER, whoIs } from "./words_organisers.js";

const refusal = (error) => html`<p class="refusal" role="alert">${error}</p>`;

export function list({ rows, error }, act) {
  if (rows === null) return error ? refusal(error) : html`<p class="nothing">${gettext("Looking …")}</p>`;
  return html`${error ? refusal(error) : nothing}${table(rows, "h-organisers", act)}
    <dl class="duties">${LADDER.map((role) => html`<div><dt>${ROLE[role]()}</dt><dd>${DUTY[role]()}</dd></div>`)}</dl>`;
}

export function found({ found, findError }, act) {
  if (findError) return refusal(findError);
  if (found === null) return html`<p class="nothing">${gettext("Whoever has an account here can organise: search for them, then choose a role.")}</p>`;
  if (!found.length) return html`<p class="nothing">${gettext("Nobody has that in their name or address.")}</p>`;
  return table(found, "h-accounts", act);
}

const table = (rows, label, act) => html`<table class="organisers" aria-labelledby=${label}>
  <thead><tr><th scope="col">${gettext("Account")}</th><th scope="col">${gettext("Role")}</th><th scope="col">${gettext("Last log-in")}</th>
    <th scope="col"><span class="hush">${gettext("Take away")}</span></th></tr></thead>
  <tbody>${rows.map((row) => html`<tr>
    <th scope="row"><bdi>${whoIs(row)}</bdi>${row.email && row.name !== row.email ? html` <span class="extra"><bdi>${row.name}</bdi></span>` : nothing}</th>
    <td>${row.fixed ? html`<span class="tag">${ROLE.owner()}</span> <span class="extra">${gettext("made at the server’s shell")}</span>` : choices(row, act)}</td>
    <td class="time">${row.last_login === null ? gettext("never") : shortDayTime(row.last_login, locale())}</td>
    <td class="n">${row.fixed || row.role === null ? nothing : html`<button type="button" class="button small danger" aria-haspopup="dialog" @click=${() => act.appoint(row, null)}>${gettext("Take away")}…</button>`}</td>
  </tr>`)}</tbody></table>`;

const choices = (row, act) => html`<div class="roles" role="group" aria-label=${whoIs(row)}>${LADDER.map((role) => html`<button type="button" class="button small"
  aria-pressed=${String(role === row.role)} aria-haspopup="dialog" title=${DUTY[role]()} @click=${() => role !== row.role && act.appoint(row, role)}>${ROLE[role]()}</button>`)}</div>`;
