// The strip under the console's head: what the public sees of the board, and the reveal.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext, locale, number } from "../i18n.js";
import { gain, ranks, what } from "../reveal.js";
import { shortDayTime } from "../times.js";

const button = (words, press, { look = "", off = false, dialog = false } = {}) =>
  html`<button type="button" class="button small ${look}" aria-haspopup=${dialog ? "dialog" : "false"} aria-disabled=${String(off)} @click=${() => !off && press()}>${words}</button>`;

export function desk({ hunt, phase, frozen, live, reveal, seconds }, act) {
  if (!hunt) return nothing;
  if (reveal?.state === "on") return ceremony(reveal, seconds, live, act);
  const off = !live;
  if (hunt.freeze_at == null) {
    if (phase === "ended") return nothing;
    return html`<p class="veil" data-needs="freeze"><span class="faint">${gettext("The public sees the live board.")}</span>
      ${button(gettext("Freeze…"), act.freeze, { off, dialog: true })}</p>`;
  }
  const since = shortDayTime(hunt.freeze_at, locale());
  return html`<p class="veil" data-frozen=${String(frozen)}>
    <strong>${format(frozen ? gettext("Frozen for the public since %(time)s.") : gettext("The board freezes %(time)s."), { time: since })}</strong>
    ${frozen ? html`<span class="faint">${gettext("This console is live; the projector shows what the public sees.")}</span>` : nothing}
    <span class="acts" data-needs="freeze">
      ${frozen ? nothing : button(gettext("Move…"), act.freeze, { off, dialog: true })}
      ${button(frozen ? gettext("Unfreeze…") : gettext("Call off…"), act.unfreeze, { off, dialog: true, look: frozen ? "danger" : "" })}
      ${frozen && phase === "ended" ? button(gettext("Reveal…"), act.begin, { off, dialog: true, look: "lit" }) : nothing}
    </span></p>`;
}

function ceremony({ step, steps, every_ms: every, done, next }, seconds, live, act) {
  return html`<section class="veil ceremony" aria-label=${gettext("The reveal")}>
    <strong>${gettext("The reveal")}&nbsp; <span class="number">${format(gettext("%(step)s of %(steps)s"), { step: number(step), steps: number(steps) })}</span></strong>
    <span class="last">${done ? html`<bdi>${done.player === null ? gettext("The others") : done.name}</bdi> ${what(done)} <span class="number">${gain(done)}</span> <span class="number">${ranks(done)}</span>` : gettext("Nothing is revealed yet.")}</span>
    <span class="faint">${gettext("Next")}: ${next ? html`<span class="number">${number(next.rank)}</span> <bdi>${next.name}</bdi>` : step ? "–" : gettext("all further down, at once")}</span>
    <span class="acts" data-needs="reveal_act">
      ${button(gettext("Back"), () => act.step("back"), { off: !live || step === 0 })}
      ${button(gettext("Next (Space)"), () => act.step("next"), { off: !live, look: "lit" })}
      <label class="every">${gettext("Every")} <input class="input small number" type="number" min="2" max="60" .value=${String(seconds)} @change=${(event) => act.every(event.target.value)} /> s</label>
      ${every ? button(gettext("Hold"), act.hold, { off: !live }) : button(gettext("By itself"), act.auto, { off: !live })}
      ${button(gettext("Break off…"), act.abort, { off: !live, look: "danger", dialog: true })}
    </span></section>`;
}
