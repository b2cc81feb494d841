// What the player's page says: verdicts, refusals, closes, ranks. One place, so that one tone holds.

import { Close } from "../protocol.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";

/** A refusal in words. A code we do not know has the server's own words. */
export function refusal({ code, text }) {
  const known = {
    hunt_scheduled: gettext("The hunt has not started yet."),
    hunt_paused: gettext("The hunt is paused. Your answer was not judged; nothing is lost."),
    hunt_ended: gettext("The hunt is over. This came too late to count."),
    finished: gettext("You have finished the hunt. Nothing is left to answer."),
    banned: gettext("An organiser has removed you from this hunt."),
    stale_question: gettext("You had moved on already. That answer was not judged."),
    empty_answer: gettext("There is nothing to judge in that answer."),
    insufficient_xp: gettext("Not enough XP for that. Nothing was charged."),
    no_hint: gettext("This question has no hint. Nothing was charged."),
    too_many_guesses: gettext("Too many wrong guesses. Take a breath."),
    id_conflict: gettext("That went wrong on the way. Please send it again."),
    not_found: gettext("There is nothing there."),
    too_large: gettext("That is too long to send."),
    bad_frame: gettext("The server could not read that. Reload the page, please."),
    bad_json: gettext("The server could not read that. Reload the page, please."),
    server_error: gettext("Something went wrong on our side. Please send it again."),
    unknown_command: gettext("This page is older than the server. Reload it, please."),
  };
  return known[code] ?? text;
}

/** { kind, text, detail } of a verdict reply to the answer `sent`. */
export function verdict(sent, reply) {
  if (reply.verdict === "correct") {
    const earned = format(gettext("+%(points)s points"), { points: number(reply.award?.total ?? 0) });
    const parts = [reply.award?.hint && format(gettext("hint −%(n)s"), { n: reply.award.hint })];
    parts.push(reply.award?.accept_close && format(gettext("close answer −%(n)s"), { n: reply.award.accept_close }));
    if (reply.xp > 0) parts.push(format(gettext("+%(xp)s XP"), { xp: reply.xp }));
    const text = reply.accepted_close ? gettext("Close enough.") : gettext("Right.");
    return { kind: "correct", text, detail: [earned, ...parts].filter(Boolean).join(" · ") };
  }
  if (reply.verdict === "close") {
    return { kind: "close", text: gettext("Close."), detail: reply.repeat ? gettext("You have tried this one.") : gettext("Not quite there.") };
  }
  if (reply.repeat) return { kind: "wrong", text: gettext("Already tried."), detail: gettext("It cost you nothing.") };
  const paid = sent.t === "accept_close" ? gettext("Not close either; no XP was charged.") : "";
  return { kind: "wrong", text: gettext("Not it."), detail: paid };
}

/** Why the connection ended for good: { title, text, action }, action one of login, join, reopen, home, again. */
export function closed(code) {
  return {
    [Close.REPLACED]: {
      title: gettext("You are playing in another tab"),
      text: gettext("Only so many tabs can play at once, and a newer one took over."),
      action: "reopen",
    },
    [Close.SIGNED_OUT]: {
      title: gettext("You are logged out"),
      text: gettext("Log in again and play on. Nothing is lost."),
      action: "login",
    },
    [Close.FORBIDDEN]: {
      title: gettext("The server does not let this page in"),
      text: gettext("It was opened under another address than the hunt’s, or your account may not play."),
      action: "home",
    },
    [Close.NO_HUNT]: {
      title: gettext("There is no hunt to play"),
      text: gettext("None is open at the moment."),
      action: "home",
    },
    [Close.NOT_JOINED]: {
      title: gettext("You have not joined this hunt"),
      text: gettext("Choose the name you play under, and you are in."),
      action: "join",
    },
    [Close.BANNED]: {
      title: gettext("You have been removed"),
      text: gettext("An organiser has removed you from this hunt. Speak to them if that is a mistake."),
      action: "again",
    },
  }[code];
}

const listed = (names) => new Intl.ListFormat(locale()).format(names);

/** One line of what happened to my rank: who passed me, or whom I passed. The rank first: long names are cut off. */
export function crossing({ after, passedMe, iPassed, names }) {
  const count = iPassed || passedMe;
  const named = names.slice(0, 2);
  const others = count - named.length;
  const rest = ngettext("%(n)s other", "%(n)s others", others);
  const who = named.length
    ? listed(others > 0 ? [...named, format(rest, { n: number(others) })] : named)
    : format(ngettext("%(n)s player", "%(n)s players", count), { n: number(count) });
  const words = iPassed ? gettext("Rank %(rank)s: you passed %(who)s") : gettext("Rank %(rank)s: %(who)s passed you");
  return format(words, { who, rank: number(after) });
}

export function waiting(count) {
  return format(ngettext("%(n)s answer waiting", "%(n)s answers waiting", count), { n: count });
}
