// Everything that is wrong or odd in the whole hunt, each with the way to its place.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, ngettext, number } from "../i18n.js";

export function check({ desk, unsaved }, act) {
  const faults = desk.findings.filter(({ kind }) => kind === "fault").length;
  const notes = desk.findings.length - faults;
  const title = faults
    ? format(ngettext("%(n)s fault: a pack with it would be refused", "%(n)s faults: a pack with them would be refused", faults), { n: number(faults) })
    : gettext("Nothing is wrong");
  const line = ({ question, kind, place, text, cure }) => {
    const found = desk.questions.find(({ id }) => id === question);
    const where = found ? `${found.q}. ${found.content.title}` : gettext("Hunt");
    return html`<tr><td><span class="flag ${kind === "fault" ? "bad" : ""}">${kind === "fault" ? gettext("fault") : gettext("note")}</span></td>
      <td><a href=${found ? `#q-${found.id}` : "#hunt"} @click=${(event) => act.lead(event, question, place)}>${where}</a></td>
      <td>${place} ${text}.</td><td class="cure">${cure}.</td></tr>`;
  };
  return html`<h2 class="outcome ${faults ? "bad" : ""}">${title}</h2>
    <p class="says">${format(ngettext("%(n)s question, as saved.", "%(n)s questions, as saved.", desk.questions.length), { n: number(desk.questions.length) })}
      ${unsaved ? format(ngettext("%(n)s of them has changes that are not saved.", "%(n)s of them have changes that are not saved.", unsaved), { n: number(unsaved) }) : nothing}
      ${notes ? format(ngettext("%(n)s note: what is allowed but seldom meant.", "%(n)s notes: what is allowed but seldom meant.", notes), { n: number(notes) }) : nothing}</p>
    ${desk.findings.length
      ? html`<table class="findings"><thead><tr><th scope="col">${gettext("Kind")}</th><th scope="col">${gettext("Where")}</th><th scope="col">${gettext("What")}</th><th scope="col">${gettext("What to do")}</th></tr></thead>
          <tbody>${[...desk.findings].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "fault" ? -1 : 1)).map(line)}</tbody></table>`
      : nothing}`;
}
