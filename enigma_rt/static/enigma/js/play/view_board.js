// The standings on the player's page: the top, and the rows around me when I am below it.

import { html } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { format, gettext, ngettext, number } from "../i18n.js";

export function standings({ state: { board, around, me, hunt }, glowing, now }) {
  if (!board) return html`<p class="soft pad">${gettext("The board is on its way.")}</p>`;
  const top = board.top.map((row, i) => ({ rank: i + 1, row }));
  const near = board.rank !== null && board.rank > top.length ? (around?.rows ?? []).filter(({ rank }) => rank > top.length) : [];
  const rows = [...top, ...near];
  return html`
    <h2 class="pad">${gettext("Board")} <small class="soft">${format(ngettext("%(n)s player", "%(n)s players", board.total), { n: number(board.total) })}${hunt.freeze_at && now >= hunt.freeze_at ? ` · ${gettext("frozen")}` : ""}</small></h2>
    <table class="standings">
      <colgroup><col class="c-rank" /><col /><col class="c-points" /></colgroup>
      <thead class="hush"><tr><th>${gettext("Rank")}</th><th>${gettext("Player")}</th><th>${gettext("Points")}</th></tr></thead>
      <tbody>
        ${repeat(rows, ({ row }) => row[0], ({ rank, row }) => line(rank, row, { mine: row[0] === me.player, gap: rank === near[0]?.rank && rank > top.length + 1, turns: glowing.get(row[0])?.turns ?? null }))}
      </tbody>
    </table>
    ${rows.length ? "" : html`<p class="soft pad">${gettext("Nobody has solved anything yet.")}</p>`}
  `;
}

function line(rank, [, name, points, , finished], { mine, gap, turns }) {
  // The class's name changes with each move, or the glow would not start again.
  const glow = turns === null ? "" : `moved-${turns % 2}`;
  return html`${gap ? html`<tr class="gap" aria-hidden="true"><td colspan="3">···</td></tr>` : ""}
  <tr class=${glow} aria-current=${mine ? "true" : "false"}>
    <td class="number rank-cell">${number(rank)}</td>
    <th scope="row"><bdi>${name}</bdi>${mine ? html` <span class="you">${gettext("you")}</span>` : ""}${finished ? html` <span class="done" title=${gettext("finished")}>✦<span class="hush">${gettext("finished")}</span></span>` : ""}</th>
    <td class="number points-cell">${number(points)}</td>
  </tr>`;
}
