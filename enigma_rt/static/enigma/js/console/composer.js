// Writing to everybody: level, text, what it will look like, and one question before it goes. The draft outlives a reload.

import { command } from "./commands.js";
import { setHtml } from "../html.js";
import { format, gettext, number } from "../i18n.js";
import { LEVEL, reach } from "./words.js";
import { $ } from "../dom.js";

const MOST = 2000;
const PREVIEW_AFTER = 250;
const KEY = "enigma.console.draft";

/** `form`: the composer. `state()`: { players, sockets }. */
export function createComposer(form, { calls, confirm, state, told }) {
  const field = $("textarea", form);
  const preview = $(".preview", form);
  const problem = $(".refusal", form);
  const left = $(".left", form);
  let timer = 0;
  let asked = 0;

  const level = () => new FormData(form).get("level");
  const text = () => field.value.trim();
  const length = () => Array.from(text()).length;

  const count = () => {
    left.textContent = `${number(length())} / ${number(MOST)}`;
    left.classList.toggle("over", length() > MOST);
    $(".send", form).setAttribute("aria-disabled", String(!text() || length() > MOST));
    preview.dataset.level = level();
  };

  const show = async () => {
    const mine = ++asked;
    if (!text() || length() > MOST) {
      preview.hidden = true;
      return;
    }
    try {
      const reply = await calls.send(command.preview(text()));
      if (mine !== asked) return;
      preview.hidden = false;
      setHtml($(".words", preview), reply.html);
      problem.textContent = "";
    } catch (refused) {
      if (mine === asked) problem.textContent = refused.message;
    }
  };

  const changed = () => {
    count();
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ text: field.value, level: level() }));
    } catch {
      // Without a storage the draft lives as long as the page.
    }
    clearTimeout(timer);
    timer = setTimeout(show, PREVIEW_AFTER);
  };

  const empty = () => {
    field.value = "";
    $("[value=info]", form).checked = true;
    changed();
  };

  const send = () => {
    if (!text()) {
      problem.textContent = gettext("There is nothing to send yet.");
      field.focus();
      return;
    }
    if (length() > MOST) {
      problem.textContent = format(gettext("At most %(most)s characters."), { most: number(MOST) });
      return;
    }
    problem.textContent = "";
    const sent = { level: level(), text: text() };
    confirm.ask({
      danger: sent.level === "urgent",
      words: () => ({
        title: format(gettext("Send this announcement? (%(level)s)"), { level: LEVEL[sent.level]() }),
        says: [
          format(gettext("It reaches %(whom)s at once, everybody else when they come back, and every projector. It cannot be taken back."), { whom: reach(state()) }),
        ],
        button: format(gettext("Send to %(n)s"), { n: number(state().players) }),
      }),
      quote: preview.hidden ? null : $(".words", preview).sanitised,
      async act() {
        await calls.send(command.announce(sent.level, sent.text), true);
        empty();
        told(gettext("The announcement is out."));
        field.focus();
      },
    });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  });

  try {
    const draft = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof draft?.text === "string") field.value = draft.text;
    if (draft?.level in LEVEL) $(`[value=${draft.level}]`, form).checked = true;
  } catch {
    // An unreadable draft is no draft.
  }
  count();
  return { preview: () => text() && show() };
}
