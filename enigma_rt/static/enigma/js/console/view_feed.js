// The live feed, the questions, and the board: three tables of numbers that align.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { exactTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { outcome } from "./feed.js";
import { OUTCOME, outcomeWords, typedWords } from "./words.js";

export const verdictMark = (item) => {
  const { word, extra } = outcomeWords(item);
  return html`<span class="verdict" data-outcome=${outcome(item)}><i class="mark"></i>${word}${extra ? html` <span class="extra">${extra}</span>` : nothing}</span>`;
};

/** The table around the rows, which are drawn by `feedRow` (see rows.js). `empty`: no row passes. */
export function feed({ feed, connected }, empty) {
  const why = !connected ? gettext("Waiting for the first frame …") : feed.size ? gettext("Nothing in the feed passes the filter.") : gettext("Nobody has answered anything yet.");
  return html`<p class="nothing" ?hidden=${!empty}>${why}</p>
    <table class="feed" ?hidden=${empty}>
      <thead><tr><th scope="col">${gettext("Time")}</th><th scope="col">${gettext("Player")}</th><th scope="col" class="n">${gettext("No.")}</th><th scope="col">${gettext("Answer")}</th><th scope="col">${gettext("Verdict")}</th></tr></thead>
      <tbody></tbody>
    </table>`;
}

export const feedRow = (act) => (item) => html`<td class="number time">${exactTime(item.at, locale())}</td>
  <td><button type="button" class="who" @click=${() => act.open(item.player)}><bdi>${item.name}</bdi></button></td>
  <td class="n number">${item.q}</td>
  <td class="typed"><bdi title=${typedWords(item)}>${typedWords(item)}</bdi></td>
  <td>${verdictMark(item)}</td>`;

/** Words on the button that holds the feed, and beside it. */
export function hold({ feed }, act) {
  const { held, missed } = feed;
  return html`<button type="button" class="button small" aria-pressed=${String(held)} @click=${act.hold}>${held ? gettext("Go on") : gettext("Hold")}</button>
    <span class="missed" role="status">${held ? format(ngettext("held, %(n)s new", "held, %(n)s new", missed), { n: number(missed) }) : nothing}</span>`;
}

export const verdictOptions = () => html`<option value="">${gettext("every verdict")}</option>
  ${Object.entries(OUTCOME).map(([value, word]) => html`<option value=${value}>${word()}</option>`)}`;

export const questionOptions = (questions) => html`<option value="0">${gettext("every question")}</option>
  ${questions.map(({ q, title }) => html`<option value=${q}>${number(q)} · ${title}</option>`)}`;

export function questions({ questions, players, connected }, act) {
  if (!questions.length) return html`<p class="nothing">${connected ? gettext("This hunt has no questions yet.") : gettext("Waiting for the first frame …")}</p>`;
  return html`<table class="questions">
    <thead><tr>
      <th scope="col" class="n">${gettext("No.")}</th><th scope="col">${gettext("Question")}</th><th scope="col" class="n">${gettext("Here")}</th>
      <th scope="col" class="n">${gettext("Answers")}</th><th scope="col" class="n">${gettext("Right")}</th><th scope="col" class="n">${gettext("Close")}</th>
      <th scope="col" class="n">${gettext("Hints")}</th><th scope="col" class="n">${gettext("Skips")}</th>
    </tr></thead>
    <tbody>${questions.map((question) => html`<tr>
      <td class="n number">${question.q}</td>
      <th scope="row"><button type="button" class="who" title=${question.title} @click=${() => act.filterQuestion(question.q)}>${question.title}</button>
        <meter class="here-bar" min="0" max=${Math.max(1, players)} value=${question.here} aria-hidden="true"></meter></th>
      ${["here", "attempts", "solves", "close", "hints", "skips"].map((name) => html`<td class="n number ${question[name] ? "" : "zero"}"><live-figure .value=${question[name]}></live-figure></td>`)}
    </tr>`)}</tbody>
  </table>`;
}

export function board({ view }, act) {
  if (!view?.top.length) return html`<p class="nothing">${gettext("Nobody is on the board yet.")}</p>`;
  return html`<ol class="board">${view.top.map(([player, name, points, , finished], i) => html`<li>
    <span class="rank number">${i + 1}</span>
    <button type="button" class="who" @click=${() => act.open(player)}><bdi>${name}</bdi></button>
    ${finished ? html`<span class="finished">${gettext("finished")}</span>` : html`<span></span>`}
    <span class="number points"><live-figure .value=${points}></live-figure></span></li>`)}</ol>`;
}
