// The form of one question: every part that a pack has, each with what is wrong or odd about it.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, number } from "../i18n.js";
import { NEW, fieldOf } from "./drafts.js";

export const FIELDS = {
  title: () => gettext("Title"),
  before: () => gettext("Story before"),
  text: () => gettext("Text, in Markdown"),
  image: () => gettext("Picture"),
  image_alt: () => gettext("What the picture shows"),
  answers: () => gettext("Right answers, one in each line"),
  close: () => gettext("Close answers, one in each line"),
  threshold: () => gettext("Close from (%, 0 is off)"),
  hint: () => gettext("Hint, in Markdown"),
  points: () => gettext("Points"),
  after: () => gettext("Story after"),
};

const HELP = {
  before: () => gettext("Read when the question opens. Each block is a paragraph or more."),
  text: () => gettext("The puzzle. *italic*, **bold**, > quotation, - list, [words](https://…); an empty line between paragraphs."),
  image: () => gettext("SVG, PNG, JPEG, WebP or GIF, up to 1 MiB. Nobody gets it before the question."),
  image_alt: () => gettext("For those who cannot see it: all that it takes to solve the puzzle."),
  answers: () => gettext("Case, accents, spaces and punctuation do not count."),
  close: () => gettext("Not right, but players are told that they are close."),
  threshold: () => gettext("What is so similar to a right answer is close, too: 85 forgives a slip."),
  points: () => gettext("The most that it is worth; the rules take time and hints off."),
  hint: () => gettext("Players buy it. Without one there is none to buy."),
  after: () => gettext("Read once it has been solved or skipped."),
};

export const findingLine = ({ kind, place, text, cure }) => html`<li class=${kind}><span class="kind">${kind === "fault" ? gettext("Fault") : gettext("Note")}</span> ${place} ${text}. <span class="cure">${cure}.</span></li>`;

/** `draft`: { id, q, form, standing }; `findings` of the draft as last looked at; `test`: { address, csrf } of test play. */
export function form({ draft, findings, dirty, pending, error, fixed, alone, images, test }, act) {
  const { form: fields, id } = draft;
  const about = (name) => findings.filter((finding) => fieldOf(finding) === name);
  const notes = (name) => html`${HELP[name] ? html`<p id="help-${name}" class="help">${HELP[name]()}</p>` : nothing}${about(name).length ? html`<ul id="about-${name}" class="about">${about(name).map(findingLine)}</ul>` : nothing}`;
  const described = (name) => [HELP[name] && `help-${name}`, about(name).length && `about-${name}`].filter(Boolean).join(" ") || nothing;
  const wrong = (name) => String(about(name).some(({ kind }) => kind === "fault"));
  const type = (name) => (event) => act.type(name, event.target.value);
  const line = (name, mode = "text") => html`<div class="field f-${name}"><label for="f-${name}">${FIELDS[name]()}</label>
    <input id="f-${name}" class="input" inputmode=${mode} autocomplete="off" aria-invalid=${wrong(name)} aria-describedby=${described(name)} .value=${fields[name]} @input=${type(name)} />${notes(name)}</div>`;
  const area = (name, rows) => html`<div class="field f-${name}"><label for="f-${name}">${FIELDS[name]()}</label>
    <textarea id="f-${name}" class="input" rows=${rows} spellcheck=${name === "answers" || name === "close" ? "false" : "true"} aria-invalid=${wrong(name)} aria-describedby=${described(name)} .value=${fields[name]} @input=${type(name)}></textarea>${notes(name)}</div>`;
  const story = (name) => html`<fieldset class="blocks f-${name}">
    <legend>${FIELDS[name]()}</legend>
    <p class="help">${HELP[name]()}</p>
    ${fields[name].map((text, i) => html`<div class="block">
      <textarea id="f-${name}-${i}" class="input" rows="4" aria-label=${format(gettext("%(what)s, block %(n)s"), { what: FIELDS[name](), n: number(i + 1) })} .value=${text} @input=${(event) => act.block(name, i, event.target.value)}></textarea>
      <button type="button" class="button small" aria-label=${format(gettext("Remove block %(n)s of: %(what)s"), { what: FIELDS[name](), n: number(i + 1) })} @click=${() => act.unblock(name, i)}>${gettext("Remove")}</button>
    </div>`)}
    <button type="button" class="button small" @click=${() => act.addBlock(name)}>${fields[name].length ? gettext("One more block") : gettext("Write a story block")}</button>
    ${about(name).length ? html`<ul class="about">${about(name).map(findingLine)}</ul>` : nothing}</fieldset>`;

  const ready = dirty && !pending && draft.standing === "same";
  return html`<form id="test" method="post" target="_blank" action=${test.address} hidden><input type="hidden" name="csrfmiddlewaretoken" .value=${test.csrf} /><input type="hidden" name="q" .value=${String(draft.q)} /></form>
  <form class="question-form" @submit=${act.save} novalidate>
    <header>
      <h2 id="editor-title" tabindex="-1">${draft.standing === "gone" ? gettext("A question that was deleted") : id === NEW ? format(gettext("New question, no. %(q)s"), { q: number(draft.q) }) : format(gettext("Question %(q)s"), { q: number(draft.q) })}</h2>
      <span class="flag ${dirty ? "lit" : ""}">${dirty ? gettext("unsaved") : id === NEW ? gettext("empty") : gettext("saved")}</span>
      ${id === NEW || draft.standing === "gone" ? nothing : html`<button type="submit" form="test" class="button small play" title=${gettext("As it is saved, in a copy of the hunt: nobody sees it, nothing counts")}>${gettext("Play from here")}</button>`}
      ${fixed || id === NEW || draft.standing === "gone" ? nothing : html`<button type="button" class="button small danger" aria-haspopup="dialog" @click=${act.remove}>${gettext("Delete")}…</button>`}
    </header>
    ${standing(draft, act)}
    ${fixed ? html`<p class="says">${gettext("The hunt has begun. What you save is on the pages of those who are on this question at once; what was judged stays judged.")}</p>` : nothing}
    ${line("title")}
    ${story("before")}
    ${area("text", 8)}
    <div class="field f-image">
      <span class="named" id="l-image">${FIELDS.image()}</span>
      ${fields.image || fields.picture
        ? html`<div class="picture-line"><img src=${fields.picture?.url ?? images} alt="" /><span class="name">${fields.picture?.name ?? fields.image}</span>
            <button type="button" class="button small" @click=${act.unpicture}>${gettext("Take away")}</button></div>`
        : nothing}
      <input id="f-image" type="file" class="file" aria-labelledby="l-image" aria-describedby=${described("image")} accept=".svg,.png,.jpg,.jpeg,.webp,.gif" @change=${act.picture} />
      ${notes("image")}
    </div>
    ${fields.image || fields.picture || fields.image_alt ? area("image_alt", 2) : nothing}
    <div class="pair">${area("answers", 4)}${area("close", 4)}</div>
    <div class="pair">${line("threshold", "numeric")}${line("points", "numeric")}</div>
    ${area("hint", 3)}
    ${story("after")}
    <footer>
      <p class="refusal" role="alert">${error}</p>
      <button type="button" class="button" aria-disabled=${String((id === NEW ? alone && !dirty : !dirty) || pending)} @click=${act.discard}>${gettext("Discard")}</button>
      <button type="submit" class="button lit" aria-disabled=${String(!ready)} aria-keyshortcuts="Control+S">${pending ? gettext("Saving …") : gettext("Save")}</button>
    </footer>
  </form>`;
}

function standing(draft, act) {
  if (draft.standing === "same") return nothing;
  const gone = draft.standing === "gone";
  return html`<div class="conflict" role="alert">
    <p>${gone ? gettext("Somebody has deleted this question. What you wrote is still here.") : gettext("Somebody has changed this question while you wrote.")}</p>
    <p><button type="button" class="button small" @click=${act.theirs}>${gone ? gettext("Let it go") : gettext("Take theirs, drop mine")}</button>
    ${gone ? html`<button type="button" class="button small" @click=${act.rescue}>${gettext("Make a new question of it")}</button>` : html`<button type="button" class="button small" @click=${act.mine}>${gettext("Keep mine over theirs")}</button>`}</p>
  </div>`;
}
