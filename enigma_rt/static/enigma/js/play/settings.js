// What a player can set for this browser: kept in its storage, told to nobody. Everything is off but the rival.

import { html, render } from "../../vendor/lit-html/lit-html.js";
import { gettext } from "../i18n.js";
import { calm, canVibrate } from "./sounds.js";

const KEY = "enigma.settings";

export function createSettings(page, { choices, changed, heard }) {
  const dialog = document.createElement("dialog");
  dialog.className = "settings";
  dialog.setAttribute("aria-labelledby", "settings-title");
  document.body.append(dialog);
  // A click beside it closes it, as Escape does.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  let kept = read();

  function keep(changes) {
    kept = { ...kept, ...changes };
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // full or forbidden: it holds as long as the page
    }
    draw();
    changed();
  }

  /** What was just switched on is shown at once. */
  function flip(changes) {
    keep(changes);
    if (Object.values(changes)[0]) heard();
  }

  /** "next", "nobody" or a player's number, from the list. */
  function chase(value) {
    const found = choices().find(([player]) => String(player) === value);
    const { hunt } = document.body.dataset;
    keep({ rival: found ? { hunt, player: found[0], name: found[1] } : value });
  }

  function draw() {
    const { rival } = kept;
    const player = picked()?.player;
    const listed = choices();
    if (player && !listed.some(([each]) => each === player)) listed.unshift([player, rival.name]);
    const option = (value, label, chosen) => html`<option value=${value} ?selected=${chosen}>${label}</option>`;
    render(
      html`<form method="dialog">
        <header>
          <h2 id="settings-title">${gettext("Settings")}</h2>
          <button class="button quiet">${gettext("Done")}</button>
        </header>
        <label class="setting"><span>${gettext("Whom I chase")}</span>
          <select @change=${(event) => chase(event.target.value)}>
            ${option("next", gettext("Whoever is right above me"), rival === "next")}
            ${option("nobody", gettext("Nobody"), rival === "nobody")}
            ${listed.map(([each, name]) => option(each, name, each === player))}
          </select>
        </label>
        <label class="setting"><span>${gettext("Language")}</span>
          <select @change=${(event) => speak(event.target.value)}>
            ${languages().map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === document.documentElement.lang}>${name}</option>`)}
          </select>
        </label>
        <label class="setting"><span>${gettext("Sounds")}</span>
          <input type="checkbox" .checked=${kept.sound} @change=${(event) => flip({ sound: event.target.checked })} />
        </label>
        ${canVibrate() ? html`<label class="setting"><span>${gettext("Vibration")}</span>
          <input type="checkbox" .checked=${kept.vibration && !calm()} ?disabled=${calm()} @change=${(event) => flip({ vibration: event.target.checked })} />
          ${calm() ? html`<small>${gettext("Your device asks for less motion, so it keeps still.")}</small>` : ""}
        </label>` : ""}
        <p class="elsewhere"><a class="button" href="/me">${gettext("My hunt")}</a> <a class="button" href="/rules">${gettext("The rules")}</a> <a class="button quiet" href="/accounts/logout/">${gettext("Log out")}</a></p>
      </form>`,
      dialog,
    );
  }

  /** The rival that was picked in this hunt, or null. */
  function picked() {
    return kept.rival?.hunt === document.body.dataset.hunt ? kept.rival : null;
  }

  return {
    get rival() {
      return kept.rival;
    },
    get sound() {
      return kept.sound;
    },
    get vibration() {
      return kept.vibration;
    },
    get picked() {
      return picked();
    },
    open() {
      draw();
      if (!dialog.open) dialog.showModal();
    },
  };
}

const languages = () => document.body.dataset.languages.split(",").map((one) => one.split(" "));

/** The choice is the server's to read, with every page; what is typed and what waits outlives the reload. */
function speak(language) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `django_language=${language}; path=/; max-age=31536000; samesite=lax${secure}`;
  location.reload();
}

function read() {
  const usual = { rival: "next", sound: false, vibration: false };
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const rival = found.rival === "nobody" || Number.isInteger(found.rival?.player) ? found.rival : "next";
    return { rival, sound: found.sound === true, vibration: found.vibration === true };
  } catch {
    return usual;
  }
}
