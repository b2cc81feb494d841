// Versions: what was changed when and by whom, an earlier one brought back, packs in and out.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { shortDayTime } from "../times.js";

const KIND = {
  added: () => gettext("added"),
  removed: () => gettext("removed"),
  moved: () => gettext("moved"),
};

const changeLine = ({ q, title, kind, field, before, after }) => html`<li class="change">
  <b>${q === null ? gettext("Hunt") : `${number(q)}. ${title}`}</b>
  ${kind === "changed" ? html`<code>${field}</code>: <del>${before || "–"}</del> → <ins>${after || "–"}</ins>` : kind === "moved" ? format(gettext("moved from %(before)s to %(after)s"), { before, after }) : KIND[kind]()}</li>`;

const changeList = (changes) => (changes.length ? html`<ul class="changes">${changes.map(changeLine)}</ul>` : html`<p class="nothing">${gettext("Nothing.")}</p>`);

/** `exported`: the address of the pack; `unsaved()`: whether there are drafts that a replacement would turn stale. */
export function createHistory({ api, state, confirm, told, paint, refresh, exported, unsaved }) {
  const at = { rows: null, open: null, detail: null, error: "", importing: null, version: null };

  async function load() {
    try {
      at.rows = (await api.get("versions")).versions;
      at.error = "";
    } catch (refused) {
      at.error = refused.message;
    }
    paint("history");
  }

  async function show(version) {
    Object.assign(at, { open: at.open === version ? null : version, detail: null });
    paint("history");
    if (at.open === null) return;
    try {
      const detail = await api.get(`versions/${version}`);
      if (at.open === version) at.detail = detail;
    } catch (refused) {
      at.error = refused.message;
    }
    paint("history");
  }

  const warned = (says) => (unsaved() ? [...says, gettext("You have changes that are not saved: they stay yours, over what is then saved.")] : says);

  function restore(number_, changes) {
    confirm.ask({
      danger: true,
      words: () => ({
        title: format(gettext("Bring back version %(n)s?"), { n: number(number_) }),
        says: warned([
          format(ngettext("It differs from what is saved now in %(n)s place. Start and end stay.", "It differs from what is saved now in %(n)s places. Start and end stay.", changes.length), { n: number(changes.length) }),
          state.desk.fixed ? gettext("The hunt has begun: what players have reached keeps its place, and what was judged stays judged.") : gettext("What is saved now stays a version, too."),
        ]),
        button: gettext("Bring it back"),
      }),
      async act() {
        await api.write(`versions/${number_}/restore`, { version: state.desk.version });
        await refresh();
        told(gettext("Brought back."));
      },
    });
  }

  async function choose(event) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    at.importing = { file, found: null, error: "" };
    paint("history");
    try {
      at.importing = { file, found: await api.pack(file), error: "" };
    } catch (refused) {
      at.importing = { file, found: null, error: refused.message };
    }
    paint("history");
  }

  function bring() {
    const { file, found } = at.importing;
    confirm.ask({
      danger: true,
      words: () => ({
        title: format(gettext("Replace the content by %(file)s?"), { file: file.name }),
        says: warned([format(ngettext("%(n)s change to what is saved now. Name in addresses, start and end stay.", "%(n)s changes to what is saved now. Name in addresses, start and end stay.", found.changes.length), { n: number(found.changes.length) }), gettext("What is saved now stays a version.")]),
        button: gettext("Replace it"),
      }),
      async act() {
        await api.pack(file, state.desk.version);
        at.importing = null;
        await refresh();
        told(gettext("Imported."));
      },
    });
  }

  function row(each) {
    const open = at.open === each.number;
    return html`<li><button type="button" class="row" aria-expanded=${String(open)} @click=${() => show(each.number)}>
        <span class="number">${number(each.number)}</span><span class="time">${shortDayTime(each.at, locale())}</span>
        <span class="name">${each.who || gettext("elsewhere")}</span><span class="extra">${each.note}</span></button>
      ${open ? html`<div class="version">${at.detail === null ? html`<p class="nothing">${gettext("Looking …")}</p>` : html`
        <h3>${each.number === 1 ? gettext("The first version that was kept") : gettext("What it changed")}</h3>${each.number === 1 ? nothing : changeList(at.detail.changed)}
        <h3>${gettext("What would change if it were brought back")}</h3>${changeList(at.detail.restoring)}
        ${at.detail.restoring.length ? html`<button type="button" class="button" aria-haspopup="dialog" @click=${() => restore(each.number, at.detail.restoring)}>${gettext("Bring it back")}…</button>` : nothing}`}</div>` : nothing}</li>`;
  }

  function arriving({ file, found, error }) {
    return html`<div class="arriving-pack"><h3>${file.name}</h3>
      ${error ? html`<ul class="refusals" role="alert">${error.split("\n").map((line) => html`<li class="refusal">${line}</li>`)}</ul>` : found === null ? html`<p class="nothing">${gettext("Reading …")}</p>` : html`
        <p>${format(ngettext("“%(title)s”, %(n)s question. What it would change:", "“%(title)s”, %(n)s questions. What it would change:", found.questions), { title: found.title, n: number(found.questions) })}</p>${changeList(found.changes)}
        ${found.changes.length ? html`<button type="button" class="button lit" aria-haspopup="dialog" @click=${bring}>${gettext("Replace the content")}…</button>` : nothing}`}
      <button type="button" class="button" @click=${() => { at.importing = null; paint("history"); }}>${gettext("Never mind")}</button></div>`;
  }

  return {
    open: load,
    /** The hunt has changed: so have the versions, and what bringing one back would do. */
    arrived() {
      if (at.version === state.desk.version) return;
      at.version = state.desk.version;
      if (state.view !== "versions") return;
      load();
      const { open } = at;
      at.open = null;
      if (open !== null) show(open);
    },
    paint() {
      render(html`<div class="past">
        <section class="packs" aria-labelledby="h-packs"><h2 id="h-packs">${gettext("Packs")}</h2>
          <p class="says">${gettext("A pack is a zip of hunt.toml and its pictures: all of the content, to keep, to edit elsewhere, to play again.")}</p>
          <p class="choices"><a class="button" href=${exported} download>${gettext("Export the pack")}</a>
            <label class="button upload"><span>${gettext("Import a pack…")}</span><input type="file" accept=".zip,application/zip" @change=${choose} /></label></p>
          ${at.importing ? arriving(at.importing) : nothing}</section>
        <section aria-labelledby="h-versions"><h2 id="h-versions">${gettext("Versions of the content")}</h2>
          ${at.error ? html`<p class="refusal" role="alert">${at.error}</p>` : nothing}
          ${at.rows === null ? html`<p class="nothing">${gettext("Looking …")}</p>` : at.rows.length ? html`<ol class="version-list">${at.rows.map(row)}</ol>` : html`<p class="nothing">${gettext("Nothing has been saved here yet: the first change makes the first version.")}</p>`}</section></div>`, $("#history"));
    },
  };
}
