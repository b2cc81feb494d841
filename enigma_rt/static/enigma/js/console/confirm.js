// The one question before something that many people will feel: what will happen, to how many, and two buttons.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { format, gettext } from "../i18n.js";
import { MOST_MINUTES, minutesOf } from "./actions.js";

const STEPS = ["5", "15", "30", "60"];

/** The field of an extension. */
export const minutesField = () => ({
  name: "minutes", label: gettext("Minutes"), text: "30", steps: STEPS, read: minutesOf,
  help: format(gettext("A whole number from 1 to %(most)s."), { most: MOST_MINUTES }),
});

export class Confirm {
  #dialog;
  #asked = null;

  /** `dialog`: an empty <dialog>. */
  constructor(dialog) {
    this.#dialog = dialog;
    dialog.addEventListener("close", () => {
      this.#asked?.closed?.();
      this.#asked = null;
    });
    // What is on its way cannot be taken back by a key.
    dialog.addEventListener("cancel", (event) => this.#asked?.pending && event.preventDefault());
  }

  /**
   * Opens the dialog; false when it is open already. `fields`: what is asked for, each { name, label, text, read, help, steps, wide }; `read(text)` gives the
   * value, or null (then `help` says why). `words(values)` gives { title, says, button } and is asked again while it is open;
   * `ready(values)`: whether they make sense together; `quote()`: sanitised HTML to show, or null;
   * `typed(values)`: something else was typed; `closed()`: it is over. `act(values)` returns a promise: fulfilled closes the dialog, a
   * refusal is shown in it.
   */
  ask({ words, act, danger = false, fields = [], ready = () => true, quote = null, typed = null, closed = null }) {
    if (this.#dialog.open) return false;
    const texts = Object.fromEntries(fields.map(({ name, text }) => [name, text]));
    this.#asked = { words, act, danger, fields, ready, quote, typed, closed, texts, pending: false, error: "" };
    this.paint();
    this.#dialog.showModal();
    this.#dialog.querySelector("[data-first]")?.focus();
    return true;
  }

  /** Counts or instants may have changed. */
  paint() {
    if (!this.#asked) return;
    const { fields, danger, pending, error } = this.#asked;
    const quote = this.#asked.quote?.() ?? null;
    const values = this.#values();
    const { title, says, button } = this.#asked.words(values);
    render(
      html`<form class="confirm ${danger ? "grave" : ""}" @submit=${(event) => this.#submit(event)}>
        <h2 id="confirm-title">${title}</h2>
        ${fields.length ? html`<div class="asked">${fields.map((field, i) => this.#field(field, values[field.name], i === 0))}</div>` : nothing}
        <div class="says">${says.map((sentence) => html`<p>${sentence}</p>`)}</div>
        ${quote ? html`<enigma-html class="quote" .html=${quote}></enigma-html>` : nothing}
        <p class="refusal" role="alert">${error}</p>
        <footer>
          <button class="button" type="button" ?disabled=${pending} ?data-first=${!fields.length} @click=${() => this.#dialog.close()}>
            ${gettext("Cancel")}
          </button>
          <button class="button ${danger ? "danger" : "lit"}" type="submit" aria-disabled=${String(pending || !this.#complete(values))}>
            ${pending ? gettext("Sending …") : button}
          </button>
        </footer>
      </form>`,
      this.#dialog,
    );
  }

  #field({ name, label, help, type = "text", steps = [], wide = false }, value, first) {
    const text = this.#asked.texts[name];
    const wrong = value === null && text !== "";
    return html`<fieldset class="${wide ? "wide" : ""}">
      <label for="ask-${name}">${label}</label>
      <input id="ask-${name}" class="input" type=${type} inputmode=${wide ? "text" : "numeric"} autocomplete="off" ?data-first=${first} aria-invalid=${String(wrong)}
        aria-describedby="ask-${name}-help" .value=${text} @input=${(event) => this.#type(name, event.target.value)} />
      ${steps.map((step) => html`<button class="button" type="button" aria-pressed=${String(text === step)} @click=${() => this.#type(name, step)}>${step}</button>`)}
      <span id="ask-${name}-help" class="help">${wrong ? help : ""}</span>
    </fieldset>`;
  }

  #values() {
    const { fields, texts } = this.#asked;
    return Object.fromEntries(fields.map(({ name, read }) => [name, read(texts[name])]));
  }

  #complete(values) {
    return Object.values(values).every((value) => value !== null) && this.#asked.ready(values);
  }

  #type(name, text) {
    this.#asked.texts[name] = text;
    this.#asked.error = "";
    this.#asked.typed?.(this.#values());
    this.paint();
  }

  async #submit(event) {
    event.preventDefault();
    const asked = this.#asked;
    if (!asked || asked.pending) return;
    const values = this.#values();
    if (!this.#complete(values)) return;
    Object.assign(asked, { pending: true, error: "" });
    this.paint();
    try {
      await asked.act(values);
      this.#dialog.close();
    } catch (refused) {
      Object.assign(asked, { pending: false, error: refused.message });
      if (asked === this.#asked) this.paint();
    }
  }
}
