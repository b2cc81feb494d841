// The walls: which question keeps how many for how long, and what they try.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { wallOf } from "./walls.js";
import { JUDGE, OUTCOME, people, spanWords } from "./words.js";

const share = ({ tried, solved }) => (tried ? format(gettext("%(solved)s of %(tried)s"), { solved: number(solved), tried: number(tried) }) : "–");
const span = (since, clock) => (since === null ? "–" : spanWords(Math.max(0, clock - since)));

/** Since when nobody has got past it, in words. */
function past({ past_since: since }, clock) {
  if (since === null) return gettext("Nobody has got past it yet.");
  if (clock - since < 60_000) return gettext("Somebody has just got past it.");
  return format(gettext("Nobody has got past it for %(span)s."), { span: spanWords(clock - since) });
}

/** The wall in a sentence. */
export function lead({ state: { rows }, clock }) {
  if (!rows?.length) return nothing;
  const now = clock();
  const row = wallOf(rows, now);
  if (!row) return html`<p class="soft">${gettext("No question keeps many of them for long.")}</p>`;
  const what = { q: number(row.q), players: people(row.here), span: span(row.median_since, now) };
  return html`<p><strong>${format(gettext("No. %(q)s keeps %(players)s, half of them for %(span)s or longer."), what)}</strong> ${past(row, now)}</p>`;
}

/** `walls`: { state: { rows, q, error }, clock(), silent() }. */
export function walls({ state: { rows, q, error }, clock, silent }, act) {
  if (rows === null) return html`<p class=${error ? "refusal" : "nothing"}>${error || gettext("Looking …")}</p>`;
  const most = Math.max(1, ...rows.map(({ here }) => here));
  const now = clock();
  const wall = wallOf(rows, now);
  const trouble = error || (silent() ? gettext("The server has said nothing of the walls for a while: this is how it was.") : "");
  return html`${trouble ? html`<p class="refusal" role="alert">${trouble}</p>` : nothing}
  <table class="questions" aria-labelledby="h-walls">
    <thead><tr>
      <th scope="col" class="n">${gettext("No.")}</th><th scope="col">${gettext("Question")}</th><th scope="col" class="n">${gettext("Here")}</th>
      <th scope="col" class="n" title=${gettext("Half of those who are here have had it for so long or longer, in play")}>${gettext("Median")}</th>
      <th scope="col" class="n wide" title=${gettext("Who is here for longest, in play")}>${gettext("Longest")}</th>
      <th scope="col" class="n" title=${gettext("So long nobody has solved or skipped it, in play")}>${gettext("Nobody past")}</th>
      <th scope="col" class="n wide" title=${gettext("Of the players who answered it in the last hour, so many have solved it then")}>${gettext("Solved, last hour")}</th>
    </tr></thead>
    <tbody>${rows.map((row) => html`<tr ?data-open=${row.q === q} data-wall=${String(row === wall)}>
      <td class="n number">${row.q}</td>
      <th scope="row"><button type="button" class="who" aria-pressed=${String(row.q === q)} title=${row.title} @click=${() => act.walls.choose(row.q)}>${row.title}</button>
        <meter class="here-bar" min="0" max=${most} value=${row.here} aria-hidden="true"></meter></th>
      <td class="n number ${row.here ? "" : "zero"}"><live-figure .value=${row.here}></live-figure></td>
      <td class="n number ${row.here ? "" : "zero"}">${span(row.median_since, now)}</td>
      <td class="n number wide ${row.here ? "" : "zero"}">${span(row.longest_since, now)}</td>
      <td class="n number ${row.here ? "" : "zero"}">${!row.here ? "–" : row.past_since === null ? gettext("nobody yet") : span(row.past_since, now)}</td>
      <td class="n number wide ${row.tried ? "" : "zero"}">${share(row)}</td>
    </tr>`)}</tbody>
  </table>`;
}

/** The question that is looked at, and what can be done about it. */
export function head({ q, rows }, act) {
  const title = rows?.find((row) => row.q === q)?.title ?? "";
  return html`<header><h3 id="h-guesses">${q === null ? gettext("What they try") : format(gettext("No. %(q)s: what they try"), { q: number(q) })} <span class="extra">${title}</span></h3>
    ${q === null ? nothing : html`<button type="button" class="button small" data-needs="announce" @click=${() => act.hint(q)}>${gettext("Extra hint")}…</button>
      <button type="button" class="button small" data-needs="announce" @click=${() => act.tell(q)}>${gettext("Announce")}…</button>
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
      <td class="n number players"><live-figure .value=${group.players}></live-figure></td><td class="n number tries">${number(group.tries)}</td>
      <td class="n number near"><meter class="here-bar" min="0" max="100" value=${group.closeness} aria-hidden="true"></meter> ${group.closeness}</td>
      <td><span class="verdict" data-outcome=${group.verdict}><i class="mark"></i>${OUTCOME[group.verdict]()}</span></td>
      <td class="n number time">${exactTime(group.last, locale())}</td>
      <td class="n"><div class="offers" data-needs="judge_as">${["correct", "close"].filter((verdict) => verdict !== group.verdict && group.verdict !== "correct").map((verdict) => html`<button type="button" class="button small"
        aria-haspopup="dialog" @click=${() => act.judgeAs(q, group, verdict)}>${JUDGE[verdict]()}…</button>`)}
        ${group.verdict === "wrong" ? nothing : html`<button type="button" class="button small" aria-haspopup="dialog" @click=${() => act.judgeAs(q, group, "wrong")}>${JUDGE.wrong()}…</button>`}</div></td></tr>`)}</tbody></table>
    ${guesses.total > guesses.groups.length ? html`<p class="nothing">${format(ngettext("%(shown)s of %(n)s different guess.", "%(shown)s of %(n)s different guesses.", guesses.total), { shown: number(guesses.groups.length), n: number(guesses.total) })}</p>` : nothing}`;
}
