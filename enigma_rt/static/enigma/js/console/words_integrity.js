// What the console says about pairs: what they share, how rare that is, and what a decision does.

import { format, gettext, ngettext, number } from "../i18n.js";

export const STATE = {
  new: () => gettext("new"),
  watch: () => gettext("under watch"),
  cleared: () => gettext("cleared"),
  confirmed: () => gettext("confirmed"),
  back: () => gettext("back: cleared, but there is more now"),
};

export const DECIDE = {
  watch: () => gettext("Watch"),
  clear: () => gettext("Clear"),
  confirm: () => gettext("Confirm"),
};

export const DECIDED = {
  watch: () => gettext("Under watch. It is written down."),
  clear: () => gettext("Cleared. It is written down."),
  confirm: () => gettext("Confirmed. It is written down; nothing has happened to either of them."),
};

/** "9.8 bits" */
export const bitsWords = (bits) => format(ngettext("%(n)s bit", "%(n)s bits", bits === 1 ? 1 : 2), { n: number(bits) });

/** What a piece of evidence says, and how rare it is. */
export function partWords({ kind, few, of, gap_ms }) {
  const rare = { few: number(few), of: number(of), gap: gap_ms === null ? "" : number(Math.round(gap_ms / 100) / 10) };
  const words = {
    guess: gettext("%(few)s of %(of)s players typed this"),
    step: gettext("solved %(gap)s s apart; so near by chance: %(few)s of %(of)s"),
    clean: gettext("right at the first try, as quickly as %(few)s of %(of)s"),
    address: gettext("one address, which %(few)s players have"),
  };
  return format(words[kind] ?? kind, rare);
}

/** "3 guesses, 4 solves in step (3 in a row), one address" */
export function sharedWords({ guesses, steps, run, address }) {
  const row = run > 1 ? format(gettext(" (%(n)s in a row)"), { n: number(run) }) : "";
  return [
    guesses && format(ngettext("%(n)s guess", "%(n)s guesses", guesses), { n: number(guesses) }),
    steps && format(ngettext("%(n)s solve in step", "%(n)s solves in step", steps), { n: number(steps) }) + row,
    address && gettext("one address"),
  ].filter(Boolean).join(", ");
}

/** The question before a decision about `pair`. */
export function decideWords(pair, decision) {
  const who = { a: pair.names[0], b: pair.names[1], bits: bitsWords(pair.bits) };
  const title = {
    watch: gettext("Watch %(a)s and %(b)s?"),
    clear: gettext("Clear %(a)s and %(b)s?"),
    confirm: gettext("Confirm that %(a)s and %(b)s play together?"),
  };
  const says = {
    watch: gettext("The pair stays in the list, marked."),
    clear: gettext("The pair moves to the end of the list. It comes back when there are 10 bits more than now: when it has become a thousand times less likely."),
    confirm: gettext("The pair is marked. To take one of them off the board or out of the hunt, open the player: that is a decision of its own."),
  };
  return {
    title: format(title[decision], who),
    says: [
      format(says[decision], who),
      format(gettext("Nothing happens to either of them, and they are not told. What is known now (%(bits)s) is written down with it."), who),
    ],
    button: DECIDE[decision](),
  };
}
