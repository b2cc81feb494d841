// The one question before something that many people will feel: what will happen, to how many, and two buttons.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { format, gettext } from "../i18n.js";
import { MOST_MINUTES, minutesOf } from "./actions.js";

const STEPS = [5, 15, 30, 60];

export class Confirm {
  #dialog;
  #asked = null;

  /** `dialog`: an empty <dialog>. */
  constructor(dialog) {
    this.#dialog = dialog;
    dialog.addEventListener("close", () => (this.#asked = null));
    // What is on its way cannot be taken back by a key.
    dialog.addEventListener("cancel", (event) => this.#asked?.pending && event.preventDefault());
  }

  /**
   * Opens the dialog. `words(minutes)` gives { title, says, button } and is asked again while it is open; `minutes` true: they
   * are asked for too; `act(minutes)` returns a promise: fulfilled closes the dialog, a refusal is shown in it.
   */
  ask({ words, act, danger = false, minutes = false, quote = null }) {
    if (this.#dialog.open) return;
    this.#asked = { words, act, danger, minutes, quote, text: minutes ? "30" : "", pending: false, error: "" };
    this.paint();
    this.#dialog.showModal();
    this.#dialog.querySelector("[data-first]")?.focus();
  }

  /** Counts or instants may have changed. */
  paint() {
    if (!this.#asked) return;
    const { minutes, text, danger, pending, error, quote } = this.#asked;
    const wanted = minutes ? minutesOf(text) : null;
    const { title, says, button } = this.#asked.words(wanted);
    const ready = !pending && (!minutes || wanted !== null);
    render(
      html`<form class="confirm ${danger ? "grave" : ""}" @submit=${(event) => this.#submit(event, wanted)}>
        <h2 id="confirm-title">${title}</h2>
        ${minutes ? this.#minutes(text, wanted) : nothing}
        <div class="says">${says.map((sentence) => html`<p>${sentence}</p>`)}</div>
        ${quote ? html`<enigma-html class="quote" .html=${quote}></enigma-html>` : nothing}
        <p class="refusal" role="alert">${error}</p>
        <footer>
          <button class="button" type="button" ?disabled=${pending} ?data-first=${!minutes} @click=${() => this.#dialog.close()}>
            ${gettext("Cancel")}
          </button>
          <button class="button ${danger ? "danger" : "lit"}" type="submit" aria-disabled=${String(!ready)}>
            ${pending ? gettext("Sending …") : button}
          </button>
        </footer>
      </form>`,
      this.#dialog,
    );
  }

  #minutes(text, wanted) {
    return html`<fieldset class="minutes">
      <label for="minutes">${gettext("Minutes")}</label>
      <input id="minutes" class="input" inputmode="numeric" autocomplete="off" data-first aria-invalid=${String(wanted === null)}
        aria-describedby="minutes-help" .value=${text} @input=${(event) => this.#type(event.target.value)} />
      ${STEPS.map((step) => html`<button class="button" type="button" aria-pressed=${String(wanted === step)} @click=${() => this.#type(String(step))}>${step}</button>`)}
      <span id="minutes-help" class="help">${wanted === null ? format(gettext("A whole number from 1 to %(most)s."), { most: MOST_MINUTES }) : ""}</span>
    </fieldset>`;
  }

  #type(text) {
    this.#asked.text = text;
    this.#asked.error = "";
    this.paint();
  }

  async #submit(event, minutes) {
    event.preventDefault();
    const asked = this.#asked;
    if (!asked || asked.pending || (asked.minutes && minutes === null)) return;
    Object.assign(asked, { pending: true, error: "" });
    this.paint();
    try {
      await asked.act(minutes);
      this.#dialog.close();
    } catch (refused) {
      Object.assign(asked, { pending: false, error: refused.message });
      if (asked === this.#asked) this.paint();
    }
  }
}
