// Power-ups: price, balance, why not; and two steps. The first button turns into "Keep", on the same spot: whoever
// presses twice by accident has changed nothing. What costs something stands on a line of its own.

import { html } from "../../vendor/lit-html/lit-html.js";
import { countdown } from "../clock.js";
import { format, gettext } from "../i18n.js";
import { powers, secondsToGrant } from "./state.js";

export function powerups(page, act) {
  const { me, prices } = page.state;
  return html`<section class="powers" id="powers" tabindex="-1" aria-label=${gettext("Power-ups")} @keydown=${(event) => event.key === "Escape" && act.togglePowers()}>
    <header>
      <h2>${gettext("Power-ups")}</h2>
      <p class="soft">${format(gettext("You have %(xp)s XP."), { xp: me.xp })} <small>${untilGrant(page)}</small></p>
      <button type="button" class="button quiet" @click=${act.togglePowers}>${gettext("Put away")}</button>
    </header>
    <ul class="power-list">${offers(page, prices).map((offer) => row(offer, page, act))}</ul>
  </section>`;
}

function offers(page, prices) {
  const open = powers(page.state);
  const points = (n) => format(gettext("%(n)s points off"), { n });
  const xp = (n) => format(gettext("%(n)s XP"), { n });
  const text = page.draft.trim();
  return [
    {
      name: "hint",
      title: gettext("Hint"),
      price: `${points(prices.hint_points)} ${gettext("or")} ${xp(prices.hint_xp)}`,
      about: gettext("One more clue for this question. Only one price is ever charged."),
      why: open.hint.points,
      ways: [
        { label: format(gettext("Pay %(n)s points"), { n: prices.hint_points }), power: "hint", pay: "points", why: null },
        { label: format(gettext("Pay %(n)s XP"), { n: prices.hint_xp }), power: "hint", pay: "xp", why: open.hint.xp },
      ],
    },
    {
      name: "accept_close",
      title: gettext("Let a close answer count"),
      price: `${xp(prices.accept_close_xp)} · ${points(prices.accept_close_points)}`,
      about: gettext("Sends what you have typed; if it is close, it counts as right. XP is charged only then."),
      why: open.acceptClose ?? (text ? null : "text"),
      ways: [{ label: format(gettext("Send “%(text)s” for %(n)s XP"), { text: text.length > 24 ? `${text.slice(0, 23)}…` : text, n: prices.accept_close_xp }), power: "accept_close", why: null }],
    },
    {
      name: "skip",
      title: gettext("Skip"),
      price: xp(prices.skip_xp),
      about: gettext("On to the next question, without points for this one. There is no way back."),
      why: open.skip,
      ways: [{ label: format(gettext("Skip for %(n)s XP"), { n: prices.skip_xp }), power: "skip", why: null }],
    },
  ];
}

function row(offer, page, act) {
  const asked = page.confirming === offer.name;
  return html`<li class="power" data-power=${offer.name}>
    <div class="offer">
      <h3>${offer.title}</h3>
      <p class="price number">${offer.price}</p>
      <p class="about soft">${offer.about}</p>
      ${offer.why ? html`<p class="why" id=${`why-${offer.name}`}>${reason(offer.why, page)}</p>` : ""}
    </div>
    <button type="button" class="button use" aria-disabled=${String(Boolean(offer.why))} aria-expanded=${String(asked)} aria-describedby=${offer.why ? `why-${offer.name}` : ""}
      @click=${() => offer.why || act.confirm(asked ? null : offer.name)}>${asked ? gettext("Keep") : gettext("Use")}</button>
    ${asked ? confirmation(offer, page, act) : ""}
  </li>`;
}

function confirmation(offer, page, act) {
  return html`<div class="confirm" role="group" aria-label=${format(gettext("Confirm: %(what)s"), { what: offer.title })}>
    ${offer.ways.map((way) => html`<button type="button" class="button" aria-disabled=${String(Boolean(way.why) || !page.armed)} @click=${() => page.armed && !way.why && act.use(way.power, way.pay)}>${way.label}${way.why ? html` <small>${reason(way.why, page)}</small>` : ""}</button>`)}
  </div>`;
}

function reason(why, page) {
  return {
    xp: format(gettext("Not enough XP yet. %(grant)s"), { grant: untilGrant(page) }),
    taken: gettext("The hint is open, under the question."),
    none: gettext("This question has no hint."),
    text: gettext("Type an answer first."),
  }[why];
}

function untilGrant({ state: { me, prices }, now }) {
  if (me.xp >= prices.xp_cap) return gettext("That is the most you can have.");
  if (me.next_tick === null) return me.first_attempt ? "" : gettext("The hourly XP starts with your first answer.");
  return format(gettext("+%(n)s in %(time)s"), { n: prices.xp_per_hour, time: countdown(secondsToGrant(me, now)) });
}
