// What this account may do, as the server says it (`rights`). What may not be done is not shown; the server asks again for
// every command. In a template or a view: data-needs="announce" on what is for those alone who may announce, and
// data-lacks="announce" on what stands there for everybody else. The names are those of game/rules/roles.py.

import { gettext } from "../i18n.js";

export const ROLE = {
  viewer: () => gettext("Viewer"),
  moderator: () => gettext("Moderator"),
  author: () => gettext("Author"),
  owner: () => gettext("Owner"),
};

/** What each role may do, in a line. */
export const DUTY = {
  viewer: () => gettext("Sees everything live and changes nothing; no e-mail addresses."),
  moderator: () => gettext("Also acts on players, announces, and exports without addresses."),
  author: () => gettext("Also mends questions, decides what is right, and judges again."),
  owner: () => gettext("Also starts, pauses and ends the hunt, and decides about organisers, webhooks and personal data."),
};

/** The rules that hide what is not in `may`: whatever is drawn later follows them, too. */
export const rules = (may) =>
  `[data-needs]:not(${may.map((what) => `[data-needs="${what}"]`).join(", ")}), ` +
  `${may.map((what) => `[data-lacks="${what}"]`).join(", ")} { display: none !important; }`;

/** `label`: the element that says which role one has. */
export function createRights(label) {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  let may = null;
  return {
    /** Without word from the server (a release without roles) everything may be tried. */
    may: (what) => may === null || may.has(what),
    take(frame) {
      may = new Set(frame.may);
      sheet.replaceSync(rules(frame.may));
      label.textContent = ROLE[frame.role]();
      label.title = DUTY[frame.role]();
    },
  };
}
