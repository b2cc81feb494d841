// The hunt itself: its name, when it is, and every number that its rules know.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { $ } from "../dom.js";
import { format, gettext, locale, number } from "../i18n.js";
import { shortDayTime } from "../times.js";
import { huntForm, huntOf, stepsText } from "./drafts.js";

// Each setting belongs to one.
const GROUPS = [
  [() => gettext("What a right answer is worth"), /^(curve|floor_|half_life|solve_order)/],
  [() => gettext("Hints, skips and close answers: their price"), /^(hint|skip|accept_close)_/],
  [() => gettext("XP"), /^xp_/],
  [() => gettext("Guessing"), /^wrong_/],
  [() => gettext("The board"), /^(freeze|reveal|board)_/],
];

/** `about`: every setting, { name, about, default, least, most, choices }. */
export function createHuntForm({ api, state, paint, told, refresh, about, owner }) {
  let draft = null; // { token, form, base }: what it was made from
  let pending = false;
  let error = "";

  const saved = () => huntForm(state.desk, about);
  const isDirty = () => draft !== null && JSON.stringify(draft.form) !== draft.base;

  function edit(change) {
    draft = { ...draft, form: { ...draft.form, ...change } };
    error = "";
    paint("hunt");
  }

  async function save(event) {
    event?.preventDefault();
    const said = huntOf(draft.form, draft, about);
    if (pending || !isDirty() || said.wrong) return;
    pending = true;
    paint("hunt");
    try {
      await api.write("hunt", { token: draft.token, hunt: said.hunt });
      draft = null;
      await refresh();
      told(gettext("Saved."));
    } catch (refused) {
      if (refused.code === "outdated") await refresh().catch(() => null);
      error = refused.message;
    }
    pending = false;
    paint("hunt");
  }

  const shown = (value) => (Array.isArray(value) ? stepsText(value) : String(value));

  function setting({ name, about: words, default: standard, least, most, choices }, wrong) {
    const value = draft.form.settings[name];
    const type = (event) => edit({ settings: { ...draft.form.settings, [name]: event.target.value } });
    const bounds = least === null ? nothing : html` <span class="extra">${number(least)}–${number(most)}</span>`;
    return html`<div class="field setting"><label for="s-${name}"><code>${name}</code></label>
      ${choices.length
        ? html`<select id="s-${name}" class="input" aria-describedby="a-${name}" @change=${type}>
            <option value="" ?selected=${value === ""}>${format(gettext("%(value)s (default)"), { value: standard })}</option>
            ${choices.filter((each) => each !== standard).map((each) => html`<option value=${each} ?selected=${value === each}>${each}</option>`)}</select>`
        : html`<input id="s-${name}" class="input" autocomplete="off" aria-invalid=${String(wrong.includes(name))} aria-describedby="a-${name}" placeholder=${shown(standard)} .value=${value} @input=${type} />`}
      <p id="a-${name}" class="help">${words}${bounds}</p></div>`;
  }

  return {
    dirty: isDirty,
    save,
    /** The hunt may have changed: what nobody has touched follows. */
    arrived() {
      if (isDirty()) return;
      const form = saved();
      draft = { token: state.desk.token, form, base: JSON.stringify(form), starts_at: state.desk.starts_at, ends_at: state.desk.ends_at };
    },
    paint() {
      const { form } = draft;
      const said = huntOf(form, draft, about);
      const wrong = said.wrong ?? [];
      const stale = isDirty() && draft.token !== state.desk.token;
      const time = (name, label) => html`<div class="field"><label for="h-${name}">${label}</label>
        <input id="h-${name}" type="datetime-local" class="input" ?disabled=${state.desk.fixed || !owner} aria-invalid=${String(wrong.includes(name))} .value=${form[name]} @input=${(event) => edit({ [name]: event.target.value })} />
        <p class="help">${said.hunt ? shortDayTime(said.hunt[name], locale()) : nothing}</p></div>`;
      render(html`<form class="hunt-form" @submit=${save} novalidate>
        ${stale ? html`<div class="conflict" role="alert"><p>${gettext("Somebody has changed this while you wrote.")}</p><p>
          <button type="button" class="button small" @click=${() => { draft = null; this.arrived(); paint("hunt"); }}>${gettext("Take theirs, drop mine")}</button>
          <button type="button" class="button small" @click=${() => { draft = { ...draft, token: state.desk.token }; paint("hunt"); }}>${gettext("Keep mine over theirs")}</button></p></div>` : nothing}
        <div class="field"><label for="h-title">${gettext("Title of the hunt")}</label><input id="h-title" class="input" autocomplete="off" .value=${form.title} @input=${(event) => edit({ title: event.target.value })} /></div>
        <div class="field"><label for="h-tagline">${gettext("Tagline")}</label><input id="h-tagline" class="input" autocomplete="off" .value=${form.tagline} @input=${(event) => edit({ tagline: event.target.value })} /></div>
        <div class="pair">${time("starts_at", gettext("Start"))}${time("ends_at", gettext("End"))}</div>
        ${owner || state.desk.fixed ? nothing : html`<p class="says">${gettext("An owner says when it starts and ends.")}</p>`}
        ${state.desk.fixed ? html`<p class="says">${gettext("The hunt has begun: the console moves its end and its freeze. Settings count from the next answer on.")}</p>` : nothing}
        <p class="says">${gettext("Rules: an empty field is the default, which stands in it.")}</p>
        ${GROUPS.map(([words, names]) => html`<h2>${words()}</h2>
          <div class="settings">${about.filter(({ name }) => names.test(name)).map((each) => setting(each, wrong))}</div>`)}
        <footer><p class="refusal" role="alert">${wrong.length ? format(gettext("Cannot be read: %(names)s"), { names: wrong.join(", ") }) : error}</p>
          <button type="button" class="button" aria-disabled=${String(!isDirty() || pending)} @click=${() => { draft = null; this.arrived(); paint("hunt"); }}>${gettext("Discard")}</button>
          <button type="submit" class="button lit" aria-disabled=${String(!isDirty() || pending || wrong.length > 0 || stale)}>${pending ? gettext("Saving …") : gettext("Save")}</button></footer>
      </form>`, $("#hunt-form"));
    },
  };
}
