// The instrument at the bottom: what the machine just said, the one answer field, the lampboard, the power-ups.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { format, gettext } from "../i18n.js";
import { MAX_ANSWER } from "../protocol.js";
import { countdown } from "../clock.js";
import { scene } from "./state.js";
import { waiting } from "./words.js";

export function dock(page, act) {
  const open = !page.final && scene(page.state) === "question";
  return html`
    ${open && page.powersOpen ? page.powerups?.(page, act) : ""}
    ${signal(page)}
    <form class="entry" autocomplete="off" @submit=${act.submit}>
      <button type="button" class="button aids" aria-expanded=${String(open && page.powersOpen)} aria-controls="powers" ?disabled=${!open} @click=${act.togglePowers}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 3v5m8-5v5M6 8h12v4a6 6 0 0 1-12 0zm6 10v4" /></svg>
        <span class="hush">${gettext("Power-ups")}</span>
      </button>
      <label class="hush" for="answer">${open ? format(gettext("Answer to question %(n)s"), { n: page.state.question.q }) : gettext("Answer")}</label>
      <input id="answer" class="answer" type="text" maxlength=${MAX_ANSWER} placeholder=${open && !page.signal?.letters ? gettext("Your answer") : nothing} ?readonly=${!open}
        autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send" aria-describedby="signal" @input=${act.typed} />
      ${page.signal?.letters && !page.draft ? tape(page.signal.letters) : ""}
      <button type="submit" class="button send" aria-disabled=${String(!open || page.wait > 0)}>
        ${page.wait > 0 ? html`<span class="number">${countdown(page.wait)}</span>` : gettext("Send")}
      </button>
    </form>
    <lamp-board></lamp-board>
  `;
}

const MARKS = { correct: "●", close: "◐", wrong: "–", refused: "!", waiting: "…", note: "" };

/** One line, always of one height: the verdict, or what waits, or nothing. */
function signal({ signal: said, waiting: count, link, wait, crowd }) {
  let line = said;
  if (count && link.state !== "live") line = { kind: "waiting", text: waiting(count), detail: gettext("sent as soon as you are back") };
  else if (count && link.slow) line = { kind: "waiting", text: gettext("Judging …"), detail: "" };
  else if (!said && (link.state === "offline" || link.away)) {
    line = { kind: "waiting", text: link.state === "offline" ? gettext("You are offline.") : gettext("No connection."), detail: gettext("Answers wait here.") };
  }
  if (wait > 0 && (!line || line.kind === "refused")) {
    line = { kind: "refused", text: gettext("Too many wrong guesses."), detail: format(gettext("Again in %(time)s"), { time: countdown(wait) }) };
  }
  if (!line && crowd) line = { kind: "note", text: "", detail: crowd };
  return html`<p class="signal" id="signal" data-kind=${line?.kind ?? "none"}>
    ${line ? html`<span class="mark" aria-hidden="true">${MARKS[line.kind]}</span><strong>${line.text}</strong> <span class="detail">${line.detail}</span>` : ""}
  </p>`;
}

/** The right answer, letter by letter. Readers get it from the field and the words. */
const tape = (letters) => html`<span class="tape" aria-hidden="true" ?data-many=${letters.length > 9}>${letters.map((letter) => html`<i class=${letter.trim() ? "" : "gap"}>${letter}</i>`)}</span>`;
