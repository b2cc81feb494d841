// Mending a question while it is played: the form with its preview, and a guess that is judged differently from now on.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { command } from "./commands.js";
import { format, gettext, number } from "../i18n.js";
import { Refused } from "./calls.js";
import { carry, splice } from "./splice.js";
import { JUDGED, judgeWords, people } from "./words.js";

const PREVIEW_AFTER = 300;
const TEXTS = ["title", "text", "hint", "image_alt"];
const NUMBERS = ["points", "threshold"];
const LABEL = {
  title: () => gettext("Title"),
  text: () => gettext("Text, in Markdown"),
  hint: () => gettext("Hint, in Markdown"),
  image_alt: () => gettext("What the picture shows"),
  points: () => gettext("Points"),
  threshold: () => gettext("Close from (%, 0 is off)"),
};

/**
 * `dialog`: an empty <dialog>. `api()`: the author's desk's requests, by which a picture goes: a frame has no room for one.
 * `state()`: { live }; `here(q)`: how many are on question q; `accepted(q, text)`: from now on that
 * is right, and who typed it before has not got it yet.
 */
export function createMending({ calls, api, confirm, dialog, state, here, told, accepted }) {
  let open = null; // { source, draft, picture, gone, shown, both, note, error, pending }
  let timer = 0;
  let run = 0;

  const offline = () => told(gettext("There is no connection. Nothing was sent."));

  /** What the draft changes: { edits } for the protocol, null when a number is none. */
  function edits() {
    const { source, draft } = open;
    const changed = {};
    for (const name of TEXTS) {
      if (name === "image_alt" && pictured()) continue; // it goes with the picture
      const change = splice(source[name], draft[name]);
      if (change) changed[name] = change;
    }
    for (const name of NUMBERS) {
      if (!/^\d{1,5}$/.test(draft[name])) return null;
      if (Number(draft[name]) !== source[name]) changed[name] = Number(draft[name]);
    }
    return changed;
  }

  const pictured = () => open.picture !== null || open.gone;
  const anything = (changed) => pictured() || Object.keys(changed).length > 0;
  const shownPicture = () => open.picture?.url ?? (open.gone ? null : open.source.image);

  /** What has to be put right first, in words, or "". */
  const missed = (changed) => {
    if (!changed) return gettext("Points and closeness are whole numbers.");
    return shownPicture() && !open.draft.image_alt.trim() ? gettext("Say what the picture shows, for those who cannot see it.") : "";
  };

  async function pick({ target }) {
    const mine = open;
    const [file] = target.files;
    target.value = "";
    if (!file) return;
    try {
      const picture = await api().picture(file);
      Object.assign(mine, { picture, gone: false, error: "" });
    } catch (refused) {
      mine.error = refused.message;
    }
    if (mine === open) paint();
  }

  function takeAway() {
    Object.assign(open, { picture: null, gone: open.source.image !== null });
    open.draft.image_alt = open.gone ? "" : open.source.image_alt;
    paint();
  }

  /** With a picture all of the question goes, as from the author's desk; else what has changed. */
  async function send({ source, draft, picture, gone }, changed) {
    if (!picture && !gone) return calls.send(command.mend(source.q, source.token, changed), true);
    const { questions } = await api().get("state");
    const found = questions.find(({ q }) => q === source.q);
    if (found?.token !== source.token) throw new Refused("outdated", "");
    const { title, text, hint, image_alt, points, threshold } = draft;
    const content = { ...found.content, title, text, hint, image: null, image_alt, points: Number(points), threshold: Number(threshold) };
    return api().write(`questions/${found.id}`, { token: source.token, content, picture: picture && { name: picture.name, data: picture.data } });
  }

  async function look() {
    const changed = edits();
    const mine = ++run;
    if (!changed) return;
    try {
      const shown = await calls.send(command.mendPreview(open.source.q, open.source.token, changed));
      if (mine === run && open) Object.assign(open, { shown, error: "" });
    } catch (refused) {
      if (mine !== run || !open) return;
      if (refused.code === "outdated") return afresh();
      open.error = refused.message;
    }
    if (mine === run && open) paint();
  }

  /** A colleague has changed it: what was not touched here is theirs, and what both have changed is shown. */
  async function afresh() {
    const mine = open;
    try {
      const source = await calls.send(command.question(mine.source.q));
      const { draft, both } = carry(mine.draft, mine.source, source);
      Object.assign(mine, { source, draft, both: [...new Set([...mine.both, ...both])], pending: false, error: "" });
      mine.note = gettext("Meanwhile somebody else has mended it. What you have not touched is as they left it: look again.");
    } catch (refused) {
      Object.assign(mine, { pending: false, error: refused.message });
    }
    if (mine !== open) return;
    paint();
    if (!mine.error) look();
  }

  function type(name, value) {
    open.draft[name] = value;
    paint();
    clearTimeout(timer);
    timer = setTimeout(() => open && look(), PREVIEW_AFTER);
  }

  function take(name) {
    open.draft[name] = String(open.source[name]);
    paint();
    look();
  }

  async function save(event) {
    event.preventDefault();
    const mine = open;
    const changed = edits();
    if (mine.pending || missed(changed) || !anything(changed)) return;
    clearTimeout(timer);
    Object.assign(mine, { pending: true, error: "" });
    paint();
    try {
      await send(mine, changed);
      if (mine === open) dialog.close();
      told(gettext("Mended. Everybody on it sees it now."));
    } catch (refused) {
      if (mine !== open) return told(refused.message); // closed meanwhile: a key pressed twice does that
      if (refused.code === "outdated") return afresh();
      Object.assign(mine, { pending: false, error: refused.message });
      paint();
    }
  }

  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    open = null;
  });
  dialog.addEventListener("cancel", (event) => open?.pending && event.preventDefault());

  const theirs = (name) => open.both.includes(name) && open.draft[name] !== String(open.source[name])
    ? html`<div class="theirs"><p>${gettext("You have both changed this. Theirs:")}</p><p class="quote">${open.source[name]}</p>
        <button type="button" class="button small" @click=${() => take(name)}>${gettext("Take theirs")}</button></div>`
    : nothing;
  const line = (name, mode = "text") => html`<div class="field ${name}"><label for="mend-${name}">${LABEL[name]()}</label>
    <input id="mend-${name}" class="input" inputmode=${mode} autocomplete="off" .value=${open.draft[name]} @input=${(event) => type(name, event.target.value)} />${theirs(name)}</div>`;
  const area = (name, rows) => html`<div class="field"><label for="mend-${name}">${LABEL[name]()}</label>
    <textarea id="mend-${name}" class="input" rows=${rows} .value=${open.draft[name]} @input=${(event) => type(name, event.target.value)}></textarea>${theirs(name)}</div>`;

  function paint() {
    const { source, shown, note, error, pending } = open;
    const changed = edits();
    const picture = shownPicture();
    const missing = missed(changed);
    const ready = !pending && !missing && anything(changed) && !error;
    render(html`<form class="mend" @submit=${save}>
      <h2 id="mend-title-line">${format(gettext("Mend question %(q)s"), { q: number(source.q) })}</h2>
      <div class="both">
        <div class="sides">
          ${line("title")}
          ${area("text", 8)}
          ${area("hint", 3)}
          <div class="field"><span id="mend-image-label" class="label-line">${gettext("Picture")}</span>
            <div class="picture-line">${picture ? html`<button type="button" class="button small" @click=${takeAway}>${gettext("Take away")}</button>` : nothing}
              <input type="file" class="file" aria-labelledby="mend-image-label" accept=".svg,.png,.jpg,.jpeg,.webp,.gif" @change=${pick} /></div></div>
          ${picture ? area("image_alt", 2) : nothing}
          <div class="numbers">${line("points", "numeric")}${line("threshold", "numeric")}</div>
        </div>
        <section class="shown" aria-label=${gettext("Preview")}>
          <p class="label">${gettext("Preview")}</p>
          <enigma-html class="words" .html=${shown?.html ?? ""}></enigma-html>
          ${picture ? html`<img src=${picture} alt=${open.draft.image_alt} />` : nothing}
          ${shown?.hint_html ? html`<p class="label">${gettext("Hint")}</p><enigma-html class="words" .html=${shown.hint_html}></enigma-html>` : nothing}
        </section>
      </div>
      <p class="says">${format(gettext("It is on the page of %(players)s who are on it at once; others see it when they get there. What was judged stays judged."), { players: people(here(source.q)) })}</p>
      <p class="note" role="status">${note}</p>
      <p class="refusal" role="alert">${missing || error}</p>
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
        if (dialog.open) return;
        open = { source, draft, picture: null, gone: false, shown: null, both: [], note: "", error: "", pending: false };
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
      let judged = false;
      confirm.ask({
        words: () => judgeWords(q, group, verdict, here(q)),
        async act() {
          await calls.send(command.judgeAs(q, group.text, verdict), true);
          judged = true;
          told(JUDGED[verdict]());
        },
        closed: () => judged && verdict === "correct" && accepted(q, group.text),
      });
    },
  };
}
