// What can be read again: the story so far, and the telegrams; and the telegram that has just come in.

import { html } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { timeOfDay, zoned } from "../clock.js";
import { format, gettext } from "../i18n.js";

export function story({ papers }, act) {
  const { blocks, before, loading } = papers;
  return html`
    <h2>${gettext("The story so far")}</h2>
    ${before !== null ? html`<p><button type="button" class="button" aria-disabled=${String(loading)} @click=${act.earlier}>${gettext("Earlier pages")}</button></p>` : ""}
    ${loading && !blocks.length ? html`<p class="soft">${gettext("Turning the pages back …")}</p>` : ""}
    ${!loading && !blocks.length ? html`<p class="soft">${gettext("Nothing has been told yet.")}</p>` : ""}
    ${repeat(blocks, ({ n }) => n, (block) => html`<enigma-html class="prose story-block" data-when=${block.when} .html=${block.html}></enigma-html>`)}
  `;
}

export function telegrams({ state: { notices } }) {
  return html`
    <h2 class="pad">${gettext("Telegrams")}</h2>
    ${notices.length ? "" : html`<p class="soft pad">${gettext("No announcements so far.")}</p>`}
    <ol class="telegrams">
      ${repeat(notices, ({ id }) => id, (notice) => html`<li class="telegram" data-level=${notice.level}>${header(notice)}<enigma-html class="words" .html=${notice.html}></enigma-html></li>`)}
    </ol>
  `;
}

const LEVELS = () => ({ info: gettext("Telegram"), important: gettext("Important"), urgent: gettext("Urgent") });

const header = ({ level, at, hint_for: q }) => html`<header><span>${q ? format(gettext("Extra hint, question %(n)s"), { n: q }) : (LEVELS()[level] ?? level)}</span><time datetime=${new Date(at).toISOString()} title=${zoned(at)}>${timeOfDay(at)}</time></header>`;

/** The telegram at the edge: until it is put away, or time puts it into the list. */
export function arrival(notice, putAway) {
  if (!notice) return "";
  return html`<div class="telegram arriving" data-level=${notice.level}>
    ${header(notice)}
    <enigma-html class="words" .html=${notice.html}></enigma-html>
    <button type="button" class="button quiet" @click=${putAway}>${gettext("Put away")}</button>
  </div>`;
}
