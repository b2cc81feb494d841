// A question judged again: first whom it touches and how, then the button that books it. Nothing is written before.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { command } from "./commands.js";
import { $ } from "../dom.js";
import { format, gettext, number } from "../i18n.js";
import { reasonOf } from "./actions.js";
import { people, signed } from "./words.js";

/** `dialog`: an empty <dialog>. `state()`: { live }. */
export function createRegrading({ calls, dialog, state, told }) {
  let open = null; // { view, rows, reason, pending, error }

  async function look(q, page = 0) {
    const view = await calls.send(command.regrade(q, page));
    // Another list than the pages before are of: from the beginning.
    if (page && view.token !== open?.view.token) return look(q);
    return view;
  }

  async function more() {
    const mine = open;
    try {
      const view = await look(mine.view.q, mine.view.next);
      Object.assign(mine, { rows: view.token === mine.view.token ? [...mine.rows, ...view.rows] : view.rows, view, error: "" });
    } catch (refused) {
      mine.error = refused.message;
    }
    if (mine === open) paint();
  }

  /** The list as it is now, since it has changed; while it cannot be had, the refusal. */
  async function afresh(mine) {
    try {
      const view = await look(mine.view.q);
      Object.assign(mine, { view, rows: view.rows, error: gettext("Meanwhile the list has changed. This is what it would do now.") });
    } catch (refused) {
      mine.error = refused.message;
    }
  }

  async function book(event) {
    event.preventDefault();
    const mine = open;
    const reason = reasonOf(mine.reason);
    if (mine.pending || !reason || !mine.view.players) return;
    Object.assign(mine, { pending: true, error: "" });
    paint();
    const { q, token, players } = mine.view;
    try {
      await calls.send(command.regradeApply(q, token, reason), true);
      if (mine === open) dialog.close();
      told(format(gettext("Judged again: %(players)s were told."), { players: people(players) }));
      return;
    } catch (refused) {
      if (mine !== open) return told(refused.message); // closed meanwhile: a key pressed twice does that
      if (refused.code === "outdated") await afresh(mine);
      else mine.error = refused.message;
    }
    mine.pending = false;
    if (mine === open) paint();
  }

  dialog.addEventListener("close", () => (open = null));
  dialog.addEventListener("cancel", (event) => open?.pending && event.preventDefault());

  const pair = ([before, after]) => html`<td class="n number ${before === after ? "zero" : ""}">${before === null ? "–" : number(before)}${before === after ? nothing : html` → <b>${after === null ? "–" : number(after)}</b>`}</td>`;

  function paint() {
    const { view, rows, reason, pending, error } = open;
    const ready = !pending && reasonOf(reason) && view.players > 0;
    render(html`<form class="mend" @submit=${book}>
      <h2 id="regrade-title">${format(gettext("Judge question %(q)s again?"), { q: number(view.q) })}</h2>
      <div class="says">
        <p>${view.players
          ? format(gettext("It touches %(players)s: %(solves)s more solved, %(moved)s move on at once, %(points)s points and %(xp)s XP in all. Boards move once."), {
              players: people(view.players), solves: number(view.solves), moved: people(view.moved), points: signed(view.points) || "0", xp: signed(view.xp) || "0",
            })
          : gettext("By the answers and points as they are now everybody has what they should have.")}</p>
        <p>${gettext("Each gets what the first right guess was worth then. Nothing is edited: the differences are booked, and each player is told why.")}</p>
      </div>
      ${rows.length ? html`<div class="shown"><table aria-labelledby="regrade-title">
        <thead><tr><th scope="col">${gettext("Player")}</th><th scope="col" class="n">${gettext("Points")}</th><th scope="col" class="n">${gettext("XP")}</th>
          <th scope="col" class="n">${gettext("No.")}</th><th scope="col" class="n">${gettext("Rank")}</th></tr></thead>
        <tbody>${rows.map((row) => html`<tr><td><bdi>${row.name}</bdi></td>${pair(row.points)}${pair(row.xp)}${pair(row.position)}${pair(row.rank)}</tr>`)}</tbody></table>
        ${view.next === null ? nothing : html`<button type="button" class="button small more" @click=${more}>${gettext("More")}</button>`}</div>` : nothing}
      <div class="field"><label for="regrade-why">${gettext("Why")}</label>
        <input id="regrade-why" class="input" autocomplete="off" maxlength="200" .value=${reason} @input=${({ target }) => { open.reason = target.value; paint(); }} /></div>
      <p class="refusal" role="alert">${error}</p>
      <footer>
        <button class="button" type="button" ?disabled=${pending} @click=${() => dialog.close()}>${gettext("Cancel")}</button>
        <button class="button danger" type="submit" aria-disabled=${String(!ready)}>${pending ? gettext("Sending …") : format(gettext("Book it for %(players)s"), { players: people(view.players) })}</button>
      </footer></form>`, dialog);
  }

  return {
    /** `reason`: what players will be told, unless it is changed. `unless`: what to say, instead of a list of nobody. */
    async open(q, { reason = "", unless = null } = {}) {
      if (!state().live) return told(gettext("There is no connection. Nothing was sent."));
      try {
        const view = await look(q);
        if (unless !== null && !view.players) return told(unless);
        if (dialog.open) return;
        open = { view, rows: view.rows, reason, pending: false, error: "" };
        paint();
        dialog.showModal();
        $("#regrade-why", dialog).focus();
      } catch (refused) {
        told(refused.message);
      }
    },
  };
}
