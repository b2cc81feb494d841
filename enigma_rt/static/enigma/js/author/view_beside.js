// Beside the form: the question as its players will see it, and a field to try answers in.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, number } from "../i18n.js";

export const SCENES = {
  opens: () => gettext("As it opens"),
  hint: () => gettext("With its hint"),
  solved: () => gettext("Once solved"),
};
export const SIZES = { phone: () => gettext("Phone"), desk: () => gettext("Desk") };

const choice = (name, legend, options, chosen, choose) => html`<fieldset class="levels ${name}"><legend class="hush">${legend}</legend>
  ${Object.entries(options).map(([value, words]) => html`<label><input type="radio" name=${name} value=${value} .checked=${chosen === value} @change=${() => choose(value)} /><span>${words()}</span></label>`)}</fieldset>`;

export const preview = ({ scene, size, address }, act) => html`
  <header>${choice("scene", gettext("Which moment"), SCENES, scene, act.scene)}${choice("size", gettext("How wide"), SIZES, size, act.size)}</header>
  <div class="pane" data-size=${size}><iframe src=${address} title=${gettext("As players see it")}></iframe></div>`;

const VERDICT = { correct: () => gettext("right"), close: () => gettext("close"), wrong: () => gettext("wrong") };

function why({ why: reason, by, percent, folded, verdict }) {
  const values = { by, percent: number(percent) };
  const words = {
    same: verdict === "correct" ? gettext("the same as the right answer “%(by)s”, once case, accents, spaces and punctuation are folded") : gettext("the same as the close answer “%(by)s”, once folded"),
    similar: gettext("%(percent)s %% similar to “%(by)s”: enough for the threshold"),
    different: gettext("%(percent)s %% similar to the nearest right answer, “%(by)s”"),
    blank: gettext("it shows nothing"),
  }[reason];
  return html`${format(words, values).replaceAll("%%", "%")}${folded ? html`; <span class="extra">${gettext("compared as")} <code>${folded}</code></span>` : nothing}`;
}

export const tester = ({ text, trial, error }, act) => html`
  <div class="field"><label for="try">${gettext("Try an answer")}</label>
    <input id="try" class="input" autocomplete="off" spellcheck="false" placeholder=${gettext("Type a guess")} .value=${text} @input=${(event) => act.guess(event.target.value)} /></div>
  <p class="judged" role="status">${error ? html`<span class="refusal">${error}</span>` : nothing}${trial && text ? html`<span class="verdict" data-outcome=${trial.verdict}><span class="mark"></span>${VERDICT[trial.verdict]()}</span> ${why(trial)}` : nothing}</p>`;
