// The drawer of the webhooks: each with its buttons and its latest deliveries, and the form for another.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime, shortDayTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";

const FORMAT = { json: () => gettext("JSON"), discord: () => "Discord", slack: () => "Slack" };

const EVENT = {
  first_solve: () => gettext("first solves"),
  solve: () => gettext("every solve"),
  finish: () => gettext("finishes"),
  wall: () => gettext("walls"),
  announcement: () => gettext("announcements"),
};
const CHOSEN = new Set(["first_solve", "finish", "wall", "announcement"]);

export function view(state, act) {
  const { webhooks, deliveries, error } = state;
  return html`<header><h2 id="webhooks-title" tabindex="-1">${gettext("Webhooks")}</h2>
      <button type="button" class="button small" @click=${act.look}>${gettext("Look again")}</button>
      <button type="button" class="button small" data-close>${gettext("Close")}</button></header>
    <p class="lead">${gettext("Addresses that are told what happens, within seconds.")}</p>
    ${error ? html`<p class="refusal" role="alert">${error}</p>` : nothing}
    ${webhooks === null ? nothing : webhooks.map((row) => webhook(row, deliveries.filter((each) => each.webhook === row.webhook), act))}
    ${adding(state, act)}`;
}

function webhook(row, deliveries, act) {
  const minutes = format(ngettext("%(n)s minute", "%(n)s minutes", row.wall_minutes), { n: number(row.wall_minutes) });
  const players = format(ngettext("%(n)s player", "%(n)s players", row.wall_players), { n: number(row.wall_players) });
  const events = row.events.map((event) => (event === "wall" ? `${EVENT.wall()} (${players}, ${minutes})` : (EVENT[event]?.() ?? event)));
  return html`<section class="webhook" aria-label=${row.url}>
    <h3>${FORMAT[row.format]()} ${row.active ? nothing : html`<span class="tag bad">${gettext("paused")}</span>`}
      ${row.waiting ? html`<span class="tag">${format(gettext("%(n)s waiting"), { n: number(row.waiting) })}</span>` : nothing}
      ${row.failed ? html`<span class="tag bad">${format(gettext("%(n)s failed"), { n: number(row.failed) })}</span>` : nothing}</h3>
    <p class="address">${row.url}</p>
    <p class="extra">${events.join(", ")}</p>
    <p class="choices">
      ${row.active ? html`<button type="button" class="button small" @click=${() => act.test(row)}>${gettext("Send a test event")}</button>` : nothing}
      <button type="button" class="button small" @click=${() => act.pause(row)}>${row.active ? gettext("Pause") : gettext("Resume")}</button>
      <button type="button" class="button small danger" aria-haspopup="dialog" @click=${() => act.remove(row)}>${gettext("Delete")}…</button></p>
    ${stuck(row, deliveries)}
    ${deliveries.length ? html`<ol class="deliveries">${deliveries.map((each) => delivery(each, act))}</ol>` : html`<p class="nothing">${gettext("Nothing was told yet.")}</p>`}
  </section>`;
}

/** The first is the one that keeps the others waiting, with its error. */
const stuck = ({ active, waiting }, [first]) =>
  active && waiting > 1 && first?.status === "waiting" && first.tries
    ? html`<p class="extra" role="status">${gettext("The others wait until the first one is taken, or has failed.")}</p>`
    : nothing;

function delivery(row, act) {
  const status = {
    delivered: () => gettext("delivered"),
    failed: () => format(ngettext("failed after %(n)s try", "failed after %(n)s tries", row.tries), { n: number(row.tries) }),
    waiting: () => (row.tries ? format(gettext("again at %(time)s"), { time: exactTime(row.next_at, locale()) }) : gettext("waiting")),
  };
  return html`<li data-status=${row.status}>
    <time class="number time" title=${shortDayTime(row.at, locale())}>${exactTime(row.at, locale())}</time>
    <span class="told-text"><bdi>${row.text}</bdi>${row.error ? html`<span class="refusal">${row.error}</span>` : nothing}</span>
    <span class="status">${status[row.status]()}
      ${row.status === "failed" ? html`<button type="button" class="button small" @click=${() => act.again(row)}>${gettext("Send again")}</button>` : nothing}</span></li>`;
}

function adding({ addError, adding, walls, added }, act) {
  return html`${added ? html`<div class="secret" role="status"><h3>${gettext("The secret of the new webhook, shown this once")}</h3>
      <p>${gettext("Its receiver needs it to know that a delivery comes from here: see the guide for organisers.")}</p>
      <p><code>${added.secret}</code></p></div>` : nothing}
    <form class="adding" @submit=${act.add} @change=${(event) => act.choose(event.currentTarget)}>
      <h3>${gettext("Add a webhook")}</h3>
      <fieldset class="levels"><legend class="hush">${gettext("Format")}</legend>
        ${Object.keys(FORMAT).map((name, i) => html`<label><input type="radio" name="format" value=${name} ?checked=${i === 0}><span>${FORMAT[name]()}</span></label>`)}</fieldset>
      <label class="row">${gettext("Address")} <input class="input" name="url" type="url" required maxlength="500" autocomplete="off" placeholder="https://"></label>
      <fieldset class="events"><legend>${gettext("It is told of")}</legend>
        ${Object.keys(EVENT).map((name) => html`<label><input type="checkbox" name="events" value=${name} ?checked=${CHOSEN.has(name)}> ${EVENT[name]()}</label>`)}</fieldset>
      <p class="walls" ?hidden=${!walls}>
        <label>${gettext("A wall: at least so many players")} <input class="input small" name="players" type="number" min="1" max="10000" value="5" required></label>
        <label>${gettext("for so many minutes")} <input class="input small" name="minutes" type="number" min="1" max="1440" value="30" required></label></p>
      <p class="refusal" role="alert">${addError}</p>
      <button class="button" type="submit" aria-disabled=${String(adding)}>${adding ? gettext("Sending …") : gettext("Add")}</button>
    </form>`;
}
