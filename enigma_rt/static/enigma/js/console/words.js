// What the console says, in one place: phases, outcomes, causes, and what an action will do to how many people.

import { Close } from "../protocol.js";
import { format, gettext, ngettext, number } from "../i18n.js";
import { LONGEST_REASON } from "./actions.js";
import { outcome } from "./feed.js";

export const PHASE = {
  scheduled: () => gettext("Scheduled"),
  live: () => gettext("Live"),
  paused: () => gettext("Paused"),
  ended: () => gettext("Ended"),
};

export const OUTCOME = {
  correct: () => gettext("right"),
  close: () => gettext("close"),
  wrong: () => gettext("wrong"),
  hint: () => gettext("hint"),
  skip: () => gettext("skip"),
};

export const LEVEL = {
  info: () => gettext("Information"),
  important: () => gettext("Important"),
  urgent: () => gettext("Urgent"),
};

/** What an attempt came to, with what is special about it. */
export function outcomeWords(item) {
  const word = OUTCOME[outcome(item)]?.() ?? item.verdict;
  const extra = [
    item.kind === "accept_close" && gettext("close accepted for XP"),
    item.kind === "hint" && item.text === "xp" && gettext("for XP"),
    item.kind === "hint" && item.text === "points" && gettext("for points"),
    item.kind === "regrade" && gettext("judged again"),
    item.repeat && gettext("repeated"),
  ].filter(Boolean);
  return { word, extra: extra.join(", ") };
}

/** A ledger entry's cause in words. */
export function causeWords(line) {
  const q = line.q === null ? "" : number(line.q);
  const causes = {
    solve: format(gettext("solved no. %(q)s"), { q }),
    hint: format(gettext("hint for no. %(q)s"), { q }),
    skip: format(gettext("skipped no. %(q)s"), { q }),
    accept_close: format(gettext("a close answer accepted on no. %(q)s"), { q }),
    tick: gettext("hourly XP"),
    start: gettext("XP at the start"),
    grant: line.points < 0 || line.xp < 0 ? gettext("taken by an organiser") : gettext("granted by an organiser"),
    regrade: line.q === null ? gettext("judged again") : format(gettext("no. %(q)s judged again"), { q }),
  };
  return causes[line.cause] ?? line.cause;
}

/** "+92" with a real minus sign for what was taken. */
export const signed = (value) => (value > 0 ? `+${number(value)}` : value < 0 ? `\u2212${number(-value)}` : "");

/** "412 players" */
export const people = (count) => format(ngettext("%(n)s player", "%(n)s players", count), { n: number(count) });

/** "412 players (388 connections now)": of all servers, once these are heard of. */
export const reach = ({ players, sockets, everywhere }) => {
  const connections = (everywhere ?? sockets).players;
  return format(ngettext("%(players)s (%(n)s connection now)", "%(players)s (%(n)s connections now)", connections), {
    players: people(players), n: number(connections),
  });
};

export const ACTION = {
  start: () => gettext("Start now"),
  pause: () => gettext("Pause"),
  resume: () => gettext("Resume"),
  extend: () => gettext("Extend"),
  end: () => gettext("End"),
  reschedule: () => gettext("Move the start"),
  reopen: () => gettext("Take back the end"),
};

export const DONE = {
  start: () => gettext("The hunt has started."),
  pause: () => gettext("The hunt is paused."),
  resume: () => gettext("The hunt goes on."),
  extend: () => gettext("The hunt is extended."),
  end: () => gettext("The hunt has ended."),
  reschedule: () => gettext("The start has moved."),
  reopen: () => gettext("The hunt goes on."),
};

/** Why the server closed for good, or null when it did not. */
export function closedWords(code) {
  const why = {
    [Close.SIGNED_OUT]: gettext("You are logged out. Log in again to see the hunt."),
    [Close.FORBIDDEN]: gettext("This account may not use the console."),
    [Close.NO_HUNT]: gettext("There is no current hunt. One is begun, or made the current one, at the author’s desk."),
    [Close.REPLACED]: gettext("The console was opened in too many windows; this one was closed."),
  };
  return why[code] ?? gettext("The server closed this connection.");
}

/** What was typed; hints and skips have no answer, whatever their text says. */
export const typedWords = (item) => (item.kind === "hint" || item.kind === "skip" ? "" : item.text);

/** A span of play: "3 min", "2 h 05 min". */
export function spanWords(ms) {
  const minutes = Math.floor(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return hours ? format(gettext("%(h)s h %(m)s min"), { h: number(hours), m: String(rest).padStart(2, "0") }) : format(gettext("%(m)s min"), { m: rest });
}

export const JUDGE = {
  correct: () => gettext("Accept"),
  close: () => gettext("Close"),
  wrong: () => gettext("Not any more"),
};

export const JUDGED = {
  correct: () => gettext("Accepted from now on."),
  close: () => gettext("Close from now on."),
  wrong: () => gettext("Wrong from now on."),
};

/** Why players get something for what they typed before, as they are told it. */
export function rightToo(text) {
  const said = format(gettext("“%(text)s” is right, too."), { text });
  return Array.from(said).slice(0, LONGEST_REASON).join("");
}

/** The question before the guesses of `group` are `verdict` on question `q`, where `here` players are. */
export function judgeWords(q, group, verdict, here) {
  const what = { text: group.text, q: number(q), here: people(here), players: people(group.players) };
  const titles = {
    correct: gettext("Accept “%(text)s” on no. %(q)s?"),
    close: gettext("Let “%(text)s” be close on no. %(q)s?"),
    wrong: gettext("Let “%(text)s” be wrong again on no. %(q)s?"),
  };
  const says = {
    correct: gettext("From now on it is right, however it is written, for %(here)s who are on it and all who come."),
    close: gettext("From now on it is close, however it is written, for %(here)s who are on it and all who come."),
    wrong: gettext("From now on it is neither right nor close. Who solved it so keeps what they have."),
  };
  return {
    title: format(titles[verdict], what),
    says: [
      format(says[verdict], what),
      verdict === "correct"
        ? format(gettext("%(players)s typed it before. What they would get for it is shown next, before anything is booked."), what)
        : format(gettext("What was judged stays judged: %(players)s typed it before, and may type it again."), what),
    ],
    button: JUDGE[verdict](),
  };
}
