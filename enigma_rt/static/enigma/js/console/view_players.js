// Search results, one player in full, and the announcements so far.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime, shortDayTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { verdictMark } from "./view_feed.js";
import { LEVEL, causeWords, signed, typedWords } from "./words.js";

const marks = (line) =>
  [
    line.online && gettext("online"),
    line.finished && gettext("finished"),
    line.hidden && gettext("hidden"),
    line.banned && gettext("banned"),
  ]
    .filter(Boolean)
    .map((word) => html`<span class="tag ${word === gettext("banned") ? "bad" : ""}">${word}</span>`);

export function results({ rows, total, finding, findError, open }, act) {
  if (findError) return html`<p class="refusal" role="alert">${findError} <button type="button" class="button small" @click=${act.find}>${gettext("Try again")}</button></p>`;
  if (rows === null) return html`<p class="nothing">${finding ? gettext("Looking …") : gettext("Type a name or an e-mail address.")}</p>`;
  if (!rows.length) return html`<p class="nothing">${gettext("No player is called that.")}</p>`;
  return html`<table class="players" aria-busy=${String(finding)}>
    <thead><tr><th scope="col" class="n">${gettext("Rank")}</th><th scope="col">${gettext("Player")}</th><th scope="col" class="n">${gettext("No.")}</th>
      <th scope="col" class="n">${gettext("Points")}</th><th scope="col" class="n">${gettext("XP")}</th></tr></thead>
    <tbody>${rows.map((line) => html`<tr ?data-open=${line.player === open}>
      <td class="n number">${line.rank === null ? "–" : number(line.rank)}</td>
      <td><button type="button" class="who" @click=${() => act.open(line.player)}><bdi>${line.name}</bdi></button> ${marks(line)}<span class="mail">${line.email}</span></td>
      <td class="n number">${line.finished ? "–" : number(line.position)}</td><td class="n number">${number(line.points)}</td><td class="n number">${number(line.xp)}</td>
    </tr>`)}</tbody></table>
    ${total > rows.length ? html`<p class="nothing">${format(gettext("%(shown)s of %(total)s. Type more to find fewer."), { shown: number(rows.length), total: number(total) })}</p>` : nothing}`;
}

const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

/** The open player. The head is one template for every state of it: the focus stays where it is. */
export function detail({ open, reply, inspecting, inspectError }, act, questions) {
  if (open === null) return nothing;
  return html`<header><h2 id="detail-title" tabindex="-1"><bdi>${reply?.line.name ?? gettext("Player")}</bdi></h2>
      <button type="button" class="button small" aria-disabled=${String(inspecting)} @click=${act.again}>${gettext("Look again")}</button>
      <button type="button" class="button small" @click=${act.close}>${gettext("Close")}</button></header>
    ${inspectError ? html`<p class="refusal" role="alert">${inspectError}</p>` : nothing}
    ${reply ? inFull(reply, questions) : inspectError ? nothing : html`<p class="nothing">${gettext("Looking …")}</p>`}`;
}

function inFull({ line, me, attempts, ledger }, questions) {
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
    <h3>${gettext("Attempts")}</h3>
    ${attempts.length ? html`<table class="feed"><tbody>${attempts.map((item) => html`<tr>
      <td class="number time">${exactTime(item.at, locale())}</td><td class="n number">${item.q}</td><td class="typed"><bdi title=${typedWords(item)}>${typedWords(item)}</bdi></td><td>${verdictMark(item)}</td></tr>`)}</tbody></table>` : html`<p class="nothing">${gettext("None yet.")}</p>`}
    <h3>${gettext("Ledger")}</h3>
    ${ledger.length ? html`<table class="ledger">
      <thead><tr><th scope="col">${gettext("Time")}</th><th scope="col">${gettext("Why")}</th><th scope="col" class="n">${gettext("Points")}</th><th scope="col" class="n">${gettext("XP")}</th></tr></thead>
      <tbody>${ledger.map((entry) => html`<tr>
      <td class="number time">${exactTime(entry.at, locale())}</td><td>${causeWords(entry)}${entry.note ? html` <span class="extra">${entry.note}</span>` : nothing}</td>
      <td class="n number">${signed(entry.points)}</td><td class="n number">${signed(entry.xp)}</td></tr>`)}</tbody></table>` : html`<p class="nothing">${gettext("Nothing was earned or spent yet.")}</p>`}`;
}

export function notices({ notices }) {
  if (!notices.length) return html`<p class="nothing">${gettext("Nothing was announced yet.")}</p>`;
  return html`<ol class="notices">${notices.map((notice) => html`<li class="telegram" data-level=${notice.level}>
    <header><span>${LEVEL[notice.level]()}</span><time>${shortDayTime(notice.at, locale())}</time></header>
    <enigma-html class="words" .html=${notice.html}></enigma-html></li>`)}</ol>`;
}
