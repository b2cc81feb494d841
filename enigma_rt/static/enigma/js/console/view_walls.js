// The walls: which question keeps how many for how long, and what they try.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { JUDGE, OUTCOME, spanWords } from "./words.js";

const rate = ({ tried, solved }) => (tried ? `${number(Math.round((100 * solved) / tried))} %` : "–");

export function walls({ rows, q, error }, act) {
  if (rows === null) return html`<p class=${error ? "refusal" : "nothing"}>${error || gettext("Looking …")}</p>`;
  const most = Math.max(1, ...rows.map(({ here }) => here));
  return html`${error ? html`<p class="refusal" role="alert">${error}</p>` : nothing}
  <table class="questions" aria-labelledby="h-walls">
    <thead><tr>
      <th scope="col" class="n">${gettext("No.")}</th><th scope="col">${gettext("Question")}</th><th scope="col" class="n">${gettext("Here")}</th>
      <th scope="col" class="n">${gettext("Median")}</th><th scope="col" class="n">${gettext("Longest")}</th>
      <th scope="col" class="n">${gettext("Tried, last hour")}</th><th scope="col" class="n">${gettext("Solved")}</th>
    </tr></thead>
    <tbody>${rows.map((row) => html`<tr ?data-open=${row.q === q}>
      <td class="n number">${row.q}</td>
      <th scope="row"><button type="button" class="who" aria-pressed=${String(row.q === q)} title=${row.title} @click=${() => act.walls.choose(row.q)}>${row.title}</button>
        <meter class="here-bar" min="0" max=${most} value=${row.here} aria-hidden="true"></meter></th>
      <td class="n number ${row.here ? "" : "zero"}"><live-figure .value=${row.here}></live-figure></td>
      <td class="n number ${row.here ? "" : "zero"}">${row.here ? spanWords(row.median_ms) : "–"}</td>
      <td class="n number ${row.here ? "" : "zero"}">${row.here ? spanWords(row.longest_ms) : "–"}</td>
      <td class="n number ${row.tried ? "" : "zero"}">${number(row.tried)}</td>
      <td class="n number ${row.tried ? "" : "zero"}">${rate(row)}</td>
    </tr>`)}</tbody>
  </table>`;
}

/** The question that is looked at, and what can be done about it. */
export function head({ q, rows }, act) {
  const title = rows?.find((row) => row.q === q)?.title ?? "";
  return html`<header><h3 id="h-guesses">${q === null ? gettext("What they try") : format(gettext("No. %(q)s: what they try"), { q: number(q) })} <span class="extra">${title}</span></h3>
    ${q === null ? nothing : html`<button type="button" class="button small" data-needs="announce" @click=${() => act.hint(q)}>${gettext("Extra hint")}…</button>
      <button type="button" class="button small" data-needs="mend" aria-haspopup="dialog" @click=${() => act.mend(q)}>${gettext("Mend the question")}…</button>
      <button type="button" class="button small danger" data-needs="regrade" aria-haspopup="dialog" @click=${() => act.regrade(q)}>${gettext("Judge again")}…</button>`}</header>`;
}

/** What is tried on it. */
export function guesses({ guesses, q }, act) {
  if (q === null || guesses?.q !== q) return html`<p class="nothing">${q === null ? gettext("Choose a question.") : gettext("Looking …")}</p>`;
  if (!guesses.groups.length) return html`<p class="nothing">${gettext("Nothing wrong was tried yet.")}</p>`;
  return html`<table class="guesses" aria-labelledby="h-guesses">
    <thead><tr><th scope="col">${gettext("Guess")}</th><th scope="col" class="n">${gettext("Players")}</th><th scope="col" class="n">${gettext("Tries")}</th>
      <th scope="col" class="n">${gettext("Nearness")}</th><th scope="col">${gettext("Now")}</th><th scope="col" class="n">${gettext("Last")}</th><th scope="col"><span class="hush">${gettext("Mend")}</span></th></tr></thead>
    <tbody>${guesses.groups.map((group) => html`<tr>
      <td class="typed"><bdi title=${group.text}>${group.text}</bdi></td>
      <td class="n number"><live-figure .value=${group.players}></live-figure></td><td class="n number">${number(group.tries)}</td>
      <td class="n number near"><meter class="here-bar" min="0" max="100" value=${group.closeness} aria-hidden="true"></meter> ${group.closeness}</td>
      <td><span class="verdict" data-outcome=${group.verdict}><i class="mark"></i>${OUTCOME[group.verdict]()}</span></td>
      <td class="n number time">${exactTime(group.last, locale())}</td>
      <td class="n"><div class="offers" data-needs="judge_as">${["correct", "close"].filter((verdict) => verdict !== group.verdict && group.verdict !== "correct").map((verdict) => html`<button type="button" class="button small"
        aria-haspopup="dialog" @click=${() => act.judgeAs(q, group, verdict)}>${JUDGE[verdict]()}…</button>`)}
        ${group.verdict === "wrong" ? nothing : html`<button type="button" class="button small" aria-haspopup="dialog" @click=${() => act.judgeAs(q, group, "wrong")}>${JUDGE.wrong()}…</button>`}</div></td></tr>`)}</tbody></table>
    ${guesses.total > guesses.groups.length ? html`<p class="nothing">${format(ngettext("%(shown)s of %(n)s different guess.", "%(shown)s of %(n)s different guesses.", guesses.total), { shown: number(guesses.groups.length), n: number(guesses.total) })}</p>` : nothing}`;
}
