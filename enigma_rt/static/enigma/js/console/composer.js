// Writing to everybody or to some, now or for an instant: whom, level, text, what it will look like, how many it would reach,
// and one question before it goes. The draft outlives a reload. There is one composer: it is lent to the walls for a hint.

import { render } from "../../vendor/lit-html/lit-html.js";
import { command } from "./commands.js";
import { setHtml } from "../html.js";
import { format, gettext, number } from "../i18n.js";
import { fieldOf, instantOf } from "./actions.js";
import { EVERYBODY, KINDS, chosen, heldOf } from "./whom.js";
import { whom } from "./view_whom.js";
import { LEVEL } from "./words.js";
import { reachWords } from "./words_announce.js";
import { $ } from "../dom.js";

const MOST = 2000;
const PREVIEW_AFTER = 250;
const COUNT_EVERY = 5_000;
const FOUND = 6;
const LATER = 30 * 60_000;
const STUCK = "15"; // minutes: what the hint desk proposes
const KEY = "enigma.console.draft";
const EMPTY = Object.freeze({ text: "", level: "info", whom: EVERYBODY, later: false, at: "", planned: null });

/** `form`: the composer. `state()`: { questions, live }. `send`: see sending.js. `sent()`: something was sent or planned. */
export function createComposer(form, { calls, state, send, told, sent }) {
  const field = $("textarea", form);
  const preview = $(".preview", form);
  const problem = $(".refusal", form);
  const left = $(".left", form);
  const later = $("[name=later]", form);
  const instant = $("[name=at]", form);
  const home = form.parentElement;
  const found = { rows: null, text: "" };
  let held = { ...EVERYBODY };
  let planned = null; // what is being changed
  let seen = null; // the reply to the last preview, while it is of what stands there
  let put = null; // the draft that waits while the composer is lent
  let timer = 0;
  let asked = 0;

  const level = () => new FormData(form).get("level");
  const text = () => field.value.trim();
  const length = () => Array.from(text()).length;
  const at = () => (later.checked ? instantOf(instant.value) : null);
  const draft = () => ({ text: field.value, level: level(), whom: held, later: later.checked, at: instant.value, planned });

  const act = {
    choose(values) {
      held = { ...held, ...values };
      Object.assign(found, { rows: null, text: "" });
      paint();
      changed();
    },
    async find(words) {
      found.text = words;
      const rows = words.trim() ? await calls.send(command.find(words)).then((reply) => reply.rows.slice(0, FOUND), () => []) : null;
      if (found.text !== words) return;
      found.rows = rows;
      paint();
    },
  };

  function paint() {
    render(whom(held, state().questions, found, act), $(".whom", form));
  }

  const count = () => {
    left.textContent = `${number(length())} / ${number(MOST)}`;
    left.classList.toggle("over", length() > MOST);
    const hint = held.kind === "question" && held.hint;
    form.dataset.hint = String(hint);
    instant.hidden = !later.checked;
    const button = $(".send", form);
    button.textContent = planned ? gettext("Change…") : later.checked ? gettext("Plan…") : gettext("Send…");
    button.setAttribute("aria-disabled", String(Boolean(missing())));
    $(".leave", form).hidden = planned === null && put === null;
    preview.dataset.level = level();
    $(".reach", form).textContent = seen && !preview.hidden ? format(gettext("Reaches %(reach)s."), { reach: reachWords(seen) }) : "";
  };

  /** What keeps it from being sent, in words, or "". */
  const missing = () => {
    if (!text()) return gettext("There is nothing to send yet.");
    if (length() > MOST) return format(gettext("At most %(most)s characters."), { most: number(MOST) });
    if (chosen(held) === null) return held.kind === "player" ? gettext("Choose a player.") : gettext("Choose a question, and whole minutes.");
    return later.checked && (at() === null || at() <= Date.now()) ? gettext("A date and a time to come.") : "";
  };

  const show = async () => {
    const mine = ++asked;
    clearTimeout(timer);
    const message = chosen(held);
    if (!text() || length() > MOST || message === null) {
      seen = null;
      preview.hidden = !text();
      count();
      return;
    }
    try {
      const reply = await calls.send(command.preview(text(), message.to));
      if (mine !== asked) return;
      seen = reply;
      preview.hidden = false;
      setHtml($(".words", preview), reply.html);
      problem.textContent = "";
    } catch (refused) {
      if (mine === asked) problem.textContent = refused.message;
    }
    if (mine !== asked) return;
    count();
    timer = setTimeout(again, COUNT_EVERY); // people move on while it is written
  };

  const again = () => (document.hidden || !form.checkVisibility() ? (timer = setTimeout(again, COUNT_EVERY)) : show());

  const changed = () => {
    seen = null;
    count();
    if (!put) store();
    clearTimeout(timer);
    timer = setTimeout(show, PREVIEW_AFTER);
  };

  const store = () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(draft()));
    } catch {
      // Without a storage the draft lives as long as the page.
    }
  };

  const fill = (values) => {
    field.value = values.text;
    $(`[value=${values.level}]`, form).checked = true;
    held = { ...EVERYBODY, ...values.whom };
    later.checked = values.later;
    instant.value = values.at;
    planned = values.planned;
    problem.textContent = "";
    paint();
    changed();
  };

  const submit = () => {
    const why = missing();
    problem.textContent = why;
    if (why) return field.focus();
    const message = { ...chosen(held), name: held.name, level: level(), text: text(), at: at(), instead_of: planned };
    return send(message, {
      seen,
      done() {
        sent();
        if (put) return composer.back();
        fill({ ...EMPTY });
        field.focus();
      },
      gone() {
        planned = null;
        changed();
        sent();
        told(gettext("Somebody has changed, sent or called it off meanwhile. What stands here would be planned beside it."));
      },
    });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("input", (event) => event.target.closest(".whom") || changed());
  later.addEventListener("change", () => {
    if (later.checked && !instant.value) instant.value = fieldOf(Date.now() + LATER);
    changed();
  });
  $(".leave", form).addEventListener("click", () => (put ? composer.back() : fill({ ...EMPTY })));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  });

  const composer = {
    /** Of a draft that was here before this page, or before the connection. */
    preview: () => text() && show(),
    /** The questions have other names or numbers of players. */
    paint: () => held.kind === "question" && !form.querySelector(".whom :focus") && paint(),
    /** A planned line, to be changed. */
    change(line) {
      fill({ text: line.text, level: line.level, whom: heldOf(line), later: true, at: fieldOf(line.at), planned: line.id });
      field.focus();
    },
    /** To one player. */
    writeTo(player, name) {
      fill({ ...draft(), whom: { ...EVERYBODY, kind: "player", player, name }, planned: null });
      field.focus();
    },
    /** In `place`, for those on question `q`: the hint desk's, for who is stuck there, or something else to all of them. What
     *  stood here comes back afterwards. */
    lend(q, place, hint) {
      put ??= draft();
      place.append(form);
      place.hidden = false;
      fill({ ...EMPTY, whom: { ...EVERYBODY, kind: "question", q, minutes: hint ? STUCK : "", hint } });
      field.focus();
    },
    /** Back at its place, with the draft that was there. */
    back() {
      if (!put) return;
      form.parentElement.hidden = true;
      home.append(form);
      const values = put;
      put = null;
      fill(values);
    },
  };

  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    // An unreadable draft is no draft.
  }
  const whole = { ...EMPTY, ...kept, whom: { ...EVERYBODY, ...kept?.whom } };
  if (typeof whole.text === "string" && whole.level in LEVEL && KINDS.includes(whole.whom.kind)) {
    field.value = whole.text;
    $(`[value=${whole.level}]`, form).checked = true;
    held = whole.whom;
    later.checked = Boolean(whole.later);
    instant.value = whole.at;
    planned = Number.isInteger(whole.planned) ? whole.planned : null;
  }
  paint();
  count();
  return composer;
}
