// The middle of the player's page: the story and the question, or what stands in their place.

import { html } from "../../vendor/lit-html/lit-html.js";
import { keyed } from "../../vendor/lit-html/directives/keyed.js";
import { inWords, parts, secondsUntil, zoned } from "../clock.js";
import { format, gettext, ngettext, number } from "../i18n.js";
import { scene } from "./state.js";
import { closed } from "./words.js";

export function stage(page) {
  if (page.final) return finalView(page);
  const name = scene(page.state);
  return { waiting, scheduled, paused, ended, finished, question }[name](page);
}

const notice = (plate, title, text, rest = "") => html`<div class="notice">
  <p class="plate">${plate}</p>
  <h2 tabindex="-1">${title}</h2>
  <p class="soft">${text}</p>
  ${rest}
</div>`;

function waiting({ state }) {
  const words = state.readable ? gettext("The next page is on its way.") : gettext("Calling the machine …");
  return html`<div class="notice" role="status"><p class="soft">${words}</p></div>`;
}

function finalView({ final, why, addresses, reopen, waiting: count }) {
  const { title, text, action } = closed(final);
  const actions = {
    login: () => html`<a class="button lit" href=${addresses.login}>${gettext("Log in")}</a>`,
    join: () => html`<a class="button lit" href=${addresses.join}>${gettext("Join the hunt")}</a>`,
    home: () => html`<a class="button" href="/">${gettext("To the front page")}</a>`,
    again: () => html`<button type="button" class="button" @click=${reopen}>${gettext("Try again")}</button>`,
    reopen: () => html`<button type="button" class="button lit" @click=${reopen}>${gettext("Play here")}</button>`,
  };
  const kept = count ? html`<p>${format(ngettext("%(n)s answer is kept in this tab.", "%(n)s answers are kept in this tab.", count), { n: count })}</p>` : "";
  return notice(gettext("Line closed"), title, text, html`${why ? html`<blockquote class="why">${why}</blockquote>` : ""}${kept}${actions[action]?.() ?? ""}`);
}

function scheduled({ state: { hunt, me }, now }) {
  const seconds = secondsUntil(hunt.starts_at, now);
  const { days, hours, minutes, seconds: rest } = parts(seconds);
  const wheels = [
    [days, gettext("days")],
    [hours, gettext("hours")],
    [minutes, gettext("minutes")],
    [rest, gettext("seconds")],
  ];
  const spoken = seconds ? format(gettext("Starts in %(time)s"), { time: inWords(seconds, ngettext) }) : gettext("Opening …");
  return html`<div class="notice countdown">
    <p class="plate">${gettext("Sealed")}</p>
    <h2 tabindex="-1">${hunt.title}</h2>
    <p class="tagline">${hunt.tagline}</p>
    <div class="wheels" role="timer" aria-label=${spoken}>
      ${wheels.map(([value, unit]) => html`<span class="wheelset" aria-hidden="true"><rotor-wheel width="2" .value=${value}></rotor-wheel><small>${unit}</small></span>`)}
    </div>
    <p class="opens">${format(gettext("Opens %(time)s."), { time: zoned(hunt.starts_at) })}</p>
    <p class="soft">${seconds ? gettext("The first page opens here by itself. Warm up the keys meanwhile.") : gettext("Opening …")}</p>
    <p class="soft">${format(gettext("You play as %(name)s."), { name: me.name })} <a href="/rules">${gettext("The rules")}</a></p>
  </div>`;
}

function paused({ state: { hunt } }) {
  return notice(gettext("Paused"), gettext("The organisers have paused the hunt"), gettext("The clock of your question stands still too. What you have typed stays here."), html`<p class="soft">${format(gettext("The hunt ends %(time)s."), { time: zoned(hunt.ends_at) })}</p>`);
}

function ended({ state: { me, board } }) {
  const rank = board.rank ? format(gettext("Rank %(rank)s of %(total)s"), { rank: number(board.rank), total: number(board.total) }) : "";
  return notice(gettext("Lamps out"), gettext("The hunt is over"), [rank, format(ngettext("%(n)s point", "%(n)s points", me.points), { n: number(me.points) })].filter(Boolean).join(" · "), html`<p>${gettext("Thank you for playing. The story you have read stays under “Story”.")}</p>${mine()}`);
}

function finished({ state: { me, hunt, story, board }, rising }) {
  return html`<article class=${rising ? "rise" : ""}>
    ${blocks(story)}
    <div class="notice">
      <p class="plate">${gettext("Finished")}</p>
      <h2 tabindex="-1">${gettext("Every lamp is lit")}</h2>
      <p class="soft">
        ${format(gettext("%(solves)s of %(questions)s solved · %(points)s points"), { solves: me.solves, questions: hunt.questions, points: number(me.points) })}
        ${board.rank ? ` · ${format(gettext("rank %(rank)s"), { rank: number(board.rank) })}` : ""}
      </p>
      ${mine()}
    </div>
  </article>`;
}

const mine = () => html`<p><a class="button" href="/me">${gettext("My hunt")}</a></p>`;

const blocks = (story) => story.map((block) => html`<enigma-html class="prose story-block" .html=${block.html}></enigma-html>`);

// The picture comes last: nothing stands below it that could jump when it arrives.
function question({ state: { question: q, story, me, hints }, rising }) {
  return keyed(q.q, html`<article class=${rising ? "rise" : ""}>
    ${story.length ? html`<section aria-label=${gettext("The story")}>${blocks(story)}</section>` : ""}
    <section class="question" aria-labelledby="question-title">
      <header>
        <p class="plate">${format(gettext("Question %(n)s"), { n: q.q })} <span class="worth">${format(gettext("up to %(points)s points"), { points: q.points })}</span></p>
        <h2 id="question-title" tabindex="-1">${q.title}</h2>
      </header>
      <enigma-html class="prose" .html=${q.html}></enigma-html>
      ${me.hint_html ? html`<aside class="hint" aria-label=${gettext("Hint")}><p class="label">${gettext("Hint")}</p><enigma-html class="prose" .html=${me.hint_html}></enigma-html></aside>` : ""}
      ${hints.filter(({ hint_for: n }) => n === q.q).map((hint) => html`<aside class="hint extra" aria-label=${gettext("Extra hint")}><p class="label">${gettext("Extra hint from the organisers")}</p><enigma-html class="prose" .html=${hint.html}></enigma-html></aside>`)}
      ${q.image ? html`<a class="picture" href=${q.image} target="_blank" rel="noopener"><img src=${q.image} alt=${q.image_alt ?? ""} decoding="async" /><span class="hush">${gettext("(opens large in a new tab)")}</span></a>` : ""}
    </section>
  </article>`);
}
