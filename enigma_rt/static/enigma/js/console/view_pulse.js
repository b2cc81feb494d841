// The pulse: words and figures beside the plots, and the processes.

import { html, nothing, svg } from "../../vendor/lit-html/lit-html.js";
import { exactTime, shortDayTime, shortTime } from "../times.js";
import { format, gettext, locale, number } from "../i18n.js";
import { STATE, healthWords, lasting, linkTrouble, memory, milliseconds } from "./words_pulse.js";

const MINUTE = 60_000;
const tenth = (value) => number(Math.round(value * 10) / 10);
const perCent = (value) => (value === null || value === undefined ? "–" : `${number(Math.round(value))} %`);

/** What is looked at, and the choice of it. */
export function lead({ span, health, lists, point, whole, error }, pulse) {
  const choice = (name, word) => html`<button type="button" class="button small" aria-pressed=${String(span === name)} @click=${() => pulse.choose(name)}>${word}</button>`;
  const at = lists && point !== null && lists.at[point] !== undefined ? lists.at[point] * MINUTE : null;
  return html`<div class="spans" role="group" aria-label=${gettext("Time")}>${choice("hour", gettext("Last hour"))}${choice("hunt", gettext("Whole hunt"))}</div>
    <span class="at number" aria-hidden="true">${at === null ? "" : span === "hunt" ? shortDayTime(at, locale()) : shortTime(at, locale())}</span>
    ${span === "hunt" && whole && !whole.complete ? html`<span class="extra" role="status">${format(gettext("read back to %(time)s so far …"), { time: shortDayTime(whole.since * MINUTE, locale()) })}</span>` : nothing}
    ${error ? html`<span class="refusal" role="alert">${error}</span>` : nothing}
    ${health ? html`<span class="well" data-bad=${String(health.processes.some(({ state }) => state === "silent"))}>${healthWords(health.processes)}</span>` : nothing}`;
}

const item = (mark, label, value) => html`<div><dt><i class="key" data-key=${mark} aria-hidden="true"></i>${label}</dt><dd class="number">${value}</dd></div>`;

/** Figures above each plot: of the instant that is pointed at, or of now. */
export function keys({ lists, span, point, health }, { questions, accepted }) {
  if (!lists) return {};
  const last = lists.at.length - 1;
  const pointed = point !== null && point <= last;
  const of = (name, fallback) => lists[name][pointed ? point : fallback];
  const full = Math.max(0, last - 1);
  const sum = (name) => questions.reduce((total, question) => total + question[name], 0);
  const now = (name) => (pointed || !health ? of(name, last) : name in health ? health[name] : health.sockets[name]);
  const sockets = (name) => (now(name) === null ? "–" : number(now(name)));
  const used = (name, total) => (pointed ? tenth(of(name, last)) : total === null ? "–" : number(total));
  return {
    answers: html`${item("right", gettext("right"), tenth(of("right", full)))}${item("close", gettext("close"), tenth(of("close", full)))}${item("wrong", gettext("wrong"), tenth(of("wrong", full)))}`,
    rate: html`${item("right", span === "hour" ? gettext("right, of five minutes' answers") : gettext("right, of the answers then"), perCent(of("rate", last)))}${pointed ? nothing : item("", gettext("of all"), perCent(sum("attempts") ? (100 * sum("solves")) / sum("attempts") : null))}`,
    verdicts: html`${item("p50", gettext("half within"), milliseconds(now("p50")))}${item("p99", gettext("99 % within"), milliseconds(now("p99")))}`,
    sockets: html`${item("players", gettext("players"), sockets("players"))}${item("spectators", gettext("projectors"), sockets("spectators"))}${item("organisers", gettext("consoles"), sockets("organisers"))}`,
    powers: html`${item("hints", gettext("hints"), used("hints", sum("hints")))}${item("accepted", gettext("close accepted"), used("accepted", accepted))}${item("skips", gettext("skips"), used("skips", sum("skips")))}`,
  };
}

export function processes({ health, traces }, now) {
  if (!health) return html`<p class="nothing">${gettext("Waiting for the first word …")}</p>`;
  const old = health.as_of && health.now - health.as_of > 6_000;
  return html`${old ? html`<p class="refusal" role="alert">${format(gettext("The database has not answered since %(time)s: what the other processes do now is not known."), { time: exactTime(health.as_of, locale()) })}</p>` : nothing}
  <table class="processes" aria-labelledby="h-processes">
    <thead><tr>
      <th scope="col">${gettext("Process")}</th><th scope="col">${gettext("State")}</th><th scope="col" class="n">${gettext("Said")}</th><th scope="col" class="n">${gettext("Up for")}</th>
      <th scope="col" class="n">${gettext("Sockets")}</th><th scope="col" class="n">${gettext("Waiting")}</th><th scope="col">${gettext("Verdicts a minute")}</th>
      <th scope="col" class="n">${gettext("Half, 99 %")}</th><th scope="col" class="n">${gettext("Loop late")}</th><th scope="col" class="n">${gettext("Memory")}</th>
      <th scope="col" class="n">${gettext("Database")}</th><th scope="col" class="n">${gettext("Bus")}</th>
    </tr></thead>
    <tbody>${health.processes.map((process) => row(process, traces.of(process.process), now))}</tbody></table>`;
}

function row(process, trace, now) {
  const { kind, host, pid, state, here, at, started, sockets, waiting, judging, door, verdicts, p50, p99, lag_ms: lag, rss, database, bus, settled } = process;
  const web = kind === "web";
  const all = sockets.players + sockets.spectators + sockets.organisers;
  return html`<tr data-state=${state}>
    <th scope="row"><span class="kind">${web ? gettext("web") : gettext("scheduled work")}</span> <span class="number extra">${host}:${pid}</span>${here ? html` <span class="tag">${gettext("this console's")}</span>` : nothing}</th>
    <td><span class="state" data-state=${state}>${STATE[state]?.() ?? state}</span></td>
    <td class="n number time">${lasting(now - at)}</td><td class="n number time">${lasting(now - started)}</td>
    <td class="n number" title=${web ? format(gettext("%(p)s players, %(s)s projectors, %(o)s consoles"), { p: number(sockets.players), s: number(sockets.spectators), o: number(sockets.organisers) }) : ""}>${web ? number(all) : ""}</td>
    <td class="n number" title=${web ? format(gettext("%(w)s commands wait, %(j)s are being judged, %(d)s sockets at the door"), { w: number(waiting), j: number(judging), d: number(door) }) : gettext("tasks")}>${web ? number(waiting + door) : number(waiting)}</td>
    <td>${web ? html`<span class="number count">${number(verdicts)}</span> ${spark(trace)}` : settled === null ? gettext("never done yet") : format(gettext("hourly XP done %(time)s ago"), { time: lasting(settled * 1000 + now - at) })}</td>
    <td class="n number">${web ? html`${p50 === null ? "–" : tenth(p50)} · ${milliseconds(p99)}` : ""}</td>
    <td class="n number">${web ? milliseconds(lag) : ""}</td><td class="n number">${memory(rss)}</td>
    <td class="n number">${way(database, now)}</td><td class="n number">${bus ? way(bus, now) : ""}</td></tr>`;
}

const way = (link, now) => {
  const trouble = linkTrouble(link, now);
  const since = link.error_at === null ? "" : format(gettext("last trouble: %(error)s at %(time)s"), { error: link.error, time: exactTime(link.error_at, locale()) });
  return html`<span class="way" data-bad=${String(trouble !== "")} title=${since}>${trouble || milliseconds(link.ms)}</span>`;
};

/** The last minutes of a figure as bars. */
export function spark(counts) {
  const top = Math.max(1, ...counts);
  const bars = counts.map((count, i) => svg`<rect x=${i * 4} y=${24 - ((count ?? 0) / top) * 24} width="3" height=${((count ?? 0) / top) * 24}></rect>`);
  return html`<svg class="spark" viewBox="0 0 ${Math.max(1, counts.length) * 4} 24" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>`;
}
