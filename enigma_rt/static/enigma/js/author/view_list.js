// The chain: every question with what is unsaved or wrong in it; before the start it is put in order here, by pointer or keys.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { format, gettext, ngettext, number } from "../i18n.js";
import { NEW } from "./drafts.js";

const mark = (counts) => {
  if (counts.fault) return html`<span class="flag bad">${format(ngettext("%(n)s fault", "%(n)s faults", counts.fault), { n: number(counts.fault) })}</span>`;
  if (counts.warning) return html`<span class="flag">${format(ngettext("%(n)s note", "%(n)s notes", counts.warning), { n: number(counts.warning) })}</span>`;
  return nothing;
};

/** `rows`: [{ id, title, dirty, counts, foreign, gone }] in their order; `held`: the id of the row that is being dragged. */
export function list({ rows, open, fixed, held, moving }, act) {
  // One that others have deleted stands below the chain, and a new one is not in it yet.
  const last = rows.findLastIndex(({ id, gone }) => id !== NEW && !gone);
  const named = ({ title }, place) => title || format(gettext("Question %(n)s"), { n: number(place + 1) });
  return html`
    <header><h2>${gettext("Questions")}</h2>${fixed ? html`<span class="flag" title=${gettext("The hunt has begun: players stand on this chain.")}>${gettext("order fixed")}</span>` : nothing}</header>
    <ol class="questions-list" aria-busy=${String(moving)}>
      ${repeat(rows, ({ id }) => id, (row, place) => html`<li data-id=${row.id} class=${held === row.id ? "held" : ""}>
        ${fixed || row.id === NEW || row.gone ? html`<span class="grip" aria-hidden="true"></span>` : html`<span class="grip" aria-hidden="true" title=${gettext("Drag to another place")} @pointerdown=${(event) => act.drag(event, row.id)}>⠿</span>`}
        <button type="button" class="row" aria-current=${open === row.id ? "true" : nothing} @click=${() => act.open(row.id)}>
          <span class="number">${place + 1}</span>
          <span class="name">${named(row, place)}</span>
          ${row.dirty && !row.gone ? html`<span class="flag lit">${gettext("unsaved")}</span>` : mark(row.counts)}
          ${row.gone ? html`<span class="flag bad">${gettext("deleted")}</span>` : nothing}
          ${row.foreign ? html`<span class="flag bad">${gettext("changed elsewhere")}</span>` : nothing}
        </button>
        ${fixed || row.id === NEW || row.gone || open !== row.id
          ? nothing
          : html`<span class="moves">
              <button type="button" class="button small" aria-label=${format(gettext("Move up: %(title)s"), { title: named(row, place) })} aria-disabled=${String(place === 0 || moving)} @click=${() => act.shift(row.id, -1)}>↑</button>
              <button type="button" class="button small" aria-label=${format(gettext("Move down: %(title)s"), { title: named(row, place) })} aria-disabled=${String(place === last || moving)} @click=${() => act.shift(row.id, 1)}>↓</button>
            </span>`}
      </li>`)}
    </ol>
    ${fixed ? nothing : html`<footer><button type="button" class="button" aria-disabled=${String(rows.some(({ id }) => id === NEW))} @click=${act.begin}>${gettext("Add a question")}</button></footer>`}`;
}
