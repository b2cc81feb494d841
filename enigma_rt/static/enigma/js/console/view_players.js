// Search results.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, number } from "../i18n.js";

export const marks = (line) =>
  [
    line.online && gettext("online"),
    line.finished && gettext("finished"),
    line.hidden && gettext("hidden"),
    line.banned && gettext("banned"),
  ]
    .filter(Boolean)
    .map((word) => html`<span class="tag ${word === gettext("banned") ? "bad" : ""}">${word}</span>`);

export function results({ rows, total, finding, findError, open }, act) {
  if (findError) return html`<p class="refusal" role="alert">${findError} <button type="button" class="button small" @click=${act.find}>${gettext("Try again")}</button></p>`;
  if (rows === null) return html`<p class="nothing">${finding ? gettext("Looking …") : gettext("Type a name or an e-mail address.")}</p>`;
  if (!rows.length) return html`<p class="nothing">${gettext("No player is called that.")}</p>`;
  return html`<table class="players" aria-busy=${String(finding)}>
    <thead><tr><th scope="col" class="n">${gettext("Rank")}</th><th scope="col">${gettext("Player")}</th><th scope="col" class="n">${gettext("No.")}</th>
      <th scope="col" class="n">${gettext("Points")}</th><th scope="col" class="n">${gettext("XP")}</th></tr></thead>
    <tbody>${rows.map((line) => html`<tr ?data-open=${line.player === open}>
      <td class="n number">${line.rank === null ? "–" : number(line.rank)}</td>
      <td><button type="button" class="who" @click=${() => act.open(line.player)}><bdi>${line.name}</bdi></button> ${marks(line)}<span class="mail">${line.email}</span></td>
      <td class="n number">${line.finished ? "–" : number(line.position)}</td><td class="n number">${number(line.points)}</td><td class="n number">${number(line.xp)}</td>
    </tr>`)}</tbody></table>
    ${total > rows.length ? html`<p class="nothing">${format(gettext("%(shown)s of %(total)s. Type more to find fewer."), { shown: number(rows.length), total: number(total) })}</p>` : nothing}`;
}
