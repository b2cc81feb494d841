// What the console says about a role that is given or taken away.

import { format, gettext } from "../i18n.js";
import { DUTY, ROLE } from "./rights.js";

export const LADDER = ["viewer", "moderator", "author", "owner"];

export const whoIs = (row) => row.email || row.name;

/** { title, says, button, done, grave } of the account of `row` getting `role` (null: none). */
export function appointWords(row, role) {
  const who = { who: whoIs(row), was: row.role && ROLE[row.role](), role: role && ROLE[role]() };
  if (role === null) {
    return {
      grave: true,
      title: format(gettext("Take the console away from %(who)s?"), who),
      says: [
        format(gettext("Now: %(was)s. Whatever they send next is refused, and their console closes within a second."), who),
        gettext("Who plays, goes on playing. It is written down and can be undone."),
      ],
      button: gettext("Take it away"),
      done: gettext("The role is taken away."),
    };
  }
  const less = row.role !== null && LADDER.indexOf(role) < LADDER.indexOf(row.role);
  return {
    grave: less || role === "owner",
    title: row.role === null ? format(gettext("Let %(who)s organise? (%(role)s)"), who) : format(gettext("%(who)s: from %(was)s to %(role)s?"), who),
    says: [
      DUTY[role](),
      less ? gettext("It holds from their next click on.") : gettext("It holds at once; they need not log in again."),
      role === "owner" ? gettext("An owner can change every role, yours too.") : gettext("It is written down and can be undone."),
    ],
    button: format(gettext("Make it so: %(role)s"), who),
    done: format(gettext("%(who)s: %(role)s."), who),
  };
}
