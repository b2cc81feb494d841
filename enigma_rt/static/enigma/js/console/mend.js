// Mending a question while it is played: the form with its preview, and a guess that is judged differently from now on.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { command } from "./commands.js";
import { format, gettext, number } from "../i18n.js";
import { splice } from "./splice.js";
import { JUDGED, judgeWords, people } from "./words.js";

const PREVIEW_AFTER = 300;
const TEXTS = ["title", "text", "hint", "image_alt"];
const NUMBERS = ["points", "threshold"];

/** `dialog`: an empty <dialog>. `state()`: { live }; `here(q)`: how many are on question q; `done()`: something was mended. */
export function createMending({ calls, confirm, dialog, state, here, told, done }) {
  let open = null; // { source, draft, shown, error, pending }
  let timer = 0;
  let run = 0;

  const offline = () => told(gettext("There is no connection. Nothing was sent."));

  /** What the draft changes: { edits } for the protocol, null when a number is none. */
  function edits() {
    const { source, draft } = open;
    const changed = {};
    for (const name of TEXTS) {
      const change = splice(source[name], draft[name]);
      if (change) changed[name] = change;
    }
    for (const name of NUMBERS) {
      if (!/^\d{1,5}$/.test(draft[name])) return null;
      if (Number(draft[name]) !== source[name]) changed[name] = Number(draft[name]);
    }
    return changed;
  }

  async function look() {
    const changed = edits();
    const mine = ++run;
    if (!changed) return;
    try {
      const shown = await calls.send(command.mendPreview(open.source.q, open.source.token, changed));
      if (mine === run && open) Object.assign(open, { shown, error: "" });
    } catch (refused) {
      if (mine === run && open) open.error = refused.message;
    }
    if (mine === run && open) paint();
  }

  function type(name, value) {
    open.draft[name] = value;
    paint();
    clearTimeout(timer);
    timer = setTimeout(() => open && look(), PREVIEW_AFTER);
  }

  async function save(event) {
    event.preventDefault();
    const changed = edits();
    if (open.pending || !changed || !Object.keys(changed).length) return;
    Object.assign(open, { pending: true, error: "" });
    paint();
    try {
      await calls.send(command.mend(open.source.q, open.source.token, changed), true);
      dialog.close();
      told(gettext("Mended. Everybody on it sees it now."));
      done();
    } catch (refused) {
      Object.assign(open, { pending: false, error: refused.message });
      paint();
    }
  }

  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    open = null;
  });
  dialog.addEventListener("cancel", (event) => open?.pending && event.preventDefault());

  const line = (name, label, mode = "text") => html`<div class="field ${name}"><label for="mend-${name}">${label}</label>
    <input id="mend-${name}" class="input" inputmode=${mode} autocomplete="off" .value=${open.draft[name]} @input=${(event) => type(name, event.target.value)} /></div>`;
  const area = (name, label, rows) => html`<div class="field"><label for="mend-${name}">${label}</label>
    <textarea id="mend-${name}" class="input" rows=${rows} .value=${open.draft[name]} @input=${(event) => type(name, event.target.value)}></textarea></div>`;

  function paint() {
    const { source, shown, error, pending } = open;
    const changed = edits();
    const ready = !pending && changed && Object.keys(changed).length > 0 && !error;
    render(html`<form class="mend" @submit=${save}>
      <h2 id="mend-title-line">${format(gettext("Mend question %(q)s"), { q: number(source.q) })}</h2>
      <div class="both">
        <div class="sides">
          ${line("title", gettext("Title"))}
          ${area("text", gettext("Text, in Markdown"), 8)}
          ${area("hint", gettext("Hint, in Markdown"), 3)}
          ${source.image ? area("image_alt", gettext("What the picture shows"), 2) : nothing}
          <div class="numbers">${line("points", gettext("Points"), "numeric")}${line("threshold", gettext("Close from (%, 0 is off)"), "numeric")}</div>
        </div>
        <section class="shown" aria-label=${gettext("Preview")}>
          <p class="label">${gettext("Preview")}</p>
          <enigma-html class="words" .html=${shown?.html ?? ""}></enigma-html>
          ${shown?.hint_html ? html`<p class="label">${gettext("Hint")}</p><enigma-html class="words" .html=${shown.hint_html}></enigma-html>` : nothing}
        </section>
      </div>
      <p class="says">${format(gettext("It is on the page of %(players)s who are on it at once; others see it when they get there. What was judged stays judged."), { players: people(here(source.q)) })}</p>
      <p class="refusal" role="alert">${changed ? error : gettext("Points and closeness are whole numbers.")}</p>
      <footer>
        <button class="button" type="button" ?disabled=${pending} @click=${() => dialog.close()}>${gettext("Cancel")}</button>
        <button class="button lit" type="submit" aria-disabled=${String(!ready)}>${pending ? gettext("Sending …") : gettext("Mend it")}</button>
      </footer></form>`, dialog);
  }

  return {
    /** Opens the form of question `q`. */
    async edit(q) {
      if (!state().live) return offline();
      try {
        const source = await calls.send(command.question(q));
        const draft = Object.fromEntries([...TEXTS, ...NUMBERS].map((name) => [name, String(source[name])]));
        open = { source, draft, shown: null, error: "", pending: false };
        paint();
        dialog.showModal();
        look();
      } catch (refused) {
        told(refused.message);
      }
    },
    /** Asks whether the guesses of `group` are `verdict` from now on. */
    judgeAs(q, group, verdict) {
      if (!state().live) return offline();
      confirm.ask({
        words: () => judgeWords(q, group, verdict, here(q)),
        async act() {
          await calls.send(command.judgeAs(q, group.text, verdict), true);
          told(JUDGED[verdict]());
          done();
        },
      });
    },
  };
}
