// What can be taken home as a file, how large it is, and the links to it. The server makes the files: see docs/organising.md.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { command } from "./commands.js";
import { amount, format, gettext, number } from "../i18n.js";

const FORMATS = ["csv", "json"];

const WHAT = {
  results: () => [gettext("Results"), gettext("One row a player: rank, points, solves, and when each question was solved.")],
  attempts: () => [gettext("Attempts"), gettext("Every guess, hint and skip, with its verdict.")],
  ledger: () => [gettext("Ledger"), gettext("Every change of points and XP, with its cause.")],
};

const LANGUAGES = { "en,de": "English + Deutsch", "de,en": "Deutsch + English", en: "English", de: "Deutsch" };

/** `dialog`: an empty <dialog>; `hunt()`: { phase, frozen }. */
export function createExports({ calls, dialog, hunt }) {
  const state = { tables: null, error: "", answers: false, languages: "en,de" };

  const paint = () => render(view({ ...state, ...hunt() }, look, set), dialog);
  const set = (change) => {
    Object.assign(state, change);
    paint();
  };
  const look = async () => {
    try {
      const { tables } = await calls.send(command.exports());
      Object.assign(state, { tables, error: "" });
    } catch (refused) {
      state.error = refused.message;
    }
    paint();
  };

  return {
    dialog,
    /** The hunt has changed. */
    tick() {
      if (dialog.open) paint();
    },
    open() {
      state.answers = false; // each time anew
      paint();
      look();
    },
  };
}

function view({ tables, error, ...site }, look, set) {
  return html`<header><h2 id="exports-title" tabindex="-1">${gettext("Exports")}</h2>
      <button type="button" class="button small" @click=${look}>${gettext("Look again")}</button>
      <button type="button" class="button small" data-close>${gettext("Close")}</button></header>
    <p class="lead">${gettext("Each file says what was true at one moment. Times are in UTC. Sizes are estimates.")}</p>
    ${error ? html`<p class="refusal" role="alert">${error}</p>` : nothing}
    ${tables ? list(tables) : error ? nothing : html`<p class="nothing">${gettext("Looking …")}</p>`}
    ${pages(site, set)}`;
}

function pages({ phase, frozen, answers, languages }, set) {
  const why = phase !== "ended" ? gettext("Once the hunt is over.") : frozen ? gettext("The board is frozen: reveal it or unfreeze it first.") : "";
  const query = new URLSearchParams([...languages.split(",").map((code) => ["language", code]), ...(answers ? [["answers", "1"]] : [])]);
  return html`<section class="export" data-needs="/console/site"><h3>${gettext("The hunt as pages")}</h3>
    <p>${gettext("For everybody, on any web host, for ever: the story and the questions, the final board, the replay. Of players it tells the names on the board, and nothing else.")}</p>
    <p class="choices"><label><input type="checkbox" .checked=${answers} @change=${(event) => set({ answers: event.target.checked })} /> ${gettext("Release the answers, too")}</label>
      <label>${gettext("Languages")} <select class="input small" @change=${(event) => set({ languages: event.target.value })}>${Object.entries(LANGUAGES).map(([value, words]) => html`<option value=${value} ?selected=${value === languages}>${words}</option>`)}</select></label></p>
    <p class="choices">${why ? html`<span class="button small" aria-disabled="true">ZIP</span> <span class="extra">${why}</span>`
      : html`<a class="button small" href=${`/console/site.zip?${query}`} download>ZIP</a> <span class="extra">${answers ? gettext("With the answers.") : gettext("Without the answers. What the story says after a question is told all the same.")}</span>`}</p></section>`;
}

function list(tables) {
  const results = tables.find(({ what }) => what === "results");
  return html`${tables.map((table) => {
      const [title, text] = WHAT[table.what]();
      return html`<section class="export"><h3>${title} <span class="number">${number(table.rows)}</span></h3><p>${text}</p>
        <p class="choices">${FORMATS.map((form) => link(table, form))}</p></section>`;
    })}
    <section class="export" data-needs="/console/export?emails"><h3>${gettext("Results with e-mail addresses")}</h3>
      <p>${gettext("Personal data: for telling the winners, and nothing else. Who takes it is written down, as with every export.")}</p>
      <p class="choices">${FORMATS.map((form) => link(results, form, "?emails=1"))}</p></section>`;
}

const link = (table, form, query = "") =>
  html`<a class="button small" href=${`/console/export/${table.what}.${form}${query}`} download>${form.toUpperCase()}
    <span class="extra">${format(gettext("about %(size)s"), { size: amount(table[form]) })}</span></a>`;
