// The top of the player's page: the gauges (question, rank, points, XP), the connection light, the views.

import { html } from "../../vendor/lit-html/lit-html.js";
import { keyed } from "../../vendor/lit-html/directives/keyed.js";
import { countdown, zoned } from "../clock.js";
import { linkWords } from "../dom.js";
import { format, gettext, ngettext, number } from "../i18n.js";
import { grantProgress, secondsToGrant } from "./state.js";
import { crossing } from "./words.js";

export function head(page, act) {
  const { state } = page;
  return html`
    <div class="nameplate">
      <h1 class="hunt-name"><a href="/">${state.hunt?.title ?? page.title}</a></h1>
      ${light(page)}
      <button type="button" class="button quiet gear" @click=${act.settings}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h9m4 0h3M4 17h3m4 0h9M15 4v6M9 14v6" /></svg><span class="hush">${gettext("Settings")}</span>
      </button>
    </div>
    <dl class="gauges">${state.readable ? html`${questionGauge(page)} ${rankGauge(state)} ${pointsGauge(state)} ${xpGauge(page)}` : ""}</dl>
    ${keyed(state.change, html`<p class=${state.change && page.chase === null ? "change fresh" : "change"}>${page.chase ?? (state.change ? crossing(state.change) : ending(state.hunt))}</p>`)}
  `;
}

function ending(hunt) {
  if (!hunt || hunt.phase === "scheduled" || hunt.phase === "ended") return "";
  return format(gettext("The hunt ends %(time)s."), { time: zoned(hunt.ends_at) });
}

function light({ link }) {
  return html`<span class="link-light" data-state=${link.state} role="img" aria-label=${`${gettext("Connection")}: ${linkWords(link.state, link.lag)}`}
    ><span aria-hidden="true">${linkWords(link.state, link.lag)}</span></span
  >`;
}

function questionGauge({ state, shown }) {
  const total = state.hunt?.questions ?? 0;
  const at = state.me ? Math.min(shown ?? state.me.position, total) : null;
  const name = format(gettext("Question %(n)s of %(total)s"), { n: at ?? "–", total });
  return html`<div class="gauge">
    <dt>${gettext("Question")}</dt>
    <dd><span class="hush">${name}</span><span aria-hidden="true" class="reading"><rotor-wheel width="2" .value=${at}></rotor-wheel><small>/${total || "–"}</small></span></dd>
  </div>`;
}

function rankGauge({ board }) {
  const width = Math.max(2, String(board?.total ?? 0).length);
  const rank = board?.rank ?? null;
  const name = rank === null ? gettext("No rank") : format(gettext("Rank %(n)s of %(total)s"), { n: number(rank), total: number(board.total) });
  return html`<div class="gauge">
    <dt>${gettext("Rank")}</dt>
    <dd><span class="hush">${name}</span><span aria-hidden="true" class="reading"><rotor-wheel class="rank" width=${width} .value=${rank}></rotor-wheel><small>/${board ? number(board.total) : "–"}</small></span></dd>
  </div>`;
}

function pointsGauge({ me }) {
  return html`<div class="gauge points">
    <dt>${gettext("Points")}</dt>
    <dd class="reading number">${me ? number(me.points) : "–"}</dd>
  </div>`;
}

function xpGauge({ state: { me, prices, hunt }, now }) {
  const seconds = me && hunt.phase !== "ended" ? secondsToGrant(me, now) : null;
  const full = me && me.xp >= prices.xp_cap;
  const next = full ? gettext("full") : seconds === null ? "" : `+${prices.xp_per_hour}\n${countdown(seconds)}`;
  const spoken = seconds === null || full ? "" : format(ngettext("next grant in %(n)s minute", "next grant in %(n)s minutes", Math.ceil(seconds / 60)), { n: Math.ceil(seconds / 60) });
  return html`<div class="gauge xp">
    <dt>${gettext("XP")}</dt>
    <dd>
      <xp-ring .fill=${me ? (full ? 1 : grantProgress(me, now)) : null}><span class="number">${me?.xp ?? "–"}</span></xp-ring>
      <small class="number" aria-hidden="true">${next}</small><span class="hush">${spoken}</span>
    </dd>
  </div>`;
}

const VIEWS = () => [
  ["stage", gettext("Question")],
  ["standings", gettext("Board")],
  ["story", gettext("Story")],
  ["telegrams", gettext("Telegrams")],
];

export function views({ view, state, unread: read }, show) {
  const unread = read + state.unseen.length;
  return VIEWS().map(([name, label]) => html`<button type="button" class="tab" data-view=${name} aria-controls=${name} aria-pressed=${String(view === name)} @click=${() => show(name)}>
    ${label}${name === "telegrams" && unread ? html`<span class="unread"><span class="hush">${gettext("new:")} </span>${unread}</span>` : ""}
  </button>`);
}
