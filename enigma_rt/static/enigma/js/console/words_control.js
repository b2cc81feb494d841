// What the console says before the hunt is started, paused, moved or ended: to how many, and what becomes of the clocks.

import { shortDayTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { PHASE, people, spanWords } from "./words.js";

const day = (instant) => shortDayTime(instant, locale());

const TITLE = {
  start: () => gettext("Start the hunt now?"),
  reschedule: () => gettext("Move the start of the hunt?"),
  pause: () => gettext("Pause the hunt?"),
  resume: () => gettext("Resume the hunt?"),
  end: () => gettext("End the hunt for everybody?"),
  reopen: () => gettext("Take back the end of the hunt?"),
};

const BUTTON = {
  start: () => gettext("Start for %(players)s"),
  reschedule: () => gettext("Move it for %(players)s"),
  pause: () => gettext("Pause for %(players)s"),
  resume: () => gettext("Resume for %(players)s"),
  end: () => gettext("End it for %(players)s"),
  reopen: () => gettext("Go on for %(players)s"),
};

const SAYS = {
  start: (it) => [
    format(gettext("The first question opens at once for %(whom)s."), it),
    format(gettext("It was to start %(started)s. The end stays %(end)s."), it),
  ],
  reschedule: (it) => [
    format(gettext("It starts %(start)s, and not %(started)s, for %(whom)s. Every countdown follows at once."), it),
    format(gettext("It keeps its length: the end moves from %(ended)s to %(end)s."), it),
  ],
  pause: (it) => [
    format(gettext("Nobody can answer until you resume: %(whom)s."), it),
    format(gettext("%(answering)s in the middle of a question: its clock stands still, and the pause costs nobody points."), it),
    format(gettext("The XP clocks of %(clocks)s run on."), it),
    format(gettext("The end stays %(end)s; extend it if they are to get the time back."), it),
  ],
  resume: (it) => [
    format(gettext("Questions open again at once for %(whom)s."), it),
    format(gettext("%(answering)s in the middle of a question: its clock goes on where it stood."), it),
    format(gettext("The end stays %(end)s."), it),
  ],
  end: (it) => [
    format(gettext("It is over at once for %(whom)s. Answers on their way are refused."), it),
    format(gettext("%(answering)s in the middle of a question; the XP clocks of %(clocks)s stop."), it),
    format(gettext("It was to end %(ended)s. It can be taken back, but people will have left."), it),
  ],
  reopen: (it) => [
    format(gettext("It goes on at once, as if it had not been ended, for %(whom)s."), it),
    format(gettext("%(answering)s in the middle of a question: the time between costs nobody points, and the end moves by it, to %(end)s."), it),
    format(gettext("The XP clocks of %(clocks)s have run on: hours that are over are paid."), it),
  ],
};

const extension = (again) => ({
  title: again ? gettext("Open the hunt again?") : gettext("Extend the hunt?"),
  button: again ? gettext("Open for %(players)s") : gettext("Extend for %(players)s"),
  says: (it) =>
    again
      ? [
          format(gettext("It is open again at once for %(whom)s, until %(end)s."), it),
          format(gettext("%(answering)s in the middle of a question: the time between costs nobody points."), it),
        ]
      : [
          format(gettext("The end moves from %(ended)s to %(end)s for %(whom)s."), it),
          format(gettext("The XP clocks of %(clocks)s run on until then."), it),
        ],
});

/** "412 players (388 of them are connected now)" */
const whom = ({ players, online }) =>
  format(ngettext("%(players)s (%(n)s of them is connected now)", "%(players)s (%(n)s of them are connected now)", online), {
    players: people(players), n: number(online),
  });

/**
 * { title, says, button } of `action`, in a hunt that has `ended` or not. `seen`: the server's `control_preview`, null until
 * it comes; `error`: why it does not come; `players`: how many there were in the last that came.
 */
export function controlWords({ action, ended = false, seen, players = null, error = "" }) {
  const { title, button, says } = action === "extend"
    ? extension(ended)
    : { title: TITLE[action](), button: BUTTON[action](), says: SAYS[action] };
  if (seen === null) {
    return {
      title,
      says: [error || gettext("Asking the server what it would do …")],
      button: players === null ? gettext("One moment") : format(button, { players: people(players) }),
    };
  }
  const it = {
    whom: whom(seen), players: people(seen.players),
    answering: format(ngettext("%(n)s player is", "%(n)s players are", seen.answering), { n: number(seen.answering) }),
    clocks: people(seen.clocks),
    started: day(seen.starts_at[0]), start: day(seen.starts_at[1]), ended: day(seen.ends_at[0]), end: day(seen.ends_at[1]),
  };
  const facts = [
    seen.phase[0] === seen.phase[1] ? null : format(gettext("%(from)s → %(to)s."), { from: PHASE[seen.phase[0]](), to: PHASE[seen.phase[1]]() }),
    seen.phase[0] === "scheduled" ? null : format(gettext("%(started)s have answered something, %(finished)s are through."), { started: number(seen.started), finished: number(seen.finished) }),
    action === "end" || seen.ends_at[0] === seen.ends_at[1] ? null : format(gettext("The end moves by %(span)s."), { span: spanWords(Math.abs(seen.ends_at[1] - seen.ends_at[0])) }),
  ].filter(Boolean).join(" ");
  return { title, says: [...says(it), facts], button: format(button, it) };
}
