// One player in full: the state, what organisers can do, why this score, and all that has happened.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime, shortDay, shortDayTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { verdictMark } from "./view_feed.js";
import { marks } from "./view_players.js";
import { causeWords, signed, typedWords } from "./words.js";
import { DO, amounts, scoreWords, whoDid } from "./words_player.js";
import { actionLines, undoButton } from "./view_audit.js";

const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

/** The open player. The head is one template for every state of it: the focus stays where it is. */
export function detail({ open, reply, inspecting, inspectError }, timeline, act, questions) {
  if (open === null) return nothing;
  return html`<header><h2 id="detail-title" tabindex="-1"><bdi>${reply?.line.name ?? gettext("Player")}</bdi></h2>
      <button type="button" class="button small" aria-disabled=${String(inspecting)} @click=${act.again}>${gettext("Look again")}</button>
      <button type="button" class="button small" @click=${act.close}>${gettext("Close")}</button></header>
    ${inspectError ? html`<p class="refusal" role="alert">${inspectError}</p>` : nothing}
    ${reply ? inFull(reply, timeline, act, questions) : inspectError ? nothing : html`<p class="nothing">${gettext("Looking …")}</p>`}`;
}

function inFull(reply, timeline, act, questions) {
  const { line, me, score } = reply;
  return html`<p class="mail">${line.email} ${marks(line)}</p>
    <dl class="facts">
      ${fact(gettext("Rank"), line.rank === null ? "–" : number(line.rank))}
      ${fact(gettext("Points"), number(me.points))}
      ${fact(gettext("XP"), number(me.xp))}
      ${fact(gettext("Solved"), number(me.solves))}
      ${fact(gettext("Is on"), me.finished ? gettext("finished") : format(gettext("no. %(q)s of %(all)s"), { q: number(me.position), all: number(questions) }))}
      ${fact(gettext("First answer"), me.first_attempt === null ? "–" : shortDayTime(me.first_attempt, locale()))}
      ${fact(gettext("Next XP"), me.next_tick === null ? "–" : exactTime(me.next_tick, locale()))}
      ${fact(gettext("Hint"), me.hint === "points" ? gettext("taken, for points") : me.hint === "xp" ? gettext("taken, for XP") : gettext("not taken"))}
      ${me.wait_ms ? fact(gettext("May guess in"), format(ngettext("%(n)s second", "%(n)s seconds", Math.ceil(me.wait_ms / 1000)), { n: Math.ceil(me.wait_ms / 1000) })) : nothing}
    </dl>
    <p class="acts" data-needs="/console/as"><a class="button small" href=${`/console/as/${line.player}`} target="_blank" rel="noopener">${gettext("View as this player")}</a> <span class="extra">${gettext("Read only; it is written down.")}</span></p>
    <div class="acts" data-needs="moderate" role="group" aria-label=${gettext("What can be done")}>
      ${button(gettext("Give or take"), () => act.grant(reply))}
      <span data-needs="announce">${button(gettext("Write"), () => act.write(line.player, line.name))}</span>
      ${line.hidden ? button(DO.show(), () => act.moderate(reply, "show")) : button(DO.hide(), () => act.moderate(reply, "hide"), "danger")}
      ${line.banned ? button(DO.unban(), () => act.moderate(reply, "unban")) : button(DO.ban(), () => act.moderate(reply, "ban"), "danger")}
    </div>
    <h3 id="why">${gettext("Why this score")}</h3>
    ${score.length ? why(score, me) : html`<p class="nothing">${gettext("Nothing was earned or spent yet.")}</p>`}
    <h3 id="happened">${gettext("What has happened")}</h3>
    ${happened(timeline, act)}`;
}

const button = (label, press, kind = "") =>
  html`<button type="button" class="button small ${kind}" aria-haspopup="dialog" @click=${press}>${label}…</button>`;

const why = (score, me) => html`<table class="ledger" aria-labelledby="why">
  <thead><tr><th scope="col">${gettext("Why")}</th><th scope="col" class="n">${gettext("Points")}</th><th scope="col" class="n">${gettext("XP")}</th></tr></thead>
  <tbody>${score.map((line) => {
    const { cause, extra } = scoreWords(line);
    return html`<tr><td>${cause}${extra ? html` <span class="extra">${extra}</span>` : nothing}</td>
      <td class="n number">${signed(line.points)}</td><td class="n number">${signed(line.xp)}</td></tr>`;
  })}</tbody>
  <tfoot><tr><th scope="row">${gettext("Together")}</th><td class="n number">${number(me.points)}</td><td class="n number">${number(me.xp)}</td></tr></tfoot>
</table>`;

function happened({ rows, before, loading, error }, act) {
  if (rows === null) return html`<p class=${error ? "refusal" : "nothing"}>${error || gettext("Looking …")}</p>`;
  if (!rows.length) return html`<p class="nothing">${gettext("Nothing yet.")}</p>`;
  return html`<ol class="timeline" aria-labelledby="happened" aria-busy=${String(loading)}>${rows.map((row, i) => html`${dayBefore(rows, i)}<li>${happening(row, act)}</li>`)}</ol>
    ${error ? html`<p class="refusal" role="alert">${error}</p>` : nothing}
    ${before === null ? nothing : html`<button type="button" class="button small more" aria-disabled=${String(loading)} @click=${act.earlier}>${gettext("Earlier")}</button>`}`;
}

const instant = ({ attempt, entry, action }) => (attempt ?? entry ?? action).at;

/** The day, where another one begins: a hunt lasts longer than a clock does. */
function dayBefore(rows, i) {
  const day = shortDay(instant(rows[i]), locale());
  return i > 0 && day === shortDay(instant(rows[i - 1]), locale()) ? nothing : html`<li class="day">${day}</li>`;
}

function happening({ attempt, entry, action }, act) {
  const at = instant({ attempt, entry, action });
  const time = html`<time class="number time" title=${shortDayTime(at, locale())}>${exactTime(at, locale())}</time>`;
  if (attempt) {
    return html`${time}<span class="typed"><span class="extra">${number(attempt.q)}</span> <bdi>${typedWords(attempt)}</bdi></span>${verdictMark(attempt)}`;
  }
  if (entry) {
    return html`${time}<span>${causeWords(entry)}${entry.note ? html` <span class="extra">${entry.note}</span>` : nothing}</span>
      <span class="gained number">${amounts(entry)}</span>`;
  }
  return html`${time}<div class="action">${actionLines(action)} <span class="extra">${whoDid(action)}</span></div>${undoButton(action, act)}`;
}
