// What makes the evening nicer: the others on this question and their guesses, a rival to chase, sounds, settings. And
// what nobody needs in the first second: the power-ups.
// Fetched after the page plays; whatever of it fails, the page plays on.

import { command } from "../protocol.js";
import { $, say } from "../dom.js";
import { jitter } from "../backoff.js";
import { format, gettext, ngettext, number } from "../i18n.js";
import { register } from "../worker.js";
import { createSettings } from "./settings.js";
import { choices, followRow, rivalOf } from "./rival.js";
import { createSounds } from "./sounds.js";
import { scene } from "./state.js";
import { powerups } from "./view_powers.js";

const TRIED_AFTER = 300; // ms: a verdict has been read by then, and who types on at once is not asked about
const EVERY = 30_000;
const SPREAD = 10_000;
const FRESH = 20_000; // ms that a line of who passed whom stays before the rival has it again

export function createExtras(page, link, neighbours) {
  const settings = createSettings(page, { choices: () => choices(page.state), changed, heard: () => sounds.play("correct") });
  const sounds = createSounds(settings);
  let held = null; // the row of a picked rival
  let crossedAt = 0;
  let change = page.state.change;
  let question = null;
  let timer;

  function changed() {
    held = null;
    page.set({ chasing: settings.rival !== "nobody" && !settings.picked });
    neighbours.check();
    ask();
    chase();
  }

  /** How many are here, and where the rival is. Now and then; at once on a new question. */
  async function ask(text = null) {
    if (text === null) {
      clearTimeout(timer);
      timer = setTimeout(ask, EVERY + jitter(SPREAD));
    }
    const { state } = page;
    if (document.hidden || scene(state) !== "question") return page.set({ crowd: null });
    const { q } = state.question;
    const { player = null } = settings.picked ?? {};
    const reply = await link.ask(command.crowd(q, text, player));
    if (!reply) return;
    if (player !== null && player === settings.picked?.player) held = reply.rival;
    if (page.state.question?.q === q) page.set({ crowd: here(reply.here) });
    chase();
    return reply.tried;
  }

  function chase() {
    const { state } = page;
    if (state.change !== change) [change, crossedAt] = [state.change, state.change ? Date.now() : 0];
    const quiet = Date.now() - crossedAt > FRESH;
    const rival = settings.rival !== "nobody" && state.hunt?.phase === "live" && quiet ? rivalOf(state, settings.picked, held) : null;
    page.set({ chase: rival && distance(rival) });
  }

  async function ceremony() {
    const { show } = await import("./reveal.js");
    const { reveal, me } = page.state;
    show(reveal, me.player, () => page.set({ view: "standings" }));
  }

  style();
  page.set({ powerups });
  register();
  if (page.state.reveal) ceremony();
  page.set({ chasing: settings.rival !== "nobody" && !settings.picked });
  timer = setTimeout(ask, jitter(3000));
  setInterval(chase, 5000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  neighbours.check();
  chase();

  return {
    open: () => settings.open(),
    typed: () => sounds.play("key"),
    heard(frame) {
      if (frame.t === "reveal") ceremony();
      if (frame.t === "announcement") sounds.play("telegram");
      if (frame.t === "board") held = followRow(held, frame);
      const q = page.state.question?.q ?? null;
      if (q !== question) {
        question = q;
        page.set({ crowd: null });
        clearTimeout(timer);
        timer = setTimeout(ask, 500 + jitter(2500));
      }
      chase();
    },
    judged(sent, { verdict, repeat }) {
      sounds.play(verdict);
      if (verdict === "correct" || repeat) return;
      const said = page.signal;
      setTimeout(async () => {
        if (page.signal !== said) return;
        const count = await ask(sent.text);
        if (count && page.signal === said) {
          // The same line with a few more words: it goes when the line would have gone. "Close." says it all by itself.
          said.detail = [said.kind === "close" ? "" : said.detail, tried(count)].filter(Boolean).join(" ");
          page.set({ signal: said });
          say($("#live-verdicts"), tried(count));
        }
      }, TRIED_AFTER);
    },
  };
}

const here = (count) => (count === null ? "" : count > 1 ? format(ngettext("%(n)s hunter is on this question", "%(n)s hunters are on this question", count), { n: number(count) }) : gettext("You are alone on this question"));

const tried = (count) => (count > 1 ? format(ngettext("%(n)s hunter has tried this.", "%(n)s hunters have tried this.", count), { n: number(count) }) : gettext("Nobody else has tried this."));

function distance({ name, gap }) {
  if (gap === 0) return format(gettext("Level with %(name)s on points"), { name });
  const n = Math.abs(gap);
  const words = gap > 0 ? ngettext("%(n)s point behind %(name)s", "%(n)s points behind %(name)s", n) : ngettext("%(n)s point ahead of %(name)s", "%(n)s points ahead of %(name)s", n);
  return format(words, { n: number(n), name });
}

function style() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = document.body.dataset.extras;
  document.head.append(link);
}
