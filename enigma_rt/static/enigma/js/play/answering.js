// The answer field: typing, sending, and what a verdict does. The field keeps its focus through all of it.

import { command } from "../protocol.js";
import { $, play, say, still } from "../dom.js";
import { gettext } from "../i18n.js";
import { scene } from "./state.js";
import { refusal, verdict } from "./words.js";

const LETTER = 55; // ms between two letters of a right answer
const MOST_LETTERS = 18;
const AFTERGLOW = 350;
const STAYS = 8000; // ms that a line stays when nobody types over it

export function createAnswering(page, { link, outbox, drafts, counted, live }) {
  const field = () => $("#answer");
  const lamps = () => $("lamp-board");
  let holding;
  let fading;
  let judged = null; // the latest text that has had its verdict

  /** Puts one line above the field, for a while. */
  function tell(signal) {
    clearTimeout(fading);
    page.set({ signal });
    fading = setTimeout(() => page.signal === signal && page.set({ signal: null }), STAYS);
  }

  return {
    typed(event) {
      const text = event.data ?? "";
      // A phone's keyboard reports the whole word it is composing: its last letter is the key.
      lamps().flash(event.inputType === "insertCompositionText" ? text.slice(-1) : text);
      drafts.save(page.state.question?.q, field().value);
      page.set({ draft: field().value, signal: null });
    },

    submit(event) {
      event.preventDefault();
      this.send("answer");
    },

    /** Sends what stands in the field, as an answer or as one whose closeness shall count. */
    send(kind) {
      const { state } = page;
      const text = field().value.trim();
      if (scene(state) !== "question" || page.final) return;
      if (page.wait > 0) {
        play($(".entry"), "nudge"); // heard, and not yet
        return say(live, gettext("Too many wrong guesses. Take a breath."));
      }
      if (!text) return field().focus({ preventScroll: true });
      const q = state.question.q;
      const same = outbox.waiting.some((sent) => sent.t === kind && sent.q === q && sent.text === text);
      if (!same) link.submit(kind === "answer" ? command.answer(q, text) : command.acceptClose(q, text));
      page.set({ signal: null });
      counted();
      field().focus({ preventScroll: true });
    },

    /** The outcome of an answer. */
    judged(sent, reply) {
      const said = verdict(sent, reply);
      const mine = field().value.trim() === sent.text;
      judged = sent.text;
      say(live, [said.text, said.detail].filter(Boolean).join(" "));
      if (reply.verdict === "correct") return this.right(sent, said, mine);
      lamps().mood(reply.verdict);
      tell(said);
      if (mine && document.activeElement === field()) field().select();
    },

    right(sent, said, mine) {
      const letters = Array.from(sent.text.toUpperCase());
      const shown = letters.length <= MOST_LETTERS ? letters : null;
      lamps().spell(sent.text, LETTER);
      if (mine) field().value = "";
      drafts.clear();
      const hold = still() ? 0 : (shown ?? []).length * LETTER + AFTERGLOW;
      tell({ ...said, letters: shown });
      page.set({ draft: field().value, powersOpen: false, confirming: null, held: hold ? page.state : null });
      clearTimeout(holding);
      holding = setTimeout(() => this.onward(), hold);
    },

    /** The rotor steps and the next page rises. */
    onward() {
      page.set({ held: null, rising: true, view: "stage" });
      scrollTo({ top: 0, behavior: "instant" });
      // The field is gone after the last question: a reader goes on from the new headline.
      if (page.state.me.finished) setTimeout(() => $("#stage h2")?.focus({ preventScroll: true }));
      setTimeout(() => page.set({ rising: false }), 900);
    },

    /** The player is at question `q` now, by this tab or another: what had been typed for it before a reload comes back. */
    at(q) {
      if (field().value.trim() === judged) field().value = ""; // it was for the question before
      if (!field().value) field().value = drafts.load(q);
      page.set({ draft: field().value });
    },

    /** One line, seen and heard, that is no verdict. */
    note(text) {
      say(live, text);
      tell({ kind: "note", text, detail: "" });
    },

    hinted() {
      this.note(gettext("The hint is open, under the question."));
      page.set({ view: "stage" });
      setTimeout(() => $("#stage .hint")?.scrollIntoView({ block: "center", behavior: still() ? "instant" : "smooth" }));
    },

    refused(sent, error) {
      const text = refusal(error);
      say(live, text);
      tell({ kind: "refused", text, detail: "" });
      if (sent && "text" in sent && !field().value) {
        field().value = sent.text;
        page.set({ draft: sent.text });
      }
      play($(".entry"), "nudge");
    },
  };
}

/** What is typed and not yet sent, kept over a reload for its question. */
export function createDrafts(store, key) {
  const quietly = (act) => {
    try {
      return act();
    } catch {
      return null; // a forbidden storage: the draft lives as long as the page
    }
  };
  return {
    save: (q, text) => q && quietly(() => store.setItem(key, JSON.stringify([q, text]))),
    clear: () => quietly(() => store.removeItem(key)),
    load(q) {
      const [of, text] = quietly(() => JSON.parse(store.getItem(key) ?? "[]")) ?? [];
      return of === q && typeof text === "string" ? text : "";
    },
  };
}
