// What the console says about one player: why this score, what organisers did, and what an act will do.

import { exactDayTime } from "../times.js";
import { format, gettext, locale, ngettext, number } from "../i18n.js";
import { causeWords, signed } from "./words.js";

/** "+10 points, −25 XP" */
export const amounts = ({ points, xp }) =>
  [points && `${signed(points)} ${gettext("points")}`, xp && `${signed(xp)} ${gettext("XP")}`].filter(Boolean).join(", ");

/** A line of the score: its cause, how often, and why. */
export function scoreWords(line) {
  const times = line.times > 1 ? format(ngettext("%(n)s time", "%(n)s times", line.times), { n: number(line.times) }) : "";
  return { cause: causeWords(line), extra: [times, line.note].filter(Boolean).join(" · ") };
}

const ACTIONS = {
  announce: () => gettext("announced"),
  "announce.plan": () => gettext("planned an announcement"),
  "announce.change": () => gettext("changed a planned announcement"),
  "announce.call_off": () => gettext("called off an announcement"),
  "announce.due": () => gettext("announced as planned"),
  "hunt.start": () => gettext("started the hunt"),
  "hunt.pause": () => gettext("paused the hunt"),
  "hunt.resume": () => gettext("resumed the hunt"),
  "hunt.end": () => gettext("ended the hunt"),
  "hunt.extend": () => gettext("extended the hunt"),
  "hunt.begin": () => gettext("began a new hunt"),
  "hunt.bring": () => gettext("brought a new hunt in as a pack"),
  "hunt.current": () => gettext("made it the current hunt"),
  "hunt.freeze": () => gettext("froze the public’s board"),
  "hunt.unfreeze": () => gettext("unfroze the public’s board"),
  "reveal.start": () => gettext("began the reveal"),
  "reveal.next": () => gettext("revealed the next"),
  "reveal.back": () => gettext("took a step of the reveal back"),
  "reveal.auto": () => gettext("let the reveal run by itself"),
  "reveal.hold": () => gettext("held the reveal"),
  "reveal.abort": () => gettext("broke off the reveal"),
  "question.mend": () => gettext("mended"),
  "question.add": () => gettext("added a question"),
  "question.delete": () => gettext("deleted a question"),
  "question.order": () => gettext("put the questions in order"),
  "hunt.write": () => gettext("changed the hunt's settings"),
  "content.pack": () => gettext("imported a pack"),
  "content.restore": () => gettext("brought a version back"),
  "export.pack": () => gettext("exported the pack"),
  "question.regrade": () => gettext("judged again"),
  "question.key": () => gettext("changed what is right"),
  "export.results": () => gettext("exported the results"),
  "export.emails": () => gettext("exported the results with e-mail addresses"),
  "export.attempts": () => gettext("exported the attempts"),
  "export.ledger": () => gettext("exported the ledger"),
  "export.site": () => gettext("exported the hunt as pages, without the answers"),
  "export.site_answers": () => gettext("exported the hunt as pages, with the answers"),
  "webhook.add": () => gettext("added a webhook"),
  "webhook.test": () => gettext("tested a webhook"),
  "webhook.pause": () => gettext("paused a webhook"),
  "webhook.resume": () => gettext("resumed a webhook"),
  "webhook.delete": () => gettext("deleted a webhook"),
  "webhook.again": () => gettext("sent a delivery again"),
  "organiser.role": () => gettext("changed a role"),
  "organiser.password": () => gettext("made a new password"),
  "projector.pin": () => gettext("chose the projectors' scene"),
  "hunt.reschedule": () => gettext("moved the start"),
  "hunt.reopen": () => gettext("opened the hunt again"),
  "integrity.watch": () => gettext("watches a pair"),
  "integrity.clear": () => gettext("cleared a pair"),
  "integrity.confirm": () => gettext("confirmed a pair"),
  "player.look": () => gettext("looked at their page"),
  "player.grant": () => gettext("changed the balance"),
  "player.hide": () => gettext("taken off the board"),
  "player.show": () => gettext("put on the board"),
  "player.ban": () => gettext("removed from the hunt"),
  "player.unban": () => gettext("readmitted"),
};

/** Who did it: nobody's account is that of the server's shell. */
export const whoDid = ({ who }) => who || gettext("server’s shell");

/** What an audit entry says was done. An action of a newer server is shown as it is. */
export const auditWords = ({ action, q }) => {
  const words = ACTIONS[action]?.() ?? action;
  return q === null ? words : format(gettext("%(what)s, no. %(q)s"), { what: words, q: number(q) });
};

const VALUES = {
  role: () => gettext("role"),
  state: () => gettext("state"),
  pair: () => gettext("pair"),
  bits: () => gettext("bits"),
  points: () => gettext("points"),
  xp: () => gettext("XP"),
  title: () => gettext("title"),
  text: () => gettext("text"),
  hint: () => gettext("hint"),
  level: () => gettext("level"),
  due_at: () => gettext("at"),
  story: () => gettext("story"),
  current: () => gettext("current hunt"),
  tagline: () => gettext("tagline"),
  slug: () => gettext("address"),
  settings: () => gettext("rules"),
  minutes: () => gettext("stuck for minutes"),
  q: () => gettext("question"),
  player: () => gettext("player"),
  image_alt: () => gettext("picture described"),
  answers: () => gettext("accepted"),
  close: () => gettext("close"),
  threshold: () => gettext("close from"),
  url: () => gettext("address"),
  events: () => gettext("events"),
  active: () => gettext("active"),
  players: () => gettext("players"),
  hidden: () => gettext("off the board"),
  banned: () => gettext("removed"),
  scene: () => gettext("scene"),
  starts_at: () => gettext("start"),
  ends_at: () => gettext("end"),
  paused_at: () => gettext("paused since"),
  paused_ms: () => gettext("paused for"),
  ended_at: () => gettext("ended"),
  freeze_at: () => gettext("board frozen from"),
  reveal_at: () => gettext("reveal begun"),
  reveal_step: () => gettext("step"),
  reveal_steps: () => gettext("steps"),
  reveal_since: () => gettext("since"),
  reveal_every_ms: () => gettext("a step each"),
};
const PLAIN = { true: () => gettext("yes"), false: () => gettext("no"), "": () => "–" };

function valueWords(what, value) {
  if (value in PLAIN) return PLAIN[value]();
  if (what === "reveal_since" && value === "0") return "–";
  if (what.endsWith("_at") || what.endsWith("_since")) return exactDayTime(Number(value), locale());
  if (what.endsWith("_ms")) return `${number(Math.round(Number(value) / 1000))} s`;
  if (value.startsWith("[")) return listed(value);
  return value;
}

/** A list that is whole, item by item; what was cut off stays as it came. */
function listed(value) {
  try {
    return JSON.parse(value).join(" · ") || "–";
  } catch {
    return value;
  }
}

/** { what, before, after } of a change, for people. */
export const changeWords = ({ what, before, after }) => ({
  what: VALUES[what]?.() ?? what,
  before: valueWords(what, before),
  after: valueWords(what, after),
});

export const DO = {
  hide: () => gettext("Take off the board"),
  show: () => gettext("Put on the board"),
  ban: () => gettext("Remove"),
  unban: () => gettext("Readmit"),
};

export const MODERATED = {
  hide: () => gettext("Off the board."),
  show: () => gettext("On the board again."),
  ban: () => gettext("Removed. The connections are closed."),
  unban: () => gettext("Readmitted."),
};

/** Whether as much is there as is taken. */
export const isThere = (me, { points, xp }) => me.points + (points ?? 0) >= 0 && me.xp + (xp ?? 0) >= 0;

export function grantWords(line, me, { points, xp }) {
  const after = { name: line.name, points: number(me.points + (points ?? 0)), xp: number(me.xp + (xp ?? 0)) };
  const left = { name: line.name, points: number(me.points), xp: number(me.xp) };
  const what = points || xp ? amounts({ points: points ?? 0, xp: xp ?? 0 }) : null;
  return {
    title: format(gettext("Give to %(name)s, or take?"), after),
    says: [
      isThere(me, { points, xp })
        ? format(gettext("%(name)s then has %(points)s points and %(xp)s XP. The board moves at once."), after)
        : format(gettext("%(name)s has %(points)s points and %(xp)s XP: no more than that can be taken."), left),
      gettext("The player is told, with the reason. It is a ledger entry: nothing is edited, and it can be undone."),
    ],
    button: what ? format(gettext("Book %(what)s"), { what }) : gettext("Book"),
  };
}

export function moderateWords(line, action) {
  const whom = { name: line.name };
  const title = {
    hide: gettext("Take %(name)s off the board?"),
    show: gettext("Put %(name)s on the board?"),
    ban: gettext("Remove %(name)s from the hunt?"),
    unban: gettext("Readmit %(name)s?"),
  };
  const says = {
    hide: gettext("%(name)s disappears from every board at once, keeps the points and plays on."),
    show: gettext("%(name)s appears on every board at once, with the points earned."),
    ban: gettext("Every connection of %(name)s is closed at once, nothing more is judged, and every board loses the name. Points are kept."),
    unban: gettext("%(name)s may play again at once, and is on the board with the points kept."),
  };
  return {
    title: format(title[action], whom),
    says: [format(says[action], whom), gettext("The player is told, with the reason. It can be undone.")],
    button: DO[action](),
  };
}

export function undoWords(entry) {
  const what = { what: auditWords(entry), name: entry.name || entry.note };
  return {
    title: gettext("Undo this?"),
    says: [
      format(gettext("%(name)s: %(what)s."), what),
      ...entry.changes.map(changeWords).map((change) => format(gettext("It had changed “%(what)s” from %(before)s to %(after)s."), change)),
      entry.player === null ? gettext("The contrary is written down as an action of its own.") : gettext("The contrary is booked as an action of its own, and the player is told."),
    ],
    button: gettext("Undo"),
  };
}
