// What the console says, in one place: phases, outcomes, causes, and what an action will do to how many people.

import { Close } from "../protocol.js";
import { shortDayTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { endAfter } from "./actions.js";
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
    grant: gettext("granted by an organiser"),
    regrade: line.q === null ? gettext("judged again") : format(gettext("no. %(q)s judged again"), { q }),
  };
  return causes[line.cause] ?? line.cause;
}

/** "+92" with a real minus sign for what was taken. */
export const signed = (value) => (value > 0 ? `+${number(value)}` : value < 0 ? `\u2212${number(-value)}` : "");

/** "412 players" */
export const people = (count) => format(ngettext("%(n)s player", "%(n)s players", count), { n: number(count) });

/** "412 players (388 connections to this server now)" */
export const reach = ({ players, sockets }) =>
  format(
    ngettext(
      "%(players)s (%(n)s connection to this server now)",
      "%(players)s (%(n)s connections to this server now)",
      sockets.players,
    ),
    { players: people(players), n: number(sockets.players) },
  );

/** { title, says: [sentences], button } of `action`. `state`: { hunt, phase, players, sockets }. */
export function actionWords(action, state, minutes, now) {
  const whom = { whom: reach(state), players: people(state.players), end: shortDayTime(state.hunt.ends_at, locale()) };
  if (action === "start") {
    return {
      title: gettext("Start the hunt now?"),
      says: [
        format(gettext("The first question opens at once for %(whom)s."), whom),
        format(gettext("It was to start %(start)s. The end stays %(end)s."), { ...whom, start: shortDayTime(state.hunt.starts_at, locale()) }),
      ],
      button: format(gettext("Start for %(players)s"), whom),
    };
  }
  if (action === "pause") {
    return {
      title: gettext("Pause the hunt?"),
      says: [
        format(gettext("Nobody can answer until you resume: %(whom)s."), whom),
        format(gettext("The time of the pause costs nobody points. The end stays %(end)s; extend it if they are to get the time back."), whom),
      ],
      button: format(gettext("Pause for %(players)s"), whom),
    };
  }
  if (action === "resume") {
    return {
      title: gettext("Resume the hunt?"),
      says: [
        format(gettext("Questions open again at once for %(whom)s."), whom),
        format(gettext("The end stays %(end)s."), whom),
      ],
      button: format(gettext("Resume for %(players)s"), whom),
    };
  }
  if (action === "end") {
    return {
      title: gettext("End the hunt for everybody?"),
      says: [
        format(gettext("It is over at once for %(whom)s. Answers on their way are refused."), whom),
        format(gettext("It was to end %(end)s. It can be opened again with “Extend”, but people will have left."), whom),
      ],
      button: format(gettext("End it for %(players)s"), whom),
    };
  }
  const again = state.phase === "ended";
  const until = minutes === null ? null : shortDayTime(endAfter(state.hunt, state.phase, minutes, now), locale());
  return {
    title: again ? gettext("Open the hunt again?") : gettext("Extend the hunt?"),
    says: [
      until === null
        ? gettext("Say for how many minutes.")
        : again
          ? format(gettext("It is open again at once for %(whom)s, until %(until)s."), { ...whom, until })
          : format(gettext("The end moves from %(end)s to %(until)s for %(whom)s."), { ...whom, until }),
    ],
    button: again ? format(gettext("Open for %(players)s"), whom) : format(gettext("Extend for %(players)s"), whom),
  };
}

export const ACTION = {
  start: () => gettext("Start now"),
  pause: () => gettext("Pause"),
  resume: () => gettext("Resume"),
  extend: () => gettext("Extend"),
  end: () => gettext("End"),
};

export const DONE = {
  start: () => gettext("The hunt has started."),
  pause: () => gettext("The hunt is paused."),
  resume: () => gettext("The hunt goes on."),
  extend: () => gettext("The hunt is extended."),
  end: () => gettext("The hunt has ended."),
};

/** Why the server closed for good, or null when it did not. */
export function closedWords(code) {
  const why = {
    [Close.SIGNED_OUT]: gettext("You are logged out. Log in again to see the hunt."),
    [Close.FORBIDDEN]: gettext("This account may not use the console."),
    [Close.NO_HUNT]: gettext("There is no hunt yet. Import one, or make one in the admin."),
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
    says: [format(says[verdict], what), format(gettext("What was judged stays judged: %(players)s typed it before, and may type it again."), what)],
    button: JUDGE[verdict](),
  };
}
