// The head of the console: phase, time, the buttons that change the hunt, and the figures under it.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { countdown, secondsUntil } from "../clock.js";
import { shortDayTime } from "../times.js";
import { target } from "../phase.js";
import { format, gettext, locale, number } from "../i18n.js";
import { ACTIONS, GRAVITY } from "./actions.js";
import { spark } from "./view_pulse.js";
import { ACTION, PHASE } from "./words.js";

export function phase({ hunt, phase, now }) {
  if (!hunt) return html`<p class="phase" data-phase="">${gettext("Connecting …")}</p>`;
  const until = target(hunt, phase);
  const label = phase === "scheduled" ? gettext("until the start") : gettext("remaining");
  return html`<p class="phase" data-phase=${phase}>${PHASE[phase]()}</p>
    ${until === null
      ? html`<p class="until">${format(gettext("since %(time)s"), { time: shortDayTime(hunt.ends_at, locale()) })}</p>`
      : html`<p class="until"><span class="number big">${countdown(secondsUntil(until, now))}</span> <span class="what">${label}</span>
          <span class="faint at">${shortDayTime(until, locale())}</span></p>`}`;
}

export function controls({ hunt, phase, live }, press) {
  if (!hunt) return nothing;
  return ACTIONS[phase].map(
    (action) => html`<button type="button" class="button ${GRAVITY[action] === "danger" ? "danger" : action === "start" || action === "resume" ? "lit" : ""}"
      aria-haspopup="dialog" aria-disabled=${String(!live)} @click=${() => press(action)}>
      ${action === "extend" && phase === "ended" ? gettext("Open again") : ACTION[action]()}…
    </button>`,
  );
}

const figure = (label, value, extra = nothing) =>
  html`<div class="figure"><dt>${label}</dt><dd><live-figure .value=${value}></live-figure>${extra}</dd></div>`;

export function figures({ players, finished, sockets, everywhere, perMinute, sparks, questions }) {
  const sum = (name) => questions.reduce((total, question) => total + question[name], 0);
  const [answers, solves] = [sum("attempts"), sum("solves")];
  const all = everywhere ?? sockets;
  return html`
    ${figure(gettext("Players"), players)}
    ${figure(gettext("Finished"), finished)}
    ${figure(gettext("Player sockets"), all.players, sparks ? spark(sparks.sockets) : nothing)}
    ${figure(gettext("Projectors"), all.spectators)}
    ${figure(gettext("Consoles"), all.organisers)}
    ${figure(gettext("Answers"), answers)}
    ${figure(gettext("Right"), solves, answers ? html`<span class="share">${number(Math.round((100 * solves) / answers))} %</span>${sparks ? spark(sparks.solves) : nothing}` : nothing)}
    ${figure(gettext("Answers a minute"), perMinute ?? sparks?.answers.at(-2) ?? null, sparks ? spark(sparks.answers) : nothing)}`;
}

/** A strip under the head when something is wrong with what is shown. */
export function trouble({ link, asOf, closed, login }) {
  if (closed) {
    return html`<p class="trouble" role="alert"><strong>${closed.text}</strong>
      ${closed.signedOut ? html`<a class="button" href=${login}>${gettext("Log in")}</a>` : html`<button type="button" class="button" @click=${closed.again}>${gettext("Try again")}</button>`}</p>`;
  }
  if (link === "live" || asOf === null) return nothing;
  return html`<p class="trouble" role="status"><strong>${format(gettext("As of %(time)s."), { time: asOf })}</strong>
    ${gettext("No connection: it is being tried again. Nothing can be sent until then.")}</p>`;
}
